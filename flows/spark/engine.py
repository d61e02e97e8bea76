"""Run what was handed over on Spark: this machine's, or a cluster's by its address.

Tables are Parquet in one place and names of the session; no catalogue is needed, nothing is updated in place. The gate
judges in DuckDB, as it does in a night, on the same Parquet: only what fails comes home, and goes back as a table.
"""

import json
import runpy
import socket
import time
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb

from flows.settings import PROJECT
from flows.spark import dialect, handover
from flows.warehouse import compiled

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {
    # A moment is one of UTC and has no zone of its own.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # What cannot be read or held is NULL, as `try` says in DuckDB, and a product of decimals keeps its decimals.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    # Spark 4.3 makes plans by it whose parts do not know each other's columns.
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
    "spark.sql.parquet.compression.codec": "zstd",
}

MADE = "made"
"""Where a night puts what it makes, in the folder of what was handed over."""
CONNECT_PORT = 15002
"""Where a Spark Connect listens whose address names no port."""


def session(address: str, cores: int, memory: str) -> "SparkSession":
    """A session: ``sc://host:port`` is a cluster's (Spark Connect), ``local`` this process's own.

    Args:
        cores: of this machine, or partitions of a shuffle on a cluster.
        memory: of this process, where it is its own.

    Raises:
        OSError: when nothing answers at the address; Spark itself would ask again for minutes.
    """
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    if address.startswith("sc://"):
        place = urlsplit(address)
        socket.create_connection((place.hostname, place.port or CONNECT_PORT), timeout=10).close()
        builder = builder.remote(address)
    else:
        builder = builder.master(f"local[{cores}]").config("spark.driver.memory", memory)
        builder = builder.config("spark.ui.enabled", "false").config("spark.sql.warehouse.dir", "/nonexistent")
    spark = builder.getOrCreate()
    for name, value in {**SETTINGS, "spark.sql.shuffle.partitions": str(cores)}.items():
        spark.conf.set(name, value)
    # No function of Spark composes letters and their accents.
    spark.udf.register("nfc_normalize", lambda text: text and unicodedata.normalize("NFC", text), "string")
    return spark


def build(
    spark: "SparkSession",
    folder: Path,
    storage: Path,
    memory: Mapping[str, str],
    told: Callable[[dict[str, Any]], None],
) -> None:
    """Make every model; each table is Parquet in ``storage`` when it returns, a folder per schema and table.

    Args:
        folder: what was handed over (`handover.write`), where the cluster sees it too.
        storage: what this process and the cluster both read and write under the same name.
        memory: what DuckDB, in which the gate judges, is told of it (`Settings.memory_beside`).
        told: what each model has cost.
    """
    storage.mkdir(parents=True, exist_ok=True)
    views = storage / f"{handover.CATALOGUE}.duckdb"
    views.unlink(missing_ok=True)
    with duckdb.connect(str(views), config=dict(memory)) as home:
        for table in sorted((folder / handover.TABLES).glob("*/*.parquet")):
            _known(spark, home, table.parent.name, table.stem, table)
        for model in json.loads((folder / handover.MODELS).read_text(encoding="utf-8")):
            began = time.perf_counter()
            _make(spark, home, model, storage / model["schema"] / model["name"])
            told({"model": model["name"], "seconds": round(time.perf_counter() - began, 3)})


def _make(spark: "SparkSession", home: duckdb.DuckDBPyConnection, model: dict[str, Any], target: Path) -> None:
    schema, name = model["schema"], model["name"]
    if model["kind"] == "view":
        spark.sql(model["spark"]).createOrReplaceTempView(dialect.table_name(schema, name))
        home.execute(f"create schema if not exists {schema}; create view {schema}.{name} as {model['compiled']}")
        return
    if model["language"] == "sql":
        made = spark.sql(model["spark"])
    else:
        judged = runpy.run_path(str(PROJECT / model["path"]))["model"](compiled.StandIn, home)
        made = spark.createDataFrame(judged, ", ".join(f"{column} string" for column in judged.column_names))
    made.write.mode("overwrite").parquet(_on_file_system(target))
    _known(spark, home, schema, name, target, made.schema)


def _known(
    spark: "SparkSession", home: duckdb.DuckDBPyConnection, schema: str, name: str, path: Path, shape: Any = None
) -> None:
    """A table by its name, on Spark and for the gate."""
    read = spark.read if shape is None else spark.read.schema(shape)  # asking the files takes a job
    read.parquet(_on_file_system(path)).createOrReplaceTempView(dialect.table_name(schema, name))
    files = str(path / "*.parquet" if path.is_dir() else path).replace("'", "''")
    home.execute(
        f"create schema if not exists {schema}; create view {schema}.\"{name}\" as from read_parquet('{files}')"
    )


def _on_file_system(path: Path) -> str:
    """A path that is one of the file system on a cluster too whose own default is another storage."""
    return f"file://{path}"
