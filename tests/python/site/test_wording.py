"""Numbers and dates as their readers write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.core import UnknownLocaleError

from flows import wording


@pytest.mark.parametrize(
    ("form", "value", "arguments", "nl", "en"),
    [
        ("number", Decimal("1234567.50"), (), "1.234.567,5", "1,234,567.5"),
        ("number", Decimal("0E-15"), (), "0", "0"),
        ("number", Decimal("2.345"), (2,), "2,35", "2.35"),
        ("number", -3, (), "-3", "-3"),
        ("change", Decimal("3.2"), (1,), "+3,2", "+3.2"),
        ("change", -8, (0,), "−8", "−8"),
        ("change", 0, (0,), "0", "0"),
        ("euro", Decimal("-1234.5"), (), "€\xa0-1.234,50", "-€1,234.50"),
        ("euro_millions", Decimal("4164350000"), (), "€\xa04.164,4\xa0mln.", "€4,164.4\xa0million"),
        ("change_millions", Decimal("-3650000"), (1,), "−€\xa03,7\xa0mln.", "−€3.7\xa0million"),
        ("change_millions", Decimal("20000"), (1,), "+€\xa020.000", "+€20,000"),
        ("change_millions", 0, (1,), "€\xa00,0\xa0mln.", "€0.0\xa0million"),
        ("change_millions", Decimal("-0.40"), (1,), "−€\xa00,40", "−€0.40"),
        ("euro_millions", Decimal("20000"), (0,), "€\xa020.000", "€20,000"),
        ("euro_millions", Decimal("-0.40"), (1,), "€\xa0-0,40", "-€0.40"),
        ("euro_millions", 0, (0,), "€\xa00\xa0mln.", "€0\xa0million"),
        ("change", Decimal("0.046"), (1,), "+0,05", "+0.05"),
        ("change", Decimal("-0.4"), (0,), "−0,4", "−0.4"),
        ("percent", Decimal("0.0042"), (1,), "0,004\xa0%", "0.004%"),
        ("percent", 0, (1,), "0,0\xa0%", "0.0%"),
        ("unchanged", Decimal("0.00"), (), "Niet veranderd", "Unchanged"),
        ("unchanged", -8, (), "−8", "−8"),
        ("percent", Decimal("93.335"), (2,), "93,34\xa0%", "93.34%"),
        ("day", date(2021, 12, 31), (), "31 december 2021", "31 December 2021"),
        ("month", date(2021, 3, 31), (), "maart 2021", "March 2021"),
        ("moment", datetime(2021, 4, 19, 1, 17), (), "19 april 2021, 03:17", "19 April 2021, 03:17"),
        ("moment", datetime(2021, 1, 19, 1, 17, tzinfo=UTC), (), "19 januari 2021, 02:17", "19 January 2021, 02:17"),
    ],
)
def test_a_value_in_both_languages(form: str, value: object, arguments: tuple[int, ...], nl: str, en: str) -> None:
    assert wording.FORMATS[form](value, "nl", *arguments) == nl
    assert wording.FORMATS[form](value, "en", *arguments) == en


@pytest.mark.parametrize("form", wording.FORMATS)
def test_what_is_missing_is_no_zero(form: str) -> None:
    assert wording.FORMATS[form](None, "nl") == wording.MISSING


def test_a_word_goes_with_its_number() -> None:
    assert wording.counted(1, "project", "projecten", "nl") == "1 project"
    assert wording.counted(1483, "mijlpaal", "mijlpalen", "nl") == "1.483 mijlpalen"
    assert wording.listed(["a", "b", "c"], "nl") == "a, b en c" and wording.listed(["a"], "en") == "a"
    assert wording.listed(["a", "b", "c"], "nl", 3) == "a, b en c"
    assert wording.listed(["a", "b", "c", "d"], "nl", 2) == "a, b en nog 2"
    assert wording.listed(["a"] * 2001, "en", 1) == "a and 2,000 more"


def test_a_language_that_is_not_published_is_refused() -> None:
    with pytest.raises(UnknownLocaleError, match="fr"):
        wording.number(1, "fr")
