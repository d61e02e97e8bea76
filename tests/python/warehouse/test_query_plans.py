"""No model compares every row with every row: the plans of all models, as DuckDB makes them on the small plan.

A join whose ON is more than equalities of one side each is planned as a loop over both sides, and takes four times as
long for twice the rows. It is allowed where one side does not grow with the plan: it is one row, comes of the registry
alone, or of a table that `STEADY` names. How many rows a side has here decides nothing, so that a plan of twelve
projects says what one of a hundred thousand would.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.warehouse import compiled, transform

LOOPS = ("NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT", "PIECEWISE_MERGE_JOIN", "IE_JOIN")
REGISTRY = "registry"
MOST_REGISTRY_ROWS = 500
STEADY = {
    "int_calendar": "a row per meetmoment of the registry, with whether anything was delivered",
    "dim_meetmoment": "the same, with how complete it is",
}
"""Tables made of what is received that do not grow with the plan, each with the reason."""
ALLOWED = {
    "int_indicator_progress": (
        "valid_from <= cutoff_date",
        "one side is grouped by meetmoment and scope, of the registry",
    ),
}
"""By model the conditions of its one loop over what only seems to grow, and the reason."""

Plan = dict[str, Any]
Loops = Mapping[str, list[str]]


@pytest.fixture(scope="module")
def models(small: DemoRun) -> list[dict[str, Any]]:
    """Every model of a night, each after those it stands on."""
    plan = transform.variables(small.settings.plan, None, None)
    return compiled.models(small.settings.warehouse, transform.WAREHOUSE, plan)


@pytest.fixture(scope="module")
def warehouse(small: DemoRun, models: list[dict[str, Any]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The small plan's warehouse, once dbt has let go of it."""
    with duckdb.connect(str(small.settings.warehouse), read_only=True) as con:
        # What the rows that happen to stand in the small plan rule out may be there in a larger one.
        con.execute("set disabled_optimizers = 'statistics_propagation'")
        yield con


@pytest.fixture(scope="module")
def growing(warehouse: duckdb.DuckDBPyConnection, models: list[dict[str, Any]]) -> set[str]:
    """The tables that grow with the plan: all that is received, and what is made of it."""
    found = {f"raw.{name}" for (name,) in warehouse.sql("show tables from raw").fetchall()}
    for model in models:
        named = f"{model['schema']}.{model['name']}"
        if model["name"] not in STEADY and (model["language"] != "sql" or Plans(warehouse, model, found).grows()):
            found.add(named)
    return found


