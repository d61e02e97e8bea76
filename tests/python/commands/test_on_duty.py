"""The person on duty: every night is written down, a hold is told until it is solved, a monitor hears what is wrong."""

import json
import os
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import duckdb
import pytest
from conftest import put
from made_files import plain_csv
from made_release import make_release, sign
from test_quick import HEAVY, loaded
from typer.testing import CliRunner

from flows import cli, diary, log, night, sights, standing, summary
from flows.commands import shared, wellbeing
from flows.night import Night, receive, runbook
from flows.release import anchor, kept, publishing
from flows.release.sign import Signer
from flows.settings import Settings, WrongSetting
from flows.standing import Outcome
from flows.warehouse import registry_rows

NOW = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)
HELD = Outcome("held", rejected=["OMG.csv"], reasons=["DQ16A: gedrukt 1, herrekend 2"], reasons_en=["DQ16A: printed"])


def command(*arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(cli.app, arguments)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, " ".join(ran.output.split())


def status(*arguments: str) -> tuple[int, dict[str, Any]]:
    ran = CliRunner().invoke(cli.app, ["status", "--json", *arguments])
    said: dict[str, Any] = json.loads(ran.stdout)
    assert said["exit_code"] == ran.exit_code
    return ran.exit_code, said


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with a return that was received, of which the last night ended as the test says."""
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    found = Settings()
    path = tmp_path / "OMG.csv"
    path.write_bytes(plain_csv())
    put(found, path, "veerkracht", "m7")
    receive(Night(found, NOW))
    registry_rows.database(found)
    return found


def ended(settings: Settings, outcome: Outcome) -> None:
    standing.remember(settings, NOW, standing.standing(settings), outcome)


def test_a_hold_is_told_every_night_until_something_changes(settings: Settings, tmp_path: Path) -> None:
    ended(settings, HELD)
    for outcome in (standing.quick_look(settings), runbook(Night(settings, NOW + timedelta(days=1)))):
        assert outcome and (outcome.verdict, outcome.reasons, outcome.since) == ("held", HELD.reasons, NOW.isoformat())
    code, said = command("nightly")
    assert code == 20 and "gedrukt 1, herrekend 2" in said and "sinds / since 15/01/2025" in said
    assert said.index("herrekend 2") < said.index("geweigerd / rejected")
    path = tmp_path / "OMG_v2.csv"
    path.write_bytes(plain_csv("VV001;Gerealiseerd;;"))
    put(settings, path, "veerkracht", "m7")
    assert standing.quick_look(settings) is None, "a corrected file came: the night goes on"


def test_each_page_of_a_hold_is_told_with_its_own_reasons(settings: Settings) -> None:
    """By the day of Brussels: the moment is just before midnight in UTC."""
    late = datetime(2025, 1, 14, 23, 30, tzinfo=UTC)
    reasons = ["G02: mist VV002", "DQ16A: gedrukt 1", "DQ16A: gedrukt 2"]
    english = ["G02: x", "DQ16A: y", "DQ16A: z"]
    held = Outcome("held", reasons=reasons, reasons_en=english)
    standing.remember(settings, late, standing.standing(settings), held)
    _, said = status()
    assert [(told["seen_nl"], told["seen_en"]) for told in said["to_do"]] == [
        ("tegengehouden sinds 15/01/2025: G02: mist VV002", "held since 15/01/2025: G02: x"),
        (
            "tegengehouden sinds 15/01/2025: DQ16A: gedrukt 1; DQ16A: gedrukt 2",
            "held since 15/01/2025: DQ16A: y; DQ16A: z",
        ),
    ]
    standing.remember(settings, late, standing.standing(settings), Outcome("held", rejected=["OMG.csv"]))
    (told,) = status()[1]["to_do"]
    assert (told["seen_nl"], told["seen_en"]) == (
        "tegengehouden sinds 15/01/2025: geweigerd: OMG.csv",
        "held since 15/01/2025: rejected: OMG.csv",
    )


@pytest.mark.parametrize("verdict", ["published", "nothing_new", "held"])
def test_a_refused_file_is_told_with_the_page_about_its_answer_however_the_night_ended(
    verdict: Any, settings: Settings
) -> None:
    """A release may come out beside it: its sender still waits for its answer."""
    ended(settings, Outcome(verdict, rejected=["OMG.csv"]))
    _, said = command("status")
    assert said.count(sights.SOME_REFUSED.path) == 1
    assert (sights.SOME_REFUSED.todo_nl in said) == (verdict != "held")
    ended(settings, Outcome(verdict))
    if verdict != "held":
        assert sights.SOME_REFUSED.path not in command("status")[1]


def test_a_standing_hold_loads_nothing_heavy(settings: Settings, tmp_path: Path) -> None:
    ended(settings, HELD)
    registry_rows.database(Settings(cache=tmp_path / "cache"))  # asked before, as on any night but the first
    said, packages = loaded(tmp_path, "nightly", expected=20)
    assert "TEGENGEHOUDEN" in said and not packages & HEAVY


@pytest.mark.parametrize("how", ["quiet", "held", "failed before it began", "failed", "registry"])
def test_every_night_is_written_down(how: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(settings, HELD if how == "held" else Outcome("published"))
    error = RuntimeError("No space left on device")

    def receive(*_: Any, **__: Any) -> None:
        raise error

    if how.startswith("failed"):
        monkeypatch.setattr(standing, "quick_look", receive if "before" in how else Mock(return_value=None))
        monkeypatch.setattr(night, "receive", receive)
    if how == "registry":
        monkeypatch.setattr(registry_rows, "expect_readable", receive)
        assert isinstance(CliRunner().invoke(cli.app, ["nightly"]).exception, RuntimeError)
    else:
        code, _ = command("nightly")
        assert code == {"quiet": 0, "held": 20}.get(how, 1)
    last = diary.last(settings)
    assert last and last.hours_ago(datetime.now(UTC)) < 1
    assert last.verdict == {"quiet": "nothing_new", "held": "held"}.get(how, "failed")
    if last.verdict == "failed":
        assert (last.error, last.said, last.page) == ("RuntimeError", str(error), sights.FULL.path)
        code, said = status()
        told = said["to_do"][-1]
        assert code == 1 and told["page"] == sights.FULL.path
        # What was raised is English, or of a library: beside the sentence, and in neither language's.
        assert told["message"] == str(error) and told["seen_nl"] == "de laatste nacht mislukte: de schijf is vol"


def test_a_disk_that_is_full_is_no_fault_of_the_code() -> None:
    """Whoever meets it: of the libraries each has errors of its own."""
    said = shared.in_words(duckdb.IOException("IO Error: Checkpoint failed: No space left on device"))
    assert said.startswith("de schijf is vol") and "onze code" not in said
    assert "onze code" in shared.in_words(duckdb.IOException("IO Error: something else"))


def test_a_night_that_finds_another_one_running_writes_no_line(settings: Settings) -> None:
    with standing.alone(settings), pytest.raises(standing.AnotherNight):
        runbook(Night(settings, NOW))
    assert not (settings.plan_home / diary.DIARY).exists()
    with standing.alone(settings):
        ran = CliRunner().invoke(cli.app, ["nightly"])
    assert ran.exit_code == 75 and sights.BUSY.seen_nl in ran.stderr and sights.BUSY.path in ran.stderr


def test_a_line_that_was_torn_is_passed_over(settings: Settings) -> None:
    diary.told(settings, NOW, lambda: Outcome("published", "r"))
    with (settings.plan_home / diary.DIARY).open("a") as file:
        file.write('{"ended_at": "20')
    last = diary.last(settings)
    assert last and (last.verdict, last.release_id) == ("published", "r")


@pytest.mark.parametrize(
    ("is_running", "is_silent", "told_as", "exit_code"),
    [
        (True, False, "er loopt nu een nacht, sinds ", 0),
        (True, True, "geen einde bekend: hij loopt nog en schrijft al een uur niets", 1),
        (False, False, "geen einde bekend: hij werd afgebroken", 1),
        (False, True, "geen einde bekend: hij werd afgebroken", 1),
    ],
)
def test_a_night_that_began_and_has_no_end_is_told(
    settings: Settings, is_running: bool, is_silent: bool, told_as: str, exit_code: int
) -> None:
    """Whether it still runs is told by its lock; an ended night and old logs are none."""
    with log.run_log(settings.logs, log.run_id(NOW)):
        diary.told(settings, NOW, lambda: Outcome("published"))
    (settings.logs / "note.jsonl").touch()
    assert status()[0] == 0 and status()[1]["to_do"] == []
    began = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    with log.run_log(settings.logs, log.run_id(began)) as path:
        log.event("received")
    os.utime(path, (began.timestamp() - 7200 * is_silent,) * 2)
    if is_silent:  # the night before it ended earlier still
        left = settings.plan_home / diary.DIARY
        old = (began - timedelta(hours=30)).isoformat(timespec="seconds")
        left.write_text(json.dumps(json.loads(left.read_text()) | {"ended_at": old}) + "\n")
    with standing.alone(settings) if is_running else nullcontext():
        code, said = status()
        (told,) = said["to_do"]
        assert (code, told["page"]) == (exit_code, (sights.UNFINISHED if exit_code else sights.BUSY).path)
        assert told_as in command("status")[1]
    diary.told(settings, began, lambda: Outcome("published"))
    assert status()[1]["to_do"] == []


def test_a_file_of_the_release_in_use_that_changed_is_told(settings: Settings) -> None:
    made = make_release(settings, "2025-01-14.1", NOW, [])
    (made.folder / "open.csv").write_bytes(b"a;b\n")
    listed = [{"path": "open.csv", "bytes": 4, "sha256": kept.sha256(made.folder / "open.csv")}]
    release = replace(made, manifest=made.manifest | {"files": listed})

    def found() -> wellbeing.Wellbeing:
        return wellbeing.of(settings, release, "", NOW, None)

    assert found().to_do == []
    (made.folder / "open.csv").write_bytes(b"a;b;c\n")
    (told,) = found().to_do
    assert (told.sight, found().exit_code) == (sights.TAMPERED, 20) and "open.csv" in told.seen_nl
    (made.folder / "open.csv").unlink()
    assert found().exit_code == 20


def test_a_quiet_night_sees_that_the_archive_or_the_release_in_use_changed(settings: Settings) -> None:
    """By a look at names and lengths: a file that is gone or was cut short is not silent until the next load."""
    made = make_release(settings, "2025-01-14.1", NOW, [])
    table = made.folder / "open.csv"
    table.write_bytes(b"a;b\n")
    listed = [{"path": table.name, "bytes": 4, "sha256": kept.sha256(table)}]
    (made.folder / kept.MANIFEST).write_text(json.dumps(made.manifest | {"files": listed}), encoding="utf-8")
    sign(settings, made.folder)
    publishing.switch(settings, made.folder)
    ended(settings, Outcome("nothing_new"))
    assert command("nightly")[0] == 0
    table.unlink()
    code, said = command("nightly")
    assert code == 20 and "niets nieuws" in said and "open.csv" in said and sights.TAMPERED.path in said
    table.write_bytes(b"a;b\n")
    assert command("nightly")[0] == 0
    (content,) = settings.archive.glob("*/content")
    whole = content.read_bytes()
    content.write_bytes(whole[:-1])
    code, said = command("nightly")
    assert code == 1 and "OMG.csv" in said and sights.DAMAGED.path in said
    content.write_bytes(whole)
    assert command("nightly")[0] == 0


def test_status_tells_a_standing_hold_with_its_reason_and_page(settings: Settings) -> None:
    assert status()[0] == 0
    ended(settings, HELD)
    code, said = status()
    assert code == 20 and said["hold"]["reasons"] == HELD.reasons
    assert [told["page"] for told in said["to_do"]] == [sights.FIGURE.path]
    shown = command("status")[1]
    assert "herrekend 2" in shown and sights.FIGURE.path in shown and sights.FIGURE.todo_nl in shown


def test_status_tells_how_old_the_last_night_is_and_a_monitor_may_ask_for_less(settings: Settings) -> None:
    diary.told(settings, NOW, lambda: Outcome("published"))
    old = (datetime.now(UTC) - timedelta(hours=30)).isoformat(timespec="seconds")
    path = settings.plan_home / diary.DIARY
    path.write_text(json.dumps(json.loads(path.read_text()) | {"ended_at": old}) + "\n")
    assert "30 uur geleden" in command("status")[1] and status()[0] == 0
    assert status("--max-age", "31")[0] == 0
    code, said = status("--max-age", "26")
    assert code == 1 and [told["page"] for told in said["to_do"]] == [sights.MISSING.path]


def test_a_monitor_hears_of_a_home_where_no_night_ever_ran(settings: Settings) -> None:
    assert status()[0] == 0 and status()[1]["to_do"] == []
    code, said = status("--max-age", "26")
    (told,) = said["to_do"]
    assert (code, told["page"], told["seen_nl"], told["seen_en"]) == (
        *(1, sights.MISSING.path, "er is nog geen enkele nacht geweest"),
        "there has been no night yet",
    )
    with standing.alone(settings), log.run_log(settings.logs, log.run_id(datetime.now(UTC))):
        log.event("received")
        code, said = status("--max-age", "26")
    assert (code, [told["page"] for told in said["to_do"]]) == (0, [sights.BUSY.path]), "the first one is running"


def test_a_rollback_and_releases_of_which_none_is_served_are_told(settings: Settings) -> None:
    first, second = (make_release(settings, f"2025-01-1{n}.1", NOW, []) for n in (4, 5))
    anchor.leave(settings, second, second.release_id)

    def found() -> wellbeing.Wellbeing:
        return wellbeing.of(settings, kept.current(settings), "", NOW, None)

    assert found().to_do == []
    publishing.switch(settings, first.folder)
    anchor.serve(settings, first.release_id)
    (told,) = found().to_do
    assert (told.sight, found().exit_code) == (sights.ROLLED_BACK, 0) and second.release_id in told.seen_nl
    kept_apart = second.folder.rename(settings.home / "put by")
    (told,) = found().to_do
    assert (told.sight, found().exit_code) == (sights.TAMPERED, 20), "the last one is gone, and not only not in use"
    assert second.release_id in told.message
    kept_apart.rename(second.folder)
    settings.current.unlink()
    (told,) = found().to_do
    assert (told.sight, found().exit_code) == (sights.NOT_SERVED, 20) and "2 uitgaven" in told.seen_nl


@pytest.mark.parametrize(
    ("outcome", "name", "says"),
    [
        (HELD, "Held", "gedrukt 1, herrekend 2"),
        (Outcome("held", rejected=["OMG.csv"]), "Held", "geweigerd: OMG.csv"),
        (Outcome("published", "r"), "Completed", "published"),
    ],
)
def test_a_night_that_was_held_is_no_completed_flow_run(
    outcome: Outcome, name: str, says: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import nightly

    artifact = Mock()  # what leaves it with the run asks for a server
    monkeypatch.setattr(nightly, "create_markdown_artifact", artifact)
    monkeypatch.setattr(nightly, "runbook", Mock(return_value=outcome))
    state = nightly.nightly.fn("veerkracht")
    assert artifact.call_args.kwargs == {"key": nightly.SUMMARY}
    assert artifact.call_args.args == (summary.of_night({"veerkracht": outcome}, {}),)
    assert (state.name, state.is_failed()) == (name, name == "Held")
    assert state.message and says in state.message


def test_a_setting_that_cannot_be_is_named_and_leads_to_its_page(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No fault of ours, and no name of a class of Python."""
    monkeypatch.setenv("VEERKRACHT_SIGNING_KEY", "veel")

    def receive(_: Night) -> Signer:
        return Signer.of(Settings())

    monkeypatch.setattr(night, "receive", receive)
    with pytest.raises(WrongSetting) as key:
        night.receive(Night(settings, NOW))
    code, said = command("nightly")
    assert code == 1 and str(key.value) in said and sights.SETTING.path in said and "WrongSetting" not in said
    monkeypatch.setenv("VEERKRACHT_MAX_FILE_MB", "veel")
    monkeypatch.setattr("sys.argv", ["veerkracht", "nightly"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1 and "VEERKRACHT_MAX_FILE_MB" in said and sights.SETTING.path in said
    assert "onze code" not in said and "Error" not in said


@pytest.mark.parametrize(
    ("name", "found", "nl", "en"),
    [
        ("MAX_FILE_MB", "abc", "een geheel getal vanaf 1", "a whole number from 1"),
        ("MAX_ROWS", "0", "een geheel getal vanaf 1", "a whole number from 1"),
        ("PARSE_SECONDS", "1.5", "een geheel getal vanaf 1", "a whole number from 1"),
        ("THREADS", "", "een geheel getal vanaf 1", "a whole number from 1"),
        ("KEEP_RELEASES", "-2", "een geheel getal vanaf 0", "a whole number from 0"),
        ("HOME", "", "een map", "a folder"),
        ("CACHE", "", "een map", "a folder"),
        ("SPILL", "", "een map", "a folder"),
        ("TRUSTED_KEYS", "", "een PEM-bestand", "a PEM file"),
        ("MEMORY_LIMIT", "80%", "een hoeveelheid met haar eenheid, zoals 4GB", "an amount with its unit, such as 4GB"),
    ],
)
def test_a_wrong_setting_is_told_with_what_it_is_and_what_it_can_be(
    name: str, found: str, nl: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VEERKRACHT_CACHE", raising=False)  # what follows from another setting is not told beside it
    monkeypatch.setenv(f"VEERKRACHT_{name}", found)
    with pytest.raises(WrongSetting) as wrong:
        Settings()
    assert str(wrong.value) == (
        f"de instelling VEERKRACHT_{name} kan niet '{found}' zijn, wel {nl}"
        f" / the setting VEERKRACHT_{name} cannot be '{found}', but {en}"
    )


def test_a_setting_that_can_be_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("4GB", "512 MiB", "1.5gb"):
        monkeypatch.setenv("VEERKRACHT_MEMORY_LIMIT", limit)
        assert Settings().memory_limit == limit


def test_status_says_when_the_archive_was_last_read_through_and_asks_for_it_after_a_month(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a night that loaded, or by the command; what only looked, failed or found damage read nothing through."""

    def unread() -> list[str]:
        _, said = status()
        found = [told["seen_nl"] for told in said["to_do"] if told["sight"]["todo_nl"] == sights.UNREAD.todo_nl]
        assert not any(told["exit_code"] for told in said["to_do"] if told["seen_nl"] in found), (
            "no monitor hears of it"
        )
        return found

    assert unread() == [], "no night read it yet"
    diary.verified(settings, datetime.now(UTC) - timedelta(days=40))
    assert unread() == ["het archief is al 40 dagen niet volledig nagelezen"]
    (content,) = settings.archive.glob("*/content")
    received = content.read_bytes()
    content.write_bytes(b"x" * len(received))
    assert command("archive", "verify")[0] == 20 and unread()
    content.write_bytes(received)
    assert command("archive", "verify")[0] == 0 and unread() == []
    assert "archief / archive nagelezen op / read through on" in command("status")[1]
    diary.verified(settings, datetime.now(UTC) - timedelta(days=40))
    diary._write(settings, NOW, "nothing_new")
    diary._write(settings, NOW, "held", since=NOW.isoformat())
    assert unread()
    diary._write(settings, NOW, "held")
    assert unread() == []
