"""Pages: a Typst template and its data become a PDF that is kept (PDF/A-2a) and read aloud (PDF/UA-1).

The data reaches a template as JSON and never as its source, so that no text of a return is ever markup. Only the faces
that Typst itself carries are used: two machines give the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typst

from flows.reports.declared import FOLDER

if TYPE_CHECKING:
    from typst import PDFStandard

STANDARDS: "list[PDFStandard]" = ["a-2a", "ua-1"]
_PROBE = "#set document(title: [x])\n#set text(font: sys.inputs.face)\n#sys.inputs.text"
_FACE = "Libertinus Serif"
_ORDINARY = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x180)])) | set("\n–—‘’“”…€−≤≥")
# Letters that are not seen: marks of byte order and of direction, soft hyphens. They would only confuse.
_UNSEEN = frozenset(map(chr, [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]))

# White space that a face may or may not have a letter for, by where it stands. Of a line end one sign is left.
_SPACES = dict.fromkeys("\t\r\x0b\x0c", " ") | dict.fromkeys("\x85\u2028\u2029", "\n")


def pdf(page: Path, data: Mapping[str, Any], moment: datetime) -> bytes:
    """Set a page.

    Args:
        page: the template, in ``reports/``.
        data: what it is filled with; its texts are printed as they are, but for what no face has a letter for.
        moment: the only one that the file tells of.
    """
    made = _compiler().compile(  # one document is one file
        input=str(page),
        format="pdf",
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
        pdf_standards=STANDARDS,
        timestamp=int(moment.timestamp()),
    )
    return cast(bytes, made)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(FOLDER), font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def printable(data: Any) -> Any:
    """The data with a space for each kind of blank, and for a character that no face has a letter for its number."""
    letters: set[str] = set()
    _gather(data, letters)
    without = _without_letter(tuple(sorted(letters - _ORDINARY - _UNSEEN - _SPACES.keys())))
    shown = {ord(letter): f"[U+{ord(letter):04X}]" for letter in without} | {ord(x): "" for x in letters & _UNSEEN}
    shown |= {ord(letter): space for letter, space in _SPACES.items() if letter in letters}
    return _translated(data, shown) if shown else data


def _gather(data: Any, letters: set[str]) -> None:
    if isinstance(data, str):
        letters.update(data)
    elif isinstance(data, Mapping):
        for value in data.values():
            _gather(value, letters)
    elif isinstance(data, list | tuple):
        for value in data:
            _gather(value, letters)


def _translated(data: Any, shown: Mapping[int, str]) -> Any:
    if isinstance(data, str):
        return data.translate(shown)
    if isinstance(data, Mapping):
        return {key: _translated(value, shown) for key, value in data.items()}
    return [_translated(value, shown) for value in data] if isinstance(data, list | tuple) else data


@cache
def _without_letter(letters: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the letters that cannot be printed; found by halves, since a page is refused as a whole."""
    if not letters or _prints("a".join(["", *letters, ""])):
        return ()
    if len(letters) == 1:
        return letters
    half = len(letters) // 2
    return _without_letter(letters[:half]) + _without_letter(letters[half:])


def _prints(text: str) -> bool:
    try:
        _compiler().compile(
            input=_PROBE.encode(),
            format="pdf",
            sys_inputs={"text": text, "face": _FACE},
            pdf_standards=STANDARDS,
        )
    except typst.TypstError:
        return False
    return True
