"""A home per plan: each has its own nights, one never stops another, and a home of before is moved without a loss."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from conftest import put
from made_files import plain_csv
from made_release import manifest, sign
from typer.testing import CliRunner

from flows import cli, homes, night, sights, standing
from flows.intake import archive
from flows.night import Night
from flows.release import kept
from flows.settings import Settings
from flows.standing import Outcome
from flows.warehouse import transform

NOW = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)
PLANS = {"veerkracht": "m7", "pnrr": "v01", "uk_gmpp": "2021"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of three plans, with a file waiting for each."""
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "home"))
    for plan, meetmoment in PLANS.items():
        path = tmp_path / f"{plan}.csv"
        path.write_bytes(plain_csv())
        put(Settings(), path, plan, meetmoment)
    return tmp_path / "home"


def nightly(*arguments: str) -> tuple[int, dict[str, Any]]:
    ran = CliRunner().invoke(cli.app, ["nightly", "--json", *arguments])
    answer: dict[str, Any] = json.loads(ran.stdout)
    return ran.exit_code, answer["plans"]


def ending(ends: dict[str, Outcome | Exception], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let nights end as they are told to; the plans whose night was run, in their order."""
    run: list[str] = []

    def runbook(night: Night) -> Outcome:
        run.append(night.settings.plan)
        end = ends[night.settings.plan]
        if isinstance(end, Exception):
            raise end
        return end

    monkeypatch.setattr(night, "runbook", runbook)
    return run


PUBLISHED, HELD = Outcome("published", "r"), Outcome("held")
BUSY, FAILED = standing.AnotherNight("busy"), RuntimeError("disk full")


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ((PUBLISHED, PUBLISHED, PUBLISHED), 0),
        ((PUBLISHED, BUSY, PUBLISHED), 75),
        ((BUSY, HELD, PUBLISHED), 20),
        ((FAILED, HELD, BUSY), 1),
    ],
)
def test_one_plans_failure_is_its_own_and_the_exit_code_tells_the_worst(
    ends: tuple[Outcome | Exception, ...], code: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ending(dict(zip(PLANS, ends, strict=True)), monkeypatch)
    words = {Outcome: lambda end: end.verdict, RuntimeError: lambda _: "failed"}
    expected = {plan: words.get(type(end), lambda _: "busy")(end) for plan, end in zip(PLANS, ends, strict=True)}
    ended, told = nightly()
    assert (ended, {plan: said["verdict"] for plan, said in told.items()}) == (code, expected)
    assert run == list(PLANS), "each had its night, in the order of the registry"


def test_one_plan_stops_no_other_from_being_copied_and_put_back(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one whose night runs, nor one that was just opened, with an inbox that is empty."""
    night.receive(Night(Settings(), NOW))
    shutil.rmtree(home / "pnrr" / "inbox" / "v01")
    asked = ["backup", str(tmp_path / "copy"), "--json"]
    with standing.alone(Settings(plan="veerkracht")):
        ran = CliRunner().invoke(cli.app, asked)
    told = json.loads(ran.stdout)
    assert (ran.exit_code, list(told)) == (75, list(PLANS)) and "veerkracht: veerkracht: er loopt" in ran.stderr
    assert told["veerkracht"] == {"reason": ANY, "page": sights.BUSY.path}
    assert [told[plan]["files"] for plan in ("pnrr", "uk_gmpp")] == [0, 1]
    assert CliRunner().invoke(cli.app, asked).exit_code == 0
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "back"))
    more = archive.receipt_for(tmp_path / "pnrr.csv", "pnrr", "v01", NOW)
    archive.keep(Settings(plan="pnrr").archive, tmp_path / "pnrr.csv", more)
    ran = CliRunner().invoke(cli.app, ["restore", str(tmp_path / "copy")])
    (said,) = ran.stderr.splitlines()
    assert ran.exit_code == 1 and said.startswith("veerkracht: pnrr: ") and "on an empty home" in said
    assert [line.partition(":")[0] for line in ran.stdout.splitlines()] == ["uk_gmpp", "veerkracht"]
    back = {path.name for path in (tmp_path / "back").glob("*/inbox/*/*")}
    assert back == {"veerkracht.csv", "uk_gmpp.csv"}, "what waits is put back of a plan that never received"


def test_a_plan_can_be_asked_for_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ending({"pnrr": HELD}, monkeypatch)
    assert nightly("--plan", "pnrr")[0] == 20 and run == ["pnrr"]
    unknown = CliRunner().invoke(cli.app, ["nightly", "--plan", "relance"])
    assert unknown.exit_code == 2 and "the registry has veerkracht" in unknown.output.replace("\n", " ")


