"""Numbers, dates and plurals as a Dutch and an English reader write them; nothing else in the house formats any.

What is missing is shown as a dash, never as a zero. Rounding is half away from zero, as printed figures are. An amount,
a percentage or a difference that rounds to nothing is shown finer, so that no sentence says "0 more".
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Literal

from babel import Locale, dates, numbers
from babel.core import UnknownLocaleError

from flows import registry

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
MISSING = "–"
"""What stands where a value is not there; which kind of missing it is, is told in words beside it."""
Number = Decimal | int | float
_LOCALES = {"nl": "nl_BE", "en": "en_GB"}
_MILLION = Decimal(1_000_000)
_kept = lru_cache(maxsize=1 << 16)
"""The same days and amounts stand on many pages."""


@cache
def locale(language: str) -> Locale:
    """The locale of a language: Dutch as in Belgium, English with the day before the month.

    Raises:
        UnknownLocaleError: for a language that is not published.
    """
    if language not in _LOCALES:
        raise UnknownLocaleError(language)
    return Locale.parse(_LOCALES[language])


@_kept
def number(value: Number | None, language: str, decimals: int | None = None) -> str:
    """A number with the separators of the language.

    Args:
        decimals: how many are shown; as many as it has, without zeros at the end, where None.
    """
    if value is None:
        return MISSING
    exact = _decimal(value)
    if decimals is None:
        pattern = "#,##0.##########"
    else:
        exact = _rounded(exact, decimals)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(exact, format=pattern, locale=locale(language), decimal_quantization=False)


def change(value: Number | None, language: str, decimals: int | None = None) -> str:
    """A number that says which way it went: with a plus or a minus before it."""
    if value is None:
        return MISSING
    size = abs(_decimal(value))
    return _sign(value) + number(size, language, None if decimals is None else _showing(size, decimals))


def euro(value: Number | None, language: str, decimals: int = 2) -> str:
    """An amount to the cent: ``€ 1.234,50``."""
    return MISSING if value is None else _euro(number(value, language, decimals), language)


def euro_millions(value: Number | None, language: str, decimals: int = 1) -> str:
    """An amount of euro in millions: ``€ 1.234,5 mln.``, ``€1,234.5 million``; else in euro."""
    if value is None:
        return MISSING
    millions = _decimal(value) / _MILLION
    if millions and not _rounded(millions, decimals):
        return euro(value, language, 0 if _rounded(_decimal(value), 0) else 2)
    unit = {"nl": "mln.", "en": "million"}[language]
    return f"{_euro(number(millions, language, decimals), language)}\u00a0{unit}"


def change_millions(value: Number | None, language: str, decimals: int = 1) -> str:
    """A difference of amounts in millions of euro, with a plus or a minus before it."""
    return MISSING if value is None else _sign(value) + euro_millions(abs(_decimal(value)), language, decimals)


def unchanged(value: Number | None, language: str, decimals: int | None = None) -> str:
    """A difference that is none, in words; any other as ``change`` has it."""
    return {"nl": "Niet veranderd", "en": "Unchanged"}[language] if value == 0 else change(value, language, decimals)


def percent(value: Number | None, language: str, decimals: int = 2) -> str:
    """A percentage, given as one (46.48, not 0.4648)."""
    if value is None:
        return MISSING
    return number(value, language, _showing(_decimal(value), decimals)) + {"nl": "\u00a0%", "en": "%"}[language]


@_kept
def day(value: date | None, language: str) -> str:
    """A day with its month in words: ``31 december 2021``."""
    return MISSING if value is None else dates.format_date(value, "d MMMM y", locale=locale(language))


@_kept
def short_day(value: date | None, language: str) -> str:
    """A day for tables, with its month in short: ``31 dec. 2021``."""
    return MISSING if value is None else dates.format_date(value, "d MMM y", locale=locale(language))


@_kept
def month(value: date | None, language: str) -> str:
    """A month: ``december 2021``."""
    return MISSING if value is None else dates.format_date(value, "MMMM y", locale=locale(language))


@_kept
def moment(value: datetime | None, language: str) -> str:
    """A moment of UTC, as the clock stood in Brussels."""
    if value is None:
        return MISSING
    return dates.format_datetime(here(value), "d MMMM y, HH:mm", tzinfo=registry.TIME_ZONE, locale=locale(language))


def here(value: datetime) -> datetime:
    """A moment, of UTC where it has no zone, by the clock of Brussels."""
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(registry.TIME_ZONE)


def plural(count: int, one: str, other: str, language: str) -> str:
    """The form of a word that goes with a number: ``plural(1, "project", "projecten", "nl")``."""
    return one if locale(language).plural_form(count) == "one" else other


def counted(count: int, one: str, other: str, language: str) -> str:
    """A number and its word: ``1.483 mijlpalen``."""
    return f"{number(count, language)} {plural(count, one, other, language)}"


def listed(items: list[str], language: str, most: int | None = None, one: str = "", other: str = "") -> str:
    """Several things in one sentence: ``a, b en c``.

    Where there are more than ``most``, those and how many others, named ``one`` or ``other``: ``nog 3 bestanden``.
    """
    if most and len(items) > most:
        others, what = len(items) - most, plural(len(items) - most, one, other, language)
        told = {"nl": f"nog {number(others, language)} {what}", "en": f"{number(others, language)} more {what}"}
        items = [*items[:most], told[language].rstrip()]
    word = {"nl": "en", "en": "and"}[language]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""


def letters(number: int) -> str:
    """The name of a column as a spreadsheet has it: 28 is AB."""
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)


def cell(column: str, row_number: int | None) -> str:
    """A cell as a spreadsheet names it; in a sheet that lies on its side ``column`` is the row, the row its column."""
    return f"{letters(row_number or 1)}{column}" if column.isdigit() else f"{column}{row_number}"


FORMATS: dict[str, Callable[..., str]] = {
    "number": number,
    "change": change,
    "euro": euro,
    "euro_millions": euro_millions,
    "change_millions": change_millions,
    "unchanged": unchanged,
    "percent": percent,
    "day": day,
    "short_day": short_day,
    "month": month,
    "moment": moment,
}
"""The forms by name, for templates and declarations: each takes a value and a language."""


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _showing(value: Decimal, decimals: int) -> int:
    """How many decimals show a value: those asked for, or as many as it takes for what is not nothing to be seen."""
    return decimals if not value or _rounded(value, decimals) else -value.adjusted()


def _sign(value: Number) -> str:
    return "+" if value > 0 else "−" if value < 0 else ""


def _euro(shown: str, language: str) -> str:
    sign, shown = ("-", shown[1:]) if shown.startswith("-") else ("", shown)
    return {"nl": f"€\u00a0{sign}{shown}", "en": f"{sign}€{shown}"}[language]
