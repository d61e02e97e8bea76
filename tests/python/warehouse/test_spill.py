"""What does not fit in memory goes on over the disk, in the folder that is set for it, to its end."""

import shutil
from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest

from flows.forms import names, tables
from flows.forms.contents import Column, Mart
from flows.settings import PROJECT, Settings
from flows.warehouse import transform

# Sorted whole, it is more than the build gets; the other is made after it, by another connection of dbt.
MODELS = {
    "large": "select i, md5(i::varchar) as text from range(600_000) as numbers (i) order by text",
    "after": "select count(*) as row_count from {{ ref('large') }}",
}


def test_models_after_one_that_spilled_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, warehouse, spill = tmp_path / "project", tmp_path / "warehouse.duckdb", tmp_path / "elsewhere"
    (project / "models").mkdir(parents=True)
    shutil.copyfile(PROJECT / "profiles.yml", project / "profiles.yml")
    (project / "dbt_project.yml").write_text(
        "{name: large, profile: veerkracht, models: {large: {materialized: table}}}", encoding="utf-8"
    )
    for name, sql in MODELS.items():
        (project / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
    monkeypatch.setattr(transform, "PROJECT", project)
    monkeypatch.setenv("VEERKRACHT_MEMORY_LIMIT", "30MB")

    def run() -> None:
        transform.run(warehouse, ["run", "--quiet", "--no-write-json", *transform.where(warehouse)])

    monkeypatch.setenv("VEERKRACHT_SPILL", str(project / "profiles.yml"))
    with pytest.raises(transform.TransformFailed, match=r"profiles\.yml"):
        run()  # it does not fit: nobody can write below a file
    monkeypatch.setenv("VEERKRACHT_SPILL", str(spill))
    run()
    with duckdb.connect(str(warehouse)) as con:
        assert con.sql("from main.after").fetchall() == [(600_000,)]


def test_marts_that_do_not_fit_are_written_over_the_disk(tmp_path: Path) -> None:
    warehouse, spill, release = tmp_path / "warehouse.duckdb", tmp_path / "elsewhere", tmp_path / "release"
    with duckdb.connect(str(warehouse)) as con:
        con.execute(f"create schema marts; create table marts.large as {MODELS['large'].partition(' order')[0]}")
    columns = [
        Column(name, kind, "", "", "", is_filled=True, contains="code")
        for name, kind in (("text", "VARCHAR"), ("i", "BIGINT"))
    ]
    mart = Mart(
        *("large", "", tuple(columns), (), (), (), (), ("i",), (), frozenset({"duckdb", "parquet"}), (), False),
        *("veerkracht", (), None),
    )
    nowhere = tmp_path / "a file"
    nowhere.touch()
    for folder, fails in ((nowhere, True), (spill, False)):
        shutil.rmtree(release, ignore_errors=True)
        release.mkdir()
        settings = Settings(home=tmp_path, memory_limit="50MB", spill=folder)
        with pytest.raises(duckdb.Error, match="a file") if fails else nullcontext():
            assert tables.write(settings, warehouse, release, [mart]) == {"large": 600_000}
    with duckdb.connect(str(release / names.DATABASE), read_only=True) as con:
        assert con.sql("select count(*), count(distinct i) from large").fetchall() == [(600_000, 600_000)]
