"""What a reader gets from a PDF: its text as it can be copied, and the tree by which it is read aloud."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf

_RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
_PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


def text(path: Path) -> str:
    """The text of all pages, in the order in which it is drawn."""
    with pikepdf.open(path) as pdf:
        return "\n".join("".join(_page(page)) for page in pdf.pages)


def letters(path: Path) -> str:
    """The text without spaces and breaks, which pages leave to where words stand."""
    return "".join(text(path).split())


def _page(page: Any) -> Iterator[str]:
    yield from _drawn(page, page.obj.get("/Resources", {}))


def _drawn(content: Any, resources: Any) -> Iterator[str]:
    letters_of: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(content):
        operands, name = instruction.operands, str(instruction.operator)
        if name == "Tf":
            letters_of = _letters_of(resources["/Font"][str(operands[0])])
        elif name in ("Tj", "'", '"'):
            yield _decoded(bytes(operands[-1]), letters_of)
        elif name == "TJ":
            yield "".join(_decoded(bytes(x), letters_of) for x in operands[0] if isinstance(x, pikepdf.String))
        elif name == "Do":
            form = resources["/XObject"][str(operands[0])]
            if form.get("/Subtype") == "/Form":
                yield from _drawn(form, form.get("/Resources", resources))
        elif name in ("ET", "Td", "TD", "T*", "Tm"):
            yield " "


def _decoded(raw: bytes, letters_of: dict[int, str]) -> str:
    return "".join(letters_of.get(int.from_bytes(raw[at : at + 2]), "") for at in range(0, len(raw), 2))


def _letters_of(font: Any) -> dict[int, str]:
    return _read_map(bytes(font["/ToUnicode"].read_bytes()))


@cache
def _read_map(written: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", written, re.DOTALL):
        for first, last, to in _RANGE.findall(block):
            begin = int(to, 16)
            for place, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[code] = chr(begin + place)
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", written, re.DOTALL):
        for code, to in _PAIR.findall(block):
            found[int(code, 16)] = bytes.fromhex(to.decode()).decode("utf-16-be")
    return found


def structure(path: Path) -> list[tuple[str, Any]]:
    """The elements of the structure tree in reading order, as (kind, element)."""
    with pikepdf.open(path) as pdf:
        found: list[tuple[str, Any]] = []
        _walk(pdf.Root.StructTreeRoot, found)
        return found


def _walk(element: Any, found: list[tuple[str, Any]]) -> None:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            told = {key: str(kid[key]) for key in ("/Alt", "/T", "/Lang") if key in kid}
            scope = str(kid["/A"]) if "/A" in kid else ""
            found.append((str(kid["/S"]), told | {"attributes": scope}))
            _walk(kid, found)
