"""The projects of a plan that has too many for a page each: their facts in files of some hundreds, read by one page.

A file is a script, as are the rows of long lists, so that the page works from a file share and loads nothing but what
stands in the release. Both languages read the same files.
"""

import json
from pathlib import Path

import duckdb

from flows.site.answers import asked
from flows.site.declared import SHARED

FOLDER = "projecten/delen"
SCRIPT = "project.js"
PROJECTS = 200
"""In a file: some hundreds of kilobytes, which a browser takes in at once; of 200,000 projects a thousand files, whose
first codes are a few kilobytes in the page."""
_FACTS = "project_facts.sql"


def write(con: duckdb.DuckDBPyConnection, folder: Path, site: Path) -> list[str]:
    """Write the facts of all projects below ``folder``, in the order of their codes; the first code of each file."""
    sql = (site / SHARED / _FACTS).read_text(encoding="utf-8")
    con.execute(f"create temp table project_facts as from ({sql}) order by project_code")
    (folder / FOLDER).mkdir(parents=True)
    firsts: list[str] = []
    for (first,) in con.sql(f"select rowid from project_facts where rowid % {PROJECTS} = 0 order by rowid").fetchall():
        part = asked(
            con,
            "select project_code, facts from project_facts"
            f" where rowid between {first} and {first + PROJECTS - 1} order by rowid",
            _FACTS,
        )
        lines = ",\n".join(f"[{json.dumps(row['project_code'], ensure_ascii=False)}, {row['facts']}]" for row in part)
        path = folder / FOLDER / f"{len(firsts)}.js"
        path.write_text(f"veerkracht.part({len(firsts)}, [\n{lines}\n]);\n", encoding="utf-8")
        firsts.append(part[0]["project_code"])
    con.execute("drop table project_facts")
    return firsts
