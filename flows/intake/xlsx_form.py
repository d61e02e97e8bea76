"""Workbooks: cells as the workbook holds them, with formulas by the value they were saved with.

openpyxl reads what a workbook says of itself (strings, styles, sheets); the sheets are read here, straight from their
XML, since its reader rounds long numbers, hides which rows are merged or hidden, and stops on decorations.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal
from typing import IO, Any, NoReturn
from xml.etree.ElementTree import iterparse
from xml.parsers import expat

import openpyxl
from openpyxl.cell.text import Text
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, from_excel
from openpyxl.xml.constants import SHEET_MAIN_NS

from flows import registry
from flows.intake.container import opened
from flows.intake.fit import Refusal, choose, clean_headers, found, unknown_headers
from flows.intake.sheets import NAMED, Intake, Refused, Row, Sheet, over_limit
from flows.registry import Layout

_ROW, _COLUMN, _MERGE, _CELL, _VALUE, _FORMULA, _INLINE = (
    f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("row", "col", "mergeCell", "c", "v", "f", "is")
)
_AS_SHOWN = Context(prec=15)
_CENTS_FIT_BELOW = Decimal(10) ** 13
_MOST_DIGITS = 40


def read_workbook(content: bytes, prefix: str, intake: Intake) -> None:
    """Read every sheet of a workbook; its sheets are named under the prefix."""
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("defusedxml is not in force: XML of strangers would be read with its entities")
    with opened(content, intake):
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            for worksheet in book.worksheets:
                _read_worksheet(_Worksheet(worksheet, prefix, intake), intake)
        except (Refused, MemoryError):
            raise
        except Exception as error:  # openpyxl raises whatever its XML and zip readers raise
            cause = error.__cause__ or error
            raise Refused(Refusal("F01", value=f"{type(cause).__name__}: {cause}"[:200])) from None
    if not intake.parsed.sheets and not intake.parsed.refusals:
        raise Refused(Refusal("F02", value=" | ".join(s.title for s in book.worksheets)))


@dataclass
class _Worksheet:
    """A sheet while it is read, and what was seen on the way."""

    worksheet: Any
    prefix: str
    intake: Intake
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    uncalculated: list[tuple[int, int, str]] = field(default_factory=list)
    """(row number, column number, formula) of formulas that were never calculated."""

    def __post_init__(self) -> None:
        self.title: str = self.worksheet.title
        self.name = f"{self.prefix}/{self.title}" if self.prefix else self.title
        book = self.worksheet.parent
        self._number_kind = "m" if book.epoch == MAC_EPOCH else "n"
        # Some writers put a 0 where a formula's value belongs and leave the calculating to Excel.
        self._zero_is_no_value = bool(book.calculation and book.calculation.fullCalcOnLoad)
        self._strings: Sequence[str] = self.worksheet._shared_strings
        self._percentages = {
            number
            for number, style in enumerate(book._cell_styles)
            if style.numFmtId in (9, 10)
            or (style.numFmtId >= 164 and "%" in book._number_formats[style.numFmtId - 164].replace("\\%", ""))
        }
        self._columns: dict[str, int] = {}

    def rows(self) -> Iterator[Row]:
        """Rows that hold something; hidden ones too."""
        limits = self.intake.limits
        number = 0
        with self.worksheet._get_source() as source:
            _refuse_doctype(source)
        with self.worksheet._get_source() as source:
            for _, element in iterparse(source):
                if element.tag == _ROW:
                    last, number = number, int(element.get("r", number + 1))
                    if number <= last:
                        raise Refused(Refusal("F01", self.name, number, value=f"row {number} after row {last}"))
                    if number > limits.max_rows:
                        raise over_limit(f"row {number}", f"{limits.max_rows}", self.name, number)
                    texts, kinds = self._cells(element, number)
                    if any(texts):
                        yield number, texts, "".join(kinds)
                        if element.get("hidden") in ("1", "true"):
                            self.hidden_rows.append(number)
                    element.clear()
                elif element.tag == _COLUMN and element.get("hidden") in ("1", "true"):
                    self.hidden_columns.append((int(element.attrib["min"]), int(element.attrib["max"])))
                elif element.tag == _MERGE:
                    self.merged.append(element.attrib["ref"])

    def _cells(self, row: Any, number: int) -> tuple[list[str | None], list[str]]:
        texts: list[str | None] = []
        kinds: list[str] = []
        for cell in row:
            if cell.tag != _CELL:
                continue
            place = self._column(cell.get("r"), number) if "r" in cell.attrib else len(texts) + 1
            if place > self.intake.limits.max_columns:
                raise over_limit(f"column {place}", f"{self.intake.limits.max_columns}", self.name, number)
            if place <= len(texts):
                raise Refused(Refusal("F01", self.name, number, place, value=f"{cell.get('r')} twice"))
            texts += [None] * (place - len(texts))
            kinds += [" "] * (place - len(kinds))
            texts[-1], kinds[-1] = self._cell(cell, number, place)
        return texts, kinds

    def _column(self, reference: str, number: int) -> int:
        letters = reference.rstrip("0123456789")
        if reference[len(letters) :] != str(number):
            raise Refused(Refusal("F01", self.name, number, value=f"{reference} in row {number}"))
        if letters not in self._columns:
            self._columns[letters] = column_index_from_string(letters)
        return self._columns[letters]

    def _cell(self, cell: Any, number: int, place: int) -> tuple[str | None, str]:
        """Text and kind of a cell; of a formula the value it was saved with."""
        form = cell.get("t", "n")
        value = cell.findtext(_VALUE)
        formula = cell.find(_FORMULA)
        if formula is not None and (
            value is None or (value == "" and form != "str") or (value == "0" and self._zero_is_no_value)
        ):
            self.uncalculated.append((number, place, f"={formula.text or ''}"[:200]))
            return None, " "
        if form == "inlineStr":
            inline = cell.find(_INLINE)
            rich = None if inline is None else Text.from_tree(inline)
            value = rich.content if rich else None
        if value is None or value == "":
            return None, " "
        match form:
            case "n":
                return self._number(value, int(cell.get("s", 0)))
            case "s":
                text = self._strings[int(value)] if value.isdigit() else self._no_string(value)
            case "str" | "inlineStr":
                text = value
            case "b":
                return ("true" if value in ("1", "true") else "false"), "b"
            case "e":
                return value, "e"
            case "d":
                return _day(datetime.fromisoformat(value)), "d"
            case _:
                raise ValueError(f"cell of type {form}")
        if len(text) > self.intake.limits.max_cell_characters:
            raise over_limit(
                f"{len(text)} characters in a cell", f"{self.intake.limits.max_cell_characters}", self.name, number
            )
        return (text, "t") if text else (None, " ")

    def _no_string(self, value: str) -> str:
        raise ValueError(f"no shared string {value[:20]}")

    def _number(self, written: str, style: int) -> tuple[str, str]:
        book = self.worksheet.parent
        if style in book._date_formats and style not in book._timedelta_formats:
            try:
                moment = from_excel(float(written), book.epoch)
            except (OverflowError, ValueError):
                moment = None
            if isinstance(moment, datetime):
                return _day(moment), "d"
        if style in self._percentages:
            return f"{_plain(_as_shown(written) * 100)}%", "p"
        return (written if written.isdigit() else _plain(_as_shown(written))), self._number_kind


class _RootSeen(Exception):
    """The prolog is over."""


def _refuse_doctype(source: IO[bytes]) -> None:
    """No workbook has a document type, and without one XML has no entities.

    It can only stand before the root. So the parser in C may read the rest, five times faster than that of defusedxml.
    """

    def doctype(*_: object) -> NoReturn:
        raise ValueError("document type (DTD) in a sheet")

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


def _as_shown(written: str) -> Decimal:
    """A number with the 15 digits a workbook knows: what lies behind them is noise of its sums.

    Whole numbers keep every digit, since codes may be longer; so do amounts too large to hold their cents in 15 digits.
    """
    value = Decimal(written)
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"number {written[:50]}")
    if value == value.to_integral_value() or abs(value) >= _CENTS_FIT_BELOW:
        return value
    return _AS_SHOWN.create_decimal(value)


def _plain(value: Decimal) -> str:
    return format(value.normalize(Context(prec=_MOST_DIGITS * 2)), "f") if value else "0"


def _day(moment: datetime) -> str:
    """A date as ISO, with its time where it has one: then it may be another day here, and is refused as a date."""
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(sep=" ")


def _read_worksheet(worksheet: _Worksheet, intake: Intake) -> None:
    title = worksheet.title
    if any(layout.is_information and layout.sheet_name == title for layout in intake.layouts):
        return
    candidates = (
        [c for c in intake.layouts if c.sheet_name == title]
        or [c for c in intake.layouts if not c.sheet_name]
        or list(intake.layouts)
    )
    header_row = candidates[0].header_row
    rows = worksheet.rows()
    header = next((row for row in rows if row[0] >= header_row), None)
    if header is None:
        return
    headers = clean_headers(header[1])
    layout = choose(candidates, headers, worksheet.name)
    if isinstance(layout, Refusal):
        intake.tell([layout])
        return
    width = len(headers)
    sheet = intake.open_sheet(worksheet.name, layout, header[0], headers)
    intake.write(
        sheet, ((n, (texts + [None] * width)[:width], (kinds + " " * width)[:width]) for n, texts, kinds in rows)
    )
    intake.tell(_seen(worksheet, sheet, layout, header[0]))


def _seen(worksheet: _Worksheet, sheet: Sheet, layout: Layout, header_row: int) -> Iterator[Refusal]:
    """What a sheet holds that people may not see, or may mean otherwise, in the columns that are read."""
    passed = {header for _, header in unknown_headers(layout, sheet.headers)}
    passed.update(found(layout.ignored_headers, sheet.headers))
    read = {number: name for number, name in enumerate(sheet.headers, start=1) if name and name not in passed}
    name = sheet.sheet
    if worksheet.worksheet.sheet_state != "visible":
        yield Refusal("F15", name, value=worksheet.worksheet.sheet_state)
    hidden = [*_spans(n for n in worksheet.hidden_rows if n > header_row)]
    for first, last in worksheet.hidden_columns:
        hidden += [get_column_letter(n) for n in read if first <= n <= last]
    if hidden:
        yield Refusal("F11", name, value=", ".join(hidden)[:200])
    uncalculated = [place for place in worksheet.uncalculated if place[1] in read]
    for row_number, column_number, formula in uncalculated[:NAMED]:
        yield Refusal("F12", name, row_number, column_number, read[column_number], formula)
    keys = set(found(registry.key_headers(layout.code), sheet.headers))
    for place in worksheet.merged[:NAMED]:
        first_column, first_row, last_column, last_row = (bound or 1 for bound in range_boundaries(place))
        touched = [n for n in read if first_column <= n <= last_column]
        if last_row > header_row and touched:
            at_key = next((n for n in touched if read[n] in keys), None)
            column = at_key or touched[0]
            yield Refusal("F14" if at_key else "F13", name, first_row, column, read[column], place)


def _spans(numbers: Iterator[int]) -> Iterator[str]:
    """Row numbers as a spreadsheet names ranges of them: 4:6, 9:9."""
    first = last = 0
    for number in numbers:
        if first and number == last + 1:
            last = number
            continue
        if first:
            yield f"{first}:{last}"
        first = last = number
    if first:
        yield f"{first}:{last}"
