"""A seed as text: its rows with the line each stands on, and what is wrong with its form, named where it stands.

A row is one line, so that a quote that is never closed, or a byte that is no text, spoils its own row and no other.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

_MARK = b"\xef\xbb\xbf"
_DELIMITERS = (",", ";", "\t", "|")
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp"}
_CELL_END = re.compile(r"[,;\t\"]")


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, and where: the header is line 1."""

    file: str
    line: int
    column: str
    says: str
    spoils_file: bool = field(default=False, compare=False)
    """Whether other rows of the file cannot be read past it."""
    beside: int = field(default=0, compare=False)
    """The line of the other row that it is about as well."""

    def __str__(self) -> str:
        return f"{place(self.file, self.line, self.column)}: {self.says}"


def place(file: str, line: int, column: str | int) -> str:
    """A place in a file of the registry, as every fault of it is named."""
    return f"{file}, regel / line {line}, kolom / column {column}"


@dataclass
class SeedText:
    """What could be read of a seed."""

    rows: list[list[str | None]] = field(default_factory=list)
    """The line and whether the row is whole, as text, and the cells in the order of the declared columns; an empty cell
    is None. Of a row that is not whole others may be told that it is there, and no more."""
    absent: list[str] = field(default_factory=list)
    """Declared columns that the file does not have."""
    faults: list[Fault] = field(default_factory=list)


def read(path: Path, told: str, columns: Sequence[str]) -> SeedText:
    """Read a seed, going on past every fault.

    Args:
        path: the file.
        told: its name as people find it.
        columns: the columns that its YAML declares, in order.
    """
    return _Reading(told, list(columns)).read(path)


