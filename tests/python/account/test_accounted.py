"""Every published figure is accounted for: declared parts or a reason, a record of a return, warnings, a state."""

from fnmatch import fnmatchcase
from typing import Any

import duckdb
import pytest

from flows import registry
from flows.account.trace import FIRST_FIGURES
from flows.forms import contents, parts
from flows.forms.contents import Mart
from flows.forms.parts import Row

NUMERIC = ("BIGINT", "INTEGER", "DECIMAL", "DOUBLE")
# Marts whose figures are their rows: measure and item name them in the registry, and every row of the demo is traced.
BY_ITEM = {
    mart: {"figure", "numerator", "denominator"} for mart in ("agg_headline_figure", "agg_headline_figure_by_scope")
}
# Facts that come from no return: what the house says of its own figures, or what several returns together show.
NOT_OF_RETURNS = {
    "fct_finance": "the cells of a project beside each other, which are the parts of its columns",
    "fct_finance_by_execution": "the cells of a project beside each other, which are the parts of its columns",
    "fct_identity_check": "two figures of other marts beside each other",
    "fct_kernindicator_value": "statistics of the registry, which no return holds",
    "fct_indicator_quality": "points for the description of an indicator in the registry",
    "fct_published_figure_check": "a printed figure beside a headline figure",
    "fct_rrf_milestone_target": "all links to a milestone or target, in all measures; its projects are its parts",
    "fct_rrf_milestone_target_by_measure": "all links to a milestone or target, which are its parts",
}


@pytest.fixture(scope="module")
def marts(manifest: dict[str, Any]) -> tuple[Mart, ...]:
    return contents.from_manifest(manifest, "veerkracht")


def numeric(mart: Mart) -> set[str]:
    return {column.name for column in mart.columns if column.data_type.startswith(NUMERIC)}


def test_every_figure_of_an_aggregate_has_declared_parts_or_a_reason(marts: tuple[Mart, ...]) -> None:
    silent = [
        f"{mart.name}.{figure}"
        for mart in marts
        if mart.name.startswith("agg_")
        for figure in numeric(mart) - BY_ITEM.get(mart.name, set())
        if not parts.declared(mart.name, figure) and not parts.reasons(mart.name, figure)
    ]
    assert silent == []


def test_every_amount_and_count_leads_on(marts: tuple[Mart, ...]) -> None:
    """Also of a row that stands for a project or a file: to its parts, to a cell of its own row, or to a reason."""
    of_record = {(row["record"], row["field"]) for row in registry.rows("contract/record_field")}
    silent = [
        f"{mart.name}.{column.name}"
        for mart in marts
        if mart.has_trace_key
        for column in mart.columns
        if column.contains in ("amount", "count")
        and column.name not in BY_ITEM.get(mart.name, set())
        and not parts.declared(mart.name, column.name)
        and not parts.reasons(mart.name, column.name)
        and not (mart.records and column.name in FIRST_FIGURES)
        and not {(record, column.name) for record in mart.records} & of_record
    ]
    assert silent == []


def test_every_declaration_is_about_a_figure_that_is_published(marts: tuple[Mart, ...]) -> None:
    columns = {mart.name: {column.name for column in mart.columns} for mart in marts}
    for row in (*parts.declarations(), *registry.rows("publication/figure_without_parts")):
        fitting = {name for name in columns if fnmatchcase(name, row["aggregate"])}
        figures = {figure for name in fitting for figure in columns[name] if fnmatchcase(figure, row["figure"])}
        assert figures or (fitting <= set(BY_ITEM) and "/" in row["figure"]), row


def test_parts_are_rows_that_are_traced_on(marts: tuple[Mart, ...]) -> None:
    traced = {mart.name for mart in marts if mart.has_trace_key}
    for row in parts.declarations():
        assert row["part_mart"] in traced, row
    assert {mart.name for mart in marts if mart.name.startswith("agg_")} <= traced


