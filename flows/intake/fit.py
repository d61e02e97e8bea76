"""Which layout a sheet has: found by its headers, never guessed when two fit."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.intake.signs import with_controls_shown
from flows.registry import PATTERN, Layout

_SLIPPED = 0.5


@dataclass(frozen=True)
class Refusal:
    """Why a file, or a part of it, is not read: the rule and what stands where."""

    rule_id: str
    sheet: str | None = None
    row_number: int | None = None
    column_number: int | None = None
    column_name: str | None = None
    value: str | None = None
    expected: str | None = None


def clean_headers(cells: Iterable[str | None]) -> list[str]:
    """Headers as layouts name them: single spaces, nothing that is not seen, a picture in place of a sign that steers a
    terminal; a second one becomes ``name (2)``."""
    seen: Counter[str] = Counter()
    headers = []
    for cell in cells:
        name = with_controls_shown(" ".join(_seen(cell or "").split()))
        seen[name] += 1
        headers.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    while headers and not headers[-1]:
        headers.pop()
    return headers


def _seen(text: str) -> str:
    """A text without the characters that take no place, its accents on their letters."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", "".join(sign for sign in text if unicodedata.category(sign) != "Cf"))


def fits(layout: Layout, headers: Sequence[str]) -> bool:
    """Whether each field of the layout finds exactly one of its alternative headers, an optional one at most one."""
    return (
        bool(layout.fields)
        and all(len(found(names, headers)) == 1 for names in layout.fields)
        and all(len(found(names, headers)) <= 1 for names in layout.optional_fields)
    )


def choose(layouts: Sequence[Layout], headers: Sequence[str], sheet: str | None) -> Layout | Refusal:
    """The one layout that fits, or the refusal that says what is missing compared with the nearest."""
    fitting = _knowing_most([layout for layout in layouts if fits(layout, headers)], headers)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(layout.code for layout in fitting)
        return Refusal("F03", sheet, fitting[0].header_row, value=names, expected="1")
    nearest = max(layouts, key=lambda layout: _likeness(layout, headers), default=None)
    if nearest is None:
        return Refusal("F02", sheet, 1, value=" | ".join(headers))
    missing = [" / ".join(names) for names in nearest.fields if not found(names, headers)]
    return Refusal(
        "F02",
        sheet,
        nearest.header_row,
        value=" | ".join(headers)[:500],
        expected=f"{nearest.code}: {' | '.join(missing)}",
    )


def _knowing_most(fitting: Sequence[Layout], headers: Sequence[str]) -> list[Layout]:
    """The fitting layouts but those that know only some of the headers that another one knows."""
    known = [
        {header for header in headers if header} - {name for _, name in unknown_headers(x, headers)} for x in fitting
    ]
    return [x for x, its_own in zip(fitting, known, strict=True) if not any(its_own < others for others in known)]


def unknown_headers(layout: Layout, headers: Sequence[str]) -> list[tuple[int, str]]:
    """(column number, header) of columns the layout says nothing about."""
    named = {name for names in (*layout.fields, *layout.optional_fields) for name in names}
    known = set(found((*named, *layout.ignored_headers), headers))
    return [(number, name) for number, name in enumerate(headers, start=1) if name and name not in known]


def found(names: Iterable[str], headers: Sequence[str]) -> list[str]:
    """The headers that are one of the names, or match one that is a pattern."""
    words = {name for name in names if not name.startswith(PATTERN)}
    patterns = [re.compile(name.removeprefix(PATTERN)) for name in names if name.startswith(PATTERN)]
    return [header for header in headers if header in words or any(p.fullmatch(header) for p in patterns)]


def is_like_none(layouts: Iterable[Layout], headers: Sequence[str]) -> bool:
    """Whether headers have no more than half of what any of the layouts needs: then they are no slip of one."""
    return likeness(layouts, headers) <= _SLIPPED


def likeness(layouts: Iterable[Layout], headers: Sequence[str]) -> float:
    """Which part of what a layout needs these headers have, of the layout that is nearest."""
    return max((_likeness(layout, headers) for layout in layouts), default=-1.0)


def _likeness(layout: Layout, headers: Sequence[str]) -> float:
    if not layout.fields:
        return -1.0
    return sum(bool(found(names, headers)) for names in layout.fields) / len(layout.fields)
