"""How a workbook shows a number: as a day, as a percentage, or as the number it is; its format says which."""

import re
from functools import cache
from typing import Literal

Kind = Literal["day", "percent", "number"]
Shown = tuple[Kind, Kind, Kind]
"""How a positive number, a negative one and zero are shown."""

_BUILT_IN: dict[int, Kind] = {
    **dict.fromkeys((9, 10), "percent"),
    **dict.fromkeys((14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 47, *range(27, 37), *range(50, 59)), "day"),
}
_LITERAL = re.compile(r'"[^"]*"?|\\.?|[_*].?', re.DOTALL)
"""What is shown as it stands, and what is only room."""
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_HALVES = re.compile(r"am/pm|a/p", re.IGNORECASE)
_OF_DAYS = frozenset("ymdhsegbja")
"""Letters of days and times; j and a are those of writers that keep the words of their own language."""


@cache
def shown_by(number: int, code: str | None) -> Shown:
    """How the format with this number shows numbers; ``code`` is what the workbook declares under it."""
    if code is None:
        kind = _BUILT_IN.get(number, "number")
        return kind, kind, kind
    sections = [_kind(section) for section in _LITERAL.sub("", code).split(";")]
    positive = sections[0]
    negative = sections[1] if len(sections) > 1 else positive
    return positive, negative, sections[2] if len(sections) > 2 else positive


def _kind(section: str) -> Kind:
    """What a section of a format makes of a number, its literal texts taken out."""
    if _ELAPSED.search(section):
        return "number"
    section = re.sub(r"\[[^\]]*\]", "", section)
    if "%" in section:
        return "percent"
    letters = set(_HALVES.sub("", section).lower()) - set(" 0123456789.,:/-+'()%!&~{}=<>^$€£@年月日時分秒时")
    # A word such as Standaard is no format of days, nor is a number with its unit behind it.
    return "day" if letters and letters <= _OF_DAYS and letters & set("ymdhsja") else "number"
