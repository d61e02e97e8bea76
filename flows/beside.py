"""The warehouse as the last night left it, for what is asked beside the nights: one that is being made is not read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from flows.standing import AnotherNight


@contextmanager
def opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that changes nothing.

    Raises:
        AnotherNight: while a night writes it.
    """
    try:
        con = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        raise AnotherNight(
            f"een nacht maakt {warehouse} opnieuw; vraag het weer als hij afgelopen is"
            " / a night is making it anew; ask again once it has ended"
        ) from None
    with con:
        yield con


def tables(warehouse: Path) -> set[str]:
    """The tables that are there by schema and name; none where there is no warehouse."""
    if not warehouse.exists():
        return set()
    with opened(warehouse) as con:
        found = con.sql("select table_schema, table_name from information_schema.tables").fetchall()
    return {f"{schema}.{name}" for schema, name in found}
