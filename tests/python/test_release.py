"""A release: whole, checkable, and switched to in one step."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun

from flows.publish import release


def copied(demo: DemoRun, target: Path) -> Path:
    current = release.current(demo.settings)
    assert current
    shutil.copytree(current.folder, target / "copy")
    return target / "copy"


def test_current_is_the_last_release_and_reads_back(demo: DemoRun) -> None:
    current = release.current(demo.settings)
    assert current
    assert current.release_id == release.published(demo.settings)[-1].release_id
    release.read_back(current.folder)


def test_each_release_names_the_one_before(demo: DemoRun) -> None:
    before = None
    for published in release.published(demo.settings):
        reference = published.manifest["previous_release"]
        assert (reference and reference["release_id"]) == before
        before = published.release_id


@pytest.mark.parametrize("name", ["marts.duckdb", "parquet/fct_finance.parquet", "csv/fct_finance.csv"])
def test_one_changed_byte_is_found(demo: DemoRun, tmp_path: Path, name: str) -> None:
    folder = copied(demo, tmp_path)
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(release.NotReadBack, match=name):
        release.read_back(folder)


def test_a_missing_or_added_file_is_found(demo: DemoRun, tmp_path: Path) -> None:
    folder = copied(demo, tmp_path)
    (folder / "csv" / "more.csv").write_text("x")
    with pytest.raises(release.NotReadBack, match=r"more\.csv"):
        release.read_back(folder)


def test_the_database_is_in_the_old_storage_version_without_a_log(demo: DemoRun) -> None:
    current = release.current(demo.settings)
    assert current
    assert not list(current.folder.glob("*.wal"))
    with duckdb.connect() as con:
        con.execute(f"attach '{current.database}' as r (read_only)")
        (tags,) = con.sql("select tags from duckdb_databases() where database_name = 'r'").fetchall()[0]
    assert "v1.0.0" in str(tags)


def test_every_submission_and_file_is_in_the_manifest(demo: DemoRun) -> None:
    current = release.current(demo.settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        submissions = {row[0] for row in con.sql("select submission_id from dim_submission").fetchall()}
    assert {s["submission_id"] for s in current.manifest["submissions"]} == submissions
    assert json.loads((current.folder / "manifest.json").read_text()) == current.manifest
