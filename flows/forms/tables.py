"""The marts in every form of a release: DuckDB, Parquet, two editions of CSV, one workbook, JSON.

The same content always gives the same bytes: rows are in a total order and no form holds the moment of writing. The
one exception is the DuckDB file, which holds left-over memory between its values; its contents have a checksum of
their own.
"""

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb

from flows.forms import contents, sizes
from flows.forms.contents import Mart
from flows.forms.names import COMPRESSED, CSV, CSV_EXCEL_NL, DATABASE, HEADLINES, PARQUET, parquet_of
from flows.settings import Settings

_ROWS_AT_ONCE = 10_000
_READ_THROUGH: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "1GB"}
"""Rows pass by and none is asked again; without a limit DuckDB keeps what it read for as long as there is room."""
_BLOCK_SIZE = 16_384
_BLOCK_BYTES = 1 << 20
_MANY_ROWS = 100_000
"""Of fewer, two at once cost more than they gain."""
_COMPRESSION = 6
"""The hardest, 9, takes more than twice as long for files that are half a per cent smaller."""

# Machines read ISO 8601 with its zone; times in the warehouse are UTC.
TIMESTAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
_BYTE_ORDER_MARK = "\ufeff"
_MEASURED = ("DECIMAL(38,15)", "DECIMAL(38, 15)")
"""Values of indicators, as exact as they came; people are spared the zeros behind them."""
# What a spreadsheet takes for the beginning of a formula.
_FORMULA_START = r"^[=+@\t\r\n\x00-]"


def write(
    settings: Settings,
    warehouse: Path,
    folder: Path,
    marts: Sequence[Mart],
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, int]:
    """Write the marts of a warehouse, but for the workbook and the JSON, into ``folder``; the number of rows of each.

    Args:
        settings: how much memory that may take, and where what does not fit lies meanwhile.
        warehouse: a built warehouse; it is only read.
        folder: an existing empty folder.
        marts: what goes out, and in which form.
        on_done: told (marts written, all marts) as the writing goes on.
    """
    for form in (PARQUET, CSV, CSV_EXCEL_NL):
        (folder / form).mkdir()
    counts = {}
    in_database = {mart.name for mart in marts if "duckdb" in mart.forms}
    with duckdb.connect(config={"threads": 1, **settings.memory_beside(warehouse)}) as con:
        con.execute(f"attach {_quoted(str(warehouse))} as warehouse (read_only)")
        # Older readers must open the file: this storage version and blocks of this size are read from DuckDB 1.1 on. In
        # blocks of the usual size the indexes of the keys are four times the file, since each fills blocks of its own.
        options = f"storage_version 'v1.0.0', block_size {_BLOCK_SIZE}"
        con.execute(f"attach {_quoted(str(folder / DATABASE))} as release ({options})")
        for mart in contents.parents_first(marts):
            source = f"warehouse.marts.{mart.name}"
            ((count,),) = con.execute(f"select count(*) from {source}").fetchall()
            # The files of the parts, one after the other, hold the rows in the order in which the database has them.
            parts_first = ", ".join([sizes.PARTED_BY, *(column.name for column in mart.columns)])
            in_order = parts_first if sizes.is_parted(mart, count) else "all"
            con.execute(f"create table rows as from ({mart.select(source)}) order by {in_order}")
            counts[mart.name] = count
            _write_forms(con, mart, folder, in_database, count)
            con.execute("drop table rows")
            on_done(len(counts), len(marts))
        con.execute("checkpoint release")
        con.execute("detach release")
    if (folder / f"{DATABASE}.wal").exists():
        raise RuntimeError("a write-ahead log was left beside the database")
    return counts


