"""What Spark is given: raw rows and registry as Parquet, and every model of a night in Spark's words, in their order.

dbt compiles the models, as it does for a preview. Which columns each has, and of which type, DuckDB says: they are made
once on no rows at all, which takes seconds and is the same at any size.
"""

import json
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlglot.schema import MappingSchema

from flows.settings import Settings
from flows.spark import dialect
from flows.warehouse import compiled, transform
from flows.warehouse.load import load

MODELS, TABLES = "models.json", "tables"
CATALOGUE = "warehouse"
"""What compiled SQL names before a schema: how DuckDB calls a file of that name."""


def write(
    settings: Settings,
    loaded: Path,
    folder: Path,
    only: Collection[str] = (),
    known_before: datetime | None = None,
) -> None:
    """Hand over a plan's night.

    Args:
        loaded: a warehouse that holds the registry and what was received (`flows.warehouse.load`); more is not read.
        folder: where it is put: `MODELS`, and in `TABLES` a folder per schema with a Parquet file per table.
        only: these models alone, with what they stand on as it is in ``loaded``, which is then a built warehouse.
        known_before: the moment of the release before (UTC), as a night builds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    built = loaded if only else _built_on_nothing(settings, folder / "empty" / f"{CATALOGUE}.duckdb")
    tables = _tables(built)
    chosen = _models(settings, built, tables, only, known_before)
    (folder / MODELS).write_text(json.dumps(chosen), encoding="utf-8")
    made = {model["name"] for model in chosen}
    with duckdb.connect(str(loaded), read_only=True, config={**settings.memory_beside(loaded)}) as con:
        for schema, of_schema in tables.items():
            for name in of_schema.keys() - made:
                if only and not any(f'"{schema}"."{name}"' in model["compiled"] for model in chosen):
                    continue
                target = folder / TABLES / schema / f"{name}.parquet"
                target.parent.mkdir(parents=True, exist_ok=True)
                quoted = str(target).replace("'", "''")
                con.execute(f"copy (from {schema}.\"{name}\") to '{quoted}'")


def models(settings: Settings, built: Path) -> list[dict[str, Any]]:
    """The models of a night, in their order: as dbt compiles them, and those in SQL in Spark's words.

    Args:
        built: a warehouse that says which columns each table has; of its rows nothing is read.

    Raises:
        NotTold: when a model has no form on Spark.
    """
    return _models(settings, built, _tables(built), (), None)


def _models(
    settings: Settings, built: Path, tables: dialect.Tables, only: Collection[str], known_before: datetime | None
) -> list[dict[str, Any]]:
    known = dialect.known(tables)
    found = compiled.models(built, transform.WAREHOUSE, transform.variables(settings.plan, None, known_before))
    return [model | _told(model, known, tables) for model in found if not only or model["name"] in only]


def _built_on_nothing(settings: Settings, empty: Path) -> Path:
    """A warehouse of no rows, which says which columns each table has."""
    load(settings, {}, empty, {})
    transform.project(empty)
    compiled.build(empty, transform.WAREHOUSE, settings.plan)
    return empty


def _told(model: dict[str, Any], known: MappingSchema, tables: dialect.Tables) -> dict[str, str]:
    if model["language"] != "sql":
        return {}
    try:
        return {"spark": dialect.spark_sql(model["compiled"], known, tables[model["schema"]][model["name"]])}
    except Exception as error:
        raise dialect.NotTold(f"{model['name']}: {error}") from error


def _tables(warehouse: Path) -> dialect.Tables:
    found: dict[str, dict[str, dict[str, str]]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns = con.sql(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal "
            "order by schema_name, table_name, column_index"
        ).fetchall()
    for schema, table, column, kind in columns:
        found.setdefault(schema, {}).setdefault(table, {})[column] = kind
    return found
