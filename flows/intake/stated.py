"""For which meetmoment a file says it is, and whether that is the one it was sent for.

A return made by ``veerkracht template`` says it in a property of the workbook, which Excel and LibreOffice keep; a JSON
return beside its records. Others say it in their name, or not at all.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from defusedxml.ElementTree import fromstring

from flows import registry
from flows.intake.archive import Receipt

PROPERTY = "Meetmoment"
"""The property of a workbook, and in lower case the name beside the records of a JSON return."""
_PART = "docProps/custom.xml"
_LARGEST_PART = 1_000_000


def in_workbook(content: bytes) -> list[str]:
    """The meetmoment a workbook says it is for; nothing where it says none, or in a way that cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book, book.open(_PART) as part:
            properties = fromstring(part.read(_LARGEST_PART))
    except MemoryError:
        raise
    except Exception:  # the readers of zip and XML raise whatever theirs raise; who reads the sheets tells of it
        return []
    named = (each for each in properties if each.get("name") == PROPERTY)
    return [text for each in named if (text := "".join(each.itertext()).strip())]


def in_document(document: Any) -> list[str]:
    """The meetmoment a JSON return says it is for."""
    said = document.get(PROPERTY.lower()) if isinstance(document, dict) else None
    return [said.strip()] if isinstance(said, str) and said.strip() else []


def refusals(receipt: Receipt, stated: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(rule, meetmoment) of each other meetmoment that a file says it is for, or that its name speaks of."""
    for meetmoment_code in dict.fromkeys(stated):
        if meetmoment_code.casefold() != receipt.meetmoment_code.casefold():
            yield "M13", meetmoment_code
    if not stated and (named := _in_name(receipt)):
        yield "M14", named


def _in_name(receipt: Receipt) -> str | None:
    """Another meetmoment of the calendar that the name of a file speaks of, where it does not speak of its own."""
    calendar = [meetmoment for plan, meetmoment in registry.meetmomenten() if plan == receipt.plan_code]
    name = re.sub(r"_v\d+(?=\.[^.]+$)", "", receipt.file_name.casefold())
    named = [code for code in calendar if re.search(rf"(?<![^\W_]){re.escape(code.casefold())}(?![^\W_])", name)]
    return ", ".join(named) if named and receipt.meetmoment_code not in named else None
