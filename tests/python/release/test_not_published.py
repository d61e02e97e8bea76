"""What a release is not made of, and what is not taken for one: told, and the release that is served stays."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

import duckdb
import pytest
from conftest import DemoRun
from kept_homes import copied
from made_release import make_release, sign
from pydantic import SecretStr
from replay import without_pages
from typer.testing import CliRunner

from flows import cli
from flows.forms import contents, tables
from flows.forms.names import DATABASE
from flows.intake import archive
from flows.release import anchor, kept, publishing, receipts, rules, verdicts, writing
from flows.release.kept import MANIFEST, NotReadBack
from flows.release.reader import open_current
from flows.release.rollback import rollback
from flows.release.sign import Signer, is_signed_with, signed_with, trusted_keys
from flows.release.verify import changed_key, own_problems, problems
from flows.settings import Settings, WrongSetting

FIRST, LAST = "2022-03-01.1", "2022-03-04.1"
NOW = datetime(2022, 3, 9, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def pages_are_no_part_of_this() -> Iterator[None]:
    with without_pages():
        yield


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A plan with two releases made by hand."""
    settings = Settings(home=tmp_path)
    for release_id in (FIRST, LAST):
        made = make_release(settings, release_id, datetime.fromisoformat(f"{release_id[:10]}T02:00:00+00:00"), [])
        anchor.leave(settings, made, release_id)
    return settings


def rewritten(settings: Settings, release_id: str, **said: object) -> None:
    """A manifest that says something else, signed by who may sign."""
    path = settings.releases / release_id / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | said), encoding="utf-8")
    sign(settings, path.parent)


