"""JSON files of the documented schema (``docs/json-return.md``): lists of flat objects, read as text rows."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NoReturn

from flows.intake import stated
from flows.intake.fit import Refusal, choose, clean_headers
from flows.intake.sheets import NAMED, Intake, Refused, Row, over_limit
from flows.intake.signs import escapes_read, is_blank, with_controls_shown
from flows.intake.text import encoding_of

JSON_SHEET = "json"
"""A JSON file that is one list is one sheet of this name."""
_LARGEST_EXPONENT = 40
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character that JSON writes as two: alone it is none, and no file can hold it."""


class _Number(str):
    """A number exactly as the file writes it."""

    __slots__ = ()


def looks_like_json(content: bytes) -> bool:
    """Whether the first character is that of an object or a list."""
    return re.match(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*[\[{]", content[:200]) is not None


def read_json(content: bytes, prefix: str, intake: Intake) -> None:
    """Read a JSON file; its sheets are named under the prefix."""
    document = _document(content)
    intake.parsed.meetmomenten += stated.in_document(document)
    for name, records in _sheets(document).items():
        if _HALF.search(name):
            raise Refused(Refusal("F01", value="JSON: half Unicode-teken / half a Unicode character"))
        name = with_controls_shown(name)
        _read_sheet(name, f"{prefix}/{name}" if prefix else name, records, intake)


def _document(content: bytes) -> Any:
    text = content.decode(*encoding_of(content, set())).removeprefix("\ufeff")
    try:
        return json.loads(
            text,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_not_a_number,
            object_pairs_hook=_without_twins,
        )
    except RecursionError:
        raise over_limit(
            "geneste lijsten en objecten (nested)", "per blad één lijst van vlakke objecten (one list of flat objects)"
        ) from None
    except ValueError as error:
        raise Refused(Refusal("F01", value=f"JSON: {error}"[:200])) from None


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is geen getal van JSON / is no JSON number")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; where a name stands twice, one value would hide the other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(
            "naam twee keer in één object / name twice in one object: "
            f"{next(n for n in names if names.count(n) > 1)[:80]}"
        )
    return found


def _sheets(document: Any) -> dict[str, list[Any]]:
    """Sheet name -> its records."""
    if isinstance(document, list):
        return {JSON_SHEET: document}
    sheets = document.get("records") if isinstance(document, dict) else None
    if not isinstance(sheets, dict) or not all(isinstance(records, list) for records in sheets.values()):
        raise Refused(
            Refusal(
                "F01",
                value='JSON: noch een lijst van objecten, noch / neither a list nor {"records": {sheet: [...]}}',
            )
        )
    return sheets


def _read_sheet(name: str, title: str, records: list[Any], intake: Intake) -> None:
    strange = [
        Refusal("F01", title, number, value="JSON: geen vlak object / no flat object")
        for number, record in enumerate(records, start=1)
        if not isinstance(record, dict) or any(isinstance(value, dict | list) for value in record.values())
    ]
    if strange:
        intake.tell(strange[:NAMED])
        return
    # Names in the order in which they first occur; an object that lacks one leaves its cell empty.
    keys = list(dict.fromkeys(key for record in records for key in record))
    if len(keys) > intake.limits.max_columns:
        raise over_limit(f"{len(keys)} kolommen (columns)", f"{intake.limits.max_columns}", title)
    if any(map(_HALF.search, keys)):
        raise Refused(Refusal("F01", title, value="JSON: half Unicode-teken / half a Unicode character"))
    headers = clean_headers(keys)
    named = [c for c in intake.layouts if name in (c.sheet_name, c.code)]
    layout = choose(named or [c for c in intake.layouts if not c.is_information], headers, title)
    if isinstance(layout, Refusal):
        intake.tell([layout])
        return
    if len(headers) < len(keys):
        raise Refused(Refusal("F01", title, value="JSON: een naam zonder letters / a name without letters"))
    sheet = intake.open_sheet(title, layout, 1, headers)
    intake.write(sheet, _rows(records, keys, title, intake.limits.max_cell_characters))


def _rows(records: Iterable[dict[str, Any]], keys: list[str], title: str, longest: int) -> Iterator[Row]:
    """Row n is the n-th object."""
    for number, record in enumerate(records, start=1):
        cells = [_cell(record.get(key)) for key in keys]
        for place, (text, _) in enumerate(cells, start=1):
            if text and _HALF.search(text):
                shown = text.encode("ascii", "backslashreplace").decode()[:100]
                value = f"JSON: half Unicode-teken in {shown}"
                raise Refused(Refusal("F01", title, number, place, keys[place - 1], value))
        if any(text and len(text) > longest for text, _ in cells):
            raise over_limit("tekens in een cel (characters)", f"{longest}", title, number)
        if any(text for text, _ in cells):
            yield number, [text for text, _ in cells], "".join(kind for _, kind in cells)


def _cell(value: Any) -> tuple[str | None, str]:
    match value:
        case None | "":
            return None, " "
        case bool():
            return ("true" if value else "false"), "b"
        case _Number():
            return _plain(value), "j"
        case str() if is_blank(value):
            return None, " "
        case _:
            return escapes_read(str(value)), "t"


def _plain(number: _Number) -> str:
    """Without an exponent, where that is not absurdly long; the digits stay as they are."""
    value = Decimal(str(number))
    return format(value, "f") if abs(value.adjusted()) <= _LARGEST_EXPONENT else str(number)
