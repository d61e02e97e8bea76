"""dbt's own unit tests, all in one command, at half of what dbt takes for them.

Of what dbt does for each, two things are dear and say nothing of a model: it asks the warehouse for the columns of each
table that is given, again for every test that is given it; and it parses each query, to put what is given behind its
first word. Both are done here with the same outcome.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dbt import compilation
from dbt.adapters.duckdb import DuckDBAdapter

from flows.warehouse import transform

# The first word of a query that begins with what it imports, after comments; of the others dbt itself finds the place.
_WITH = re.compile(r"(?:\s|--[^\n]*\n)*with\s+(?!recursive\b)", re.IGNORECASE)


def run_unit_tests(warehouse: Path, *select: str) -> None:
    """Run those of the models of the project, in a warehouse of any plan: of it they only ask which columns are there.

    Args:
        select: of these, those that dbt selects so.

    Raises:
        transform.TransformFailed: naming each that failed.
    """
    units = ["test", "--quiet", "--no-write-json", "--select", ",".join(("test_type:unit", *select))]
    with _quick():
        transform.run(warehouse, [*units, *transform.where(warehouse)], transform.project(warehouse))


@contextmanager
def _quick() -> Iterator[None]:
    ask, inject = DuckDBAdapter.get_columns_in_relation, compilation.inject_ctes_into_sql
    known: dict[str, Any] = {}

    def columns(adapter: Any, relation: Any) -> Any:
        if relation.identifier.endswith("__dbt_tmp"):  # of one test each
            return ask(adapter, relation)
        if relation.render() not in known:
            known[relation.render()] = ask(adapter, relation)
        return known[relation.render()]

    def injected(sql: str, ctes: list[Any]) -> str:
        begins = _WITH.match(sql)
        if not (ctes and begins):
            return str(inject(sql, ctes))
        given = ", ".join(cte.sql for cte in ctes)
        return f"{sql[: begins.end()]}{given}, {sql[begins.end() :]}"

    with (
        patch.object(DuckDBAdapter, "get_columns_in_relation", columns),
        patch.object(compilation, "inject_ctes_into_sql", injected),
    ):
        yield
