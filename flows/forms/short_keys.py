"""Short keys: what stands beside a figure on paper, since nobody types over a trace key.

Eight letters and digits of the sha256 of the trace key, without those that are easily taken for each other. A release
holds the figure that a short key is of, so a key needs no list to be looked up; a colon and a column may follow it.
"""

import hashlib
import re

import duckdb

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 8
_BITS = 5
_FORM = re.compile(rf"[{_ALPHABET}]{{{_LENGTH}}}")


def short(trace_key: str) -> str:
    """The short key of a figure."""
    number = int.from_bytes(hashlib.sha256(trace_key.encode()).digest()[: _LENGTH * _BITS // 8])
    return "".join(_ALPHABET[number >> _BITS * place & 31] for place in reversed(range(_LENGTH)))


def is_short(key: str) -> bool:
    """Whether somebody gave a short key, in capitals or not."""
    return _FORM.fullmatch(key.partition(":")[0].lower()) is not None


def found(con: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    """The trace keys that a short key stands for in a release, with the column that was given; hardly ever two."""
    short_key, colon, column = key.partition(":")
    number = 0
    for letter in short_key.lower():
        number = number << _BITS | _ALPHABET.index(letter)
    marts = con.sql(
        "select table_name from information_schema.columns where column_name = 'trace_key' order by all"
    ).fetchall()
    begins = f"{number:0{_LENGTH * _BITS // 4}x}"
    keys = [
        trace_key
        for (mart,) in marts
        for (trace_key,) in con.execute(
            f'select trace_key from "{mart}" where starts_with(sha256(trace_key), ?)', [begins]
        ).fetchall()
    ]
    return [f"{trace_key}{colon}{column}" for trace_key in keys]