def nearest(word: str, known: Sequence[str], likeness: float = 0.6) -> str:
    """The known word that was probably meant, as the end of a sentence; empty where none is near."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.strip().casefold(), folded, 1, likeness)
    return f"; is '{folded[found[0]]}' bedoeld / meant?" if found else ""


class _Reading:
    def __init__(self, told: str, columns: list[str]) -> None:
        self._told, self._columns = told, columns
        self._delimiter = ","
        self._found = SeedText()

    def read(self, path: Path) -> SeedText:
        content = path.read_bytes() if path.is_file() else b""
        if content.startswith(_MARK):
            self._say(
                *(1, self._columns[0]),
                "het bestand begint met een byte order mark; bewaar het als UTF-8 zonder"
                " / the file begins with a byte order mark; save it as UTF-8 without one",
            )
            content = content.removeprefix(_MARK)
        if b"\0" in content:
            self._say(
                *(content.split(b"\0")[0].count(b"\n") + 1, self._columns[0]),
                "het bestand is UTF-16; bewaar het als UTF-8 / the file is UTF-16; save it as UTF-8",
            )
            return self._found
        if not content.strip():
            empty = "er staat niets in het bestand / there is nothing in the file, not even its headers"
            gone = "het bestand is er niet / the file is not there, and the YAML beside it declares it"
            self._say(1, self._columns[0], empty if path.is_file() else gone)
            return self._found
        lines = [self._text(number, line) for number, line in enumerate(content.split(b"\n"), start=1)]
        if not lines[-1]:
            lines.pop()
        lines = self._without_carriage_returns(lines)
        placed, first = self._header(lines[0])
        for number, line in enumerate(lines[first:], start=first + 1):
            self._row(number, line, placed)
        return self._found

    def _say(self, line: int, column: str, says: str, spoils_file: bool = False) -> None:
        self._found.faults.append(Fault(self._told, line, column, says, spoils_file))

    def _text(self, number: int, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            before = line[: error.start].decode("utf-8")
            text = line.decode("cp1252", "replace")
            word = _CELL_END.split(before)[-1] + _CELL_END.split(text[error.start :])[0]
            says = (
                f"byte {line[error.start]:#04x} is geen / is no UTF-8 (Windows-1252 '{word}'?); "
                "bewaar het bestand als UTF-8 / save the file as UTF-8"
            )
            self._say(number, self._column_at(before), says, spoils_file=True)
            return text

    def _column_at(self, before: str) -> str:
        """The column in which a line stands that has come so far."""
        try:
            index = len(next(csv.reader([before], delimiter=self._delimiter), [""])) - 1
        except csv.Error:
            index = 0
        return self._columns[min(max(index, 0), len(self._columns) - 1)]

    def _without_carriage_returns(self, lines: list[str]) -> list[str]:
        ended = [number for number, line in enumerate(lines, start=1) if line.endswith("\r")]
        if ended:
            says = (
                f"de regel eindigt op CR LF / the line ends in CR LF ({len(ended)}x); "
                "bewaar het bestand met LF alleen / save it with LF alone"
            )
            self._say(ended[0], self._columns[-1], says, spoils_file=True)
        return [line.removesuffix("\r") for line in lines]

    def _header(self, line: str) -> tuple[list[str], int]:
        """The columns in the order in which they stand, and how many lines to skip before the first row."""
        by_delimiter = {d: set(self._cells(line, d) or []) & set(self._columns) for d in _DELIMITERS}
        best = max(_DELIMITERS, key=lambda delimiter: len(by_delimiter[delimiter]))
        if best != "," and len(by_delimiter[best]) > len(by_delimiter[","]):
            self._say(
                1,
                self._columns[0],
                f"de kolommen zijn gescheiden door / are separated by {best!r}; schrijf een komma / write a comma",
            )
            self._delimiter = best
        cells = self._cells(line, self._delimiter)
        if cells is None:
            self._say(
                1,
                self._columns[0],
                "een aanhalingsteken in de koppen is niet gesloten / a quote in the headers is not closed",
            )
            return self._columns, 1
        if not self._near(cells):
            self._say(1, self._columns[0], f"de koppen ontbreken / the headers are missing: {','.join(self._columns)}")
            return self._columns, 0
        return self._placed(cells), 1

    def _near(self, cells: list[str]) -> bool:
        """Whether these are the headers, if perhaps misspelt: half of the columns are among them."""
        near = {nearest(cell, self._columns, 0.75) for cell in cells} - {""}
        return 2 * len(near) >= len(self._columns)

    def _placed(self, cells: list[str]) -> list[str]:
        missing = [name for name in self._columns if name not in cells]
        unknown = [name for name in cells if name not in self._columns]
        twice = {name for name in cells if cells.count(name) > 1}
        for name in sorted(twice):
            self._say(1, name, "de kop staat er twee keer / the header stands there twice")
        for name in unknown:
            self._say(
                1, name or "(leeg / empty)", f"die kolom is er niet / there is no such column{nearest(name, missing)}"
            )
        keeps_places = len(cells) == len(self._columns) and bool(unknown) and not twice
        for name in [] if keeps_places else missing:
            self._say(1, name, "de kolom ontbreekt / the column is missing")
            self._found.absent.append(name)
        if not missing and not unknown and cells != self._columns and not twice:
            for found, declared in zip(cells, self._columns, strict=True):
                if found != declared:
                    self._say(1, found, f"de kop staat op de plaats van / the header stands where '{declared}' belongs")
        # A misspelt header keeps its place; anything else is found by name.
        return self._columns if keeps_places else cells

    def _row(self, number: int, line: str, placed: list[str]) -> None:
        if not line.strip():
            self._say(number, placed[0], "een lege regel; haal ze weg / an empty line; remove it")
            return
        if line.lstrip().startswith("#"):
            self._say(
                *(number, placed[0]),
                "een regel die met # begint, wordt als rij gelezen; haal ze weg, opmerkingen horen in een kolom"
                " / a line that begins with # is read as a row; remove it, remarks go in a column",
            )
            return
        cells = self._cells(line, self._delimiter)
        if cells is None:
            says = (
                "een aanhalingsteken is niet gesloten; een rij is één regel / a quote is not closed; a row is one line"
            )
            self._say(number, self._column_at(line[: line.rfind('"')]), says, spoils_file=True)
        elif len(cells) != len(placed):
            self._say(number, placed[min(len(cells), len(placed)) - 1], self._width(line, len(cells), len(placed)))
        else:
            found = dict(zip(placed, cells, strict=True))
            row = [self._cell(number, name, found.get(name, "")) for name in self._columns]
            self._found.rows.append([str(number), "true", *row])
            return
        loose = next(csv.reader([line], delimiter=self._delimiter))
        there = dict(zip(placed, loose, strict=False))
        self._found.rows.append(
            [str(number), "false", *(there.get(name, "").strip() or None for name in self._columns)]
        )

    def _width(self, line: str, width: int, expected: int) -> str:
        """What is wrong with a row of another width than the header."""
        other = [d for d in _DELIMITERS if d != self._delimiter and len(self._cells(line, d) or []) == expected]
        cells = ("cel", "cell") if width == 1 else ("cellen", "cells")
        told = f"de rij heeft {width} {cells[0]}, de kop / the row has {width} {cells[1]}, the header {expected}: "
        if other:
            return f"{told}ze is gescheiden door / it is separated by {other[0]!r}"
        more, ends = abs(width - expected), ("", "") if abs(width - expected) == 1 else ("'s", "s")
        if width < expected:
            return f"{told}{more} komma{ends[0]} te weinig / comma{ends[1]} too few"
        return (
            f"{told}{more} komma{ends[0]} te veel / comma{ends[1]} too many; een tekst met een komma staat tussen "
            "aanhalingstekens / a text that holds a comma stands in quotes"
        )

    def _cell(self, number: int, column: str, cell: str) -> str | None:
        strange = next(
            (letter for letter in cell if unicodedata.category(letter) in _INVISIBLE or letter == "\xa0"), ""
        )
        if strange:
            name = unicodedata.name(strange, f"U+{ord(strange):04X}")
            self._say(
                number, column, f"'{cell}' bevat een onzichtbaar teken / holds a character that cannot be seen ({name})"
            )
            cell = cell.replace(strange, " " if strange == "\xa0" else "")
        if cell != cell.strip():
            self._say(number, column, f"'{cell}' begint of eindigt met een spatie / begins or ends with a space")
        return cell.strip() or None

    @staticmethod
    def _cells(line: str, delimiter: str) -> list[str] | None:
        """The cells of a line; None where a quote is not closed."""
        try:
            return next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            return None


def quoted(words: Sequence[str], most: int = 20) -> Iterator[str]:
    """Words as a sentence lists them, no more than ``most``."""
    yield from list(words)[:most]
    if len(words) > most:
        yield f"... (samen / in all {len(words)})"