class Plans:
    """What DuckDB would do for a query, without doing it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, model: Mapping[str, Any], growing: set[str]) -> None:
        told = con.execute(f"explain (format json) {model['compiled']}").fetchall()[0][1]
        self._plans: list[Plan] = json.loads(told)
        self._growing = growing
        # What a CTE that is kept is made of, and what a correlated part is asked for.
        self._made = {n["extra_info"]["Table Index"]: n["children"][0] for n in self.nodes() if _name(n) == "CTE"}
        self._asked = {
            n["extra_info"]["Delim Index"]: n["children"][0] for n in self.nodes() if "DELIM_JOIN" in _name(n)
        }

    def nodes(self) -> Iterator[Plan]:
        """Every operator."""
        ahead = list(self._plans)
        while ahead:
            node = ahead.pop()
            yield node
            ahead += node["children"]

    def grows(self) -> bool:
        """Whether the answer has more rows for a larger plan."""
        return any(self._grows(plan) for plan in self._plans)

    def loops(self) -> list[str]:
        """The joins that loop over two sides that both grow."""
        return [
            f"{_name(node)} {node['extra_info'].get('Conditions', '')}".strip()
            for node in self.nodes()
            if _name(node) in LOOPS and all(self._grows(side) for side in node["children"])
        ]

    def _grows(self, node: Plan) -> bool:
        told = node["extra_info"]
        match _name(node):
            case "UNGROUPED_AGGREGATE":
                return False
            case "CTE_SCAN":
                return self._grows(self._made[told["CTE Index"]])
            case "DELIM_SCAN":
                return self._grows(self._asked[told["Delim Index"]])
            case "CTE":
                return self._grows(node["children"][1])
        if node["children"]:
            return any(self._grows(child) for child in node["children"])
        return told.get("Table", "").replace('"', "").partition(".")[2] in self._growing


def _name(node: Plan) -> str:
    name: str = node["name"]
    return name.strip()


def test_no_model_loops_over_two_sides_that_grow(
    warehouse: duckdb.DuckDBPyConnection, models: list[dict[str, Any]], growing: set[str]
) -> None:
    of_sql = [model for model in models if model["language"] == "sql"]
    assert len(of_sql) > 200
    found = {model["name"]: loops for model in of_sql if (loops := Plans(warehouse, model, growing).loops())}
    assert found == {name: [f"NESTED_LOOP_JOIN {condition}"] for name, (condition, _) in ALLOWED.items()}


def test_what_grows_is_what_is_received_and_what_is_made_of_it(growing: set[str], models: list[dict[str, Any]]) -> None:
    """A table that grows and is not seen to would be a small side of any join."""
    steady = {f"{model['schema']}.{model['name']}" for model in models} - growing
    assert {"staging.stg_code_word", "marts.dim_scope", "intermediate.int_calendar"} < steady
    assert {"raw.row", "staging.stg_milestone", "intermediate.int_project", "marts.fct_finding"} < growing
    made_of_nothing_received = {name for name in steady if not name.startswith(("registry.", "marts.dim_"))}
    assert made_of_nothing_received == {
        "intermediate.int_calendar",
        "intermediate.int_published_scope",
        "intermediate.int_registered_event",
        "intermediate.int_status_case",
        "intermediate.int_status_rule_condition",
        "intermediate.int_status_scale",
        "marts.fct_kernindicator_value",
        "staging.stg_code_word",
        "staging.stg_layout_word",
    }


def test_the_registry_is_small(warehouse: duckdb.DuckDBPyConnection) -> None:
    sizes = warehouse.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name = ?", [REGISTRY]
    ).fetchall()
    assert sizes and max(size for _, size in sizes) <= MOST_REGISTRY_ROWS


@pytest.mark.parametrize(
    ("tables", "condition", "is_loop"),
    [
        ("one join other", "one.row_id = other.row_id and one.known_from < other.known_from", False),
        ("one left join other", "one.row_id = other.row_id and coalesce(one.known_to > other.known_from, true)", True),
        ("one left join other", "one.row_id = other.row_id and one.is_current", True),
        ("one left join other", "one.known_from < other.known_from or one.row_id = other.row_id", True),
        ("one join other", "one.known_from < other.known_from", True),
        ("one join other", "one.known_from < other.known_from and one.known_to > other.known_from", True),
        ("one join other", "true", True),
        ("one join registry.scope as other", "true", False),
        ("one join intermediate.int_calendar as other", "one.meetmoment_number >= other.meetmoment_number", False),
        ("one join (select max(known_from) as last from other) as other", "one.known_from < other.last", False),
    ],
)
def test_a_loop_is_seen(
    warehouse: duckdb.DuckDBPyConnection, growing: set[str], tables: str, condition: str, is_loop: bool
) -> None:
    """Also where both sides are read from a CTE that is kept, and in a part that is correlated with the rest."""
    made = "select * from intermediate.int_record_version"
    joined = f"select count(*) as n from {tables} on {condition}"
    for query in (
        f"with one as ({made}), other as ({made}) {joined}",
        f"with one as materialized ({made}), other as materialized ({made}) {joined}",
        f"select * from intermediate.int_project_version as p, lateral (with one as ({made} where row_id = p.row_id), "
        f"other as ({made}) {joined})",
    ):
        assert bool(Plans(warehouse, {"compiled": query}, growing).loops()) == is_loop, query
