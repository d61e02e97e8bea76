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
        relation = con.sql(_query(rebuilt, mart))
        return MartRows(relation.columns, relation.fetchall())


def write_csv(rebuilt: Rebuilt, mart: str, path: Path) -> None:
    """A mart of a rebuilt warehouse as CSV, in the form a release has it."""
    rows = _query(rebuilt, mart)
    with duckdb.connect(str(rebuilt.warehouse), read_only=True) as con:
        con.execute(f"copy ({rows}) to '{path}' (format csv, header, timestampformat '{tables.TIMESTAMP}')")


def _query(rebuilt: Rebuilt, mart: str) -> str:
    """What a release would have of the mart: its published columns, in total order."""
    marts = {declared.name: declared for declared in contents.declared(rebuilt.warehouse)}
    if mart not in marts:
        raise NoSuchMart(f"{mart} is not a mart; there are {', '.join(sorted(marts))}")
    return f"{marts[mart].select(f'marts.{mart}')} order by all"