def test_every_fact_of_a_return_leads_to_its_cells(marts: tuple[Mart, ...]) -> None:
    for mart in marts:
        columns = {column.name for column in mart.columns}
        stands_on_a_row = {"submission_id", "row_number"} <= columns and "old_submission_id" not in columns
        if mart.name.startswith(("fct_", "bridge_", "dim_project")) and stands_on_a_row:
            assert mart.records or mart.is_place, mart.name
        elif mart.name.startswith("fct_"):
            assert mart.name in NOT_OF_RETURNS, mart.name
    records = {row["record"] for row in registry.rows("contract/record")}
    stated = {record for mart in marts for record in mart.records}
    # The register of indicators that some plans deliver is shown by dim_indicator, beside what the registry says.
    assert stated == records - {"indicator"}


def test_every_aggregate_says_how_many_warnings_are_beneath_it(marts: tuple[Mart, ...]) -> None:
    without = [mart.name for mart in marts if mart.name.startswith("agg_") and "warning_count" not in numeric(mart)]
    assert without == []


@pytest.mark.parametrize(
    ("mart", "value"),
    [
        ("fct_finance_as_returned", "amount"),
        ("fct_indicator_value", "value"),
        ("fct_milestone_status_as_returned", "planned_date"),
        ("fct_milestone_status_as_returned", "status"),
        ("fct_milestone_status_as_returned", "actual_date"),
        ("fct_project_status_as_returned", "status"),
    ],
)
def test_a_value_that_may_be_absent_has_a_state_and_its_reason(marts: tuple[Mart, ...], mart: str, value: str) -> None:
    (found,) = (m for m in marts if m.name == mart)
    assert {f"{value}_state", f"{value}_reason"} <= {column.name for column in found.columns}


def row(aggregation: str) -> Row:
    values: dict[str, Any] = {"aggregation": aggregation, "actual": 1}
    return Row("agg_indicator_progress", values, {"aggregation": "VARCHAR", "actual": "DECIMAL(28,6)"})


def test_what_a_mart_says_of_all_parts_holds_for_those_of_no_other_mart() -> None:
    (increase,) = parts.declared("agg_finance_change", "increase_eur")
    assert (increase["part_mart"], increase["amount"]) == ("agg_finance_change_by_project", "increase_eur")
    (stayed,) = parts.declared("agg_finance_change", "stayed_count")
    assert (stayed["amount"], stayed["condition"]) == ("1", "measure = {measure} and presence = 'stayed'")
    (previous,) = parts.declared("agg_finance_change", "previous_eur")
    assert (previous["part_mart"], previous["meetmoment"]) == ("fct_finance_by_execution", "previous")
    assert previous["condition"] == "execution = 'provisional'"


def test_a_reason_may_hold_for_some_rows_of_a_figure() -> None:
    """The values of an indicator add up where its rule is their sum; a mean of them is no sum, and it is said so."""
    with duckdb.connect() as con:
        assert parts.reason(con, row("sum"), "actual") is None
        mean = parts.reason(con, row("mean"), "actual")
        assert mean and "mean" in mean and "gemiddelde" in mean
        assert parts.reason(con, row("sum"), "progress_pct")


def test_a_value_in_a_condition_is_a_value_and_no_sql() -> None:
    with duckdb.connect() as con:
        odd = row("it's; --")
        assert con.sql(f"select {odd.filled('{aggregation}')}").fetchall() == [("it's; --",)]


def test_no_two_marts_of_milestones_repeat_a_column(marts: tuple[Mart, ...]) -> None:
    """What is reported is in the one, how far it moved in the other; they share their key, place and warnings."""
    of = {mart.name: mart for mart in marts}
    status, forecast = of["fct_milestone_status_as_returned"], of["fct_milestone_forecast"]
    shared = {c.name for c in status.columns} & {c.name for c in forecast.columns}
    place = {"submission_id", "sheet", "row_number", "warning_count", "speerpunt_code", "cluster_code", "trace_key"}
    assert status.key and set(status.key) == set(forecast.key)
    assert shared == set(status.key) | place
