"""A file that brings every reading of it down has no verdict, and stops no night once it is withdrawn."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from made_files import plain_csv
from typer.testing import CliRunner

from flows.cli import app
from flows.intake import archive, withdrawal
from flows.intake.archive import Receipt
from flows.settings import Settings
from flows.warehouse.load import ReadingFailed, load

RECEIVED, NOW = datetime(2025, 1, 15, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
BRINGS_DOWN = """
import os, pathlib

read_bytes = pathlib.Path.read_bytes

def read(path):
    content = read_bytes(path)
    if b"VV666" in content:
        os.kill(os.getpid(), 11)
    return content

pathlib.Path.read_bytes = read
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home that received a good file, and one whose reading ends the process that reads."""
    (tmp_path / "sitecustomize.py").write_text(BRINGS_DOWN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "home"))
    for name, row in (("OMG", "VV001;Opgestart;;"), ("LV", "VV666;Opgestart;;")):
        (tmp_path / name).write_bytes(plain_csv(row))
        receipt = archive.receipt_for(tmp_path / name, "veerkracht", "m7", RECEIVED)
        archive.keep(Settings().archive, tmp_path / name, receipt)
    return Settings()


def the(name: str, settings: Settings) -> Receipt:
    return next(r for r in archive.receipts(settings.archive, settings.plan) if r.file_name == name)


def loaded(settings: Settings) -> list[str]:
    """The files that a night stands on."""
    receipts = archive.receipts_to_read(settings.archive, settings.plan)
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    load(settings, archive.sources(settings.archive, receipts), settings.warehouse, withdrawn)
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        return [name for (name,) in con.sql("select file_name from raw.submission").fetchall()]


def test_the_night_says_how_and_goes_on_once_it_is_withdrawn(settings: Settings) -> None:
    broken = the("LV", settings)
    for _ in range(2):
        says = rf"LV .*SIGSEGV.*stays in the archive.*veerkracht withdraw {broken.submission_id} --reason "
        with pytest.raises(ReadingFailed, match=says):
            loaded(settings)
    ran = CliRunner().invoke(app, ["withdraw", broken.submission_id, "--reason", "brengt het inlezen ten val"])
    assert ran.exit_code == 0 and "blijft in het archief" in ran.output
    assert loaded(settings) == ["OMG"]
    assert archive.is_whole(settings.archive, broken.sha256)
    assert the("LV", settings) == broken, "it came in, and is nothing new when it lies there still"
    assert not list(settings.build.glob(f"parsed/{broken.sha256}*/parsed.json")), "no verdict is remembered"
    assert archive.withdrawals(settings.archive, settings.plan)[broken.submission_id].is_unread


def test_what_a_release_stands_on_is_read_though_it_is_withdrawn(settings: Settings) -> None:
    """Else the machine, failing for once, would change what was published of the past."""
    broken = the("LV", settings)
    made = withdrawal.withdraw(settings, broken.submission_id, "x", "x", NOW, published={broken.submission_id})
    assert not made.is_unread
    with pytest.raises(ReadingFailed):
        loaded(settings)


@pytest.mark.parametrize(
    ("submission", "reason", "role", "said"),
    [
        ("veerkracht-m7-none", "x", "x", "there is no submission veerkracht-m7-none"),
        (None, " ", "x", "needs a reason and the role"),
        (None, "x", " ", "needs a reason and the role"),
    ],
)
def test_a_withdrawal_names_what_it_withdraws_why_and_who_decided(
    settings: Settings, submission: str | None, reason: str, role: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        withdrawal.withdraw(settings, submission or the("OMG", settings).submission_id, reason, role, NOW)
    assert archive.withdrawals(settings.archive, settings.plan) == {}
    made = withdrawal.withdraw(settings, the("OMG", settings).submission_id, " x ", " y ", NOW)
    assert (made.reason, made.role) == ("x", "y")


def test_what_can_be_read_is_withdrawn_as_ever(settings: Settings) -> None:
    made = withdrawal.withdraw(settings, the("OMG", settings).submission_id, "x", "x", NOW)
    assert not made.is_unread
    (told,) = settings.archive.glob("*/withdrawals/*.json")
    assert "is_unread" not in told.read_text(encoding="utf-8"), "archives of before and after say it alike"
    shutil.rmtree(settings.archive / the("LV", settings).sha256)
    assert loaded(settings) == ["OMG"], "its rows are history"
