"""What a text of the registry must be that no pattern says: SQL's patterns, sentences with placeholders, time zones."""

import codecs
import re
from collections.abc import Callable, Mapping
from functools import cache
from zoneinfo import available_timezones

import duckdb

from flows.settings import PROJECT
from flows.warehouse.seed_file import nearest

_PLACEHOLDERS = {"cell", "column", "currency", "expected", "key", "row", "sheet", "value"}


def _no_pattern(text: str) -> str:
    try:
        re.compile(text)
        duckdb.execute("select regexp_matches('', ?)", [text])
    except (re.error, duckdb.Error) as error:
        return f"is geen patroon / is no pattern: {error}"
    return ""


def _groups(text: str, are_there: bool) -> str:
    """What is wrong with a pattern that must, or may not, take something out of the text."""
    wrong = _no_pattern(text)
    if wrong or bool(re.compile(text).groups) == are_there:
        return wrong
    if are_there:
        return "heeft geen groep om uit te halen / has no group to take out"
    return "heeft een groep en haalt niets uit / has a group, and takes nothing out"


def _no_encoding(text: str) -> str:
    try:
        codecs.lookup(text)
    except LookupError:
        return "is geen bekende tekencodering / is no encoding that is known"
    return ""


def _no_sentence(text: str) -> str:
    strange = [word for word in re.findall(r"\{([^}]*)\}?", text) if word not in _PLACEHOLDERS]
    if not strange:
        return ""
    return f"vult in / fills in {{{strange[0]}}}; bekend zijn / known are {', '.join(sorted(_PLACEHOLDERS))}"


def _no_figures(text: str) -> str:
    rest = re.sub(r"\{[a-z0-9_]+\.[a-z0-9_]+(\.[a-z_]+)?(\|[^{}]*)?\}", "", text)
    brace = re.search(r"[{}]", rest)
    return (
        "heeft een cijfer dat niet zo geschreven is / has a figure that is not written {measure.item}: "
        f"{rest[brace.start() : brace.start() + 30]}"
        if brace
        else ""
    )


def _no_document(text: str) -> str:
    known = [path.parent.name for path in sorted((PROJECT / "reports").glob("*/document.yml"))]
    if text in known:
        return ""
    return f"is geen map van / is no folder of reports/, met / which has {', '.join(known)}{nearest(text, known)}"


_time_zones = cache(available_timezones)  # it looks through a folder of files each time


FORMS: Mapping[str, Callable[[str], str]] = {
    "pattern": _no_pattern,
    "taken_out": lambda text: _groups(text, True),
    "header": lambda text: _groups(text.removeprefix("re:"), False) if text.startswith("re:") else "",
    "encoding": _no_encoding,
    "sentence": _no_sentence,
    "with_figures": _no_figures,
    "document": _no_document,
    "time_zone": lambda text: (
        ""
        if text in _time_zones()
        else "is geen tijdzone van / is not a time zone of the IANA (such as Europe/Brussels)"
    ),
}
"""What a text must be that no pattern says: what is wrong with it, empty where nothing is."""