def test_two_plans_run_side_by_side_and_one_plan_does_not(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    other = Settings(home=tmp_path, plan="pnrr")
    with standing.alone(settings), standing.alone(other), pytest.raises(standing.AnotherNight, match="veerkracht"):
        standing.alone(settings).__enter__()


def test_the_plan_is_the_only_one_that_has_a_home_else_the_default(home: Path) -> None:
    assert homes.of(None).plan == "veerkracht"
    shutil.rmtree(home / "veerkracht")
    assert homes.of(None).plan == "veerkracht"
    shutil.rmtree(home / "uk_gmpp")
    assert homes.of(None).plan == "pnrr"
    assert homes.of("uk_gmpp").archive == home / "uk_gmpp" / "archive"


def test_only_the_submissions_of_the_plan_are_received_and_known(home: Path) -> None:
    night.receive(Night(Settings(), NOW))
    assert [r.file_name for r in archive.receipts(Settings().archive, "veerkracht")] == ["veerkracht.csv"]
    other = archive.receipt_for(home.parent / "pnrr.csv", "pnrr", "v01", NOW)
    archive.keep(Settings().archive, home.parent / "pnrr.csv", other)
    assert len(standing.standing(Settings())["submissions"]) == 1


def of_before(home: Path, *plans: str) -> dict[str, bytes]:
    """A home as it was before plans had their own; what is in it."""
    path = home / "inbox" / plans[0] / "m7" / "OMG.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(plain_csv())
    for plan in plans:
        archive.keep(home / "archive", path, archive.receipt_for(path, plan, "m7", NOW))
    release = home / "releases" / "2025-01-15.1"
    release.mkdir(parents=True)
    (release / kept.MANIFEST).write_text(json.dumps(manifest("2025-01-15.1", NOW)))
    sign(Settings(), release)
    (home / "current").symlink_to("releases/2025-01-15.1")
    for name in ("answers/a", "build/b", "logs/l", "last_run.json"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("{}")
    return {p.relative_to(home).as_posix(): p.read_bytes() for p in home.rglob("*") if p.is_file()}


def test_a_home_of_before_is_moved_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = of_before(tmp_path, "veerkracht")
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    settings = homes.of(None)
    after = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    moved = {f"veerkracht/{name}".replace("inbox/veerkracht/", "inbox/"): content for name, content in before.items()}
    assert after == moved
    assert not (tmp_path / "inbox").exists()
    assert standing.current_id(settings) == "2025-01-15.1"
    assert [r.file_name for r in archive.receipts(settings.archive, settings.plan)] == ["OMG.csv"]
    homes.move(settings)
    assert len(list((tmp_path / "veerkracht" / "archive").iterdir())) == 1, "a second time there is nothing to move"


def test_an_interrupted_move_goes_on(tmp_path: Path) -> None:
    of_before(tmp_path, "veerkracht")
    (tmp_path / "veerkracht").mkdir()
    (tmp_path / "answers").rename(tmp_path / "veerkracht" / "answers")
    homes.move(Settings(home=tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"veerkracht"}


@pytest.mark.parametrize(
    ("plans", "taken", "says"),
    [
        (("veerkracht", "pnrr"), "x", "holds veerkracht, pnrr: copy its archive"),
        (("veerkracht",), "veerkracht/logs/x", "veerkracht/logs is in the way"),
    ],
)
def test_a_move_that_somebody_must_decide_on_is_told_in_a_sentence_and_changes_nothing(
    plans: tuple[str, ...], taken: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_before(tmp_path, *plans)
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).touch()
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    with pytest.raises(homes.NotMoved, match=says):
        homes.of("veerkracht")
    code, told = nightly()
    assert code == 1 and {plan: said["verdict"] for plan, said in told.items()} == dict.fromkeys(plans, "failed")
    assert says in told["veerkracht"]["reason"]
    assert sorted(tmp_path.rglob("*")) == before


def test_what_cannot_be_moved_stops_only_the_plans_whose_returns_stand_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_before(tmp_path, "veerkracht")
    (tmp_path / "veerkracht" / "archive").mkdir(parents=True)
    (tmp_path / "uk_gmpp" / "inbox").mkdir(parents=True)
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    code, told = nightly()
    assert code == 1
    assert {plan: said["verdict"] for plan, said in told.items()} == {"veerkracht": "failed", "uk_gmpp": "nothing_new"}
    assert homes.of("uk_gmpp").plan == "uk_gmpp"
    for receipt in (tmp_path / "archive").glob("*/receipts/*.json"):
        receipt.write_text("torn", encoding="utf-8")
    assert nightly()[1]["uk_gmpp"]["verdict"] == "nothing_new"


def test_a_test_of_the_data_of_one_plan_that_fails_is_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The night of each plan is a real one up to what dbt is asked to build; there a test of ours fails for one."""
    asked: list[str] = []

    def build(warehouse: Path, select: object, plan_code: str, **_: object) -> None:
        asked.append(plan_code)
        assert warehouse.exists(), "its returns were loaded"
        if plan_code == "pnrr":
            raise transform.TransformFailed("sums_hold: Got 3 results, configured to fail if != 0")
        raise KeyboardEnd

    class KeyboardEnd(Exception):
        """Where the night of the other plans ends in this test."""

    monkeypatch.setattr(transform, "build", build)
    code, told = nightly()
    assert asked == list(PLANS), "each plan had its night, after one that failed too"
    assert code == 1 and told["pnrr"]["reason"] == "sums_hold: Got 3 results, configured to fail if != 0"
    assert "sums_hold" not in str({plan: said for plan, said in told.items() if plan != "pnrr"})
    log = "".join(path.read_text(encoding="utf-8") for path in (home / "pnrr" / "logs").glob("*.jsonl"))
    assert "sums_hold" in log and standing.last_run(Settings(plan="pnrr")) is None, "told, and tried again next night"
