"""The models as dbt has compiled them, kept, so that a preview runs their SQL without dbt.

What dbt adds to a night (its tests, contracts, a graph walked in parallel) a preview does without; dbt alone takes
longer to start than the SQL of these models takes to run. A night is always a build by dbt itself.
"""

import hashlib
import json
import os
import runpy
from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from flows.settings import PROJECT, Settings
from flows.warehouse import cache, parsed, transform
from flows.warehouse.transform import TransformFailed

_KEPT = "models.json"


def build(warehouse: Path, select: Sequence[str], plan_code: str) -> None:
    """Make these parts of the project in ``warehouse``, as `transform.build` makes them; no test is asked.

    Raises:
        TransformFailed: when a model cannot be made.
    """
    asked = json.dumps([parsed.key(PROJECT, warehouse.stem), plan_code, *select]).encode()
    folder = Settings().cache / "compiled" / hashlib.sha256(asked + Path(__file__).read_bytes()).hexdigest()[:24]
    kept = cache.entry(folder, lambda target: _compile(target / _KEPT, warehouse, select, plan_code))
    models = json.loads((kept / _KEPT).read_text(encoding="utf-8"))
    with duckdb.connect(str(warehouse)) as con:
        con.execute("set autoinstall_known_extensions = false; set autoload_known_extensions = false; set threads = 2")
        con.execute(f"set memory_limit = '{os.environ.get('VEERKRACHT_MEMORY_LIMIT', '4GB')}'")
        for schema in {model["schema"] for model in models}:
            con.execute(f"create schema if not exists {schema}")
        for model in models:
            try:
                _make(con, model)
            except Exception as error:
                raise TransformFailed(f"{model['name']}: {error}") from error


def _make(con: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> None:
    relation = f"{model['schema']}.{model['name']}"
    if model["language"] == "sql":
        con.execute(f"create {model['kind']} {relation} as ({model['compiled']}\n)")
    else:
        made = runpy.run_path(str(PROJECT / model["path"]))["model"](_Dbt, con)
        con.register("made", made)
        con.execute(f"create table {relation} as from made")
        con.unregister("made")


class _Dbt:
    """What a Python model asks of dbt: that what it stands on is there."""

    @staticmethod
    def ref(name: str) -> None:
        """Models are made in their order."""


def _compile(target: Path, warehouse: Path, select: Sequence[str], plan_code: str) -> None:
    """Have dbt compile the models, and write them down, each after those it stands on."""
    arguments = [
        *("compile", "--no-write-json", "--no-introspect", *transform.where(warehouse)),
        *("--quiet", "--log-level", "none"),  # else it prints what it compiles, amid the answer of a command
        *("--indirect-selection", "empty", "--vars", json.dumps({"plan": plan_code}), "--select", *select),
    ]
    results = transform.run(warehouse, arguments, transform.project(warehouse)).results
    nodes = {result.node.unique_id: result.node for result in results if result.node.resource_type == "model"}
    parents = {name: [p for p in nodes[name].depends_on.nodes if p in nodes] for name in sorted(nodes)}
    ordered = map(nodes.__getitem__, TopologicalSorter(parents).static_order())
    models = [
        {
            "name": node.name,
            "schema": node.schema,
            "kind": node.config.materialized,
            "language": node.language,
            "path": node.original_file_path,
            "compiled": node.compiled_code if node.language == "sql" else "",
        }
        for node in ordered
    ]
    target.write_text(json.dumps(models), encoding="utf-8")
