"""What the name of a file declares: the series it belongs to, and which version of it it is."""

import re
from functools import cache

from flows import registry

ANSWERED = "_bevindingen"
"""What an answer has behind the name of its file: corrected and sent back it is a version of that one."""
_VERSION = re.compile(rf"_v(\d{{1,3}})(?:{ANSWERED})*\.[^.]+$", re.IGNORECASE)
_SERIES = re.compile(rf"^(.+?)(_v\d+)?({ANSWERED})*(\.[^.]+)?$", re.IGNORECASE | re.DOTALL)
"""The name without its version, where the registry says nothing else of the plan's layouts."""


def series_of(plan_code: str, file_name: str) -> str:
    """The name of the series: two files of it are versions of each other."""
    found = (pattern.search(file_name) for pattern in (*_series_patterns(plan_code), _SERIES))
    return next(filter(None, found))[1].casefold()


def sent_version(file_name: str) -> int | None:
    """The digits behind ``_v``, with which a sender says which of its files this is; nothing where it says none."""
    behind = _VERSION.search(file_name)
    return int(behind[1]) if behind else None


def declared_version(plan_code: str, file_name: str) -> int | None:
    """The digits a plan's file names give, such as the day of publication; else what stands behind ``_v``, if any."""
    pattern = _version_pattern(plan_code)
    if pattern and (found := pattern.search(file_name)) and (digits := re.sub(r"\D", "", found[0])):
        return int(digits)
    return sent_version(file_name)


def declared_order(plan_code: str, file_name: str) -> int | None:
    """The place of a file among those of its version, where the registry has it from the publisher."""
    return _orders(plan_code).get(file_name)


@cache
def _series_patterns(plan_code: str) -> tuple[re.Pattern[str], ...]:
    layouts = {layout.code for layout in registry.layouts(plan_code)}
    patterns = (
        row["series_pattern"] for row in registry.rows("history/layout_series") if row["layout_code"] in layouts
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in dict.fromkeys(patterns))


@cache
def _version_pattern(plan_code: str) -> re.Pattern[str] | None:
    rows = (row for row in registry.rows("layouts/file_name_version") if row["plan_code"] == plan_code)
    return next((re.compile(row["pattern"]) for row in rows), None)


@cache
def _orders(plan_code: str) -> dict[str, int]:
    rows = (row for row in registry.rows("layouts/file_order") if row["plan_code"] == plan_code)
    return {row["file_name"]: int(row["place"]) for row in rows}
