"""The comparison of `make beside` runs, on the small plan once and twice, and its rivals make what the marts say.

No time is looked at: what a machine of tests is busy with says nothing about the code.
"""

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import DemoRun

from benchmarks import beside
from benchmarks.rivals import RIVALS


@pytest.fixture(scope="module")
def docs(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page and its numbers, of the small plan once and twice."""
    importlib.import_module("great_expectations")  # else each process that judges would import it for itself
    folder = tmp_path_factory.mktemp("docs")
    (folder / "performance.json").write_text('{"old": {"commit": "as it was"}}', encoding="utf-8")
    page = f"Before.\n{beside.BEGIN}\nolder\n{beside.END}\nAfter.\n"
    (folder / "performance.md").write_text(page, encoding="utf-8")
    said = ("--sizes", "1,2", "--runs", "1", "--docs", str(folder), "--scratch", str(folder / "scratch"))
    beside.main([str(small.settings.warehouse), *said])
    return folder


def numbers(docs: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((docs / "performance.json").read_text(encoding="utf-8"))
    return found


def test_the_page_has_a_row_for_each_size_and_what_else_stood_there(docs: Path) -> None:
    page = (docs / "performance.md").read_text(encoding="utf-8")
    assert page.startswith("Before.\n") and page.endswith("After.\n") and "older" not in page
    header, _, *rows = [line for line in page.splitlines() if line.startswith("|")]
    assert all(f"| {name} |" in header for name in (beside.MODELS, *RIVALS))
    assert [row.split("|")[1].strip() for row in rows] == ["1x", "2x"]
    assert len({row.count("|") for row in (header, *rows)}) == 1
    assert numbers(docs)["old"] == {"commit": "as it was"}


def test_every_rival_makes_what_the_marts_say(docs: Path) -> None:
    """Else the command would have ended; and there is something to compare, twice as much of twice the plan."""
    once, twice = (numbers(docs)["beside"][size]["rows"] for size in ("1", "2"))
    assert min(once.values()) > 0
    of_projects = {name: rows for name, rows in once.items() if name != "counted"}
    assert {name: 2 * rows for name, rows in of_projects.items()} == {name: twice[name] for name in of_projects}
    assert twice["counted"] == once["counted"]


def test_no_model_handles_more_than_twice_the_rows_of_twice_the_plan(docs: Path) -> None:
    """All rows that the operators of its query give on: a join on what few rows share would give four times as many.

    A scan may leave out what it knows not to be asked for, so that a few rows more or less say nothing.
    """
    once, twice = (
        {model["model"]: model["rows_handled"] for model in numbers(docs)["beside"][size]["models"]}
        for size in ("1", "2")
    )
    assert max(once.values()) > 1000
    assert {name: (rows, twice[name]) for name, rows in once.items() if twice[name] > 2.5 * rows + 100} == {}


def test_nothing_is_left_behind(docs: Path) -> None:
    assert {path.name for path in docs.iterdir()} == {"performance.json", "performance.md"}
