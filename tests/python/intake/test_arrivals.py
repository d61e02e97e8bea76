"""Receipts are events: what counts when files come in more than once, in any order and under any name."""

import errno
import os
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from unittest.mock import Mock

import pytest

from flows.intake import archive, arrivals, file_names, waiting, withdrawal
from flows.intake.inbox import of_no_plan, placed, unplaced
from flows.night import Night, receive
from flows.settings import Settings
from flows.standing import nothing_new, quick_look, remember, standing
from flows.warehouse.load import load

NOW = datetime(2021, 4, 2, 1, 17, tzinfo=UTC)
PLAN = "veerkracht"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, plan=PLAN)
    (settings.inbox / "m1").mkdir(parents=True)
    return settings


def send(settings: Settings, name: str, content: str, meetmoment: str = "m1") -> Path:
    """A file as a sender puts it there: written now."""
    path = settings.inbox / meetmoment / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    old = time.time_ns() - 10**11  # as if it had lain there a while, and never at the same moment twice
    os.utime(path, ns=(old, old))
    return path


def nights(settings: Settings, *deliveries: tuple[str, str] | list[tuple[str, str]]) -> list[list[str]]:
    """What is received on each of the nights on which these files come in."""
    received = []
    for number, delivery in enumerate(deliveries):
        for name, content in delivery if isinstance(delivery, list) else [delivery]:
            send(settings, name, content)
        received.append(receive(Night(settings, NOW + timedelta(days=number))))
    return received


def ids(settings: Settings) -> list[str]:
    return [receipt.submission_id for receipt in archive.receipts(settings.archive, PLAN)]


def test_the_same_bytes_after_something_else_are_a_receipt_again(home: Settings) -> None:
    name = "OMG_return_m1.xlsx"
    assert nights(home, (name, "A"), (name, "B"), (name, "A")) == [[name], [name], [name]]
    first, second, third = archive.receipts(home.archive, PLAN)
    assert first.sha256 == third.sha256 != second.sha256
    assert third.submission_id == f"{first.submission_id}-2" and third.received_at == NOW + timedelta(days=2)
    assert len(list(home.archive.glob("*/content"))) == 2, "the bytes are kept once"


def test_a_publisher_that_goes_back_under_names_of_other_days_is_heard(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, plan="fr_barometre")
    days = {"2024-05-18": "A", "2024-05-22": "B", "2024-05-24": "A"}
    for number, (day, content) in enumerate(days.items()):
        send(settings, f"ind-328__{day}__{number}.csv", content, "baro")
        assert len(receive(Night(settings, NOW + timedelta(days=number)))) == 1
    assert [r.number for r in archive.receipts(settings.archive, "fr_barometre")] == [1, 1, 2]


def test_what_lies_there_as_it_lay_is_no_arrival(home: Settings) -> None:
    nights(home, ("OMG_return_m1.xlsx", "A"), ("OMG_return_m1_v2.xlsx", "B"))
    assert receive(Night(home, NOW + timedelta(days=5))) == [] and len(ids(home)) == 2


def test_the_same_bytes_as_the_last_of_their_series_are_nothing_new(home: Settings) -> None:
    name = "OMG_return_m1.xlsx"
    nights(home, (name, "A"), ("WVG_return_m1.xlsx", "other"), (name, "A"), ("OMG_final.xlsx", "A"))
    assert len(ids(home)) == 2
    ((copy),) = nothing_new(home).identical
    assert (copy["file_name"], copy["received_as"]) == ("OMG_final.xlsx", name)