def _write_forms(
    con: duckdb.DuckDBPyConnection, mart: Mart, folder: Path, in_database: Collection[str], count: int
) -> None:
    """The rows of a mart into the database and into files; of a large one beside each other, since each takes half."""
    if count < _MANY_ROWS:
        _write_files(con, mart, folder, count)
        _write_table(con, mart, in_database)
        return
    with ThreadPoolExecutor(1) as beside:
        files = beside.submit(_write_files, con.cursor(), mart, folder, count)
        _write_table(con, mart, in_database)
        files.result()


def _write_table(con: duckdb.DuckDBPyConnection, mart: Mart, in_database: Collection[str]) -> None:
    if "duckdb" not in mart.forms:
        return
    # What a foreign key refers to is looked for where one is.
    con.execute("use release")
    con.execute("begin")  # each comment by itself would be written down before the next
    con.execute(f"create table {mart.name} ({', '.join(_definitions(mart, in_database))})")
    con.execute(f"comment on table {mart.name} is {_quoted(mart.comment)}")
    for column in mart.columns:
        con.execute(f"comment on column {mart.name}.{column.name} is {_quoted(column.comment)}")
    con.execute("commit")
    con.execute("use memory")
    con.execute(f"insert into release.main.{mart.name} from rows")


def _write_files(con: duckdb.DuckDBPyConnection, mart: Mart, folder: Path, count: int) -> None:
    if "parquet" in mart.forms:
        _write_parquet(con, mart, folder / PARQUET, count)
    if "csv" in mart.forms:
        target = folder / CSV / f"{mart.name}.csv"
        con.execute(f"copy rows to {_quoted(str(target))} (format csv, header, timestampformat '{TIMESTAMP}')")
        if target.stat().st_size > sizes.MOST_CSV_BYTES:
            _compress(target)
    # A spreadsheet opens no file of more rows than a sheet has, nor one that is compressed.
    if "csv_excel_nl" in mart.forms and count < sizes.SHEET_ROWS:
        target = folder / CSV_EXCEL_NL / f"{mart.name}.csv"
        con.execute(f"copy ({_excel_nl(mart)}) to {_quoted(str(target))} (format csv, header, delimiter ';')")


def _write_parquet(con: duckdb.DuckDBPyConnection, mart: Mart, folder: Path, count: int) -> None:
    """The rows as one file, or of a large mart as a folder with a file per meetmoment.

    Each holds every column, and is called by the code alone: of folders named `column=value` readers make up the type
    of the column, each its own.
    """
    how = "(format parquet, compression zstd)"
    if not sizes.is_parted(mart, count):
        con.execute(f"copy rows to {_quoted(f'{folder / mart.name}.parquet')} {how}")
        return
    (folder / mart.name).mkdir()
    for (code,) in con.execute(f"select distinct {sizes.PARTED_BY} from rows order by all").fetchall():
        part = f"select * from rows where {sizes.PARTED_BY} = {_quoted(code)}"
        con.execute(f"copy ({part}) to {_quoted(f'{folder / mart.name / code}.parquet')} {how}")


