"""A release: whole, signed, chained, checkable, and switched to in one step."""

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from conftest import HELD, DemoRun
from made_release import change_a_byte, with_releases_of
from pydantic import SecretStr
from replay import without_pages

from flows.forms import contents
from flows.forms.edition import Edition, calendar
from flows.intake import archive
from flows.release import kept, publishing
from flows.release.kept import MANIFEST, RETIRED, Release
from flows.release.rollback import rollback
from flows.release.sign import SUFFIX
from flows.release.verify import changed_key, problems
from flows.settings import Settings


def served(small: DemoRun) -> Release:
    current = kept.current(small.settings)
    assert current
    return current


@pytest.fixture(autouse=True)
def pages_are_no_part_of_this() -> Iterator[None]:
    with without_pages():
        yield


@pytest.fixture
def home(small: DemoRun, tmp_path: Path) -> Settings:
    """A home of its own with the three releases of the small plan."""
    return with_releases_of(small.settings, tmp_path)


def test_current_is_the_last_release_and_reads_back(small: DemoRun) -> None:
    current = served(small)
    assert current.release_id == kept.published(small.settings)[-1].release_id
    publishing.read_back(current)
    publishing.read_back_database(current)


def test_every_release_of_the_demo_holds(nights: DemoRun) -> None:
    assert {r.release_id: problems(nights.settings, r.folder) for r in kept.published(nights.settings)} == {
        r.release_id: [] for r in kept.published(nights.settings)
    }


def test_each_release_names_the_ones_before(released: DemoRun) -> None:
    before: list[str] = []
    for published in kept.published(released.settings):
        reference = published.manifest["previous_release"]
        assert (reference and reference["release_id"]) == (before[-1] if before else None)
        assert list(published.manifest["earlier_releases"]) == before
        before.append(published.release_id)


def test_only_the_holder_of_the_key_can_sign(small: DemoRun, tmp_path: Path) -> None:
    mine = Settings(home=tmp_path, signing_key=SecretStr(base64.b64encode(os.urandom(32)).decode()))
    published = publishing.publish(
        mine, small.settings.warehouse, archive.receipts(small.settings.archive, small.settings.plan), _now()
    )
    assert published and not published.manifest["signing"]["is_demo_key"]
    assert (
        problems(mine, published.folder)
        == problems(mine, published.folder, published.manifest["signing"]["public_key"])
        == []
    )
    nobodys = Settings(home=tmp_path)
    assert len(problems(nobodys, published.folder)) == 1, "what a release says of its own key is no reason to trust it"
    (tmp_path / "trusted.pem").write_text(
        served(small).manifest["signing"]["public_key"] + published.manifest["signing"]["public_key"]
    )
    assert problems(Settings(home=tmp_path, trusted_keys=tmp_path / "trusted.pem"), published.folder) == []
    with pytest.raises(ValueError, match="no public Ed25519 key"):
        problems(nobodys, published.folder, "not a key")
    others = served(small).manifest["signing"]
    assert others["is_demo_key"]
    assert len(problems(mine, published.folder, others["public_key"])) == 1
    with pytest.raises(ValueError, match="VEERKRACHT_SIGNING_KEY") as refused:
        bad = Settings(home=tmp_path, signing_key=SecretStr("not a key"))
        publishing.publish(bad, small.settings.warehouse, [], _now())
    assert "not a key" not in str(refused.value)


def test_the_database_is_in_the_old_storage_version_with_comments_and_without_a_log(small: DemoRun) -> None:
    current = served(small)
    assert not list(current.folder.glob("*.wal"))
    with duckdb.connect() as con:
        con.execute(f"attach '{current.database}' as r (read_only)")
        (tags,) = con.sql("select tags from duckdb_databases() where database_name = 'r'").fetchall()[0]
        uncommented = con.sql(
            "select table_name, column_name from duckdb_columns()"
            " where database_name = 'r' and coalesce(comment, '') = ''"
            " union all select table_name, '' from duckdb_tables() where database_name = 'r' and comment is null"
        ).fetchall()
    assert "v1.0.0" in str(tags)
    assert uncommented == []


def test_every_submission_and_file_is_in_the_manifest(small: DemoRun) -> None:
    current = served(small)
    with duckdb.connect(str(current.database), read_only=True) as con:
        submissions = {row[0] for row in con.sql("select submission_id from dim_submission").fetchall()}
    assert {s["submission_id"] for s in current.manifest["submissions"]} == submissions
    assert json.loads((current.folder / MANIFEST).read_text()) == current.manifest


