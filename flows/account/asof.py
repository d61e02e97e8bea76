"""As of: one mart as it was known on a day."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.account.known import AsKnown
from flows.forms import contents, tables


class NoSuchMart(Exception):
    """The name is not that of a mart."""


@dataclass(frozen=True)
class MartRows:
    """The rows of a mart in their total order."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def rows_of(rebuilt: AsKnown, mart: str) -> MartRows:
    """Every row of a mart of a rebuilt warehouse, with the columns a release has.

    Raises:
        NoSuchMart: naming those that are there.
    """
    query = _query(rebuilt, mart)
    with duckdb.connect(str(rebuilt.warehouse), read_only=True) as con:
        relation = con.sql(query)
        return MartRows(relation.columns, relation.fetchall())


def write_csv(rebuilt: AsKnown, mart: str, path: Path) -> None:
    """A mart of a rebuilt warehouse as CSV, in the form a release has it.

    Raises:
        NoSuchMart: naming those that are there.
    """
    target = str(path).replace("'", "''")
    query = f"copy ({_query(rebuilt, mart)}) to '{target}' (format csv, header, timestampformat '{tables.TIMESTAMP}')"
    with duckdb.connect(str(rebuilt.warehouse), read_only=True) as con:
        con.execute(query)


def _query(rebuilt: AsKnown, mart: str) -> str:
    """What stays in the warehouse stays there, however a mart is asked for."""
    declared = {each.name: each for each in contents.declared(rebuilt.warehouse)}
    if mart not in declared:
        raise NoSuchMart(f"{mart} is not a mart; there are {', '.join(declared)}")
    return f"{declared[mart].select(f'marts.{mart}')} order by all"
