"""The metrics of models/semantic, computed by MetricFlow, are the figures of the marts: amounts to the cent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.warehouse import transform


def asked_of(metrics: Sequence[str], group_by: Sequence[str]) -> Any:
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

    return MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)


@dataclass(frozen=True)
class Metrics:
    """A warehouse with the semantic views, and MetricFlow to write the queries on it."""

    con: duckdb.DuckDBPyConnection
    engine: Any

    def ask(self, metrics: Sequence[str], entity: str, dimensions: Sequence[str]) -> dict[tuple[str, ...], list[Any]]:
        """(values of the dimensions) -> values of the metrics, one cut-off at a time."""
        request = asked_of(metrics, ["metric_time", *(f"{entity}__{name}" for name in dimensions)])
        answer = self.con.sql(self.engine.explain(request).sql_statement.sql)
        places = [answer.columns.index(f"{entity}__{name}") for name in dimensions]
        values = [answer.columns.index(name) for name in metrics]
        return {tuple(row[i] for i in places): [row[i] for i in values] for row in answer.fetchall()}


@pytest.fixture(scope="module")
def metrics(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    # Imported here, since they take seconds that every worker would spend before its first test.
    from dbt.contracts.graph.semantic_manifest import SemanticManifest
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    warehouse = tmp_path_factory.mktemp("metrics") / "warehouse.duckdb"
    warehouse.write_bytes(demo.settings.warehouse.read_bytes())
    transform.build(warehouse, ["path:models/semantic"], "veerkracht")
    told = warehouse.with_name("semantic_manifest.json")
    SemanticManifest(transform.project(warehouse)).write_json_to_file(str(told))
    manifest = parse_manifest_from_dbt_generated_manifest(told.read_text(encoding="utf-8"))
    writer = SimpleNamespace(sql_engine_type=SqlEngine.DUCKDB, sql_plan_renderer=DuckDbSqlPlanRenderer())
    with duckdb.connect(str(warehouse), read_only=True) as con:
        yield Metrics(con, MetricFlowEngine(SemanticManifestLookup(manifest), writer))


MONEY = {
    "budget_initial": "budget_initial_eur",
    "committed": "committed_eur",
    "paid": "paid_eur",
    "encours": "encours_eur",
    "committed_share": "committed_of_initial_pct",
    "paid_share": "paid_of_initial_pct",
}
MILESTONES = {
    "milestone_count": "milestone_count",
    "milestone_started_count": "started_count",
    "milestone_on_schedule_or_realised_count": "on_schedule_or_realised_count",
    "milestone_share_of_started": "on_schedule_or_realised_of_started_pct",
    "milestone_share_of_all": "on_schedule_or_realised_of_all_pct",
}


@pytest.mark.parametrize(
    ("mart", "entity", "columns", "dimensions"),
    [
        ("agg_finance_by_meetmoment_by_scope", "project_amount", MONEY, ["meetmoment_code", "scope_code", "execution"]),
        (
            "agg_finance_by_speerpunt_by_scope",
            "project_amount",
            MONEY,
            ["meetmoment_code", "scope_code", "execution", "speerpunt_code"],
        ),
        (
            "agg_finance_by_cluster_by_scope",
            "project_amount",
            MONEY,
            ["meetmoment_code", "scope_code", "execution", "cluster_code"],
        ),
        ("agg_milestones_by_meetmoment_by_scope", "milestone_in_scope", MILESTONES, ["meetmoment_code", "scope_code"]),
        (
            "agg_milestones_by_speerpunt_by_scope",
            "milestone_in_scope",
            MILESTONES,
            ["meetmoment_code", "scope_code", "speerpunt_code"],
        ),
    ],
)
def test_metrics_are_the_figures_of_the_mart(
    metrics: Metrics, mart: str, entity: str, columns: dict[str, str], dimensions: list[str]
) -> None:
    rows = metrics.con.sql(f"select {', '.join([*dimensions, *columns.values()])} from marts.{mart}").fetchall()
    expected = {row[: len(dimensions)]: row[len(dimensions) :] for row in rows}
    answered = metrics.ask(list(columns), entity, dimensions)
    assert len(rows) > 5 and answered.keys() == expected.keys()
    for key, values in answered.items():
        for (metric, column), value, figure in zip(columns.items(), values, expected[key], strict=True):
            where = (key, metric, value, figure)
            if not column.endswith("_pct"):
                assert (value or 0) == (figure or 0), where
            elif figure is not None:
                # A share is a float in MetricFlow; the mart rounds it to four decimals of a percent.
                assert abs(Decimal(value) * 100 - figure) <= Decimal("0.00005000001"), where


def test_projects_by_status_are_those_of_the_mart(metrics: Metrics) -> None:
    dimensions = ["meetmoment_code", "scope_code", "status"]
    rows = metrics.con.sql(
        f"select {', '.join(dimensions)}, project_count from marts.agg_status_by_meetmoment_by_scope"
        " where project_count > 0"
    ).fetchall()
    answered = metrics.ask(["project_count"], "project_in_scope", dimensions)
    assert len(rows) > 5 and answered == {row[:3]: [row[3]] for row in rows}


def test_projects_by_group_of_status_are_those_of_the_mart(metrics: Metrics) -> None:
    rows = metrics.con.sql(
        "select meetmoment_code, scope_code, sum(project_count) filter (where status_group = 'on_schedule'),"
        " sum(project_count) filter (where status_group = 'realised')"
        " from marts.agg_status_by_meetmoment_by_scope group by all"
    ).fetchall()
    answered = metrics.ask(
        ["project_on_schedule_count", "project_realised_count"], "project_in_scope", ["meetmoment_code", "scope_code"]
    )
    counted = {key: [value or 0 for value in values] for key, values in answered.items()}
    expected = {row[:2]: [value or 0 for value in row[2:]] for row in rows}
    assert counted == {key: values for key, values in expected.items() if any(values)}


def test_the_share_of_projects_is_the_headline_figure(metrics: Metrics) -> None:
    dimensions = ["meetmoment_code", "scope_code"]
    names = ["project_on_schedule_or_realised_count", "project_share"]
    rows = metrics.con.sql(
        "select meetmoment_code, scope_code, numerator, figure from marts.agg_headline_figure_by_scope"
        " where measure = 'project_share' and numerator > 0"
    ).fetchall()
    answered = metrics.ask(names, "project_in_scope", dimensions)
    assert len(rows) > 5 and {key for key, values in answered.items() if values[0]} == {row[:2] for row in rows}
    for *key, numerator, figure in rows:
        count, share = answered[tuple(key)]
        assert count == numerator and abs(Decimal(share) * 100 - figure) <= Decimal("0.0000005001"), key


def test_changes_of_money_are_those_of_the_marts_to_the_cent(metrics: Metrics) -> None:
    changes = metrics.con.sql(
        "select meetmoment_code, scope_code, sum(change_eur) filter (where measure = 'committed') as committed,"
        " sum(change_eur) filter (where measure = 'paid') as paid from marts.agg_finance_change"
        " where previous_meetmoment_code is not null group by all"
    )
    expected = {row[:2]: list(row[2:]) for row in changes.fetchall()}
    answered = metrics.ask(["committed_change", "paid_change"], "project_change", ["meetmoment_code", "scope_code"])
    assert len(expected) > 5 and answered == expected


def test_indicators_are_those_of_the_mart(metrics: Metrics) -> None:
    rows = metrics.con.sql(
        "select meetmoment_code, scope_code, level, count(*), count(*) filter (where value_state = 'reported'),"
        " count(*) filter (where is_target_reached) from marts.agg_indicator_progress group by all"
    ).fetchall()
    names = ["indicator_count", "indicator_reported_count", "indicator_target_reached_count"]
    answered = metrics.ask(
        [*names, "indicator_reported_share"], "indicator_in_scope", ["meetmoment_code", "scope_code", "level"]
    )
    assert len(rows) > 5 and answered.keys() == {row[:3] for row in rows}
    for *key, count, reported, reached in rows:
        *counts, share = answered[tuple(key)]
        assert [value or 0 for value in counts] == [count, reported, reached], key
        assert abs(Decimal(share or 0) - Decimal(reported) / count) <= Decimal("0.000000001"), key


def test_without_a_time_the_last_meetmoment_counts_and_nothing_is_added_up(metrics: Metrics) -> None:
    request = asked_of(["committed"], ["project_amount__scope_code", "project_amount__execution"])
    answer = metrics.con.sql(metrics.engine.explain(request).sql_statement.sql).fetchall()
    last = metrics.con.sql(
        "select scope_code, execution, committed_eur from marts.agg_finance_by_meetmoment_by_scope"
        " where meetmoment_code = (select max_by(meetmoment_code, cutoff_date) from marts.dim_meetmoment"
        " where delivered_project_count > 0)"
    ).fetchall()
    assert last and sorted(answer) == sorted(last)
