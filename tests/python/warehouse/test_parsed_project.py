"""What dbt has parsed is kept: between runs, whole, and only while everything that dbt reads stays as it is."""

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.settings import PROJECT
from flows.warehouse import cache, parsed_project, transform

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what dbt reads."""
    copy = tmp_path / "project"
    for room in ("macros", "models", "seeds", "tests/generic", "tests/selftest", "tests/singular"):
        shutil.copytree(PROJECT / room, copy / room)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(PROJECT / name, copy / name)
    return copy


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_it_is_read_back_as_it_was_parsed_and_made_anew_when_what_is_kept_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """By another process each time, as far as the module knows; of each kind of thing in it one in so many."""
    warehouse = tmp_path / "warehouse.duckdb"
    whole = transform.project(warehouse)
    # What dbt writes of a project takes flags of its last command.
    transform.run(warehouse, ["list", "--quiet", "--select", "dim_plan", *transform.where(warehouse)], whole)
    for kind in ("nodes", "macros", "docs", "unit_tests"):
        monkeypatch.setattr(whole, kind, dict(list(getattr(whole, kind).items())[::every]))
    asked = []

    def parse() -> "Manifest":
        asked.append(1)
        return whole

    def found() -> tuple["Manifest", Path]:
        monkeypatch.setattr(parsed_project, "_in_use", {})
        return parsed_project.project(tmp_path / "cache", PROJECT, "warehouse", parse)

    found()
    again, told = found()
    assert len(asked) == 1 and len(whole.nodes) > 5
    assert again.to_dict() == whole.to_dict()
    assert json.loads(told.read_text(encoding="utf-8"))["nodes"].keys() == whole.nodes.keys()
    told.with_name("manifest.msgpack").write_bytes(b"half a fi")
    assert found()[0].nodes.keys() == whole.nodes.keys() and len(asked) == 2


def test_what_is_told_beside_a_warehouse_is_of_the_code_of_now(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    told = transform.manifest_path(warehouse)
    told.parent.mkdir()
    told.write_text("of the code of before")
    transform.project(warehouse)
    assert json.loads(told.read_text(encoding="utf-8"))["nodes"]


@pytest.mark.parametrize(
    "name",
    [
        *("dbt_project.yml", "profiles.yml", "models/overview.md", "models/staging/_staging__models.yml"),
        *("seeds/plan/plan.csv", "seeds/plan/_plan__seeds.yml", "tests/generic/sound_rows.sql", "macros/_macros.yml"),
    ],
)
def test_its_key_changes_with_everything_that_dbt_reads(name: str, project: Path) -> None:
    before = parsed_project.key(project, "warehouse")
    assert parsed_project.key(project, "warehouse") == before != parsed_project.key(project, "other")
    path = project / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert parsed_project.key(project, "warehouse") != before


def test_another_dbt_parses_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parsed_project.key(project, "warehouse")
    monkeypatch.setattr(parsed_project, "version", lambda package: "1.11.99")
    assert parsed_project.key(project, "warehouse") != before


def test_an_entry_is_made_whole_or_not_at_all_and_the_oldest_go(tmp_path: Path) -> None:
    def half(folder: Path) -> None:
        (folder / "one").touch()
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        cache.entry(tmp_path / "kind" / "a", half)
    assert list((tmp_path / "kind").iterdir()) == []
    for number in range(10):
        cache.entry(tmp_path / "kind" / f"{number}", lambda folder: (folder / "one").touch())
        cache.entry(tmp_path / "kind" / "0", half)  # in use, so that it stays
    assert {path.name for path in (tmp_path / "kind").iterdir()} == {"0", *"3456789"}


def test_of_two_that_want_the_same_entry_one_makes_it(tmp_path: Path) -> None:
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.2)  # the other one asks meanwhile
        (folder / "one").touch()

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda _: cache.entry(tmp_path / "kind" / "a", make), range(2)))
    assert len(made) == 1 and found == [tmp_path / "kind" / "a"] * 2
    assert [path.name for path in found[0].iterdir()] == ["one"]
