"""Where the time of a night goes: in its log, and in `status` beside a month before."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import DemoRun
from typer.testing import CliRunner

from flows import log, profile, standing
from flows import night as nights
from flows.cli import app
from flows.commands import console, status
from flows.night import Night
from flows.settings import Settings

LAYERS = ["registry", "staging", "gate 1", "intermediate", "marts"]
PARTS = ["tables", "workbook", "checksum", "documents", "catalogue", "site", "read back"]
STEPS = ["receive", "load_raw", "build", "answer_senders", "judge_release", "publish"]


def night(settings: Settings, day: str, publish: float = 1.0, models: dict[str, float] | None = None) -> None:
    """The log of a night: a warehouse built, and published."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    lines: list[dict[str, Any]] = [{"event": "received"}, {"event": "step", "step": "build", "seconds": 2.5}]
    lines += [{"event": "built", "models": models or {"slow": 1.5, "quick": 0.5}}]
    lines += [{"event": "part", "step": "publish", "part": "site", "seconds": publish / 2}]
    lines += [{"event": "step", "step": "publish", "seconds": publish}]
    settings.logs.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (settings.logs / f"{log.run_id(moment)}.jsonl").write_text(text + '{"event": "ste', encoding="utf-8")


def said(settings: Settings, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.setenv("VEERKRACHT_HOME", str(settings.home))
    return CliRunner().invoke(app, ["status", *options]).stdout


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    settings.archive.mkdir(parents=True)
    return settings


def test_a_night_leaves_what_each_step_and_each_model_took(small: DemoRun) -> None:
    last, before = profile.last_two(small.settings)
    assert last and list(last.steps) == STEPS and set(STEPS) == set(console.STEPS)
    assert {"stg_milestone", "int_finding", "fct_finance", "gate_submission"} <= last.models.keys()
    assert list(last.models.values()) == sorted(last.models.values(), reverse=True)
    # Two models are made at a time, so that together they take twice the step at most.
    assert 0 < sum(last.models.values()) < 2 * last.steps["build"]
    assert {step: list(parts) for step, parts in last.parts.items()} == {"build": LAYERS, "publish": PARTS}
    assert sum(last.parts["build"].values()) == pytest.approx(sum(last.models.values()), abs=0.01)
    judged = sum(taken for name, taken in last.models.items() if name.startswith("gate_"))
    assert last.parts["build"]["gate 1"] == pytest.approx(judged, abs=0.001)
    assert 0 < min(last.parts["publish"].values()) < sum(last.parts["publish"].values()) <= last.steps["publish"]
    assert console.PARTS.keys() == {*LAYERS, *PARTS}
    assert before and before.night < last.night and list(before.steps) == STEPS, "of a year before"


def test_a_step_that_fails_has_no_time_and_one_that_ends_has(tmp_path: Path) -> None:
    with log.run_log(tmp_path, "run") as path:
        with profile.of_step("load_raw"):
            time.sleep(0.02)
        with pytest.raises(ValueError), profile.of_step("build"):
            raise ValueError
    (step,) = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert step["step"] == "load_raw" and step["seconds"] >= 0.02 and step["memory_mb"] > 0
    assert 0 <= step["computing_seconds"] < step["seconds"], "who waits computes nothing"


def test_the_night_a_month_before_is_the_last_one_that_is_old_enough(home: Settings) -> None:
    assert profile.last_two(home) == (None, None)
    for day in ("2026-01-01T01:00", "2026-02-01T01:00", "2026-02-14T01:00", "2026-03-01T01:00"):
        night(home, day)
    (home.logs / "20260301T020000Z.jsonl").write_text('{"event": "step", "step": "receive", "seconds": 1}\n')
    (home.logs / "notes.jsonl").write_text("", encoding="utf-8")
    last, before = profile.last_two(home)
    assert last and before
    assert (f"{last.night:%m-%d}", f"{before.night:%m-%d}") == ("03-01", "02-01"), "four weeks and not two"
    assert (last.steps, last.models) == ({"build": 2.5, "publish": 1.0}, {"slow": 1.5, "quick": 0.5})
    assert last.parts == {"build": {"marts": 2.0}, "publish": {"site": 0.5}}


def test_status_shows_the_slowest_and_how_they_grew(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(said(home, monkeypatch, "--json"))["time"] is None
    assert "time of the night" not in said(home, monkeypatch)
    models = {f"model_{number}": 9.0 - number for number in range(9)}
    night(home, "2026-03-01T01:00", models=models)
    alone = said(home, monkeypatch)
    assert "model_4" in alone and "model_5" not in alone and "%" not in alone and "a month before: -" in alone
    night(home, "2026-04-01T01:00", publish=1.5, models=models | {"model_0": 4.5, "new": 12.0, "tiny": 0.4})
    told = json.loads(said(home, monkeypatch, "--json"))["time"]
    assert (told["night"][:10], told["before"][:10]) == ("2026-04-01", "2026-03-01")
    assert told["steps"][1] == {"step": "publish", "seconds": 1.5, "before": 1.0}
    table = said(home, monkeypatch).partition("time of the night of 01/04/2026")[2]
    rows = {line.split("  ")[0].strip() or line.split()[0]: line.split() for line in table.splitlines() if line.strip()}
    assert rows["publiceren / publish"][-3:] == ["1.5", "1.0", "+50%"]
    assert told["parts"][-1] == {"step": "publish", "part": "site", "seconds": 0.75, "before": 0.5}
    shown = table.splitlines()
    (of_publish,) = (number for number, line in enumerate(shown) if "publiceren / publish" in line)
    assert shown[of_publish + 1].split() == ["site", "0.8", "0.5"], "a part stands below its step"
    assert rows["bouwen / build"][-3:] == ["2.5", "2.5", "+0%"]


def test_growth_of_less_than_a_second_is_none() -> None:
    grew = [(0.2, 0.6), (0.5, 1.0), (2.0, 1.0), (None, 3.0), (0.0, 3.0), (0.01, 3.0)]
    shown = [status._growth({"before": before, "seconds": now}) for before, now in grew]
    assert shown == ["", "+100%", "-50%", "", "", ""]


def test_a_step_is_told_as_it_begins(home: Settings) -> None:
    told: list[str] = []
    run = nights._told(Night(home, on_step=told.append), nights.call)
    assert run(standing.current_id, home) is None and told == ["current_id"]


def test_a_long_step_leaves_a_line_a_minute_in_the_log_so_that_it_does_not_look_hung(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter((0.0, 59.0, 60.0, 60.0, 100.0, 121.0, 121.0))
    monkeypatch.setattr(log, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    told: list[tuple[object, ...]] = []
    with log.run_log(home.logs, "run") as path:
        long = nights._logged(Night(home, on_done=lambda *said: told.append(said)))
        for done in range(1, 5):
            long.on_done("parts", done, 90)
    assert told == [("parts", done, 90) for done in range(1, 5)], "whoever looks is told each"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["event"], line["what"], line["done"], line["total"]) for line in lines] == [
        ("under way", "parts", done, 90) for done in (2, 4)
    ]
