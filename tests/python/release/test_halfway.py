"""What a run leaves half-way when the machine stops: the next night finishes it or clears it away, and says so."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import DemoRun
from kept_homes import copied, own
from made_release import change_a_byte
from replay import without_pages

from flows import halfway
from flows.intake import archive
from flows.night import Night, receive
from flows.release import anchor, kept, publishing
from flows.release.kept import MANIFEST, RETIRED
from flows.release.rollback import rollback
from flows.release.sign import SUFFIX
from flows.settings import Settings
from flows.standing import last_run, quick_look
from flows.warehouse.load import is_read

NOW = datetime(2026, 1, 1, 1, 17, tzinfo=UTC)


@pytest.fixture
def home(small: DemoRun, tmp_path: Path) -> Settings:
    """A home after three nights of the small plan, without its build."""
    settings = Settings(home=tmp_path, keep_releases=2)
    copied(small.settings.plan_home, settings.plan_home, shutil.ignore_patterns("build", "logs"))
    return settings


def served(settings: Settings) -> str:
    current = kept.current(settings)
    assert current
    return current.release_id


def mended(settings: Settings) -> str:
    return " ".join(found.told_nl for found in halfway.mend(settings, NOW))


def test_a_home_after_a_night_has_nothing_half_way(home: Settings) -> None:
    assert not halfway.is_found(home) and halfway.mend(home, NOW) == []


def test_a_release_written_and_not_yet_served_is_served(home: Settings) -> None:
    *_, before, last = kept.published(home)
    publishing.switch(home, before.folder)
    anchor.leave(home, before, before.release_id)  # as it was when the machine stopped
    assert halfway.is_found(home) and not quick_look(home)
    assert last.release_id in mended(home)
    assert served(home) == last.release_id and not halfway.is_found(home)


def test_what_was_served_is_not_served_again_where_it_was_changed_meanwhile(home: Settings) -> None:
    last = kept.published(home)[-1]
    home.current.unlink()
    change_a_byte(own(last.folder / "csv" / "fct_finance_as_returned.csv"))
    with pytest.raises(kept.NotReadBack, match="'current' points to no release"):
        halfway.mend(home, NOW)
    assert not home.current.exists()


def test_a_release_that_was_rolled_back_is_not_taken_for_one(home: Settings) -> None:
    first, *_, last = kept.published(home)
    rollback(home, first.release_id)
    assert not halfway.is_found(home) and mended(home) == "" and served(home) == first.release_id
    home.current.unlink()
    assert first.release_id in mended(home) and served(home) == first.release_id != last.release_id


@pytest.mark.parametrize("is_last_served", [True, False])
def test_a_rollback_from_a_release_that_no_word_was_left_of_is_not_undone(home: Settings, is_last_served: bool) -> None:
    """The night died after it wrote its release, before or after it served it."""
    first, *_, before, last = kept.published(home)
    anchor.leave(home, before, before.release_id)
    publishing.switch(home, last.folder if is_last_served else before.folder)
    assert halfway.is_found(home)
    rollback(home, first.release_id)
    assert not halfway.is_found(home) and mended(home) == "" and served(home) == first.release_id
    assert anchor.read(home) == anchor.Anchor(last.release_id, kept.manifest_sha256(last), first.release_id)


def test_a_rollback_does_not_vouch_for_a_last_release_that_is_not_whole(home: Settings) -> None:
    first, *_, before, last = kept.published(home)
    anchor.leave(home, before, before.release_id)
    (last.folder / f"{MANIFEST}{SUFFIX}").unlink()
    rollback(home, first.release_id)
    with pytest.raises(kept.NotReadBack, match="never published and is incomplete"):
        halfway.mend(home, NOW)


def test_a_release_that_nobody_signed_is_not_served(home: Settings) -> None:
    *_, before, last = kept.published(home)
    publishing.switch(home, before.folder)
    anchor.leave(home, before, before.release_id)
    own(last.folder / "csv" / "fct_finance_as_returned.csv").write_text("x")
    with pytest.raises(kept.NotReadBack, match=last.release_id):
        halfway.mend(home, NOW)
    assert served(home) == before.release_id


@pytest.mark.parametrize("how", ["gone", "nowhere", "of before"])
def test_current_is_repaired_and_told(home: Settings, how: str) -> None:
    last = kept.published(home)[-1]
    home.current.unlink()
    if how == "nowhere":
        home.current.symlink_to("releases/2000-01-01.1")
    if how == "of before":
        (home.plan_home / anchor.ANCHOR).unlink()
    assert not quick_look(home)
    assert "current" in mended(home) and served(home) == last.release_id


@pytest.mark.parametrize(
    "at",
    [
        pytest.param("torn manifest", marks=pytest.mark.slow),
        "both whole",
        pytest.param("moved", marks=pytest.mark.slow),
    ],
)
def test_a_kill_while_a_release_is_let_go_of_blocks_no_publication(home: Settings, small: DemoRun, at: str) -> None:
    first, *_ = kept.published(home)
    put_by = home.releases / RETIRED / first.release_id
    put_by.mkdir(parents=True)
    text = (first.folder / MANIFEST).read_bytes()
    (put_by / MANIFEST).write_bytes(text[:100] if at == "torn manifest" else text)
    shutil.copyfile(first.folder / f"{MANIFEST}{SUFFIX}", put_by / f"{MANIFEST}{SUFFIX}")
    if at == "moved":
        first.folder.rename(home.releases / f".{first.release_id}.retired")
    halfway.mend(home, NOW)
    assert not halfway.is_found(home)
    receipts = archive.receipts(home.archive, home.plan)[:-1]
    shutil.copyfile(small.settings.warehouse, home.home / "w")
    rollback(home, kept.published(home)[-2].release_id)
    with without_pages():
        assert publishing.publish(home, small.settings.warehouse, receipts, NOW)
    assert first.release_id in {path.name for path in (home.releases / kept.RETIRED).iterdir()}


def test_what_has_no_name_yet_is_cleared(home: Settings) -> None:
    (sha256, *_) = (path.parent for path in home.archive.glob("*/content"))
    places = [
        home.releases / ".2026-01-01.1.unfinished" / "csv",
        home.releases / ".2020-01-01.1.retired" / "csv",
        home.releases / RETIRED / ".2020-01-01.1",
        home.answers / "m7" / ".OMG__x.unfinished",
    ]
    for place in places:
        place.mkdir(parents=True)
    files = [sha256 / ".content.77", sha256 / "receipts" / ".veerkracht__m7.json.77", home.plan_home / ".a.json.77"]
    for file in files:
        file.write_text("half")
    assert halfway.is_found(home)
    halfway.mend(home, NOW)
    assert not any(place.exists() for place in (*places, *files)) and not halfway.is_found(home)
    assert archive.receipts(home.archive, home.plan)


def test_that_the_last_release_is_gone_is_told(home: Settings) -> None:
    *_, before, last = kept.published(home)
    publishing.switch(home, before.folder)
    shutil.rmtree(last.folder)
    assert last.release_id in anchor.lost(home)[0]
    assert halfway.is_found(home) and not quick_look(home), "a night that finds nothing new does not pass over it"
    with pytest.raises(kept.NotReadBack, match="is gone"):
        halfway.mend(home, NOW)
    (home.plan_home / anchor.ANCHOR).unlink()
    assert mended(home) == "" and served(home) == before.release_id


@pytest.mark.parametrize("said", ["", "{", "[]", '{"at": "2026"}'])
def test_a_torn_word_of_the_last_run_is_as_none(home: Settings, said: str) -> None:
    (home.plan_home / "last_run.json").write_text(said)
    assert last_run(home) is None and not quick_look(home)


def test_rows_that_were_torn_are_read_again(tmp_path: Path) -> None:
    said = json.dumps({"sheets": [{"sheet": "csv"}], "refusals": []})
    for parsed, rows, is_whole in (
        (said, b"PAR1..PAR1", True),
        (said[:20], b"PAR1..PAR1", False),
        ("", b"PAR1..PAR1", False),
        (said, b"PAR1..", False),
        (said, b"", False),
        ('{"sheets": [], "refusals": [{}]}', b"", True),
    ):
        (tmp_path / "parsed.json").write_text(parsed)
        (tmp_path / "rows.parquet").write_bytes(rows)
        assert is_read(tmp_path) is is_whole, parsed


def test_a_clock_that_went_back_is_told_and_dates_nothing_before_what_came_in(home: Settings) -> None:
    latest = archive.receipts(home.archive, home.plan)[-1].received_at
    behind = latest - timedelta(days=400)
    assert f"{behind:%d/%m/%Y}" in halfway.mend(home, behind)[0].told_nl
    (home.inbox / "m7" / "OMG_more.csv").write_text("x")
    assert receive(Night(home, behind)) == ["OMG_more.csv"]
    newest = archive.receipts(home.archive, home.plan)[-1]
    assert newest.file_name == "OMG_more.csv" and newest.received_at > latest
