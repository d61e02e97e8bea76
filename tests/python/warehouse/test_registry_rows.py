"""The registry as tables: as dbt makes them, asked what its YAML declares, and kept while it stays as it is."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from flows import registry
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


def appended(line: str) -> Change:
    return lambda text: text.rstrip("\n") + f"\n{line}\n"


def first_row_again(text: str) -> str:
    return f"{text}{text.splitlines()[1]}\n"


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


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        (
            "plan/meetmoment.csv",
            lambda text: text.replace("\nveerkracht,m1,", "\nrelance,m1,", 1),
            "plan_code 'relance' is not in the seed plan, which has fr_barometre, pnrr",
        ),
        ("contract/record.csv", first_row_again, "record 'project' occurs 2 times"),
        ("codes/code.csv", first_row_again, "code_list '"),
        (
            "quality/rule.csv",
            lambda text: text.replace(",critical,", ",grave,", 1),
            "severity 'grave' is none of critical, error, warning, info",
        ),
        ("contract/record_field.csv", appended("project,nieuw,x,text,false,false,false,,,-"), "Could not convert"),
        ("plan/plan.csv", lambda text: text.replace("plan_code,", "plan,", 1), "the columns are plan, name_nl"),
    ],
)  # fmt: skip
def test_a_fault_is_a_sentence_that_names_file_and_line(
    file: str, change: Change, says: str, seeds: Path, tmp_path: Path
) -> None:
    changed(seeds / file, change)
    told = registry_rows.broken(apart(tmp_path))
    assert [fault for fault in told if says in fault and file in fault], told


def test_the_line_of_a_fault_is_where_it_stands_in_the_file(seeds: Path, tmp_path: Path) -> None:
    lines = len((seeds / "plan/scope.csv").read_text(encoding="utf-8").splitlines())
    changed(
        seeds / "plan/scope.csv", lambda text: text + text.splitlines()[1].replace("veerkracht", "relance", 1) + "\n"
    )
    (fault, *_) = registry_rows.broken(apart(tmp_path))
    assert fault.startswith(f"seeds/plan/scope.csv line {lines + 1}: plan_code 'relance' is not in the seed plan")


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
    with pytest.raises(registry_rows.RegistryBroken, match="plan_code 'relance'"):
        registry_rows.database(settings)
    assert not list((settings.cache / "registry").iterdir())


def test_a_test_that_says_more_than_arguments_is_refused(seeds: Path, tmp_path: Path) -> None:
    declared = seeds / "contract/_contract__seeds.yml"
    changed(
        declared, lambda text: text.replace("- sound_rows:\n", "- sound_rows:\n          config: {where: 'true'}\n", 1)
    )
    with pytest.raises(ValueError, match="test sound_rows of a seed has config"):
        registry_rows.broken(apart(tmp_path))