def test_each_mart_is_published_or_deliberately_not(small: DemoRun) -> None:
    manifest = json.loads((small.settings.build / "dbt" / "manifest.json").read_text(encoding="utf-8"))
    marts = {n["name"] for n in manifest["nodes"].values() if n["resource_type"] == "model" and n["fqn"][1] == "marts"}
    declared = contents.from_manifest(manifest, small.settings.plan)
    assert marts == {mart.name for mart in declared}, "add it to models/_exposures.yml"
    assert set(served(small).manifest["tables"]) == marts


def test_roll_back_and_forth(home: Settings) -> None:
    first, middle, last = kept.published(home)
    assert rollback(home, middle.release_id).release_id == middle.release_id
    served_now = kept.current(home)
    assert served_now and served_now.release_id == middle.release_id
    with pytest.raises(LookupError, match=last.release_id):
        rollback(home, "2000-01-01.1")
    change_a_byte(first.folder / "csv" / "fct_finance_as_returned.csv")
    with pytest.raises(kept.NotReadBack):
        rollback(home, first.release_id)
    still = kept.current(home)
    assert still and still.release_id == middle.release_id, "current was left alone"


@pytest.mark.slow
def test_a_release_after_a_rollback_follows_the_last_published_one(home: Settings, small: DemoRun) -> None:
    *_, middle, last = kept.published(home)
    rollback(home, middle.release_id)
    receipts = archive.receipts(small.settings.archive, small.settings.plan)
    published = publishing.publish(home, small.settings.warehouse, receipts, _now())
    assert published and published.manifest["previous_release"]["release_id"] == last.release_id
    assert problems(home, published.folder) == []


def test_retired_releases_keep_their_place_in_the_chain(home: Settings) -> None:
    first, middle, last = kept.published(home)
    rollback(home, first.release_id)
    few = Settings(home=home.home, keep_releases=1)
    assert publishing.retire(few) == [], "never the served release, nor the last two"
    rollback(few, last.release_id)
    assert publishing.retire(few) == [first.release_id]
    assert [r.release_id for r in kept.published(few)] == [middle.release_id, last.release_id]
    assert sorted(p.name for p in (few.releases / RETIRED / first.release_id).iterdir()) == [
        MANIFEST,
        MANIFEST + SUFFIX,
    ]
    assert problems(few, last.folder) == [] == problems(few, middle.folder)
    with pytest.raises(LookupError, match="rebuild"):
        rollback(few, first.release_id)
    assert publishing._next_id(few, datetime.fromisoformat(first.manifest["published_at"])).endswith(".2")


@pytest.mark.slow
def test_another_key_than_that_of_the_release_before_is_told(home: Settings, small: DemoRun) -> None:
    trusted = home.home / "trusted.pem"
    trusted.write_text(served(small).manifest["signing"]["public_key"])
    key = SecretStr(base64.b64encode(os.urandom(32)).decode())
    mine = Settings(home=home.home, signing_key=key, trusted_keys=trusted)
    *_, middle, last = kept.published(home)
    rollback(home, middle.release_id)
    published = publishing.publish(
        mine, small.settings.warehouse, archive.receipts(small.settings.archive, small.settings.plan), _now()
    )
    assert published and problems(mine, published.folder) == []
    assert changed_key(mine, published) and not changed_key(mine, last)


def test_a_missed_publication_date_is_told(nights: DemoRun) -> None:
    calendars = {r.release_id: r.manifest["calendar"] for r in kept.published(nights.settings)}
    last = {entry["meetmoment_code"]: entry for entry in calendars[served(nights).release_id]}
    in_time = {f"{night}" for night in nights.nights if night != HELD}
    assert {key for key, entry in last.items() if not entry["is_missed"]} == in_time, "those whose night was run"
    assert last["m1"]["first_published_on"] == next(iter(calendars))[:10]
    announced = datetime.fromisoformat(last["m7"]["publication_on"]).replace(tzinfo=UTC)
    folder = served(nights).folder
    for days, is_missed in ((0, False), (1, True)):
        edition = Edition("x.1", announced + timedelta(days=days), {}, {"m6": "2024-01-22"})
        of = {entry["meetmoment_code"]: entry["is_missed"] for entry in calendar(folder, edition)}
        assert (of["m6"], of["m7"]) == (False, is_missed)
        assert of["m1"], "no earlier release held it"


def _now() -> datetime:
    return datetime(2026, 1, 1, 1, 17, tzinfo=UTC)
