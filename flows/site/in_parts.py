"""The projects of a plan that has too many for a page each: their facts in files of some hundreds, read by one page.

A file is a script, as are the rows of long lists, so that the page works from a file share and loads nothing but what
stands in the release. Both languages read the same files.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from flows.site.answers import Row, asked
from flows.site.declared import SHARED

FOLDER = "projecten/delen"
SCRIPT = "project.js"
PROJECTS = 200
"""In a file: some hundreds of kilobytes, which a browser takes in at once; of 200,000 projects a thousand files, whose
first codes are a few kilobytes in the page."""
FILES_AT_ONCE = 50
"""Asked in one query: it holds all that it says of its projects in memory, which no database puts on disk half-way."""
_FACTS = "project_facts.sql"


def write(con: duckdb.DuckDBPyConnection, folder: Path, site: Path) -> list[str]:
    """Write the facts of all projects below ``folder``, in the order of their codes; the first code of each file."""
    sql = (site / SHARED / _FACTS).read_text(encoding="utf-8")
    codes = [code for (code,) in con.sql("select project_code from dim_project order by project_code").fetchall()]
    (folder / FOLDER).mkdir(parents=True)
    firsts: list[str] = []
    for start in range(0, len(codes), PROJECTS * FILES_AT_ONCE):
        some = codes[start : start + PROJECTS * FILES_AT_ONCE]
        con.execute("set variable first_project = ?", [some[0]])
        con.execute("set variable last_project = ?", [some[-1]])
        facts = asked(con, f"from ({sql}) order by project_code", _FACTS)
        for begin in range(0, len(facts), PROJECTS):
            firsts.append(some[begin])
            _write_part(folder / FOLDER, len(firsts) - 1, facts[begin : begin + PROJECTS])
    return firsts


def _write_part(folder: Path, number: int, facts: Sequence[Row]) -> None:
    lines = ",\n".join(f"[{json.dumps(row['project_code'], ensure_ascii=False)}, {row['facts']}]" for row in facts)
    (folder / f"{number}.js").write_text(f"veerkracht.part({number}, [\n{lines}\n]);\n", encoding="utf-8")
