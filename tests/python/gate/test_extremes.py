"""What gate 1 accepts, every mart can hold: the largest and smallest values in each numeric field of the contract."""

from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from replay import without_dbt
from rule_builder import PLAN, Case, Edit, add, fill, put

from expectations import gate
from flows import registry
from flows.warehouse import transform

LARGEST = {"amount": "999999999999,99", "number": "999999999999999,999999999999999"}
SMALLEST = {"amount": "0,01", "number": "0,000000000000001"}


def numeric_columns() -> Iterator[tuple[str, str, str]]:
    """(type, sheet, header) of every column of the Flemish workbook that feeds a numeric field of the contract."""
    types = {(row["record"], row["field"]): row["type"] for row in registry.rows("contract/record_field")}
    sheets = {layout.code: layout.sheet_name for layout in registry.layouts(PLAN)}
    for row in registry.rows("layouts/layout_column"):
        of_type = types.get((row["record"], row["field"]), "")
        if row["layout_code"] in sheets and of_type in LARGEST and row["source_column"]:
            yield of_type, sheets[row["layout_code"]] or "", row["source_column"]


def everywhere(sheet: str, header: str, before: str, now: str) -> tuple[Edit, ...]:
    """A value before and one now; of a transfer its other side too."""
    edits = [put(sheet, header, before, at="before"), put(sheet, header, now)]
    if sheet == "Overdrachten":
        edits += [
            put(sheet, header, opposite(before), row=1, at="before"),
            put(sheet, header, opposite(now), row=1),
        ]
    return tuple(edits)


def opposite(value: str) -> str:
    return value.removeprefix("-") if value.startswith("-") else f"-{value}"


def cases() -> Iterator[Case]:
    """Each extreme of each field, from the smallest to the largest, and the largest of the smallest."""
    for of_type, sheet, header in numeric_columns():
        large, small = LARGEST[of_type], SMALLEST[of_type]
        for before, now in (
            *((large, large), (opposite(large), opposite(large)), (small, small), (opposite(small), opposite(small))),
            *((small, large), (large, opposite(large))),
        ):
            yield Case(header, f"{before} -> {now}", everywhere(sheet, header, before, now))
    for large in (LARGEST["amount"], opposite(LARGEST["amount"])):
        yield Case(
            "",
            f"{large} of a cent, returned, in the accounts and restated",
            (
                put("Projecten", "Initieel budget (EUR)", SMALLEST["amount"], at="both"),
                put("Financien", "Budget (EUR)", SMALLEST["amount"], at="both"),
                put("Financien", "Vastgelegd VAK (EUR)", large, at="both"),
                put("Financien", "Vereffend VEK (EUR)", opposite(large), at="both"),
                put("Rekeningen", "Afsluitdatum", "30/06/2022"),
                put("Rekeningen", "VAK rekening (EUR)", opposite(large)),
                put("Rekeningen", "VEK rekening (EUR)", large),
                add("Financien", "{code}", "Definitief", opposite(large), opposite(large), large, "Afgesloten"),
            ),
        )
    for large in (LARGEST["number"], opposite(LARGEST["number"])):
        yield Case(
            "",
            f"{large} on the shortest way to a target",
            (
                put("Indicatoren", "Nulmeting", "0", at="both"),
                put("Indicatoren", "Streefwaarde", SMALLEST["number"], at="both"),
                put("Indicatoren", "Gerealiseerde waarde", large, at="both"),
            ),
        )


@pytest.fixture(scope="module", params=["compiled", pytest.param("by_dbt", marks=pytest.mark.slow)])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """All marts of these cases, in one build; in `make slow` by dbt, which asks every promise of them."""
    home: Path = tmp_path_factory.mktemp("extremes")
    warehouse = fill(tuple(cases()), home)
    with without_dbt() if request.param == "compiled" else nullcontext():
        transform.build(warehouse, transform.WAREHOUSE, PLAN)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        yield con


def test_every_numeric_field_of_the_contract_is_among_them() -> None:
    layouts = {layout.code for layout in registry.layouts(PLAN)}
    asked = {(row["record"], row["field"]) for row in registry.rows("contract/record_field") if row["type"] in LARGEST}
    mapped = {
        (row["record"], row["field"])
        for row in registry.rows("layouts/layout_column")
        if row["layout_code"] in layouts and row["source_column"]
    }
    assert asked <= mapped
    assert len(list(numeric_columns())) >= len(asked)


def test_the_extremes_are_accepted_and_stand_in_the_marts(built: duckdb.DuckDBPyConnection) -> None:
    refused = "select rule_id, message_en from intermediate.int_finding where severity in ('critical', 'error')"
    assert built.sql(refused).fetchall() == []
    for relation, column, of_type in (
        *(("dim_project_history", "budget_initial_eur", "amount"), ("fct_finance_as_returned", "amount_eur", "amount")),
        *(("fct_budget_transfer", "amount_eur", "amount"), ("fct_account_difference", "account_eur", "amount")),
        *(("fct_indicator_value", column, "number") for column in ("baseline", "target", "actual")),
    ):
        large, small = (Decimal(of[of_type].replace(",", ".")) for of in (LARGEST, SMALLEST))
        found = built.sql(f"select distinct {column} from marts.{relation}").fetchall()
        all_four = {(large,), (large.copy_negate(),), (small,), (small.copy_negate(),)}
        assert all_four <= set(found), (relation, column)


def test_a_share_of_a_cent_is_shown_as_it_is(built: duckdb.DuckDBPyConnection) -> None:
    most = "select round(max(committed_of_initial_pct)) from marts.fct_finance_by_execution"
    assert built.sql(most).fetchall() == [(Decimal("9999999999999900"),)]
    assert built.sql("select max(progress_pct) > 1e30 from marts.fct_indicator_value").fetchall() == [(True,)]


def test_gate_2_finds_nothing_wrong_with_them(built: duckdb.DuckDBPyConnection) -> None:
    critical = [f for f in gate.failures(built, "release") if gate.severity_of(f, "veerkracht") == "critical"]
    assert critical == []
