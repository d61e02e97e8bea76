"""Privacy: no column leaves that the registry does not list, and no text that holds personal data.

What is said of a hit never repeats the value. Rows of returns that hold one are set apart by gate 1 (rule V12); this is
the last look, at every text of every mart.
"""

from collections.abc import Iterator, Sequence

import duckdb

from expectations.gate import Failure
from flows.personal_data import CANDIDATE, kinds_in, public_values
from flows.publish.contents import TRACE_KEY, Mart

NOT_LISTED, PERSONAL_DATA = "PUB01", "PUB02"
_ROWS_NAMED = 20
_MASKED = "***"


def failures(con: duckdb.DuckDBPyConnection, marts: Sequence[Mart], schema: str = "marts") -> list[Failure]:
    """Why these marts may not be published: unlisted columns, then personal data, each with its place.

    Args:
        con: the warehouse; it is only read.
        schema: where the marts are.
    """
    unlisted = [
        Failure(NOT_LISTED, mart.name, column, (), f"{mart.name}.{column}")
        for mart in marts
        for column in mart.unlisted
    ]
    return [*unlisted, *(hit for mart in marts for hit in _personal_data(con, mart, schema))]


def _personal_data(con: duckdb.DuckDBPyConnection, mart: Mart, schema: str) -> Iterator[Failure]:
    public = public_values()
    for column in mart.columns:
        if column.data_type != "VARCHAR" or column.name == TRACE_KEY:  # made of columns that are scanned themselves
            continue
        texts = con.execute(
            f'select distinct "{column.name}" from {schema}.{mart.name} where regexp_matches("{column.name}", ?)',
            [CANDIDATE],
        ).fetchall()
        for text, kinds in ((text, kinds_in(text, public)) for (text,) in sorted(texts)):
            if kinds:
                yield from _places(con, mart, schema, column.name, text, ", ".join(kinds), public)


def _places(
    con: duckdb.DuckDBPyConnection,
    mart: Mart,
    schema: str,
    column: str,
    text: str,
    kinds: str,
    public: frozenset[str],
) -> Iterator[Failure]:
    """One failure per row that holds the text; key parts that hold personal data themselves are masked."""
    keys = ", ".join(f"cast({name} as varchar)" for name in mart.key)
    rows = con.execute(f'select {keys} from {schema}.{mart.name} where "{column}" = ? order by all', [text]).fetchall()
    for row in rows[:_ROWS_NAMED]:
        key = tuple(_MASKED if part and kinds_in(part, public) else part or "" for part in row)
        yield Failure(PERSONAL_DATA, mart.name, column, (), f"{mart.name}.{column} ({kinds}): {' | '.join(key)}")
    if len(rows) > _ROWS_NAMED:
        more = len(rows) - _ROWS_NAMED
        yield Failure(PERSONAL_DATA, mart.name, column, (), f"{mart.name}.{column} ({kinds}): + {more}")
