"""The models as dbt has compiled them, kept, so that a preview runs their SQL without dbt.

What dbt adds to a night (its tests, contracts, a graph walked in parallel) a preview does without; dbt alone takes
longer to start than the SQL of these models takes to run. A night is always a build by dbt itself.
"""

import hashlib
import json
import os
import runpy
from collections.abc import Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml

from flows.project import read_yaml
from flows.settings import PROJECT, Settings
from flows.warehouse import cache, parsed_project, transform
from flows.warehouse.transform import TransformFailed

_KEPT = "models.json"
_STANDS_FOR = {"plan": "<plan>", "known_on": "<known on>", "known_before": "<known before>"}
"""What stands in what is kept for the variables of a night, which are words of SQL and nothing else."""


def build(
    warehouse: Path,
    select: Sequence[str],
    plan_code: str,
    known_on: datetime | None = None,
    known_before: datetime | None = None,
    after: str | None = None,
) -> None:
    """Make these parts of the project in ``warehouse``, as `transform.build` makes them; no test is asked.

    Args:
        after: a model that stands there otherwise since: only what stands on it is made, anew.

    Raises:
        TransformFailed: when a model cannot be made.
    """
    made = models(warehouse, select, transform.variables(plan_code, known_on, known_before))
    make(warehouse, _standing_on(after, made) if after else made)


def make(warehouse: Path, made: Sequence[dict[str, Any]]) -> None:
    """Make compiled models (`models`) in ``warehouse``, in their order.

    Raises:
        TransformFailed: when a model cannot be made.
    """
    with duckdb.connect(str(warehouse)) as con:
        for name, value in _settings(warehouse).items():
            con.execute(f"set {name} = '{value}'")
        # It is read once and thrown away: finding how each column is best compressed costs more than it ever saves.
        con.execute("set force_compression = 'uncompressed'")
        for schema in {model["schema"] for model in made}:
            con.execute(f"create schema if not exists {schema}")
        # What is made in one transaction waits for the disk once; a Python model sees only what is committed.
        for language, of_language in groupby(made, key=lambda model: model["language"]):
            con.execute("begin") if language == "sql" else None
            for model in of_language:
                try:
                    _make(con, model)
                except Exception as error:
                    raise TransformFailed(f"{model['name']}: {error}") from error
            con.execute("commit") if language == "sql" else None


def models(warehouse: Path, select: Sequence[str], variables: dict[str, str]) -> list[dict[str, Any]]:
    """These parts of the project as compiled, each model after those it stands on.

    All of a night is compiled at once, for any plan and moment.

    Args:
        select: models with all they stand on, each as ``+model``; or all of a night, `transform.WAREHOUSE`.
        variables: of the night (`transform.variables`).
    """
    text = (keep(warehouse) / _KEPT).read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = {model["name"]: model for model in json.loads(text)}
    needed: set[str] = set(found) if tuple(select) == transform.WAREHOUSE else set()
    ahead = [name.removeprefix("+") for name in select] if not needed else []
    while ahead:
        name = ahead.pop()
        if name not in needed:
            needed.add(name)
            ahead += found[name]["parents"]
    said = read_yaml(PROJECT / "dbt_project.yml")["vars"] | variables
    return [m | {"compiled": _named(m["compiled"], said)} for m in found.values() if m["name"] in needed]


def keep(warehouse: Path) -> Path:
    """The folder of what is compiled by this code and registry; dbt is asked only where it is not there yet."""
    asked = parsed_project.key(PROJECT, warehouse.stem).encode() + Path(__file__).read_bytes()
    folder = Settings().cache / "compiled" / hashlib.sha256(asked).hexdigest()[:24]
    return cache.entry(folder, lambda target: _compile(target / _KEPT, warehouse))


def _standing_on(name: str, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of some models, in their order, that stand on one, directly or not."""
    found: dict[str, dict[str, Any]] = {}
    for model in made:
        if not {name, *found}.isdisjoint(model["parents"]):
            found[model["name"]] = model
    return list(found.values())


def _settings(warehouse: Path) -> dict[str, Any]:
    """How DuckDB is set for a night, as ``profiles.yml`` says."""
    as_dbt = jinja2.Environment(autoescape=False)
    as_dbt.filters["as_number"] = int
    said = as_dbt.from_string((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    environment = os.environ | {"VEERKRACHT_WAREHOUSE": str(warehouse)}
    profiles = yaml.safe_load(said.render(env_var=environment.get))
    run = profiles["veerkracht"]["outputs"]["run"]
    return {"threads": run["threads"], **run["config_options"]}


def _named(compiled: str, variables: dict[str, str]) -> str:
    for name, stand_in in _STANDS_FOR.items():
        compiled = compiled.replace(stand_in, variables[name].replace("'", "''"))
    return compiled


def _make(con: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> None:
    relation = f"{model['schema']}.{model['name']}"
    if model["language"] == "sql":
        con.execute(f"create or replace {model['kind']} {relation} as ({model['compiled']}\n)")
    else:
        made = runpy.run_path(str(PROJECT / model["path"]))["model"](StandIn, con)
        con.register("made", made)
        con.execute(f"create or replace table {relation} as from made")
        con.unregister("made")


class StandIn:
    """What a Python model asks of dbt: that what it stands on is there."""

    @staticmethod
    def ref(name: str) -> None:
        """Models are made in their order."""


def _compile(target: Path, warehouse: Path) -> None:
    """Have dbt compile the models of a night, and write them down, each after those it stands on."""
    arguments = [
        *("compile", "--no-write-json", "--no-introspect", *transform.where(warehouse)),
        *("--quiet", "--log-level", "none"),  # else it prints what it compiles, amid the answer of a command
        *("--indirect-selection", "empty", "--vars", json.dumps(_STANDS_FOR)),
        *("--select", *transform.WAREHOUSE, "--exclude", "resource_type:test", "resource_type:unit_test"),
    ]
    results = transform.run(warehouse, arguments, transform.project(warehouse)).results
    nodes = {result.node.unique_id: result.node for result in results if result.node.resource_type == "model"}
    parents = {name: [p for p in nodes[name].depends_on.nodes if p in nodes] for name in sorted(nodes)}
    models = [
        {
            "name": nodes[name].name,
            "schema": nodes[name].schema,
            "kind": nodes[name].config.materialized,
            "language": nodes[name].language,
            "path": nodes[name].original_file_path,
            "parents": [nodes[parent].name for parent in parents[name]],
            "compiled": nodes[name].compiled_code if nodes[name].language == "sql" else "",
        }
        for name in TopologicalSorter(parents).static_order()
    ]
    target.write_text(json.dumps(models), encoding="utf-8")
