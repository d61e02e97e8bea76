"""A build that does not fit in memory goes on over the disk, in the folder that is set for it, to its end."""

import shutil
from pathlib import Path

import duckdb
import pytest

from flows.settings import PROJECT
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
