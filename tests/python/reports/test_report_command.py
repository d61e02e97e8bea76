"""`veerkracht report`: a document of a release on demand, in the form its file says."""

import json
from pathlib import Path

import pytest
from conftest import DemoRun
from typer.testing import CliRunner

from flows.cli import app
from flows.release import kept
from flows.reports import making


@pytest.fixture
def report(small: DemoRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("VEERKRACHT_HOME", str(small.settings.home))
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_a_document_on_demand_is_the_one_of_the_release(report: CliRunner, small: DemoRun, tmp_path: Path) -> None:
    current = kept.current(small.settings)
    assert current
    told = report.invoke(app, ["report", "cover_note", "-o", "nota.docx", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["meetmoment_code"] == "m7"
    assert (tmp_path / "nota.docx").read_bytes() == (current.folder / making.FOLDER / "cover_note.docx").read_bytes()


def test_another_meetmoment_and_language_can_be_asked_for(report: CliRunner, tmp_path: Path) -> None:
    told = report.invoke(app, ["report", "cover_note", "--meetmoment", "m5", "--language", "en"])
    assert told.exit_code == 0, told.output
    assert (tmp_path / "cover_note.en.pdf").read_bytes().startswith(b"%PDF")
    (tmp_path / "april").mkdir()
    told = report.invoke(app, ["report", "cover_note", "-o", "april"])
    assert told.exit_code == 0, told.output
    assert (tmp_path / "april" / "cover_note.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["nota"], "cover_note"),
        (["fiches", "-o", "fiches.docx"], "fiches.docx is not made, but fiches.pdf"),
        (["fiches", "--meetmoment", "m1"], "m7"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(report: CliRunner, asked: list[str], said: str) -> None:
    told = report.invoke(app, ["report", *asked])
    assert told.exit_code == 1
    assert said in str(told.exception)
