"""As of: one mart as it was known on a day."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.history.rebuild import Rebuilt
from flows.publish import contents, tables


class NoSuchMart(Exception):
    """The name is not that of a mart."""


@dataclass(frozen=True)
class MartRows:
    """The rows of a mart in their total order."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def rows_of(rebuilt: Rebuilt, mart: str) -> MartRows:
    """Every row of a mart of a rebuilt warehouse.

    Raises:
        NoSuchMart: naming those that are there.
    """
    with duckdb.connect(str(rebuilt.warehouse), read_only=True) as con:
        relation = con.sql(_query(con, mart))
        return MartRows(relation.columns, relation.fetchall())


def write_csv(rebuilt: Rebuilt, mart: str, path: Path) -> None:
    """A mart of a rebuilt warehouse as CSV, in the form a release has it."""
    with duckdb.connect(str(rebuilt.warehouse), read_only=True) as con:
        _query(con, mart)
        (declared,) = (m for m in contents.declared(rebuilt.warehouse) if m.name == mart)
        rows = f"{declared.select(f'marts.{mart}')} order by all"
        con.execute(f"copy ({rows}) to '{path}' (format csv, header, timestampformat '{tables.TIMESTAMP}')")


def _query(con: duckdb.DuckDBPyConnection, mart: str) -> str:
    names = [
        name
        for (name,) in con.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by all"
        ).fetchall()
    ]
    if mart not in names:
        raise NoSuchMart(f"{mart} is not a mart; there are {', '.join(names)}")
    return f"select * from marts.{mart} order by all"