def _compress(path: Path) -> None:
    """A file as gzip has it, in its place; the same content always gives the same bytes."""
    # Name and moment would stand in the file otherwise.
    with (
        path.open("rb") as plain,
        path.with_name(path.name + COMPRESSED).open("wb") as target,
        gzip.GzipFile("", "wb", _COMPRESSION, target, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, _BLOCK_BYTES)
    path.unlink()


def _definitions(mart: Mart, in_database: Collection[str]) -> list[str]:
    """The columns of a table and its keys, which DuckDB holds its rows to, and which tools read to draw the star."""
    columns = [f"{column.name} {column.data_type}{' not null' if column.is_filled else ''}" for column in mart.columns]
    return [
        *columns,
        f"{'primary key' if mart.has_filled_key else 'unique'} ({', '.join(mart.key)})",
        *(
            f"foreign key ({key.column}) references {key.mart} ({key.parent_column})"
            for key in mart.foreign_keys
            if key.mart in in_database
        ),
    ]


def _excel_nl(mart: Mart) -> str:
    """The rows as a Dutch Excel takes them: headings in Dutch, decimal comma, words for true and false, text inert."""
    columns: list[str] = []
    for column in mart.columns:
        name, kind = column.name, column.data_type
        if kind == "VARCHAR":
            text = f"case when regexp_matches({name}, '{_FORMULA_START}') then '''' || {name} else {name} end"
        elif kind == "BOOLEAN":
            text = f"case when {name} then 'WAAR' when not {name} then 'ONWAAR' end"
        elif kind in _MEASURED:
            text = f"replace(rtrim(rtrim(cast({name} as varchar), '0'), '.'), '.', ',')"
        elif kind.startswith("DECIMAL") or kind == "DOUBLE":
            text = f"replace(cast({name} as varchar), '.', ',')"
        elif kind == "TIMESTAMP":
            text = f"strftime({name}, '%Y-%m-%d %H:%M:%S')"
        else:
            text = f"cast({name} as varchar)"
        mark = "" if columns else _BYTE_ORDER_MARK
        columns.append(f"{text} as {_identifier(mark + column.label_nl)}")
    return f"select {', '.join(columns)} from rows"


def write_headlines(folder: Path, marts: Sequence[Mart], head: dict[str, Any]) -> None:
    """The figures of the marts declared for JSON, in one file, under ``head``: what the release is."""
    answer: dict[str, Any] = dict(head)
    with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
        for mart in marts:
            if "json" in mart.forms:
                rows = con.execute(f"select * from {mart.name} order by all").fetchall()
                columns = [column.name for column in mart.columns]
                answer[mart.name] = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
    text = json.dumps(answer, ensure_ascii=False, indent=1)
    (folder / HEADLINES).write_text(text + "\n", encoding="utf-8")


def contents_checksum(folder: Path, form: Literal["duckdb", "parquet"]) -> str:
    """sha256 over tables, columns, comments, keys and rows of a published database, whatever its bytes.

    Args:
        folder: a release.
        form: where the rows are read: in the database, or in the Parquet files of the marts that have any. Both hold
            the same rows in the same order, so that two checksums that agree prove it.
    """
    # One thread reads rows in the order in which they stand. Whatever the database holds, nothing outside is reached.
    with duckdb.connect(str(folder / DATABASE), read_only=True, config=_READ_THROUGH) as con:
        con.execute(f"set allowed_directories = [{_quoted(f'{folder / PARQUET}/')}]")
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
        tables = con.sql("select table_name, comment from duckdb_tables() order by all").fetchall()
        columns = con.sql(
            "select table_name, column_index, column_name, data_type, comment from duckdb_columns()"
            " where not internal order by all"
        ).fetchall()
        keys = con.sql(
            "select table_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names"
            " from duckdb_constraints() order by all"
        ).fetchall()
        parts = [*tables, *columns, *keys]
        paths = [path.relative_to(folder).as_posix() for path in (folder / PARQUET).rglob("*.parquet")]
        for name, _ in tables:
            files = [_quoted(str(folder / path)) for path in parquet_of(name, paths) if form == "parquet"]
            relation = f"read_parquet([{', '.join(files)}], hive_partitioning = false)" if files else _identifier(name)
            parts.append(_rows_checksum(con, relation))
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _rows_checksum(con: duckdb.DuckDBPyConnection, relation: str) -> tuple[str | None, int]:
    """sha256 over the rows as text, a line each (none where there are none), and their number; read in parts."""
    digest, count = hashlib.sha256(), 0
    rows = con.execute(f"select cast(t as varchar) from {relation} as t")
    while chunk := rows.fetchmany(_ROWS_AT_ONCE):
        lines = "\n".join(line for (line,) in chunk)
        digest.update(("\n" + lines if count else lines).encode())
        count += len(chunk)
    return digest.hexdigest() if count else None, count


def _plain(value: Any) -> Any:
    """A value as JSON has it; whole decimals without a point."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
