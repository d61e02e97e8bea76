"""The rivals of `make beside` make what the marts say, and it writes its row; in `make slow` of the plan twice too.

No time is looked at: what a machine of tests is busy with says nothing about the code.
"""

import json
import mmap
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import DemoRun

from benchmarks import beside, goals, large_night
from benchmarks.measure import process
from benchmarks.rivals import MESH, PANDAS, RIVALS, WHOLE
from demo.return_tables import Sheet
from flows.settings import PROJECT


def written(small: DemoRun, folder: Path, sizes: str) -> Path:
    """The folder with the page and its numbers, of the small plan at these sizes."""
    (folder / "performance.json").write_text('{"old": {"commit": "as it was"}}', encoding="utf-8")
    page = f"Before.\n{goals.BEGIN}\nolder\n{goals.END}\n{beside.BEGIN}\nolder\n{beside.END}\nAfter.\n"
    (folder / "performance.md").write_text(page, encoding="utf-8")
    said = ("--sizes", sizes, "--runs", "1", "--docs", str(folder), "--scratch", str(folder / "scratch"))
    # A process of its own is small, which hundreds of forks are grateful for; what judges is imported before these.
    command = [sys.executable, "-c", "import great_expectations; from benchmarks import beside; beside.main()"]
    done = subprocess.run([*command, str(small.settings.warehouse), *said], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def measured(docs: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((docs / "performance.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("rival", [rival for rival in RIVALS if rival != MESH])
def test_a_rival_makes_what_the_marts_say(small: DemoRun, tmp_path: Path, rival: str) -> None:
    """Else the command ends with what differs."""
    beside._rival(rival, small.settings.warehouse, tmp_path)
    rows = beside._hold_equal(rival, small.settings.warehouse, tmp_path)
    assert set(rows) == set(beside.WHOLE_RESULTS if rival == WHOLE else beside.RESULTS) and min(rows.values()) > 0


def test_the_page_has_a_row_of_rivals_that_make_what_the_marts_say(small: DemoRun, tmp_path: Path) -> None:
    """Else the command would have ended; what else stood there stands, and nothing is left behind."""
    docs = written(small, tmp_path, "1")
    page = (docs / "performance.md").read_text(encoding="utf-8")
    assert page.startswith("Before.\n") and page.endswith("After.\n") and "older" not in page
    goals_said, beside_said = page.split(beside.BEGIN)
    assert goals_said.count("not measured | not seen |") == len(goals.GOALS), "the plan once is no large one"
    header, _, row = [line for line in beside_said.splitlines() if line.startswith("|")]
    assert all(f"| {name} |" in header for name in (beside.MODELS, *RIVALS))
    assert row.split("|")[1].strip() == "1x" and row.count("|") == header.count("|")
    (layers,) = (line for line in beside_said.splitlines() if line.startswith("- layers at 1x: "))
    assert all(f"{layer} " in layers for layer in ("staging", "gate 1", "intermediate", "marts"))
    numbers = measured(docs)
    assert numbers["old"] == {"commit": "as it was"} and min(numbers["beside"]["1"]["rows"].values()) > 0
    assert {path.name for path in docs.iterdir()} == {"performance.json", "performance.md"}


def test_a_rival_that_would_take_the_memory_of_the_machine_is_stopped_and_the_table_says_so(tmp_path: Path) -> None:
    greedy = "taken = bytearray(400 * 1024**2); import time; time.sleep(60)"
    cost, end = process([sys.executable, "-c", greedy], tmp_path, os.environ, tmp_path / "log", most_mb=100)
    assert end == -signal.SIGKILL and cost.peak_mb > 100 and cost.wall_s < 50
    of_none = {"model_count": 1, "rows": {}, "runs": 1, "machine": "", "models": [], "spilled_mb": 0, "disk_mb": 1}
    made = {name: {"cpu_s": 1.0, "peak_mb": 1} for name in (beside.MODELS, beside.GATE, *RIVALS)}
    row = next(
        line for line in beside._rows({"9": made | of_none | {"pandas": {"stopped_at_mb": 100}}}) if "9x" in line
    )
    assert "more than 100 MB: stopped" in row


def of_size(copies: int, cpu_s: float, peak_mb: int, handled: int, **rivals: Mapping[str, float]) -> dict[str, Any]:
    return {
        **{goals.MODELS: {"cpu_s": cpu_s, "peak_mb": peak_mb}, goals.GATE: {"cpu_s": 1.0, "peak_mb": 400}},
        **{WHOLE: {"cpu_s": 100.0, "peak_mb": 1}, **rivals},
        **{"models": [{"rows_handled": handled}], "rows": {"milestone": 7 * copies}, "spilled_mb": 9},
    }


def judged(hundred: Mapping[str, Any], thousand: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was seen of each goal, and whether it is kept."""
    lines = goals.rows(
        {"10": of_size(10, 10.0, 100, 1000)} | ({"100": hundred} if hundred else {}) | {"1000": thousand}
    )
    return {asked: seen for asked, *seen in (line.strip("| ").split(" | ") for line in lines)}


CHEAP = {PANDAS: {"cpu_s": 400.0, "peak_mb": 7000}, MESH: {"cpu_s": 130.0, "peak_mb": 1}}
KEPT = of_size(100, 110, 900, 10_000, **CHEAP)


def test_a_goal_is_kept_where_it_was_seen_at_each_size() -> None:
    seen = judged(KEPT, of_size(1000, 120, 2000, 99_000, **CHEAP))
    assert {kept for _, kept in [*seen.values()][2:]} == {"yes"}
    assert seen["at most 1.3 times the SQL by hand, whole"][0] == "100x: 1.1 times as long; 1000x: 1.2 times as long"
    assert seen["in a third of the memory of pandas"][0] == "100x: 0.13 of it; 1000x: 0.29 of it"
    assert seen["a row at most a fifth dearer than at 10x"][0].startswith("100x: 1.10 times that at 10x; 1000x: 0.12")
    assert seen["a model or a suite in less than 6 GB"][0] == "1000x: 2000 MB at most, 9 MB spilled"


def test_a_goal_that_was_missed_at_one_size_is_missed() -> None:
    dear = {PANDAS: {"cpu_s": 400.0, "peak_mb": 7000}, MESH: {"cpu_s": 99.0, "peak_mb": 1}}
    seen = judged(KEPT, of_size(1000, 1210, 6144, 121_000, **dear))
    assert {kept for _, kept in [*seen.values()][2:]} == {"**no**"}


def test_a_goal_is_not_said_to_be_kept_of_what_was_not_seen() -> None:
    stopped = {PANDAS: {"stopped_at_mb": 18000}}
    seen = judged(KEPT, of_size(1000, 120, 5000, 99_000, **stopped))
    assert seen["three times as fast as pandas"] == ["100x: 0.3 times as long; 1000x: pandas was stopped", "not seen"]
    assert seen["in a third of the memory of pandas"][0].endswith("1000x: less than 0.28 of it: stopped at 18000 MB")
    assert seen["in a third of the memory of pandas"][1] == "yes"
    assert seen["not slower than SQLMesh"] == ["100x: 0.8 times as long; 1000x: SQLMesh was not there", "not seen"]
    larger = judged(KEPT, of_size(1000, 120, 8000, 99_000, **stopped))
    assert larger["in a third of the memory of pandas"][1] == "not seen", "it may be a third of what was not taken"
    unmeasured = judged({}, of_size(1000, 120, 2000, 99_000, **CHEAP))
    assert unmeasured["not slower than SQLMesh"] == ["100x: not measured; 1000x: 0.9 times as long", "not seen"]


@pytest.mark.slow
def test_twice_the_plan_is_twice_the_rows_for_every_model(small: DemoRun, tmp_path: Path) -> None:
    """Of the results, and of all that the operators of its query give on: a bad join makes four times.

    A scan may leave out what it knows not to be asked for, so that a few rows more or less say nothing.
    """
    once, twice = (measured(written(small, tmp_path, "1,2"))["beside"][size] for size in ("1", "2"))
    assert twice["rows"] == {name: rows if name == "counted" else 2 * rows for name, rows in once["rows"].items()}
    handled, again = ({model["model"]: model["rows_handled"] for model in of["models"]} for of in (once, twice))
    assert max(handled.values()) > 1000
    assert {name: (rows, again[name]) for name, rows in handled.items() if again[name] > 2.5 * rows + 100} == {}


def test_copies_of_a_return_are_of_other_projects_and_what_names_none_stands_there_once() -> None:
    own = (("VV014", "VV014-M01", Decimal(2)), ("IND01", None, Decimal(3)))
    codes = [row[:2] for row in large_night.multiplied(Sheet("Mijlpalen", own), range(3)).rows]
    assert codes == [
        *(("VV014", "VV014-M01"), ("IND01", None)),
        *(("VV001014", "VV001014-M01"), ("VV002014", "VV002014-M01")),
    ]
    apart = large_night.multiplied(Sheet("Mijlpalen", own), range(2, 3)).rows
    assert [row[:2] for row in apart] == [("VV002014", "VV002014-M01")]


def test_a_comparison_that_a_model_ended_goes_on_with_that_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Three(beside.Ours):
        def models_under(self, marts: Sequence[str]) -> list[dict[str, Any]]:
            return [{"name": name, "config": {"materialized": "view"}, "depends_on": {"nodes": []}} for name in "abc"]

    project, made = Three(PROJECT, tmp_path), tmp_path / "models.jsonl"
    project.manifest = {"nodes": {}}
    project.warehouse.touch()
    made.touch()
    broken, run = {"b"}, []

    def cost(project: Any, node: dict[str, Any], seconds: int) -> dict[str, Any]:
        run.append(node["name"])
        return {"model": node["name"], "cpu_s": 1.0} | ({"failed": "no memory"} if node["name"] in broken else {})

    monkeypatch.setattr(beside.growth_models, "run", cost)
    with pytest.raises(SystemExit, match="b: no memory\nOnce mended, the same command goes on with it"):
        list(beside._costs(project, 1, made))
    broken.clear()
    assert [one["model"] for one in beside._costs(project, 1, made)] == ["a", "b", "c"]
    assert run == ["a", "b", "b", "c"], "what was made is not made again"


def test_a_large_night_lies_outside_the_code_and_is_of_the_returns_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What git takes along would be copied into the code of the night."""
    monkeypatch.setattr(large_night, "write_returns", lambda *asked: (1, 1))
    monkeypatch.setattr(large_night, "night", lambda checkout, home: 0)
    with pytest.raises(SystemExit):
        large_night.main([str(PROJECT / "scratch")])
    assert "would be part of the code" in capsys.readouterr().err
    assert large_night.main([str(tmp_path), "--copies", "2"]) == 0
    (tmp_path / "checkout" / "Makefile").unlink()
    assert large_night.main([str(tmp_path), "--copies", "2"]) == 0
    assert (tmp_path / "checkout" / "Makefile").exists(), "the code is that of now"
    with pytest.raises(SystemExit):
        large_night.main([str(tmp_path), "--copies", "2", "--apart"])
    assert "'apart': False" in capsys.readouterr().err


def test_the_memory_of_a_night_is_its_own_and_not_that_of_a_file_it_reads_in_place(tmp_path: Path) -> None:
    (tmp_path / "mapped").write_bytes(bytes(64 << 20))
    before = large_night.own_memory(os.getpid())
    with (tmp_path / "mapped").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert sum(mapped[:: mmap.PAGESIZE]) == 0
        assert large_night.own_memory(os.getpid()) < before + 32
        # Pages of its own: a copy among other values may lie where some were let go of.
        copied = mmap.mmap(-1, len(mapped), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        copied.write(mapped)
        assert large_night.own_memory(os.getpid()) > before + 32
