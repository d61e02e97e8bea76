"""A figure on a page: shown as its readers write it, and always a link to its account.

Where that account stands follows from the figure's trace key alone, so that its address is the same in every release.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from flows import wording

FOLDER = "cijfers"
_STATES = {
    "not_reported": {"nl": "niet gerapporteerd", "en": "not reported"},
    "not_applicable": {"nl": "niet van toepassing", "en": "not applicable"},
    "withheld": {"nl": "niet vrijgegeven", "en": "withheld"},
    "set_apart": {"nl": "telt niet mee door een fout", "en": "not counted because of an error"},
    "not_aggregated": {"nl": "niet samengeteld", "en": "not aggregated"},
}


class Figures:
    """The figures that pages showed, by mart and key, each with the columns that were shown of it."""

    def __init__(self, elsewhere: Mapping[str, str], apart: Mapping[str, int], has_details: bool = True) -> None:
        """The figures of a site.

        Args:
            elsewhere: mart -> the address of the page on which its rows are accounted for.
            apart: mart -> how many parts of the keys of its rows name the page of their account; else one.
            has_details: whether there are such pages; where not, the rows stand in the files to download.
        """
        self.elsewhere, self.apart, self.has_details = elsewhere, apart, has_details
        self.shown: dict[str, dict[str, set[str]]] = {}

    def address(self, key: str, column: str | None = None) -> str:
        """Where the account of a key stands, from the root of its language."""
        _, mart, *rest = key.split("/")
        if mart in self.elsewhere and not self.has_details:
            return "open-data.html"
        if mart in self.elsewhere:
            return f"{self.elsewhere[mart].format(*(file_name(part) for part in rest))}#{anchor(key)}"
        self.shown.setdefault(mart, {}).setdefault(key, set())
        if column:
            self.shown[mart][key].add(column)
        return f"{FOLDER}/{mart}/{self.page_of(mart, rest)}.html#{anchor(key)}"

    def page_of(self, mart: str, rest: Sequence[str]) -> str:
        """The page in which a row of an aggregate stands: its meetmoment, the first part of most keys, or more."""
        named = rest[: self.apart.get(mart, 1)]
        return "/".join(file_name(part) for part in named) if len(rest) > len(named) else "alle"

    def figure(
        self,
        row: Mapping[str, Any],
        column: str,
        form: str,
        decimals: int | None = None,
        *,
        key: str = "trace_key",
        of: str | None = None,
        language: str,
        root: str,
    ) -> Markup:
        """A figure of a row as a link to its account.

        Args:
            column: of the row, that holds the figure.
            form: how it is written, of ``wording.FORMATS``; ``text`` for a word.
            decimals: how many are shown, where the form has any.
            key: the column that holds the trace key of the row the figure is of.
            of: its column in that mart, where the query calls it otherwise.
        """
        value = row[column]
        trace_key = row.get(key)
        stated = value is not None
        words = shown(value, form, decimals, language) if stated else state(row, column, language)
        if not trace_key:
            return escape(words)
        named = of or column
        exact = f' data-value="{escape(plain(value))}"' if stated else ""
        css = "figure" if stated else "figure missing"
        # Put together by hand: there are tens of thousands, and only what is shown and the keys can be a stranger's.
        return Markup(
            f'<a class="{css}" href="{escape(root + self.address(trace_key, named))}"'
            f' data-trace-key="{escape(trace_key)}" data-column="{named}"{exact}>{escape(words)}</a>'
        )


def file_name(value: Any) -> str:
    """A code as the name of a file: what a file share or an address could read otherwise is written by its number."""
    return re.sub(r"[^A-Za-z0-9._-]", lambda found: f"~{ord(found[0]):x}", str(value))


@lru_cache(maxsize=1 << 17)
def anchor(key: str) -> str:
    """The place of a row in the page of its account: its key without plan and mart."""
    return quote(key.split("/", 2)[2], safe="/.-_|:+") or "rij"


def shown(value: Any, form: str, decimals: int | None, language: str) -> str:
    """A value as the readers of a language write it."""
    if value is None:
        return wording.MISSING
    if form == "text":
        return str(value)
    if decimals is None:
        return wording.FORMATS[form](value, language)
    return wording.FORMATS[form](value, language, decimals)


def state(row: Mapping[str, Any], column: str, language: str) -> str:
    """Why a value is not there, in words where the row says so."""
    said = row.get(f"{column.removesuffix('_eur').removesuffix('_pct')}_state") or row.get("value_state")
    return _STATES[said][language] if said in _STATES else wording.MISSING


def plain(value: Any) -> str:
    """A value without any form, as a machine compares it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)