def test_of_copies_that_come_in_together_the_name_that_is_known_is_received(home: Settings) -> None:
    """Else the shortest: a copy says more in its name than what it is a copy of."""
    name = send(home, "OMG_return_m1.csv", "first").name
    nights(home, [])
    for sent in ("Copy of OMG_return_m1.csv", "OMG_return_m1 (1).csv", "OMG_return_m1_v2.csv"):
        send(home, sent, "second")
    for sent in ("Kopie van WVG.csv", "WVG.csv"):
        send(home, sent, "other")
    (received,) = nights(home, [])
    assert sorted(received) == ["OMG_return_m1_v2.csv", "WVG.csv"]
    told = {copy["file_name"]: copy["received_as"] for copy in nothing_new(home).identical}
    assert told == {
        "Copy of OMG_return_m1.csv": "OMG_return_m1_v2.csv",
        "OMG_return_m1 (1).csv": "OMG_return_m1_v2.csv",
        "Kopie van WVG.csv": "WVG.csv",
    }
    paths = sorted((home.inbox / "m1").iterdir())
    before = [r for r in archive.receipts(home.archive, "veerkracht") if r.file_name == name]
    sent_now = [(archive.receipt_for(path, "veerkracht", "m1", NOW), path) for path in paths if path.name != name]
    kept = [receipt.file_name for receipt, _ in arrivals.without_copies(sent_now, before)]
    assert kept == ["OMG_return_m1_v2.csv", "WVG.csv"], "a preview keeps the same ones"


def test_the_right_file_sent_again_under_another_version_counts(home: Settings) -> None:
    """So the answer to a file that a later version overtook says it, and to one that another took the place of."""
    nights(home, ("OMG_return_m1_v2.csv", "B"), ("OMG_return_m1.csv", "A"))
    assert nights(home, ("OMG_return_m1.csv", "A")) == [[]], "as it was"
    (received,) = nights(home, ("OMG_return_m1_v3.csv", "A"))
    assert received == ["OMG_return_m1_v3.csv"]
    assert nights(home, ("OMG_return_m1_v3.csv", "A")) == [[]]


def test_a_whole_folder_sent_again_is_nothing_new(home: Settings) -> None:
    both = [("OMG_return_m1.xlsx", "A"), ("OMG_return_m1_v2.xlsx", "B")]
    assert nights(home, both[0], both[1], both)[2] == []
    assert len(ids(home)) == 2
    with_new = [*both, ("OMG_return_m1_v3.xlsx", "C")]
    assert nights(home, with_new) == [["OMG_return_m1_v3.xlsx"]], "beside them the new version alone"


def test_without_word_of_how_the_inbox_lay_what_was_received_is_not_received_again(home: Settings) -> None:
    nights(home, ("OMG_return_m1.xlsx", "A"), ("OMG_return_m1_v2.xlsx", "B"))
    for said in (None, "", "[]", '{"m1/OMG_return_m1.xlsx": 3}'):
        path = home.plan_home / arrivals.LOOKED_AT
        path.unlink() if said is None else path.write_text(said)
        assert receive(Night(home, NOW + timedelta(days=5))) == []
    assert len(ids(home)) == 2


def test_a_repeated_receipt_can_be_withdrawn_on_its_own(home: Settings) -> None:
    name = "OMG_return_m1.xlsx"
    nights(home, (name, "A"), (name, "B"), (name, "A"))
    *_, again = ids(home)
    made = withdrawal.withdraw(home, again, "verkeerd", "sender", NOW + timedelta(days=3))
    assert archive.withdrawals(home.archive, PLAN) == {again: made}


def test_an_archive_of_before_is_read_as_it_was_written(home: Settings) -> None:
    nights(home, ("OMG_return_m1.xlsx", "A"))
    (path,) = home.archive.glob("*/receipts/*.json")
    assert path.name == "veerkracht__m1.json" and "number" not in path.read_text()


def test_a_link_is_not_followed_and_is_told(home: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root:x:0")
    (home.inbox / "m1" / "OMG_return_m1.csv").symlink_to(secret)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "OMG_return_m2.csv").write_text("x")
    (home.inbox / "m2").symlink_to(elsewhere)
    os.mkfifo(home.inbox / "m1" / "pipe.csv")
    assert receive(Night(home, NOW)) == [] and not home.archive.exists()
    told = {left["file_name"]: left["remedy_nl"] for left in nothing_new(home).unplaced}
    assert set(told) == {"OMG_return_m1.csv", "m2", "pipe.csv"}
    assert all("koppeling" in told[name] for name in ("OMG_return_m1.csv", "m2"))


