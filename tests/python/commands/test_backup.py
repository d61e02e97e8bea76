"""A copy of a home, and an empty machine that goes on from it: nothing is lost, and the release is made again equal."""

import shutil
from pathlib import Path

import pytest
from conftest import DemoRun
from kept_homes import copied, own
from replay import without_dbt
from small_plan import METINGEN
from typer.testing import CliRunner

from flows import copies
from flows.cli import app
from flows.commands.shared import EXIT_DIFFERS
from flows.intake import archive
from flows.night import Night, runbook
from flows.release import kept
from flows.settings import Settings
from flows.standing import AnotherNight, alone

NOT_COPIED = ("build", "logs", "answers")


@pytest.fixture
def home(small: DemoRun, tmp_path: Path) -> Settings:
    """A home after three nights of the small plan."""
    settings = Settings(home=tmp_path / "home")
    copied(small.settings.plan_home, settings.plan_home, shutil.ignore_patterns(*NOT_COPIED))
    return settings


@pytest.fixture(scope="module")
def backed_up(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the home of the small plan, made once; it is only read."""
    folder = tmp_path_factory.mktemp("backed_up") / "copy"
    assert copies.back_up(small.settings, folder).problems == ()
    return folder


@pytest.fixture
def copy(backed_up: Path, tmp_path: Path) -> Path:
    """The copy of ``home``, to be changed."""
    return copied(backed_up, tmp_path / "copy")


def test_an_empty_machine_holds_all_that_the_last_one_held(home: Settings, copy: Path, tmp_path: Path) -> None:
    empty = Settings(home=tmp_path / "empty")
    restored = copies.restore(copy, empty)
    assert restored.problems == ()
    assert archive.receipts(empty.archive, empty.plan) == archive.receipts(home.archive, home.plan)
    assert kept.ids(empty) == kept.ids(home) and kept.served_id(empty) == kept.served_id(home)


@pytest.mark.slow
def test_an_empty_machine_goes_on_where_the_last_one_stopped(copy: Path, tmp_path: Path) -> None:
    """The marts are made from the archive alone: what they come to is what was published."""
    empty = Settings(home=tmp_path / "empty")
    copies.restore(copy, empty)
    with without_dbt():
        outcome = runbook(Night(empty, METINGEN[max(METINGEN)]))
    assert (outcome.verdict, outcome.mended) == ("nothing_new", [])


def test_only_what_is_new_is_copied_and_nothing_twice(home: Settings, copy: Path) -> None:
    again = copies.back_up(home, copy)
    assert again.files <= len(copies.AGAIN) and again.problems == ()
    assert [path for path in copy.rglob(".*") if path.name != ".night.lock"] == []


def test_a_copy_has_the_inbox_as_it_lies(home: Settings, copy: Path, tmp_path: Path) -> None:
    """Else a file that was replaced would come in again from the copy, and count."""
    replaced, gone = sorted(path for path in home.inbox.rglob("*") if path.is_file())[:2]
    own(replaced).write_bytes(b"corrected")
    gone.unlink()
    assert copies.back_up(home, copy).problems == ()
    of_copy = copy / home.plan
    assert (of_copy / replaced.relative_to(home.plan_home)).read_bytes() == b"corrected"
    assert not (of_copy / gone.relative_to(home.plan_home)).exists()
    empty = Settings(home=tmp_path / "empty")
    assert copies.restore(copy, empty).problems == ()
    assert (empty.plan_home / replaced.relative_to(home.plan_home)).read_bytes() == b"corrected"


def test_a_good_copy_is_never_written_over_by_a_damaged_file(home: Settings, copy: Path) -> None:
    receipt = archive.receipts(home.archive, home.plan)[0]
    content = own(archive.content_path(home.archive, receipt.sha256))
    content.chmod(0o600)
    content.write_bytes(b"damaged")
    assert copies.back_up(home, copy).problems == ()
    shutil.rmtree(copy / home.plan / "archive" / receipt.sha256)
    (told,) = copies.back_up(home, copy).problems
    assert receipt.file_name in told


def test_what_a_copy_does_not_hold_is_told(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = own(next((copy / "veerkracht" / "releases").glob("*/csv/fct_finance.csv")))
    broken.chmod(0o600)
    broken.write_text("changed")
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "empty"))
    told = CliRunner().invoke(app, ["restore", str(copy)])
    assert told.exit_code == EXIT_DIFFERS and "fct_finance.csv" in told.output


def test_a_key_that_is_not_trusted_here_is_told(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "empty"))
    monkeypatch.setenv("VEERKRACHT_SIGNING_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    told = CliRunner().invoke(app, ["restore", str(copy)])
    assert told.exit_code == EXIT_DIFFERS and "VEERKRACHT_TRUSTED_KEYS" in told.output


def test_a_home_that_has_more_is_left_alone(home: Settings, copy: Path) -> None:
    shutil.rmtree(next((copy / home.plan / "archive").iterdir()))
    before = sorted(home.plan_home.rglob("*"))
    with pytest.raises(ValueError, match="an empty home"):
        copies.restore(copy, home)
    assert sorted(home.plan_home.rglob("*")) == before


def test_no_copy_is_made_of_a_night_half_way_nor_into_the_home(home: Settings, tmp_path: Path) -> None:
    with alone(home), pytest.raises(AnotherNight):
        copies.back_up(home, tmp_path / "other")
    with pytest.raises(ValueError, match="another disk"):
        copies.back_up(home, home.home / "copy")


def test_a_folder_without_a_copy_is_told(home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "empty"))
    with pytest.raises(LookupError, match="copy of no plan"):
        CliRunner().invoke(app, ["restore", str(tmp_path)], catch_exceptions=False)
