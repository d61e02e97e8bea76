"""Workbooks of many writers: no right value is refused, and none is read otherwise than its writer meant.

A sample runs with the other tests; ``make workbooks`` writes 800 and more, with the libraries of Node among them.
"""

import json
import os
import random
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from made_files import parsed
from written import WRITERS, Return, a_return

from flows.settings import PROJECT

COUNT = int(os.environ.get("VEERKRACHT_WORKBOOKS", "4"))
"""Workbooks per writer."""
NODE = PROJECT / ".writers"
NODE_WRITERS = ("exceljs", "SheetJS", "SheetJS with shared strings")


def hold(tmp_path: Path, made: Return, content: bytes) -> None:
    """Every value of a return is read as meant, and nothing of it is refused."""
    result, rows = parsed(tmp_path, content)
    assert {refusal.rule_id for refusal in result.refusals} <= made.told, result.refusals
    read = {(row["sheet"], row["row_number"]): pairs(row) for row in rows}
    meant = made.meant()
    assert read.keys() == meant.keys()
    for place, cells in meant.items():
        assert read[place] == cells, place


def pairs(row: dict[str, Any]) -> list[tuple[str, str] | None]:
    return [(text, kind) if text else None for text, kind in zip(row["texts"], row["kinds"], strict=True)]


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_library_or_program_writes_is_read_as_meant(tmp_path: Path, name: str) -> None:
    writer, random_ = WRITERS[name], random.Random(name)
    for _ in range(COUNT):
        made = a_return(random_, formulas=writer.formulas, formats=writer.formats)
        hold(tmp_path, made, writer.write(made))


@pytest.mark.slow
@pytest.mark.parametrize("name", NODE_WRITERS)
def test_what_a_library_of_node_writes_is_read_as_meant(tmp_path: Path, name: str) -> None:
    assert shutil.which("node") and (NODE / "node_modules").exists(), "make workbooks puts them there"
    random_ = random.Random(name)
    made = [a_return(random_, formulas="SheetJS" in name) for _ in range(COUNT)]
    jobs = [
        {
            "library": name.split()[0].lower(),
            "shared": "shared" in name,
            "file": str(tmp_path / f"{number}.xlsx"),
            "sheets": [
                {"name": sheet, "rows": [[cell and asdict(cell) for cell in row] for row in rows]}
                for sheet, rows in one.sheets.items()
            ],
        }
        for number, one in enumerate(made)
    ]
    subprocess.run(["node", "write.mjs"], cwd=NODE, input=json.dumps(jobs), text=True, check=True)
    for number, one in enumerate(made):
        hold(tmp_path, one, (tmp_path / f"{number}.xlsx").read_bytes())
