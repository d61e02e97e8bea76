"""As of: one mart as it was known on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.account.known import AsKnown
from flows.forms import contents, tables


class NoSuchMart(Exception):
    """The name is not that of a mart, or a column is none of it."""


@dataclass(frozen=True)
class MartRows:
    """The rows of a mart in their total order."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def rows_of(rebuilt: AsKnown, mart: str, where: Mapping[str, str] | None = None) -> MartRows:
    """The rows of a mart of a rebuilt warehouse, with the columns a release has.

    Args:
        where: column -> the value, as text, that a row must have there.

    Raises:
        NoSuchMart: naming those that are there.
    """
    query = _query(rebuilt, mart, where)
    with duckdb.connect(str(rebuilt.warehouse), read_only=True) as con:
        relation = con.sql(query)
        return MartRows(relation.columns, relation.fetchall())


def write_csv(rebuilt: AsKnown, mart: str, path: Path, where: Mapping[str, str] | None = None) -> None:
    """A mart of a rebuilt warehouse as CSV, in the form a release has it.

    Raises:
        NoSuchMart: naming those that are there.
    """
    target = str(path).replace("'", "''")
    form = f"format csv, header, timestampformat '{tables.TIMESTAMP}'"
    query = f"copy ({_query(rebuilt, mart, where)}) to '{target}' ({form})"
    with duckdb.connect(str(rebuilt.warehouse), read_only=True) as con:
        con.execute(query)


def _query(rebuilt: AsKnown, mart: str, where: Mapping[str, str] | None) -> str:
    """What stays in the warehouse stays there, however a mart is asked for."""
    declared = {each.name: each for each in contents.declared(rebuilt.warehouse)}
    if mart not in declared:
        raise NoSuchMart(f"{mart} is geen mart; er zijn / is not a mart; there are {', '.join(declared)}")
    there = [column.name for column in declared[mart].columns]
    conditions = []
    for column, value in (where or {}).items():
        if column not in there:
            raise NoSuchMart(f"{mart} heeft geen kolom / has no column {column}; wel / it has {', '.join(there)}")
        text = value.replace("'", "''")
        conditions.append(f"cast({column} as varchar) = '{text}'")
    wanted = f" where {' and '.join(conditions)}" if conditions else ""
    return f"select * from ({declared[mart].select(f'marts.{mart}')}){wanted} order by all"
