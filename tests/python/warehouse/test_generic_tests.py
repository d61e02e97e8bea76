"""Our generic tests are themselves tested: each has a case that passes and one that fails, run by dbt."""

from pathlib import Path

import duckdb
import pytest

from flows.project import read_yaml
from flows.settings import PROJECT
from flows.warehouse import transform

GENERIC = sorted(path.stem for path in (PROJECT / "tests/generic").glob("*.sql"))


def test_each_generic_test_has_both_cases_and_is_described() -> None:
    cases = {path.stem for path in (PROJECT / "tests/selftest").glob("*.sql")}
    assert cases == {f"{name}_{end}" for name in GENERIC for end in ("passes", "fails")}
    described = read_yaml(PROJECT / "tests/generic/_generic_tests.yml")
    assert {macro["name"] for macro in described["macros"]} == {f"test_{name}" for name in GENERIC}
    assert all("Arguments: " in macro["description"] for macro in described["macros"])


def test_each_case_is_as_it_says(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    selected = ["--indirect-selection", "empty", "--select", "code", "record_field", "tag:selftest"]
    dbt(warehouse, "build", *selected)


def test_a_case_that_is_not_as_it_says_is_an_error(tmp_path: Path) -> None:
    """Without the code list no reference is found: the case that should pass then fails, so the cases do judge."""
    warehouse = tmp_path / "warehouse.duckdb"
    dbt(warehouse, "seed", "--select", "code")
    with duckdb.connect(str(warehouse)) as con:
        con.execute("delete from registry.code")
    with pytest.raises(transform.TransformFailed, match="sound_mart_passes"):
        dbt(warehouse, "test", "--select", "sound_mart_passes")


def dbt(warehouse: Path, *arguments: str) -> None:
    """Run dbt on the project as it was parsed before."""
    command, *options = arguments
    transform.run(
        warehouse,
        [command, "--quiet", "--no-write-json", *options, *transform.where(warehouse)],
        transform.project(warehouse),
    )
