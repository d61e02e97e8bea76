"""No model compares every row with every row: the plans of all models, as DuckDB makes them on the demo.

A join whose ON is more than equalities of one side each is planned as a loop over both sides, and takes four times as
long for twice the rows. It is allowed where one side is small: its tables are the registry's, which do not grow with
what is received, or hold a handful of rows on a demo that receives 137 files, as the calendar does.
"""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.warehouse import compiled, transform

LOOPS = ("NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT")
REGISTRY = "registry"
MOST_REGISTRY_ROWS = 500
HANDFUL = 50

Plan = dict[str, Any]


@pytest.fixture(scope="module")
def models(demo: DemoRun) -> dict[str, str]:
    """Every model of a night as the SQL it becomes."""
    made = compiled.models(demo.settings.warehouse, transform.WAREHOUSE, {"plan": demo.settings.plan})
    return {model["name"]: model["compiled"] for model in made if model["language"] == "sql"}


@pytest.fixture(scope="module")
def warehouse(demo: DemoRun, models: dict[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's warehouse, once dbt has let go of it."""
    with duckdb.connect(str(demo.settings.warehouse), read_only=True) as con:
        yield con


def plan(con: duckdb.DuckDBPyConnection, sql: str) -> list[Plan]:
    """The plan of a query, without running it."""
    found: list[Plan] = json.loads(con.execute(f"explain (format json) {sql}").fetchall()[0][1])
    return found


def nodes(plans: list[Plan]) -> Iterator[Plan]:
    """Every operator of a plan."""
    for node in plans:
        node["name"] = node["name"].strip()
        yield node
        yield from nodes(node["children"])


def loops(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The joins that loop over two sides of which neither is small."""
    plans = plan(con, sql)
    small = {
        f"{schema}.{name}"
        for schema, name, size in con.sql(
            "select schema_name, table_name, estimated_size from duckdb_tables()"
        ).fetchall()
        if schema == REGISTRY or size <= HANDFUL
    }
    # What a CTE that is kept is made of.
    made = {node["extra_info"]["Table Index"]: node["children"][0] for node in nodes(plans) if node["name"] == "CTE"}

    def is_small(side: Plan) -> bool:
        if side["name"] == "UNGROUPED_AGGREGATE":
            return True
        if side["name"] == "CTE_SCAN":
            return is_small(made[side["extra_info"]["CTE Index"]])
        if side["children"]:
            return all(is_small(child) for child in side["children"])
        table = side["extra_info"].get("Table", "").replace('"', "")
        return not table or table.split(".", 1)[1] in small

    return [
        f"{node['name']} {node['extra_info'].get('Conditions', '')}".strip()
        for node in nodes(plans)
        if node["name"] in LOOPS and not any(is_small(side) for side in node["children"])
    ]


def test_no_model_loops_over_two_sides_that_grow(warehouse: duckdb.DuckDBPyConnection, models: dict[str, str]) -> None:
    assert len(models) > 130
    found = {name: looping for name, sql in sorted(models.items()) if (looping := loops(warehouse, sql))}
    assert found == {}


def test_the_registry_is_small(warehouse: duckdb.DuckDBPyConnection) -> None:
    sizes = warehouse.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name = ?", [REGISTRY]
    ).fetchall()
    assert sizes and max(size for _, size in sizes) <= MOST_REGISTRY_ROWS


@pytest.mark.parametrize(
    ("condition", "is_loop"),
    [
        ("one.row_id = other.row_id and one.known_from < other.known_from", False),
        ("one.row_id = other.row_id and coalesce(one.known_to > other.known_from, true)", True),
        ("one.row_id = other.row_id and one.is_current", True),
        ("one.known_from < other.known_from or one.row_id = other.row_id", True),
    ],
)
def test_a_loop_is_seen(warehouse: duckdb.DuckDBPyConnection, condition: str, is_loop: bool) -> None:
    versions = "intermediate.int_record_version"
    sql = f"select count(*) from {versions} as one left join {versions} as other on {condition}"
    assert bool(loops(warehouse, sql)) == is_loop


def test_a_loop_over_the_registry_is_none(warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = "select count(*) from intermediate.int_record_version as versions cross join registry.scope as scopes"
    assert loops(warehouse, sql) == []
