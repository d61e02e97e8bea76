"""CSV files: read in the fixed dialect of the layout that fits, every cell as text."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from flows.intake.fit import Refusal, choose, clean_headers
from flows.intake.sheets import MOST_NOTES, NAMED, Intake, Refused, Row, over_limit
from flows.intake.signs import escapes_read, is_blank
from flows.intake.text import Encoding, encoding_of
from flows.intake.transposed import read_transposed, upright
from flows.registry import Layout

if TYPE_CHECKING:
    from flows.settings import Settings

CSV_SHEET = "csv"
"""A CSV file is one sheet of this name."""
_END_OF_TEXT = b"\x1a"
"""Ctrl-Z, with which some systems still close a text."""


def read_csv(content: bytes, name: str, intake: Intake) -> None:
    """Read a CSV file as the sheet ``name``: looked through as a whole first, then written."""
    csv.field_size_limit(intake.limits.max_cell_characters)
    content = content.rstrip(_END_OF_TEXT)
    candidates = [layout for layout in intake.layouts if layout.delimiter]
    encoding = encoding_of(content, _fallbacks(content, candidates, name, intake.limits))
    if _reads_on_its_side(content, encoding, candidates, name, intake):
        return
    candidates = upright(candidates)
    layout, headers, above = _csv_layout(content, encoding, candidates, name, intake.limits)
    intake.tell(above)
    is_of_one_byte = not encoding.name.startswith("utf")
    if is_of_one_byte and encoding.name != layout.fallback_encoding:
        raise Refused(Refusal("F06", value=encoding.name, expected=f"utf-8 {layout.fallback_encoding}"))
    sheet = intake.open_sheet(name, layout, layout.header_row, headers)
    whole = _Csv(content, encoding, layout, name, len(headers), intake.limits)
    last = whole.check_end(intake)
    intake.tell(whole.ragged_rows(last))
    intake.write(sheet, whole.rows(last), is_of_one_byte)


class _Csv:
    """The content of a CSV file under its layout."""

    def __init__(
        self, content: bytes, encoding: Encoding, layout: Layout, name: str, width: int, limits: "Settings"
    ) -> None:
        self._content = content
        self._encoding = encoding
        self._layout = layout
        self._name = name
        self._width = width
        self._limits = limits
        self._header_width = width
        self._lengths: Counter[int] = Counter()

    def check_end(self, intake: Intake) -> int:
        """The number of the last data row; a file that does not end as it should was cut and is refused."""
        counts, before, last, number, cells = [0, 0], [0, 0], 0, self._layout.header_row, list[str]()
        for row_number, row in self._records():
            if not all(map(is_blank, row)):  # what stands behind the last row that says something counts for nothing
                before, last, number, cells = counts, number, row_number, row
                self._lengths[len(row)] += 1
                counts = [counts[0] + 1, counts[1]]
            counts = [counts[0], counts[1] + 1]
        if not self._layout.end_marker:
            before, last = counts, number
        if before[0] > self._limits.max_rows:
            raise over_limit(f"{before[0]} rijen (rows)", f"{self._limits.max_rows}", self._name)
        if not self._layout.end_marker:
            _check_last_line(self._content, self._encoding, self._name, number, len(cells) < self._width, intake)
            return last
        closing = [cell.strip() for cell in cells if not is_blank(cell)]
        is_marked = bool(closing) and closing[0].casefold() == self._layout.end_marker.casefold()
        # A sender may have counted the rows in between that hold nothing.
        if not is_marked or closing[1:] not in ([str(count)] for count in before):
            found = self._layout.delimiter.join(closing)[:200]
            rows = before[0] if is_marked else counts[0]  # else the last line is data
            expected = f"{self._layout.end_marker}{self._layout.delimiter}{rows}"
            raise Refused(Refusal("F05", self._name, number, value=found, expected=expected))
        return last

    def ragged_rows(self, last: int) -> list[Refusal]:
        """Refusals of rows that are not as wide as the header."""
        found: list[Refusal] = []
        for number, row in self._data_rows(last):
            if len(row) != self._width and len(found) < NAMED:
                found.append(Refusal("F04", self._name, number, value=str(len(row)), expected=str(self._width)))
        return found

    def rows(self, last: int) -> Iterator[Row]:
        """The data rows as wide as the header: what they say is judged too, so that one answer names all that is wrong.

        In a ragged row no cell can be said to stand in its own column.
        """
        for number, row in self._data_rows(last):
            if len(row) == self._width:
                texts: list[str | None] = [*map(escapes_read, row)]
                yield number, texts, "".join(" " if is_blank(text or "") else "t" for text in texts)

    def _data_rows(self, last: int) -> Iterator[tuple[int, list[str]]]:
        """Rows that say something, without the empty cells behind the header.

        These are there in the header too, or in most rows; in a few rows alone, a cell may have been split in two.
        """
        for number, row in self._records():
            if number > last:
                return
            if not all(map(is_blank, row)):
                is_usual = len(row) <= self._header_width or self._lengths[len(row)] >= self._lengths[self._width]
                is_padded = len(row) > self._width and is_usual and all(map(is_blank, row[self._width :]))
                yield number, row[: self._width] if is_padded else row

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Rows below the header, numbered as a spreadsheet shows them: a line break inside quotes
        starts no new row."""
        reader = csv.reader(_lines(self._content, self._encoding), delimiter=self._layout.delimiter, strict=True)
        try:
            for number, row in enumerate(reader, start=1):
                if number == self._layout.header_row:
                    self._header_width = len(row)
                if number > self._layout.header_row:
                    yield number, row
        except csv.Error as error:
            if "field limit" in str(error):
                raise over_limit(
                    "tekens in een cel (characters)", f"{self._limits.max_cell_characters}", self._name, reader.line_num
                ) from None
            is_open = str(error) == "unexpected end of data"
            said = "een aanhalingsteken wordt niet gesloten (a quote is not closed)" if is_open else str(error)
            raise Refused(Refusal("F01", self._name, reader.line_num, value=said)) from None


