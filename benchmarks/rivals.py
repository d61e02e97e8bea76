"""What a user would write for three core marts and a count, on the same raw rows: DuckDB, SQLMesh, pandas, polars.

    python rivals.py NAME WAREHOUSE FOLDER

The work: the text rows received, read into types by the columns of the plan's own template; submissions set apart that
hold an amount or a day that cannot be read; the latest version of each key; the words of returns as codes. Of these

    status      meetmoment, project, status
    milestone   meetmoment, milestone, planned and actual day, status; no dropped ones
    finance     meetmoment, project, committed and paid, provisional; of projects paid once
    counted     meetmoment, status: how many milestones

That is much less than the models do. `by_hand/whole.sql`, for DuckDB alone, does more of it:

    reading     each value with its state and why it is none; each that cannot be read as a finding
    versions    from when to when each row held, of full deliveries and of versions that their files declare
    marts       all columns of the three but those below, the status computed by the rules and what contradicts it
    compared    each milestone with the meetmoment before and with all before
    sums        by plan, speerpunt and cluster

It still leaves out: any layout but those of the template, and words that a layout does not declare; rows set apart and
withdrawals; two senders of one key; the findings of rules beside those of a cell that cannot be read, and so the counts
of warnings; the words of a computed status; the way from a figure to its cells, and what one row says as a checksum.

`benchmarks.beside` holds all results equal to the models, row by row, before a time of theirs is written down. The SQL
of `by_hand/models` is one and the same for DuckDB alone and for SQLMesh, which has an environment of its own: nothing
else may be imported here.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

SQL, WHOLE, MESH, PANDAS, POLARS = "SQL by hand", "SQL by hand, whole", "SQLMesh", "pandas", "polars"
BY_HAND = Path(__file__).with_name("by_hand")
READ = ("read_status", "read_milestone", "read_finance", "broken")
"""What the tables stand on, in their order."""
LAYOUTS = {"status": "vv_status", "milestone": "vv_mijlpalen", "finance": "vv_financien"}
TABLES = ("status", "milestone", "finance", "counted")
WHOLE_TABLES = (*TABLES, "unread", "version", "forecast", "total")
NO_VALUE = ("n.v.t.", "nvt", "niet van toepassing", "niet gerapporteerd", "-", "?", "vertrouwelijk")

_PAID_ONCE = """
    select distinct meetmoment_code, texts[1] as project_code
    from raw.row
    inner join raw.sheet using (submission_id, sheet)
    inner join raw.submission using (submission_id)
    where layout_code = 'vv_projecten' and lower(texts[6]) = 'eenmalig'
