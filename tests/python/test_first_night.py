"""A home nobody has used yet: its first nights, files put in the wrong place, and a return with more than one fault."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import put
from files import plain_csv
from typer.testing import CliRunner

from flows import cli, intake
from flows.check import check
from flows.night import Night, nothing_to_do, runbook
from flows.receive import archive
from flows.settings import Settings

NOW = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)


def waiting(settings: Settings, place: str) -> Path:
    """A file somewhere under the inbox."""
    path = settings.inbox / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plain_csv())
    return path


def test_a_night_before_anything_was_received_has_nothing_new(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert nothing_to_do(settings)
    outcome = runbook(Night(settings, NOW))
    assert (outcome.verdict, outcome.release_id, outcome.reasons) == ("nothing_new", None, [])
    assert not settings.warehouse.exists()


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("OMG_return_m7.xlsx", "inbox/<plan>/<meetmoment>/, met als plan fr_barometre, pnrr"),
        ("veerkracht/OMG_return_m7.xlsx", "inbox/veerkracht/<meetmoment>/, met als meetmoment m1, m2"),
        ("veerkracht/m99/OMG_return.xlsx", "meetmoment 'm99' staat niet in de kalender van veerkracht"),
        ("relance/m1/OMG_return.xlsx", "plan 'relance' heeft geen kalender"),
        ("veerkracht/m7/oud/OMG_return.xlsx", "mappen daaronder worden niet gelezen"),
        ("veerkracht/m7/OMG_jan.peeters@vlaanderen.be.xlsx", "geef het bestand een andere naam"),
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
    assert path.exists() and archive.receipts(settings.archive) == []


def test_a_file_in_its_place_or_not_finished_is_not_unplaced(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for place in ("veerkracht/m7/OMG_status_m7.csv", "veerkracht/OMG.csv.part", "~$OMG.xlsx", ".trash/m7/OMG.csv"):
        waiting(settings, place)
    assert intake.unplaced(settings) == []
    assert [path.name for *_, path in intake.placed(settings)] == ["OMG_status_m7.csv"]


def test_the_command_line_tells_of_a_file_in_the_wrong_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    waiting(Settings(), "veerkracht/m99/[OMG] return.csv")
    for command in ("nightly", "status"):
        shown = CliRunner().invoke(cli.app, [command])
        assert shown.exit_code == 0 and "[OMG] return.csv" in shown.stdout and "kalender van veerkracht" in shown.stdout
        answer = CliRunner().invoke(cli.app, [command, "--json"])
        assert answer.exit_code == 0
        assert [file["file_name"] for file in json.loads(answer.stdout)["unplaced"]] == ["[OMG] return.csv"]


def test_rows_of_another_width_do_not_hide_what_is_wrong_in_the_others(tmp_path: Path) -> None:
    """One file, one answer: the ragged row, the status nobody knows and the missing key are all named."""
    settings = Settings(home=tmp_path / "home")
    bad = tmp_path / "OMG_status_m7.csv"
    rows = ("VV001;Gerealiseerd;;", "VV002;Gerealiseerd;een; twee;", "VV003;Paars;;", ";Gerealiseerd;;")
    bad.write_bytes(plain_csv(*rows))
    told = {(f["rule_id"], f["row_number"], f["severity"]) for f in check(settings, [bad], "veerkracht", "m7", NOW)}
    assert {("F04", 3, "critical"), ("V03", 4, "critical"), ("V06", 5, "error")} <= told
    assert all(row != 3 or rule == "F04" for rule, row, _ in told)

    put(settings, bad, "veerkracht", "m7")
    outcome = runbook(Night(settings, NOW))
    assert (outcome.verdict, outcome.rejected) == ("held", ["OMG_status_m7.csv"])
    assert {("F04", 3), ("V03", 4), ("V06", 5)} <= {(f["rule_id"], f["row_number"]) for f in outcome.findings}