def _check_last_line(
    content: bytes, encoding: Encoding, name: str, number: int, is_short: bool, intake: Intake
) -> None:
    """Without a marker, a last row as wide as the others may be whole though no line ends it: that is told."""
    name_of_tail = "utf-16-be" if content.startswith(b"\xfe\xff") else encoding.name.removesuffix("-sig")
    tail = content[-80:].decode(name_of_tail, "replace")
    if tail.endswith(("\n", "\r")):
        return
    last = tail.splitlines()[-1][-40:]
    if is_short:
        raise Refused(Refusal("F05", name, number, value=last, expected="een regeleinde (line end)"))
    intake.tell([Refusal("F25", name, number, value=last)])


def _lines(content: bytes, encoding: Encoding) -> io.TextIOWrapper:
    """Lines with their own ends, CR, LF or CRLF."""
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding.name, errors=encoding.errors, newline="")


def _reads_on_its_side(
    content: bytes, encoding: Encoding, candidates: Sequence[Layout], name: str, intake: Intake
) -> bool:
    """Whether a transposed layout fits the file; then it is read."""
    for delimiter in sorted({layout.delimiter for layout in candidates if layout.is_transposed}):
        rows = list(enumerate(csv.reader(_lines(content, encoding), delimiter=delimiter), start=1))
        lines: list[Row] = [
            (n, [*map(escapes_read, row)], "".join("t" if cell else " " for cell in row)) for n, row in rows if row
        ]
        of_dialect = [layout for layout in candidates if layout.delimiter == delimiter]
        if read_transposed(lines, name, of_dialect, intake):
            _check_last_line(content, encoding, name, lines[-1][0], len(lines[-1][1]) < len(rows[0][1]), intake)
            ragged = [(n, len(row)) for n, row in rows if row and len(row) != len(rows[0][1])][:NAMED]
            intake.tell(Refusal("F04", name, n, value=str(width), expected=str(len(rows[0][1]))) for n, width in ragged)
            return True
    return False


def _fallbacks(content: bytes, candidates: Sequence[Layout], name: str, limits: "Settings") -> set[str]:
    """The encodings of what is no UTF-8: of several that layouts declare, those of a layout that fits in its own."""
    declared = {layout.fallback_encoding for layout in candidates} - {""}
    if len(declared) < 2:
        return declared
    fitting = set()
    for encoding in declared:
        of_encoding = [layout for layout in candidates if layout.fallback_encoding == encoding]
        with suppress(Refused, UnicodeDecodeError):
            _csv_layout(content, Encoding(encoding), of_encoding, name, limits)
            fitting.add(encoding)
    return fitting


def _csv_layout(
    content: bytes, encoding: Encoding, candidates: Sequence[Layout], name: str, limits: "Settings"
) -> tuple[Layout, list[str], list[Refusal]]:
    """The layout whose headers are there when the file is read in that layout's own dialect, with the notes above them.

    Of a wider header than the limit one column more is kept, so that it is seen to be too wide.
    """
    found: list[tuple[Layout, list[str], list[Refusal]]] = []
    headers_seen: list[str] = []
    for delimiter, header_row in sorted({(layout.delimiter, layout.header_row) for layout in candidates}):
        of_dialect = [c for c in candidates if (c.delimiter, c.header_row) == (delimiter, header_row)]
        above: list[Refusal] = []
        for number, row in _first_rows(content, encoding, delimiter, header_row):
            headers = clean_headers(row[: limits.max_columns + 1])
            if number == header_row:
                headers_seen = max(headers_seen, headers, key=len)
            match choose(of_dialect, headers, name):
                case Layout() as layout:
                    found.append((replace(layout, header_row=number), headers, above))
                    break
                case Refusal(rule_id="F03") as refusal:
                    raise Refused(refusal)
            if not all(map(is_blank, row)):
                above.append(Refusal("F22", name, number, value=" ".join(filter(None, row))[:100]))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(layout.code for layout, *_ in found)
        raise Refused(Refusal("F03", name, 1, value=names, expected="1"))
    unfit = choose(candidates, headers_seen, name)
    assert isinstance(unfit, Refusal)
    raise Refused(unfit)


def _first_rows(content: bytes, encoding: Encoding, delimiter: str, number: int) -> Iterator[tuple[int, list[str]]]:
    """The header row and those it may be below; byte order marks anywhere in it, also before a quoted name, are no
    part of it."""
    lines = (line.replace("\ufeff", "") for line in _lines(content, encoding))
    with suppress(csv.Error):
        rows = enumerate(csv.reader(lines, delimiter=delimiter), start=1)
        yield from islice(rows, number - 1, number + MOST_NOTES)