def test_a_file_that_becomes_a_link_between_look_and_receipt_is_not_followed(home: Settings, tmp_path: Path) -> None:
    path = send(home, "OMG_return_m1.csv", "x")
    receipt = archive.receipt_for(path, PLAN, "m1", NOW)
    path.unlink()
    (tmp_path / "twin").write_text("x")
    path.symlink_to(tmp_path / "twin")
    with pytest.raises(OSError, match="OMG_return_m1"):
        archive.keep(home.archive, path, receipt)
    assert not archive.is_received(home.archive, receipt)


def test_a_name_that_is_not_utf8_or_very_long_stops_nobody(home: Settings) -> None:
    latin = os.fsdecode(os.fsencode(home.inbox / "m1") + b"/OMG_Belgi\xeb.csv")
    Path(latin).write_text("A")
    long = "OMG_" + "é" * 115 + ".csv"
    send(home, long, "B")
    send(home, "OMG_\x1b[31mred.csv", "C")
    assert sorted(receive(Night(home, NOW))) == sorted(["OMG_België.csv", long, "OMG_\ufffd[31mred.csv"])
    assert receive(Night(home, NOW)) == []
    assert {r.file_name for r in archive.receipts(home.archive, PLAN)} >= {"OMG_België.csv", long}


def test_a_file_that_may_not_be_read_waits_and_the_rest_is_received(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, opened = send(home, "OMG_return_m1.csv", "A"), arrivals.opened

    def refused(path: Path) -> AbstractContextManager[BufferedReader]:
        if path == closed:
            raise PermissionError(path)
        return opened(path)

    monkeypatch.setattr(arrivals, "opened", refused)
    assert nights(home, ("WVG_return_m1.csv", "B")) == [["WVG_return_m1.csv"]]
    (left,) = nothing_new(home).unplaced
    assert left["file_name"] == "OMG_return_m1.csv" and "wacht" in left["remedy_nl"]


def test_a_file_of_which_the_machine_does_not_say_how_it_lies_waits_and_is_told(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a file that is gone is passed over in silence."""
    new, before = send(home, "OMG_return_m1.csv", "A"), arrivals._state

    def failing(path: Path) -> arrivals.State | None:
        if path == new:
            raise OSError(errno.EIO, "input/output error", str(path))
        return before(path)

    monkeypatch.setattr(arrivals, "_state", failing)
    assert nights(home, ("WVG_return_m1.csv", "B")) == [["WVG_return_m1.csv"]]
    assert [left["file_name"] for left in nothing_new(home).unplaced] == ["OMG_return_m1.csv"]
    monkeypatch.setattr(arrivals, "_state", before)
    assert receive(Night(home, NOW)) == ["OMG_return_m1.csv"]


def test_an_error_of_the_machine_is_no_file_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert arrivals._state(tmp_path / "gone") is None
    monkeypatch.setattr(Path, "lstat", Mock(side_effect=OSError(errno.EMFILE, "too many open files")))
    with pytest.raises(OSError, match="too many open files"):
        arrivals._state(tmp_path)


def test_a_file_that_still_grows_waits_and_the_rest_is_received(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = send(home, "OMG_return_m1.csv", "A")
    growing.write_text("AA")

    def goes_on(seconds: float) -> None:
        growing.write_text(growing.read_text() + "A")

    monkeypatch.setattr(arrivals.time, "sleep", goes_on)
    assert nights(home, ("WVG_return_m1.csv", "B")) == [["WVG_return_m1.csv"]]
    assert "OMG_return_m1.csv" in {left["file_name"] for left in nothing_new(home).unplaced}
    monkeypatch.undo()
    assert receive(Night(home, NOW)) == ["OMG_return_m1.csv"]


@pytest.mark.parametrize("gone", [True, False])
def test_a_file_that_changes_or_vanishes_while_it_is_kept_waits_and_the_rest_is_received(
    home: Settings, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    path = send(home, "OMG_return_m1.csv", "A")
    send(home, "WVG_return_m1.csv", "B")
    keep = archive.keep

    def too_late(kept: Path, file: Path, receipt: archive.Receipt) -> None:
        if file == path:
            path.unlink() if gone else path.write_text("something else")
        keep(kept, file, receipt)

    monkeypatch.setattr(archive, "keep", too_late)
    assert receive(Night(home, NOW)) == ["WVG_return_m1.csv"]
    monkeypatch.undo()
    assert receive(Night(home, NOW)) == ([] if gone else ["OMG_return_m1.csv"])
    assert not list(home.archive.glob("*/.content.*"))


def test_good_bytes_sent_again_heal_the_archive(home: Settings) -> None:
    name = "OMG_return_m1.csv"
    nights(home, (name, "A1"), ("WVG_return_m1.csv", "B"))
    receipt = archive.receipts(home.archive, PLAN)[0]
    content = archive.content_path(home.archive, receipt.sha256)
    content.write_text("A7")
    sources = archive.sources(home.archive, archive.receipts(home.archive, PLAN))
    remember(home, NOW, standing(home), nothing_new(home))
    with pytest.raises(archive.Damaged, match=rf"{name} \(m1, .* received 02/04/2021 03:17, sha256 {receipt.sha256}"):
        load(home, sources, home.warehouse, {})
    send(home, name, "A1")
    assert not quick_look(home)
    assert receive(Night(home, NOW)) == [] and content.read_text() == "A1"
    assert archive.damaged(sources) == []


@pytest.mark.parametrize("said", ["", "{", "[]", '{"received_at": 3}', '{"plan_code": "veerkracht"}'])
def test_a_receipt_that_cannot_be_read_is_named(home: Settings, said: str) -> None:
    nights(home, ("OMG_return_m1.csv", "A"))
    (path,) = home.archive.glob("*/receipts/*.json")
    path.write_text(said)
    with pytest.raises(archive.Damaged, match=str(path)):
        archive.receipts(home.archive, PLAN)


@pytest.mark.parametrize("limit", [{"max_night_files": 3}, {"max_night_mb": 0}])
def test_a_crowd_of_files_is_one_message_and_stops_no_other_meetmoment(home: Settings, limit: dict[str, int]) -> None:
    """What is received is kept for ever, so that somebody looks first."""
    few = home.model_copy(update=limit)
    send(few, "OMG_return_m2.xlsx", "" if "max_night_mb" in limit else "A", "m2")
    for number in range(4):
        send(few, f"{number}.txt", f"{number}")
    assert receive(Night(few, NOW)) == ["OMG_return_m2.xlsx"]
    (told,) = nothing_new(few).unplaced
    assert told["folder"].endswith("inbox/m1") and "4 nieuwe bestanden" in told["remedy_nl"]
    remember(few, NOW, standing(few), nothing_new(few))
    quiet = quick_look(few)
    assert quiet and quiet.unplaced == [told], "the next night says so too, and costs nothing"
    assert len(receive(Night(home, NOW + timedelta(days=1)))) == 4, "with room enough they come in after all"


def test_a_crowd_is_told_by_its_count_and_its_size(home: Settings) -> None:
    found = arrivals.arrivals(home, NOW)
    found.crowds["m1"] = 4, 600 * 1024**2
    (told,) = arrivals.crowded(home.model_copy(update={"max_night_files": 7, "max_night_mb": 500}), found)
    assert (told["file_name"], told["folder"]) == ("4 x", str(home.inbox / "m1"))
    assert (
        told["remedy_nl"].startswith("4 nieuwe bestanden (600 MB) is meer")
        and "(7 bestanden, 500 MB)" in told["remedy_nl"]
    )
    assert told["remedy_en"].startswith("4 new files (600 MB) are more") and "(7 files, 500 MB)" in told["remedy_en"]


def test_a_file_that_is_taken_away_meanwhile_hides_no_other(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("a.csv", "b.csv", "c.csv")
    for name in names:
        (home.inbox / "m1" / name).write_text("x")
    asked = Path.lstat

    def taken_away(path: Path) -> os.stat_result:
        if path.name == "b.csv":
            path.unlink(missing_ok=True)
        return asked(path)

    monkeypatch.setattr(Path, "lstat", taken_away)
    assert [path.name for _, path in waiting.waiting_files(home.inbox)] == ["a.csv", "c.csv"]


def test_a_file_that_goes_after_it_was_seen_hides_no_other(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the list of the inbox and the look at a file somebody may take it back; what cannot be asked waits."""
    went, stays = send(home, "a.csv", "A"), send(home, "b.csv", "B")
    monkeypatch.setattr(arrivals, "placed", lambda _: iter([("m1", went), ("m1", stays)]))
    went.unlink()
    assert receive(Night(home, NOW)) == ["b.csv"]
    assert nothing_new(home).unplaced == []


ELSEWHERE = (
    (f"{PLAN}/inbox/a.csv", ("het meetmoment is niet te zien; zet", "the meetmoment cannot be seen; put")),
    (
        f"{PLAN}/inbox/m99/a.csv",
        ("meetmoment 'm99' staat niet in de kalender van veerkracht; zet", "meetmoment 'm99' is not in the calendar"),
    ),
    (f"{PLAN}/inbox/m1/deeper/a.csv", ("mappen daaronder worden niet gelezen; zet", "folders below it are not read;")),
    (f"{PLAN}/inbox/m1/85073003328.csv", ("de bestandsnaam bevat een persoonsgegeven", "the name of the file holds")),
    ("inbox/a.csv", ("het plan is niet te zien; zet het bestand in <plan>/inbox/", "the plan cannot be seen; put")),
    ("no_plan/inbox/m1/a.csv", ("plan 'no_plan' heeft geen kalender; zet", "plan 'no_plan' has no calendar; put")),
    ("no_plan/inbox/m1/85073003328.csv", ("de bestandsnaam bevat een", "the name of the file holds")),
)


def test_what_lies_where_nothing_is_received_says_where_it_belongs(home: Settings) -> None:
    for place, _ in ELSEWHERE:
        path = home.home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    told = {Path(each["folder"], each["file_name"]): each for each in [*unplaced(home), *of_no_plan(home.home)]}
    assert len(told) == len(ELSEWHERE) and [path.name for _, path in placed(home)] == []
    for place, (nl, en) in ELSEWHERE:
        each = told[home.home / place]
        assert each["remedy_nl"].startswith(nl) and each["remedy_en"].startswith(en), place
    (home.home / "nobody" / "inbox").mkdir(parents=True)
    (home.home / "nobody" / "inbox" / "a.csv").write_text("x")
    (each,) = unplaced(home.model_copy(update={"plan": "nobody"}))
    assert each["remedy_nl"].startswith("plan 'nobody' heeft geen kalender; zet het bestand in <plan>/inbox/")
    assert each["remedy_nl"].count("veerkracht") == 1, "each plan is named once"
    named_like_a_plan = home.home / "pnrr"
    (named_like_a_plan / "inbox").mkdir(parents=True)
    (named_like_a_plan / "inbox" / "a.csv").write_text("x")
    assert [each["file_name"] for each in of_no_plan(named_like_a_plan)] == ["a.csv"]


def test_versions_and_orders_of_file_names_are_of_the_plan_that_declares_them() -> None:
    assert file_names.series_of(PLAN, "OMG_Return_m1_v12.XLSX") == "omg_return_m1"
    assert file_names.series_of(PLAN, "OMG_Return_m1.xlsx") == "omg_return_m1"
    assert file_names.series_of(PLAN, "two\nlines_v2.csv") == "two\nlines"
    for answered in ("OMG_Return_m1_v2_bevindingen.xlsx", "OMG_Return_m1_v2_bevindingen_bevindingen.xlsx"):
        assert file_names.series_of(PLAN, answered) == "omg_return_m1", (
            "an answer, corrected and sent as it was handed out"
        )
        assert file_names.declared_version(PLAN, answered) == 2
    assert file_names.series_of("pnrr", "a_bevindingen.csv") == "a"
    name = "ind-308__2024-03-29__a8c7b942.csv"
    assert file_names.declared_version("fr_barometre", name) == 20240329
    assert file_names.declared_order("fr_barometre", name) == 1
    for other in ("pnrr", "uk_gmpp", PLAN):
        assert file_names.declared_version(other, name) is None
        assert file_names.declared_order(other, name) is None
