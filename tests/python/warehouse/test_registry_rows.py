"""The registry as tables: as dbt makes them, asked what its YAML declares, and kept while it stays as it is."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from flows import cli, night, registry
from flows.settings import PROJECT, Settings
from flows.warehouse import registry_rows, transform

Change = Callable[[str], str]


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the registry in its place."""
    copy = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", copy)
    monkeypatch.setattr(registry, "SEEDS", copy)
    return copy


def apart(folder: Path) -> Settings:
    """Settings with nothing kept yet."""
    return Settings(home=folder, cache=folder / "cache")


def changed(path: Path, change: Change) -> None:
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")


def test_the_tables_are_those_that_dbt_makes(tmp_path: Path) -> None:
    by_dbt = tmp_path / "warehouse.duckdb"
    transform.run(by_dbt, ["seed", "--quiet", *transform.where(by_dbt)], transform.project(by_dbt))
    with duckdb.connect() as con:
        con.execute(f"attach '{by_dbt}' as dbt (read_only)")
        con.execute(f"attach '{registry_rows.database(apart(tmp_path))}' as ours (read_only)")
        names = [
            sorted(con.sql(f"select table_name from duckdb_tables() where database_name = '{side}'").fetchall())
            for side in ("dbt", "ours")
        ]
        assert names[0] == names[1] and len(names[0]) > 30
        for (name,) in names[0]:
            for query in ("describe", "from"):
                rows = [con.sql(f"{query} {side}.registry.{name}").fetchall() for side in ("dbt", "ours")]
                assert rows[0] == rows[1], name


def test_what_was_asked_is_kept_until_a_row_or_a_declaration_changes(seeds: Path, tmp_path: Path) -> None:
    settings = apart(tmp_path)
    first = registry_rows.database(settings)
    made = first.stat().st_mtime_ns
    assert registry_rows.database(settings) == first and first.stat().st_mtime_ns == made
    changed(seeds / "plan/_plan__seeds.yml", lambda text: text + "# another\n")
    other = registry_rows.database(settings)
    assert other != first
    changed(seeds / "plan/plan.csv", lambda text: text.replace("Vlaamse Veerkracht", "Vlaamse veerkracht", 1))
    assert registry_rows.database(settings) not in (first, other)


def test_a_broken_registry_is_not_kept_and_starts_no_warehouse(seeds: Path, tmp_path: Path) -> None:
    settings = apart(tmp_path)
    changed(seeds / "plan/meetmoment.csv", lambda text: text.replace("\nveerkracht,m1,", "\nrelance,m1,", 1))
    with pytest.raises(registry_rows.RegistryBroken, match="column plan_code: 'relance'"):
        registry_rows.database(settings)
    assert not list((settings.cache / "registry").iterdir())


def test_a_night_refuses_with_the_words_of_the_registry_before_it_reads_any_of_it(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The calendar, which a night reads first, is what is broken; so is the plan of a layout."""
    changed(
        seeds / "plan/meetmoment.csv", lambda text: text.replace("2021-04-19,2021-04-30", "2021-04-19,30/04/2021", 1)
    )
    changed(seeds / "layouts/layout.csv", lambda text: text.replace("uk_portfolio,uk_gmpp", "uk_portfolio,uk", 1))
    settings = apart(tmp_path)
    faults = registry_rows.broken(settings)
    with pytest.raises(registry_rows.RegistryBroken) as refused:
        night.runbook(night.Night(settings))
    assert refused.value.faults == faults and len(faults) == 2
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "argv", ["veerkracht", "nightly"])
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert capsys.readouterr().err.splitlines()[1:] == faults
