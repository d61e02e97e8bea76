"""Columns and ranges as a spreadsheet names them; openpyxl knows them too, and takes half a child's start to import."""

import re
from functools import cache

_COLUMN = re.compile("[A-Za-z]{1,3}")
_ALPHABET = 26
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})?\$?(\d+)?(:\$?([A-Za-z]{1,3})?\$?(\d+)?)?")


@cache
def column_number(letters: str) -> int:
    """The number of a column: 1 for A, 27 for AA.

    Raises:
        ValueError: where no column is called so.
    """
    if not _COLUMN.fullmatch(letters):
        raise ValueError(f"no column is called {letters!r}")
    number = 0
    for letter in letters.upper():
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """The name of a column by its number, counted from 1."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, _ALPHABET)
        letters = chr(ord("A") + letter) + letters
    return letters


def bounds(place: str) -> tuple[int | None, int | None, int | None, int | None]:
    """First column, first row, last column and last row of a range; None where it names none (``A:C``, ``2:3``).

    Raises:
        ValueError: where it is no range.
    """
    found = _RANGE.fullmatch(place)
    if not found:
        raise ValueError(f"{place!r} is no range")
    first_column, first_row, to, last_column, last_row = found.groups()
    columns, rows = (first_column, last_column), (first_row, last_row)
    if to and not (all(columns + rows) or (all(columns) and not any(rows)) or (all(rows) and not any(columns))):
        raise ValueError(f"{place!r} begins as something else than it ends")
    first = column_number(first_column) if first_column else None, int(first_row) if first_row else None
    last = column_number(last_column) if last_column else first[0], int(last_row) if last_row else first[1]
    return *first, *last
