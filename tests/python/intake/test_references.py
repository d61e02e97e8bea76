"""Columns and ranges have the names that spreadsheets give them: held against another library that knows them."""

import re

import pytest
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from flows.intake import references


def test_every_column_has_its_name_and_its_number() -> None:
    for number in range(1, 26 + 26**2 + 26**3 + 1):
        letters = references.column_letters(number)
        assert letters == get_column_letter(number)
        assert references.column_number(letters) == number == references.column_number(letters.lower())


@pytest.mark.parametrize("letters", ["", "A1", "AAAA", "Ä", "A ", "$A"])
def test_what_is_no_column_is_told(letters: str) -> None:
    with pytest.raises(ValueError):
        column_index_from_string(letters)
    with pytest.raises(ValueError, match=re.escape(repr(letters))):
        references.column_number(letters)


@pytest.mark.parametrize(
    "place", ["A1", "A1:B2", "$A$1:$XFD$1048576", "A:C", "$b:d", "2:3", "B7:B7", "", "A", "7", "C2:A1"]
)
def test_a_range_is_bounded_as_others_bound_it(place: str) -> None:
    assert references.bounds(place) == range_boundaries(place)


@pytest.mark.parametrize("place", ["A1:", "A1:B", "A:2", "A1 B2", "A1:B2:C3", "AAAA1", "x", "Blad!A1", "A-1", "1A"])
def test_what_is_no_range_is_told_where_others_tell_it(place: str) -> None:
    try:
        expected = range_boundaries(place)
    except (ValueError, TypeError):
        with pytest.raises(ValueError, match=re.escape(place)):
            references.bounds(place)
    else:
        assert references.bounds(place) == expected
