"""The naive query is right: a sum or a count over a mart, filtered on a meetmoment only, is the published figure.

Generated over every column of every mart that adds up by its contract, so that a new mart is asked without a test of
its own; and by name, for the queries that once gave a number nobody ever published.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.forms import contents
from flows.forms.contents import Mart
from flows.release import kept

# Ways to state the same money or projects once more: of a mart without a filter each has one value per meetmoment.
AGAIN = ("scope_code", "execution", "measure", "level")
# What the headlines call the columns that are theirs.
HEADLINES = {
    ("counts", "project_count"): ("project_count", "total", "figure"),
    ("counts", "milestone_count"): ("milestone_count", "total", "figure"),
    ("counts", "on_schedule_or_realised_count"): ("milestone_count", "on_schedule_or_realised", "figure"),
    ("counts", "started_count"): ("milestone_count", "started", "figure"),
    ("money", "committed_eur"): ("committed", "total", "figure"),
    ("money", "paid_eur"): ("paid", "total", "figure"),
    ("money", "encours_eur"): ("encours", "total", "figure"),
    ("money", "budget_initial_eur"): ("paid_share", "total", "denominator"),
    ("money", "committed_reporting_budget_eur"): ("committed_share", "reporting_projects", "denominator"),
    ("money", "paid_reporting_budget_eur"): ("paid_share", "reporting_projects", "denominator"),
}
# What is published of a meetmoment, as its calendar says.
PUBLISHED = {"scope_code": "calendar.{kind}_scope_code", "execution": "calendar.headline_execution"}

Totals = dict[str, Decimal]


@pytest.fixture(scope="module")
def marts(manifest: dict[str, Any]) -> tuple[Mart, ...]:
    return contents.from_manifest(manifest, "veerkracht")


@pytest.fixture(scope="module")
def database(demo: DemoRun) -> Path:
    current = kept.current(demo.settings)
    assert current
    return current.database


@pytest.fixture
def con(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as opened:
        yield opened


def names(mart: Mart) -> set[str]:
    return {column.name for column in mart.columns}


def of_meetmoments(marts: tuple[Mart, ...]) -> list[Mart]:
    return [mart for mart in marts if "meetmoment_code" in names(mart)]


def additive(mart: Mart) -> list[str]:
    return [column.name for column in mart.columns if column.adds_up]


def kind(mart: Mart) -> str:
    """Whether a mart is about money, of which one execution is published, or about counts."""
    return "money" if {"execution", "measure"} & names(mart) else "counts"


def naive(con: duckdb.DuckDBPyConnection, mart: str, column: str, where: str = "true") -> Totals:
    """What every tool asks first: the sum by meetmoment."""
    query = f"select meetmoment_code, sum({column}) from {mart} where {where} group by meetmoment_code"
    return {meetmoment: total for meetmoment, total in con.sql(query).fetchall() if total is not None}


def test_every_number_says_whether_it_adds_up(marts: tuple[Mart, ...]) -> None:
    """Shares, denominators and largest values are numbers; an amount or a count is there to be summed."""
    assert sum(len(additive(mart)) for mart in of_meetmoments(marts)) >= 40
    for mart in marts:
        for column in mart.columns:
            if column.data_type.startswith(("BIGINT", "INTEGER", "DECIMAL", "DOUBLE")):
                assert column.contains in ("amount", "count", "number", "place", "code"), (mart.name, column.name)
            if column.name.endswith(("_pct", "_number")):
                assert not column.adds_up, (mart.name, column.name)


def test_a_filter_names_columns_and_marts_that_are_there_and_is_said_first(marts: tuple[Mart, ...]) -> None:
    of = {mart.name: mart for mart in marts}
    for mart in marts:
        assert set(mart.filter) <= names(mart), mart.name
        assert mart.within is None or set(of[mart.within].key) - {"scope_code"} <= names(mart), mart.name
        assert mart.description.startswith("To sum or count: ") == bool(mart.filter or mart.within), mart.name
        assert mart.description_nl.startswith("Om op te tellen of te tellen: ") == bool(mart.filter or mart.within)
        for said in (mart.description, mart.description_nl):
            assert not mart.filter or all(column in said.split(". ")[0] for column in mart.filter)


def test_metrics_carry_the_filter_too(manifest: dict[str, Any]) -> None:
    for model in manifest["semantic_models"].values():
        again = [dimension["name"] for dimension in model["dimensions"] if dimension["name"] in PUBLISHED]
        assert model["config"]["meta"].get("filter", []) == again, model["name"]
        said = f"To sum or count: filter on {' and '.join(f'one {name}' for name in again)}. "
        assert model["description"].startswith(said), model["name"]


def test_what_needs_no_filter_states_nothing_twice(marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection) -> None:
    for mart in of_meetmoments(marts):
        if mart.filter or mart.within:
            continue
        for column in set(AGAIN) & names(mart):
            found = con.sql(
                f"select meetmoment_code, count(distinct {column}) as n from {mart.name} group by all having n > 1"
            ).fetchall()
            assert not found, (mart.name, column, found)


def test_what_needs_no_filter_holds_projects_of_the_published_scope_only(
    marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection
) -> None:
    asked = 0
    for mart in of_meetmoments(marts):
        # Of a mart whose rows may have no project they are not what it counts, such as the findings.
        filled = {column.name for column in mart.columns if column.is_filled}
        is_of_projects = any(key.column == "project_code" for key in mart.foreign_keys) and "project_code" in filled
        if not is_of_projects or mart.filter or mart.within or mart.name.startswith("dim_"):
            continue
        asked += 1
        outside = con.sql(f"""
            select count(*) from {mart.name} as rows inner join dim_meetmoment as calendar using (meetmoment_code)
            where not exists (
                select 1 from bridge_scope_project as scope
                where scope.meetmoment_code = rows.meetmoment_code and scope.project_code = rows.project_code
                    and scope.scope_code = calendar.{kind(mart)}_scope_code
            )
        """).fetchall()
        assert outside == [(0,)], mart.name
    assert asked >= 3


def naive_totals(marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, Totals]]:
    """(counts or money, column) -> mart -> its naive sums, of the marts that need no filter."""
    totals: dict[tuple[str, str], dict[str, Totals]] = defaultdict(dict)
    for mart in of_meetmoments(marts):
        if not mart.filter and not mart.within:
            for column in additive(mart):
                totals[kind(mart), column][mart.name] = naive(con, mart.name, column)
    return totals


def test_a_column_has_one_total_in_whatever_mart_it_is_summed(
    marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection
) -> None:
    totals = naive_totals(marts, con)
    assert sum(len(of_marts) for of_marts in totals.values()) >= 40
    for column, of_marts in totals.items():
        distinct = {tuple(sorted(found.items())) for found in of_marts.values()}
        assert len(distinct) == 1, (column, of_marts)


def test_what_is_a_headline_sums_to_it(marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection) -> None:
    totals = naive_totals(marts, con)
    for column, (measure, item, value) in HEADLINES.items():
        figures = naive(con, "agg_headline_figure", value, f"measure = '{measure}' and item = '{item}'")
        assert figures and totals[column], column
        for mart, found in totals[column].items():
            assert found == figures, (mart, column)


def test_a_mart_with_a_filter_gives_the_same_after_it(marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection) -> None:
    """Filtered on the scope and execution that the calendar names, or joined with what says what counts."""
    totals, asked = naive_totals(marts, con), 0
    for mart in of_meetmoments(marts):
        if not set(mart.filter) <= {*PUBLISHED, "is_counted", "is_in_money"} or not (mart.filter or mart.within):
            continue
        conditions = [
            f"{name} = {PUBLISHED[name].format(kind=kind(mart))}" for name in mart.filter if name in PUBLISHED
        ]
        conditions += [name for name in mart.filter if name.startswith("is_")]
        join = "inner join dim_meetmoment as calendar using (meetmoment_code)"
        if mart.within == "bridge_scope_project":
            join += " inner join bridge_scope_project as scope using (meetmoment_code, project_code)"
            conditions.append(f"scope.scope_code = calendar.{kind(mart)}_scope_code")
        elif mart.within:
            of = next(other for other in marts if other.name == mart.within)
            join += f" inner join {of.name} using ({', '.join(of.key)})"
        for column in additive(mart):
            for other, found in totals.get((kind(mart), column), {}).items():
                asked += 1
                rows = f"{mart.name} as asked {join} where {' and '.join(conditions or ['true'])}"
                of_rows = f"(select meetmoment_code, asked.{column} from {rows})"
                assert naive(con, of_rows, column) == found, (mart.name, other, column)
    assert asked >= 20


def test_a_join_on_a_declared_key_adds_and_loses_nothing(
    marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection
) -> None:
    asked = 0
    for mart in marts:
        for key in mart.foreign_keys:
            asked += 1
            joined, empty, rows = con.sql(f"""
                select
                    (
                        select count(*) from {mart.name} as child
                        inner join {key.mart} as parent on child.{key.column} = parent.{key.parent_column}
                    ),
                    (select count(*) from {mart.name} where {key.column} is null),
                    (select count(*) from {mart.name})
            """).fetchall()[0]
            assert joined + empty == rows, (mart.name, key)
    assert asked >= 150


def test_every_foreign_key_leads_to_a_primary_key(marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection) -> None:
    """As the metadata declares them and as the database has them."""
    of = {mart.name: mart for mart in marts}
    declared = {(mart.name, key.column, key.mart, key.parent_column) for mart in marts for key in mart.foreign_keys}
    assert all(of[parent].key == (column,) and of[parent].has_filled_key for _, _, parent, column in declared)
    found = con.sql(
        "select table_name, constraint_column_names[1], referenced_table, referenced_column_names[1]"
        " from duckdb_constraints() where constraint_type = 'FOREIGN KEY'"
    ).fetchall()
    assert set(found) == declared
    keys = dict(
        con.sql(
            "select table_name, constraint_column_names from duckdb_constraints()"
            " where constraint_type in ('PRIMARY KEY', 'UNIQUE')"
        ).fetchall()
    )
    assert {table: tuple(columns) for table, columns in keys.items()} == {mart.name: mart.key for mart in marts}
    assert len(con.sql("from duckdb_constraints() where constraint_type = 'PRIMARY KEY'").fetchall()) > 60


NAMED = {
    "paid at m3": ("select sum(paid_eur) from fct_finance where meetmoment_code = 'm3'", Decimal("218600000.00")),
    "paid at m6": ("select sum(paid_eur) from fct_finance where meetmoment_code = 'm6'", Decimal("2163550000.00")),
    "projects by status at m3": (
        "select sum(project_count) from agg_status_by_meetmoment where meetmoment_code = 'm3'",
        180,
    ),
    "milestones at m6": ("select count(*) from fct_milestone_status where meetmoment_code = 'm6'", 1753),
    "milestones and targets of the facility at m6": (
        "select count(*) from fct_rrf_milestone_target where meetmoment_code = 'm6'",
        39,
    ),
    "findings with their rule at m7": (
        "select count(*) - (select count(*) from fct_finding where meetmoment_code = 'm7')"
        " from fct_finding inner join dim_rule using (rule_id) where meetmoment_code = 'm7'",
        0,
    ),
    "evidence with its rule at m7": (
        "select count(*) - (select count(*) from fct_status_evidence where meetmoment_code = 'm7')"
        " from fct_status_evidence inner join dim_status_rule using (rule_code) where meetmoment_code = 'm7'",
        0,
    ),
    # Of the three projects that were stopped one is paid from the regular budget, whose money is not published.
    "one-off money paid to stopped projects at m6": (
        "select sum(paid_eur) from fct_project_status inner join fct_finance using (meetmoment_code, project_code)"
        " where meetmoment_code = 'm6' and status_group = 'stopped'",
        Decimal("494715.94"),
    ),
    "money paid to stopped projects at m6, the regular one included": (
        "select sum(paid_eur) from fct_project_status"
        " inner join fct_finance_by_execution using (meetmoment_code, project_code)"
        " where meetmoment_code = 'm6' and status_group = 'stopped' and execution = 'provisional'",
        Decimal("12867619.19"),
    ),
}


@pytest.mark.parametrize("asked", NAMED)
def test_what_once_gave_a_number_that_nobody_published(asked: str, con: duckdb.DuckDBPyConnection) -> None:
    query, published = NAMED[asked]
    assert con.sql(query).fetchall() == [(published,)]


def test_a_figure_in_a_row_of_several_has_its_own_count_of_warnings(
    marts: tuple[Mart, ...], con: duckdb.DuckDBPyConnection
) -> None:
    """What is committed and what is paid have the warnings beneath them alone, whatever mart they are summed in."""
    asked = 0
    for mart in of_meetmoments(marts):
        if mart.filter or mart.within:
            continue
        for column in ("committed_eur", "paid_eur"):
            if column not in names(mart) or len(additive(mart)) < 2:
                continue
            asked += 1
            measure = column.removesuffix("_eur")
            assert f"{measure}_warning_count" in names(mart), (mart.name, f"{column} has no {measure}_warning_count")
            told = naive(con, "agg_headline_figure", "warning_count", f"measure = '{measure}' and item = 'total'")
            assert naive(con, mart.name, f"{measure}_warning_count") == told, (mart.name, column)
    assert asked >= 8


def test_warnings_add_up_to_one_count_in_whatever_mart_of_a_subject(con: duckdb.DuckDBPyConnection) -> None:
    """By unit of the plan or of all of it: the warnings beneath the same rows of returns."""
    for subject, fact in (("finance", "fct_finance"), ("status", "fct_project_status")):
        told = naive(con, fact, "warning_count")
        for unit in ("meetmoment", "speerpunt", "cluster", "policy_domain"):
            assert naive(con, f"agg_{subject}_by_{unit}", "warning_count") == told, (subject, unit)
        assert sum(told.values()) > 50


def test_one_figure_has_one_count_of_warnings(con: duckdb.DuckDBPyConnection) -> None:
    """How many projects have a status stands in two marts, in each scope with the same warnings beneath it."""
    for suffix in ("", "_by_scope"):
        found = con.sql(f"""
            select count(*), count(*) filter (where statuses.warning_count = figures.warning_count)
            from agg_status_by_meetmoment{suffix} as statuses
            inner join agg_headline_figure{suffix} as figures
                on statuses.meetmoment_code = figures.meetmoment_code and statuses.scope_code = figures.scope_code
                and figures.measure = 'project_count' and figures.item = statuses.status
        """).fetchall()
        ((rows, the_same),) = found
        assert rows == the_same > 30