"""


def in_sql(warehouse: Path, folder: Path) -> None:
    """Plain SQL on DuckDB."""
    with duckdb.connect() as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only); create schema by_hand")
        for name in (*READ, *TABLES):
            _, query = (BY_HAND / "models" / f"{name}.sql").read_text(encoding="utf-8").split(";", 1)
            con.execute(f"create table by_hand.{name} as {query}")
        for name in TABLES:
            con.execute(f"copy by_hand.{name} to '{folder / name}.parquet'")


def in_sql_whole(warehouse: Path, folder: Path) -> None:
    """Plain SQL on DuckDB that does more of the work of the models."""
    with duckdb.connect() as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        con.execute((BY_HAND / "whole.sql").read_text(encoding="utf-8"))
        for name in WHOLE_TABLES:
            con.execute(f"copy {name} to '{folder / name}.parquet'")


def in_mesh(warehouse: Path, folder: Path) -> None:
    """SQLMesh: a first plan of the same SQL, applied, with its state in the same file."""
    os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"
    from sqlmesh import Context
    from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig
    from sqlmesh.core.config.connection import DuckDBAttachOptions

    project, made = folder / "project", folder / "made.duckdb"
    shutil.rmtree(project, ignore_errors=True)  # it keeps what it has read beside its models
    shutil.copytree(BY_HAND, project)
    made.unlink(missing_ok=True)
    given = DuckDBAttachOptions(type="duckdb", path=str(warehouse), read_only=True)
    connection = DuckDBConnectionConfig(catalogs={"made": str(made), "warehouse": given})
    config = Config(
        gateways={"local": GatewayConfig(connection=connection)},
        model_defaults=ModelDefaultsConfig(dialect="duckdb"),
    )
    context = Context(paths=[str(project)], config=config)
    context.plan(auto_apply=True, no_prompts=True)
    for name in TABLES:
        context.engine_adapter.execute(f"copy made.by_hand.{name} to '{folder / name}.parquet'")
    context.close()


def _rows(warehouse: Path, layout: str) -> duckdb.DuckDBPyRelation:
    """The rows of a layout, as a data frame reads them from anywhere."""
    con = duckdb.connect(str(warehouse), read_only=True)
    return con.sql(f"""
        select submission_id, meetmoment_code, received_at, row_number, texts, kinds
        from raw.row inner join raw.sheet using (submission_id, sheet) inner join raw.submission using (submission_id)
        where layout_code = '{layout}'
    """)


def _paid_once(warehouse: Path) -> duckdb.DuckDBPyRelation:
    return duckdb.connect(str(warehouse), read_only=True).sql(_PAID_ONCE)


def _words(warehouse: Path) -> duckdb.DuckDBPyRelation:
    con = duckdb.connect(str(warehouse), read_only=True)
    return con.sql("select distinct code_list, word, code from staging.stg_code_word")


def in_pandas(warehouse: Path, folder: Path) -> None:
    """pandas, a column at a time."""
    import pandas as pd

    words = _words(warehouse).df()
    codes = {name: of.set_index("word")["code"] for name, of in words.groupby("code_list")}

    def amounts(texts: Any, kinds: Any, n: int) -> tuple[Any, Any]:
        text = texts.str[n - 1].fillna("").str.strip().str.lower()
        dutch = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        plain = text.where(kinds.str[n - 1] == "n", dutch)
        said = text.ne("") & ~text.isin(NO_VALUE)
        read = pd.to_numeric(plain.where(said), errors="coerce").round(2)
        return read, said & read.isna()

    def days(texts: Any, kinds: Any, n: int) -> tuple[Any, Any]:
        text = texts.str[n - 1].fillna("")
        of_cell = pd.to_datetime(text.where(kinds.str[n - 1] == "d"), format="%Y-%m-%d", errors="coerce")
        read = of_cell.fillna(pd.to_datetime(text, format="%d/%m/%Y", errors="coerce"))
        return read, text.ne("") & read.isna()

    read, broken = {}, []
    for name, layout in LAYOUTS.items():
        frame = _rows(warehouse, layout).df()
        texts, kinds = frame.pop("texts"), frame.pop("kinds")
        if name == "milestone":
            frame["milestone_code"], word = texts.str[1], texts.str[5]
            frame["planned_date"], one = days(texts, kinds, 5)
            frame["actual_date"], other = days(texts, kinds, 7)
            broken.append(frame.loc[one | other, "submission_id"])
        else:
            frame["project_code"], word = texts.str[0], texts.str[1]
        if name == "finance":
            frame["committed_eur"], one = amounts(texts, kinds, 4)
            frame["paid_eur"], other = amounts(texts, kinds, 5)
            broken.append(frame.loc[one | other, "submission_id"])
        list_ = {"status": "project_status", "milestone": "milestone_status", "finance": "finance_execution"}[name]
        frame["status"] = word.str.lower().map(codes[list_])
        read[name] = frame
    apart = pd.concat(broken).unique()
    made = {}
    for name, frame in read.items():
        kept = frame[~frame["submission_id"].isin(apart)]
        kept = kept[kept["status"] == "provisional"] if name == "finance" else kept
        key = "milestone_code" if name == "milestone" else "project_code"
        kept = kept.sort_values(["received_at", "row_number"]).drop_duplicates(["meetmoment_code", key], keep="last")
        kept = kept.drop(columns=["submission_id", "received_at", "row_number"])
        made[name] = kept[kept["status"] != "vervallen"] if name == "milestone" else kept
    made["finance"] = made["finance"].drop(columns="status").merge(_paid_once(warehouse).df())
    counted = made["milestone"].groupby(["meetmoment_code", "status"]).size().rename("milestones").reset_index()
    for name, frame in {**made, "counted": counted}.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def in_polars(warehouse: Path, folder: Path) -> None:
    """polars, as lazy queries."""
    import polars as pl

    words = _words(warehouse).pl()

    def text(n: int) -> Any:
        return pl.col("texts").list.get(n - 1, null_on_oob=True).fill_null("").str.strip_chars()

    def amount(n: int) -> tuple[Any, Any]:
        dutch = text(n).str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
        said = text(n).ne("") & ~text(n).str.to_lowercase().is_in(NO_VALUE)
        is_plain = pl.col("kinds").str.slice(n - 1, 1) == "n"
        plain = pl.when(said).then(pl.when(is_plain).then(text(n)).otherwise(dutch))
        read = plain.cast(pl.Decimal(18, 2), strict=False)
        return read, said & read.is_null()

    def day(n: int) -> tuple[Any, Any]:
        of_cell = text(n).str.to_date("%Y-%m-%d", strict=False)
        typed = text(n).str.to_date("%d/%m/%Y", strict=False)
        read = pl.when(pl.col("kinds").str.slice(n - 1, 1) == "d").then(of_cell).otherwise(typed)
        return read, text(n).ne("") & read.is_null()

    read: dict[str, Any] = {}
    for name, layout in LAYOUTS.items():
        key, word = ("milestone_code", 6) if name == "milestone" else ("project_code", 2)
        list_ = {"status": "project_status", "milestone": "milestone_status", "finance": "finance_execution"}[name]
        values = {}
        if name == "milestone":
            values = {"planned_date": day(5), "actual_date": day(7)}
        elif name == "finance":
            values = {"committed_eur": amount(4), "paid_eur": amount(5)}
        broken = pl.any_horizontal([failed for _, failed in values.values()]) if values else pl.lit(False)
        rows = (
            _rows(warehouse, layout)
            .pl()
            .lazy()
            .select(
                "submission_id",
                "meetmoment_code",
                "received_at",
                "row_number",
                text(2 if name == "milestone" else 1).alias(key),
                text(word).str.to_lowercase().alias("word"),
                broken.alias("is_broken"),
                *[value.alias(column) for column, (value, _) in values.items()],
            )
        )
        codes = words.lazy().filter(pl.col("code_list") == list_).select("word", pl.col("code").alias("status"))
        read[name] = rows.join(codes, on="word", how="left").collect()
    apart = pl.concat([frame.filter("is_broken")["submission_id"] for frame in read.values()]).unique()
    made: dict[str, Any] = {}
    for name, frame in read.items():
        key = "milestone_code" if name == "milestone" else "project_code"
        kept = frame.filter(~pl.col("submission_id").is_in(apart.implode()))
        kept = kept.filter(pl.col("status") == "provisional") if name == "finance" else kept
        kept = kept.sort("received_at", "row_number").unique(["meetmoment_code", key], keep="last")
        kept = kept.drop("submission_id", "received_at", "row_number", "word", "is_broken")
        made[name] = kept.filter(pl.col("status") != "vervallen") if name == "milestone" else kept
    paid_once = _paid_once(warehouse).pl()
    made["finance"] = made["finance"].drop("status").join(paid_once, on=["meetmoment_code", "project_code"])
    counted = made["milestone"].group_by("meetmoment_code", "status").agg(pl.len().alias("milestones"))
    for name, frame in {**made, "counted": counted}.items():
        frame.write_parquet(folder / f"{name}.parquet")


RIVALS: dict[str, Callable[[Path, Path], None]] = {
    SQL: in_sql,
    WHOLE: in_sql_whole,
    MESH: in_mesh,
    PANDAS: in_pandas,
    POLARS: in_polars,
}

if __name__ == "__main__":
    RIVALS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
