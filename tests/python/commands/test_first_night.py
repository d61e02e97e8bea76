"""A home nobody has used yet: its first night, and files put in the wrong place."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made_files import plain_csv
from typer.testing import CliRunner

from flows import cli
from flows.intake import archive, inbox
from flows.night import Night, runbook
from flows.settings import Settings
from flows.standing import quick_look

NOW = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)


def waiting(settings: Settings, place: str) -> Path:
    """A file somewhere under the home."""
    path = settings.home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plain_csv())
    return path


def test_a_night_before_anything_was_received_has_nothing_new(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert quick_look(settings)
    outcome = runbook(Night(settings, NOW))
    assert (outcome.verdict, outcome.release_id, outcome.reasons) == ("nothing_new", None, [])
    assert not settings.warehouse.exists()


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("veerkracht/inbox/OMG_return_m7.xlsx", "veerkracht/inbox/<meetmoment>/, met als meetmoment m1, m2"),
        ("veerkracht/inbox/m99/OMG_return.xlsx", "meetmoment 'm99' staat niet in de kalender van veerkracht"),
        ("veerkracht/inbox/m7/oud/OMG_return.xlsx", "mappen daaronder worden niet gelezen"),
        ("veerkracht/inbox/m7/OMG_jan.peeters@vlaanderen.be.xlsx", "geef het bestand een andere naam"),
    ],
)
def test_a_file_in_the_wrong_place_is_told_with_its_remedy_and_stays(tmp_path: Path, place: str, says: str) -> None:
    settings = Settings(home=tmp_path)
    path = waiting(settings, place)
    outcome = runbook(Night(settings, NOW))
    assert outcome.verdict == "nothing_new"
    (told,) = outcome.unplaced
    assert (told["file_name"], told["folder"]) == (path.name, str(path.parent))
    assert says in told["remedy_nl"] and told["remedy_en"]
    assert path.exists() and archive.receipts(settings.archive, settings.plan) == []


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("inbox/OMG_return_m7.xlsx", "<plan>/inbox/<meetmoment>/, met als plan fr_barometre, pnrr"),
        ("relance/inbox/m1/OMG_return.xlsx", "plan 'relance' heeft geen kalender"),
        ("relance/inbox/m1/OMG_jan.peeters@vlaanderen.be.xlsx", "geef het bestand een andere naam"),
    ],
)
def test_a_file_in_the_inbox_of_no_plan_is_told_with_its_remedy(tmp_path: Path, place: str, says: str) -> None:
    path = waiting(Settings(home=tmp_path), place)
    (told,) = inbox.of_no_plan(tmp_path)
    assert (told["file_name"], told["folder"]) == (path.name, str(path.parent))
    assert says in told["remedy_nl"] and told["remedy_en"]


def test_a_file_in_its_place_or_not_finished_is_not_unplaced(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for place in ("m7/OMG_status_m7.csv", "OMG.csv.part", "~$OMG.xlsx", ".trash/m7/OMG.csv"):
        waiting(settings, f"veerkracht/inbox/{place}")
    assert inbox.unplaced(settings) == inbox.of_no_plan(tmp_path) == []
    assert [path.name for *_, path in inbox.placed(settings)] == ["OMG_status_m7.csv"]


def test_the_command_line_tells_of_a_file_in_the_wrong_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    waiting(Settings(), "veerkracht/inbox/m99/[OMG] return.csv")
    waiting(Settings(), "relance/inbox/m1/elsewhere.csv")
    for command in ("nightly", "status"):
        shown = CliRunner().invoke(cli.app, [command])
        assert shown.exit_code == 0 and "[OMG] return.csv" in shown.stdout and "kalender van veerkracht" in shown.stdout
        assert "plan 'relance' heeft geen kalender" in shown.stdout
        answer = CliRunner().invoke(cli.app, [command, "--json"])
        assert answer.exit_code == 0
        said = json.loads(answer.stdout)
        unplaced = [*said.get("plans", {}).get("veerkracht", {}).get("unplaced", []), *said["unplaced"]]
        assert [file["file_name"] for file in unplaced] == ["[OMG] return.csv", "elsewhere.csv"]