def test_what_equals_the_release_that_is_served_is_no_new_one_and_one_other_figure_is(
    small: DemoRun, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    copied(small.settings.plan_home, settings.plan_home, shutil.ignore_patterns("build"))
    known = archive.receipts(small.settings.archive, small.settings.plan)
    first, there = kept.current(settings), kept.ids(settings)
    assert first
    after = first.published_at + timedelta(days=1)
    beside_tables = Mock(side_effect=AssertionError("more is made than the tables"))
    with patch.object(writing, "finish", beside_tables), patch.object(rules, "changed", beside_tables):
        assert publishing.publish(settings, small.settings.warehouse, known, after) is None
    assert kept.ids(settings) == there and settings.current.resolve().name == first.release_id
    assert anchor.read(settings) == anchor.Anchor(first.release_id, kept.manifest_sha256(first), first.release_id)
    strange = [replace(mart, unlisted=("secret",)) for mart in contents.declared(small.settings.warehouse)[:1]]
    with (
        patch.object(contents, "declared", lambda _: strange),
        pytest.raises(writing.NotListed, match=rf"^{strange[0].name}\.secret$"),
    ):
        publishing.publish(settings, small.settings.warehouse, known, after)
    assert sorted(path.name for path in settings.releases.iterdir()) == there
    other = shutil.copytree(small.settings.build, tmp_path / "build", ignore=shutil.ignore_patterns("parsed"))
    with duckdb.connect(str(other / small.settings.warehouse.name)) as con:
        con.execute(
            "update marts.agg_headline_figure set figure = figure + 1 where measure = 'paid' and item = 'total'"
        )
    behind = first.published_at - timedelta(days=1)
    second = publishing.publish(settings, other / small.settings.warehouse.name, known, behind)
    assert second and second.release_id not in there, "one figure that is another is a release"
    assert second.published_at > first.published_at, "though the clock went back"
    assert second.manifest["previous_release"] == {
        "release_id": first.release_id,
        "manifest_sha256": kept.manifest_sha256(first),
    }


def test_a_clock_that_went_back_puts_no_release_before_the_last_one(home: Settings) -> None:
    last = kept.find(home, LAST)
    assert publishing._next_id(home, last.published_at) == "2022-03-04.2"
    assert publishing._next_id(home, last.published_at + timedelta(days=1)) == "2022-03-05.1"


def test_a_release_is_dated_after_all_that_it_stands_on(small: DemoRun, tmp_path: Path) -> None:
    """Also where the clock went back since: what changed is told by moments."""
    receipts = archive.receipts(small.settings.archive, small.settings.plan)
    latest = max(receipt.received_at for receipt in receipts)
    warehouse, behind = small.settings.warehouse, latest - timedelta(days=9)
    finish = Mock(side_effect=NotReadBack("no more is asked of it than its date"))
    with patch.object(writing, "begin"), patch.object(writing, "finish", finish), pytest.raises(NotReadBack):
        publishing.publish(Settings(home=tmp_path), warehouse, receipts, behind)
    this = finish.call_args.args[1]
    assert this.published_at >= latest and this.release_id == f"{this.published_at:%Y-%m-%d}.1"


def test_the_tenth_release_of_a_day_comes_after_the_second(home: Settings) -> None:
    for number in (2, 10):
        shutil.copytree(home.releases / LAST, home.releases / f"{LAST[:-1]}{number}")
    assert kept.ids(home) == [FIRST, LAST, f"{LAST[:-1]}2", f"{LAST[:-1]}10"]
    assert publishing._next_id(home, datetime(2022, 3, 4, 5, tzinfo=UTC)).endswith(".11")


def test_another_manifest_under_the_name_of_the_last_release_is_told(home: Settings) -> None:
    """Though it is signed with the right key: the anchor knows which one was published."""
    assert anchor.lost(home) == []
    rewritten(home, LAST, content_sha256="other")
    (told,) = anchor.lost(home)
    assert "is not the one it had" in told and LAST in told
    (home.releases / LAST / f"{MANIFEST}.sig").unlink()
    assert [("is not signed" in told, LAST in told) for told in anchor.lost(home)] == [(True, True)]
    shutil.rmtree(home.releases / LAST)
    assert ["is gone" in told for told in anchor.lost(home)] == [True]
    (home.plan_home / anchor.ANCHOR).unlink()
    assert anchor.lost(home) == []


def test_that_another_release_is_served_does_not_change_which_was_published_last(home: Settings) -> None:
    left = anchor.read(home)
    assert left and (left.release_id, left.served) == (LAST, LAST)
    anchor.serve(home, FIRST)
    assert anchor.read(home) == anchor.Anchor(LAST, left.manifest_sha256, FIRST)
    (home.plan_home / anchor.ANCHOR).unlink()
    anchor.serve(home, FIRST)
    assert anchor.read(home) is None, "what is not known is not made up"


def test_a_database_that_cannot_be_read_is_told_though_it_is_signed(home: Settings) -> None:
    folder = home.releases / LAST
    (folder / DATABASE).write_bytes(b"no database")
    sign(home, folder)
    with pytest.raises(NotReadBack, match="cannot be read"):
        publishing.read_back_database(kept.find(home, LAST))


@pytest.mark.parametrize("said", ["", "{", "[" * 100_000, "\ufffe"])
def test_a_signed_manifest_that_is_no_json_is_a_sentence(home: Settings, said: str) -> None:
    (home.releases / FIRST / MANIFEST).write_text(said, encoding="utf-8")
    sign(home, home.releases / FIRST)
    with pytest.raises(NotReadBack, match="is missing or is no manifest"):
        kept.find(home, FIRST)


def test_a_broken_release_is_not_let_go_of(home: Settings) -> None:
    for day in (5, 6):
        make_release(home, f"2022-03-0{day}.1", datetime(2022, 3, day, tzinfo=UTC), [])
    (home.releases / FIRST / f"{MANIFEST}.sig").unlink()
    assert publishing.retire(Settings(home=home.home, keep_releases=2)) == [LAST]
    assert (home.releases / FIRST / DATABASE).exists(), "for whoever puts it back"
    assert [folder.name for folder in kept.folders(home)] == [LAST, FIRST, "2022-03-05.1", "2022-03-06.1"]
    let_go = kept.find(home, LAST)
    assert not let_go.has_files and own_problems(let_go) == [], "what was let go of is not missing"
    assert kept.find(home, FIRST.replace("01", "05")).has_files


def test_only_a_whole_release_whose_files_are_there_is_put_back(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = kept.served_id(home)
    with pytest.raises(NotReadBack, match=f"^{FIRST} .* is not served: .* / the contents of {DATABASE}"):
        rollback(home, FIRST)
    with pytest.raises(LookupError):
        rollback(home, "2022-02-01.1")
    assert kept.served_id(home) == served
    monkeypatch.setattr(publishing, "read_back_database", lambda _: None)
    assert rollback(home, FIRST).release_id == kept.served_id(home) == FIRST != served
    publishing.retire(Settings(home=home.home, keep_releases=1))
    publishing.switch(home, home.releases / LAST)
    for day in (5, 6, 7):
        make_release(home, f"2022-03-0{day}.1", datetime(2022, 3, day, tzinfo=UTC), [])
    publishing.retire(Settings(home=home.home, keep_releases=1))
    with pytest.raises(LookupError, match=f"the files of {FIRST} were not kept; veerkracht releases rebuild {FIRST}"):
        rollback(home, FIRST)
    assert FIRST in {path.name for path in (home.releases / kept.RETIRED).iterdir()}
    with pytest.raises(NotReadBack, match=r"more .* / is not in its manifest"):
        kept.find(home, "2022-03-07.1").file("more")


def test_a_release_names_the_one_before_by_the_sum_of_its_manifest(home: Settings) -> None:
    before = kept.find(home, FIRST)
    said = hashlib.sha256((before.folder / MANIFEST).read_bytes()).hexdigest()
    assert publishing._reference(before) == {"release_id": FIRST, "manifest_sha256": said}
    assert publishing._reference(None) is None


def test_files_that_are_gone_or_of_another_length_are_seen_without_opening_them(home: Settings) -> None:
    """A release of before does not say how long its database is."""
    release = kept.find(home, FIRST)
    for name in ("a.csv", "b.csv", "c.csv"):
        (release.folder / name).write_text(name)
    (release.folder / "linked.csv").symlink_to(release.folder / "a.csv")
    listed = [{"path": name, "bytes": 5} for name in ("a.csv", "linked.csv", "gone.csv")] + [
        {"path": "b.csv", "bytes": 6}
    ]
    length = (release.folder / DATABASE).stat().st_size
    differing = ["linked.csv", "gone.csv", "b.csv"]
    for is_signed in (True, False):
        if not is_signed:
            (release.folder / f"{DATABASE}.sig").unlink()
        # One of another length that is signed and says the same was made again.
        same = {"contents_sha256": tables.contents_checksum(release.folder, "duckdb")}
        of_another = [] if is_signed else [DATABASE]
        for database, more in (
            ({}, []),
            ({"bytes": length}, []),
            ({"bytes": length + 1} | same, of_another),
            ({"bytes": length + 1}, [DATABASE]),
        ):
            said = replace(release, manifest=release.manifest | {"files": listed, "database": database})
            assert said.misfits() == differing + more


def test_a_verdict_that_changed_is_told_beside_what_it_was_while_others_read(home: Settings, tmp_path: Path) -> None:
    """A release of before withdrawals existed has no column of them."""
    then, now = tmp_path / "then.duckdb", tmp_path / "now.duckdb"
    with duckdb.connect(str(then)) as con:
        con.execute(
            "create table dim_submission as from (values ('a', 'a.csv', 'accepted'), ('b', 'b.csv', 'accepted'),"
            " ('c', 'c.csv', 'rejected'), ('d', 'd.csv', 'accepted'), ('e', 'e.csv', 'accepted'))"
            " as t(submission_id, file_name, verdict)"
        )
    with duckdb.connect(str(now)) as con:
        con.execute(
            "create schema intermediate; create table intermediate.int_submission as from (values"
            " ('a', 'a.csv', 'accepted', null), ('b', 'b.csv', 'rejected', null), ('c', 'c.csv', 'accepted', null),"
            " ('d', 'd.csv', 'accepted', now()), ('f', 'f.csv', 'rejected', null))"
            " as t(submission_id, file_name, verdict, withdrawn_at)"
        )
    release: Any = SimpleNamespace(database=then)
    with duckdb.connect(str(then), read_only=True), duckdb.connect(str(now), read_only=True):
        told = verdicts.changed_verdicts(now, release)
    assert [tuple(each.values()) for each in told] == [
        ("b", "b.csv", "accepted", "rejected"),
        ("c", "c.csv", "rejected", "accepted"),
        ("d", "d.csv", "accepted", "withdrawn"),
    ]
    assert verdicts.changed_verdicts(now, None) == []


def test_what_a_release_holds_is_told_by_its_parquet_files_alone() -> None:
    """CSV and Parquet hold the same; a library that writes one of them otherwise publishes nothing anew."""
    files = [{"path": "parquet/a.parquet", "sha256": "1"}, {"path": "csv/a.csv", "sha256": "2"}]
    told = writing._content_checksum(files)
    assert told == hashlib.sha256(b"a.parquet 1\n").hexdigest()
    assert writing._content_checksum([*files, {"path": "parquet/b.parquet", "sha256": "3"}]) != told
    assert writing._content_checksum(files[:1]) == told


def test_all_releases_keep_their_files_where_nothing_is_said(home: Settings) -> None:
    assert publishing.retire(home) == [] and len(kept.published(home)) == 2


def test_a_chain_that_does_not_hold_is_told(home: Settings) -> None:
    # Of a release that was made by hand.
    of_database = (
        f"de inhoud van {DATABASE} is niet wat het manifest zegt"
        f" / the contents of {DATABASE} are not what the manifest says"
    )
    assert problems(home, home.releases / FIRST) == own_problems(kept.find(home, FIRST)) == [of_database]
    (home.releases / FIRST / "more.csv").touch()
    assert own_problems(kept.find(home, FIRST)) == ["more.csv staat niet in het manifest / is not in the manifest"], (
        "then none is opened"
    )
    (home.releases / FIRST / "more.csv").unlink()
    rewritten(home, FIRST, earlier_releases={"2022-02-01.1": "x"})
    assert "names no earlier release" in problems(home, home.releases / FIRST)[-1]
    for said, told in (
        ({"release_id": "2022-02-01.1", "manifest_sha256": "x"}, "is gone: 2022-02-01.1"),
        ({"release_id": FIRST, "manifest_sha256": "x"}, "is not the one it followed"),
    ):
        rewritten(home, LAST, previous_release=said)
        assert told in problems(home, home.releases / LAST)[-1]
    right = {"release_id": FIRST, "manifest_sha256": kept.manifest_sha256(kept.find(home, FIRST))}
    rewritten(home, LAST, previous_release=right)
    assert not [told for told in problems(home, home.releases / LAST) if "release before" in told]
    assert not changed_key(home, kept.find(home, LAST))
    rewritten(home, LAST, previous_release=right, signing={"public_key": "other", "is_demo_key": True})
    assert changed_key(home, kept.find(home, LAST))
    (home.releases / FIRST / MANIFEST).unlink()
    assert not changed_key(home, kept.find(home, LAST)), "what cannot be read says nothing of its key"
    assert problems(home, home.releases / LAST)[-1].startswith("de uitgave ervoor / the release before: ")


def test_a_reader_follows_the_release_that_is_served_and_says_when_there_is_none(home: Settings) -> None:
    with open_current(home.plan_home) as reader:
        held = reader.connection()
        assert reader.connection() is held and reader.query("select count(*) from what_changed") == [(0,)]
        publishing.switch(home, home.releases / FIRST)
        assert reader.connection() is not held and reader.query("select 1") == [(1,)]
        home.current.unlink()
        with pytest.raises(FileNotFoundError):
            reader.connection()
        publishing.switch(home, home.releases / LAST)
        (home.releases / LAST / f"{MANIFEST}.sig").unlink()
        with pytest.raises(NotReadBack):
            reader.connection()


def test_a_signature_is_of_the_bytes_by_one_of_the_keys(home: Settings, tmp_path: Path) -> None:
    path, other = (
        tmp_path / "file",
        Signer.of(Settings(signing_key=SecretStr("c29tZWJvZHkgZWxzZSdzIGtleSwgMzIgYnl0ZXMgISE="))),
    )
    path.write_bytes(b"said")
    own = Signer.of(home)
    assert own.is_demo_key and not other.is_demo_key and signed_with(path, [own.public_pem]) is None
    signature = other.sign(path)
    assert signature.name == "file.sig"
    assert signed_with(path, [own.public_pem, other.public_pem]) == b"said" and signed_with(path, []) is None
    assert signed_with(path, [own.public_pem]) is None
    assert is_signed_with(path, [other.public_pem]) and not is_signed_with(path, [own.public_pem])
    path.rename(tmp_path / "away")
    path.symlink_to(tmp_path / "away")
    assert signed_with(path, [other.public_pem]) is None, "never what a link leads to"
    assert not is_signed_with(path, [other.public_pem])
    path.unlink()
    path.write_bytes(b"")
    other.sign(path)
    assert is_signed_with(path, [other.public_pem]) and signed_with(path, [other.public_pem]) == b""
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(other.public_pem + own.public_pem, encoding="utf-8")
    found = [pem.strip() for pem in trusted_keys(Settings(trusted_keys=trusted))]
    assert found == [signer.public_pem.strip() for signer in (own, other, own)]
    for broken in (other.public_pem.replace("M", "-"), "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", ""):
        trusted.write_text(broken, encoding="utf-8")
        with pytest.raises(WrongSetting, match=r"VEERKRACHT_TRUSTED_KEYS: .*trusted.pem is geen .* is no PEM file"):
            trusted_keys(Settings(trusted_keys=trusted))
    trusted.unlink()
    with pytest.raises(WrongSetting, match="VEERKRACHT_TRUSTED_KEYS"):
        trusted_keys(Settings(trusted_keys=trusted))
    for wrong in ("x", "c2hvcnQ=", "c29tZWJvZHkgZWxzZSdzIGtleSwgMzIgYnl0ZXMgISE=!"):
        with pytest.raises(WrongSetting, match=r"VEERKRACHT_SIGNING_KEY is geen base64 .* is not base64"):
            Signer.of(Settings(signing_key=SecretStr(wrong)))


def test_receipts_that_a_release_was_made_of_are_missed(home: Settings, tmp_path: Path) -> None:
    assert receipts.differing(Settings(home=tmp_path / "none")) == []
    path = tmp_path / "OMG.csv"
    path.write_bytes(b"x")
    receipt = archive.receipt_for(path, home.plan, "m1", NOW)
    said = {"submission_id": receipt.submission_id, "sha256": receipt.sha256, "file_name": receipt.file_name}
    moment = {"received_at": "2022-03-09T01:00:00"}
    gone = {"submission_id": receipt.submission_id, "withdrawn_at": "2022-03-10T02:00:00+02:00"}
    rewritten(home, LAST, submissions=[said | moment], withdrawals=[gone])
    assert [told.split(",")[0] for told in receipts.differing(home)] == [
        f"{receipt.submission_id} is weg",
        f"{receipt.submission_id} withdrawn is weg",
    ]
    archive.keep(home.archive, path, receipt)
    archive.withdraw(home.archive, receipt, datetime(2022, 3, 10, tzinfo=UTC), "wrong", "who")
    assert receipts.differing(home) == []
    for other in ({"file_name": "OV.csv"}, {"sha256": "0" * 64}, {"received_at": "2022-03-09T01:00:01"}):
        rewritten(home, LAST, submissions=[said | moment | other], withdrawals=[])
        (told,) = receipts.differing(home)
        assert f"has another {next(iter(other))} than release {LAST}" in told


def test_no_database_is_opened_that_is_not_signed(home: Settings) -> None:
    with duckdb.connect(str(home.releases / LAST / DATABASE)) as con:
        con.execute("create table more as select 1 as one")
    found = kept.find(home, LAST)
    with pytest.raises(NotReadBack, match=f"release {LAST}: {DATABASE} is weg .* / is gone or is not signed"):
        assert found.database


def test_files_that_are_gone_of_another_size_or_links_are_misfits(home: Settings) -> None:
    """By a look from outside, as `status` does."""
    folder = home.releases / LAST
    listed = [{"path": name, "bytes": 4, "sha256": "x"} for name in ("a", "b", "c", "d", "e")]
    rewritten(home, LAST, files=listed, database={"contents_sha256": "d", "bytes": (folder / DATABASE).stat().st_size})
    for name, said in (("a", "four"), ("b", "three"), ("away", "four")):
        (folder / name).write_text(said)
    (folder / "c").symlink_to("away")
    (folder / "d").mkdir()
    assert kept.find(home, LAST).misfits() == ["b", "c", "d", "e"]
    (folder / DATABASE).write_bytes(b"")
    assert kept.find(home, LAST).misfits() == ["b", "c", "d", "e", DATABASE]
    (folder / DATABASE).write_bytes(b"made again, of another length")
    Signer.of(home).sign(folder / DATABASE)
    assert kept.find(home, LAST).misfits() == ["b", "c", "d", "e", DATABASE], "signed, and not its own"
    with pytest.raises(NotReadBack, match=r"f .* / is not in its manifest"):
        kept.find(home, LAST).file("f")
    assert kept.find(home, LAST).lists("a") and not kept.find(home, LAST).lists("f")


def test_every_release_is_listed_in_its_place_and_says_whether_its_files_were_kept(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old one that is in use again keeps its files, so that one between two others may have none."""
    monkeypatch.setenv("VEERKRACHT_HOME", str(home.home))
    last = make_release(home, f"{LAST[:-1]}10", NOW, [])
    publishing.switch(home, home.releases / FIRST)
    let_go = home.releases / kept.RETIRED / LAST
    let_go.parent.mkdir()
    (home.releases / LAST).rename(let_go)
    (let_go / DATABASE).unlink()
    told = json.loads(CliRunner().invoke(cli.app, ["releases", "list", "--json"]).stdout)
    assert [(each["release_id"], each["has_files"], each["current"]) for each in told] == [
        (FIRST, True, True),
        (LAST, False, False),
        (last.release_id, True, False),
    ]
    rows = CliRunner().invoke(cli.app, ["releases", "list"]).stdout.splitlines()
    assert [("niet bewaard / not kept" in row) for row in rows if row.startswith("2022")] == [False, True, False]
    assert "bestanden / files" in rows[1]


def test_a_release_names_as_kept_those_that_will_still_be_there(home: Settings) -> None:
    for day in (5, 6):
        make_release(home, f"2022-03-0{day}.1", datetime(2022, 3, day, tzinfo=UTC), [])
    for keep, count in ((0, 4), (1, 1), (2, 1), (3, 2), (4, 3), (9, 4)):
        staying = publishing._staying(Settings(home=home.home, keep_releases=keep))
        assert [release.release_id for release in staying] == kept.ids(home)[-count:], keep
