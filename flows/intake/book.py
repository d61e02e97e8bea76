"""What a workbook says of itself: its sheets and where they stand, its strings, and how its numbers are shown.

Read straight from the few parts that bear on data, whatever a writer named them, in transitional and in strict Open
XML. Drawings, themes, fills, comments and all else that only decorates is never looked at, and so breaks nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import IO, Any, NoReturn
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat
from zipfile import ZipFile

from flows.intake.shown import Shown, shown_by
from flows.intake.signs import with_plain_ends

_OUT_OF_MEMORY = 1
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class BrokenBook(ValueError):
    """A part that holds data is not what it should be; says which, in both languages."""


@dataclass(frozen=True)
class SheetPart:
    """A sheet as the workbook lists it."""

    title: str
    state: str
    name: str
    """Of the part that holds its cells."""


@dataclass
class Book:
    """A workbook in an open container."""

    container: ZipFile
    sheets: list[SheetPart] = field(default_factory=list)
    counts_from_1904: bool = False
    calculates_on_load: bool = False
    """Some writers put a 0 where a formula's value belongs and leave the calculating to Excel; then they say so."""

    def __post_init__(self) -> None:
        # Names of parts have no case; some writers turn their strokes the other way.
        self._names = {_plain_name(name): name for name in self.container.namelist()}
        (self._part,) = [target for kind, target in self._relations("").values() if kind == "officeDocument"][:1] or [
            "xl/workbook.xml"
        ]
        self._related = self._relations(self._part)
        for element in self.elements(self._part):
            match local_name(element):
                case "workbookPr":
                    self.counts_from_1904 = is_true(element.get("date1904"))
                case "calcPr":
                    self.calculates_on_load = is_true(element.get("fullCalcOnLoad"))
                case "sheet":
                    self._list(element)

    def _list(self, element: Element) -> None:
        """Put a sheet on the list; charts and dialogues fill a sheet of their own and have no cells."""
        title = element.get("name", "")
        reference = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        kind, target = self._related.get(reference, ("", ""))
        if not target:
            raise BrokenBook(f"werkblad '{title}' ontbreekt / sheet is missing")
        if kind == "worksheet":
            self.sheets.append(SheetPart(title, element.get("state", "visible"), target))

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells refer to by number."""
        part = self._of_kind("sharedStrings")
        return [text_of(item) for item in self.elements(part) if local_name(item) == "si"] if part else []

    @cached_property
    def shown(self) -> list[Shown]:
        """How a number is shown, by the style of its cell."""
        part = self._of_kind("styles")
        if part and _plain_name(part) not in self._names:
            part = None  # without styles every number is the number it is
        formats: dict[int, str] = {}
        styles: list[int] = []
        for element in self.elements(part) if part else ():
            match local_name(element):
                case "numFmt":
                    formats[int(element.get("numFmtId", 0))] = element.get("formatCode", "")
                case "cellXfs":
                    styles = [int(style.get("numFmtId", 0)) for style in element]
        return [shown_by(number, formats.get(number)) for number in styles]

    def elements(self, part: str) -> Iterator[Element]:
        """The elements of a part, each once it has ended; those it is done with are for the caller to clear."""
        with self.opened(part) as source:
            refuse_doctype(source, part)
        with self.opened(part) as source:
            try:
                for _, element in iterparse(source):
                    yield element
            except ParseError as error:
                if error.code == _OUT_OF_MEMORY:
                    raise MemoryError from None
                raise BrokenBook(f"{part}: {error}") from None

    def opened(self, part: str) -> IO[bytes]:
        """A part by its name, in whatever case the container has it."""
        try:
            return self.container.open(self._names[_plain_name(part)])
        except KeyError:
            raise BrokenBook(f"{part} ontbreekt in de werkmap / is missing in the workbook") from None

    def _of_kind(self, kind: str) -> str | None:
        """The part that the workbook relates to in this way; some writers keep one and forget to say so."""
        named = next((target for found, target in self._related.values() if found == kind), "")
        usual = f"xl/{kind}.xml"
        return named or (usual if _plain_name(usual) in self._names else None)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Id -> (last word of the kind, part) of what a part relates to."""
        path = PurePosixPath(part)
        name = (path.parent / "_rels" / f"{path.name}.rels").as_posix() if part else "_rels/.rels"
        if _plain_name(name) not in self._names:
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                _joined(path, element.get("Target", "")),
            )
            for element in self.elements(name)
            if local_name(element) == "Relationship" and element.get("TargetMode") != "External"
        }


def local_name(element: Any) -> str:
    """The name of an element without its namespace: transitional and strict Open XML differ in nothing else here."""
    return str(element.tag).rpartition("}")[2]


def is_true(value: str | None) -> bool:
    """Whether an attribute says yes."""
    return value in ("1", "true", "on")


def text_of(item: Element) -> str:
    """The text of a string with all its runs; how it is pronounced is no part of it."""
    return unescaped("".join(_texts(item)))


def _texts(item: Element) -> Iterator[str]:
    for child in item:
        match local_name(child):
            case "t":
                yield child.text or ""
            case "r":
                yield from _texts(child)


def unescaped(text: str) -> str:
    """Text with the characters that XML cannot hold, which a workbook writes as ``_x000D_``; line ends as one sign."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return with_plain_ends(text)


def _plain_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _joined(path: PurePosixPath, target: str) -> str:
    """The part that a target beside a part names."""
    target = target.replace("\\", "/")
    parts: list[str] = []
    for step in (target if target.startswith("/") else f"{path.parent.as_posix()}/{target}").split("/"):
        if step == ".." and parts:
            parts.pop()
        elif step not in ("", ".", ".."):
            parts.append(step)
    return "/".join(parts)


class _RootSeen(Exception):
    """The prolog is over."""


def refuse_doctype(source: IO[bytes], part: str) -> None:
    """No workbook has a document type, and without one XML has no entities.

    It can only stand before the root. So the parser in C may read the rest, five times faster than that of defusedxml.
    """

    def doctype(*_: object) -> NoReturn:
        raise BrokenBook(f"{part} heeft een / has a document type (DTD)")

    def root(*_: object) -> NoReturn:
        raise _RootSeen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        while piece := source.read(64 * 1024):
            parser.Parse(piece)
    except _RootSeen:
        return
    except expat.ExpatError as error:
        if error.code == _OUT_OF_MEMORY:
            raise MemoryError from None
        raise BrokenBook(f"{part}: {error}") from None
