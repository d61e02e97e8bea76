"""CSV files: read in the fixed dialect of the layout that fits, every cell as text."""

import csv
import io
from collections.abc import Iterator, Sequence

from flows.intake.fit import Refusal, choose, clean_headers
from flows.intake.sheets import NAMED, Intake, Refused, Row, over_limit
from flows.intake.text import encoding_of
from flows.registry import Layout
from flows.settings import Settings

CSV_SHEET = "csv"
"""A CSV file is one sheet of this name."""


def read_csv(content: bytes, name: str, intake: Intake) -> None:
    """Read a CSV file as the sheet ``name``: looked through as a whole first, then written."""
    csv.field_size_limit(intake.limits.max_cell_characters)
    candidates = [layout for layout in intake.layouts if layout.delimiter]
    encoding = encoding_of(content, {layout.fallback_encoding for layout in candidates} - {""})
    layout, headers = _csv_layout(content, encoding, candidates, name, intake.limits.max_columns)
    if not encoding.startswith("utf") and encoding != layout.fallback_encoding:
        raise Refused(Refusal("F06", value=encoding, expected=f"utf-8 {layout.fallback_encoding}"))
    sheet = intake.open_sheet(name, layout, layout.header_row, headers)
    whole = _Csv(content, encoding, layout, name, len(headers), intake.limits)
    row_count = whole.check_end()
    intake.tell(whole.ragged_rows(row_count))
    intake.write(sheet, whole.rows(row_count))


class _Csv:
    """The content of a CSV file under its layout."""

    def __init__(self, content: bytes, encoding: str, layout: Layout, name: str, width: int, limits: Settings) -> None:
        self._content = content
        self._encoding = encoding
        self._layout = layout
        self._name = name
        self._width = width
        self._limits = limits

    def check_end(self) -> int:
        """The number of data rows; a file that does not end as it should was cut and is refused."""
        count, last, cells = 0, self._layout.header_row, []
        for number, row in self._records():
            count, last, cells = count + 1, number, row
        data_rows = count - bool(self._layout.end_marker)
        if data_rows > self._limits.max_rows:
            raise over_limit(f"{data_rows} rows", f"{self._limits.max_rows}", self._name)
        if not self._layout.end_marker:
            tail = self._content[-80:].decode(self._encoding.removesuffix("-sig"), "replace")
            if not tail.endswith(("\n", "\r")):
                raise Refused(Refusal("F05", self._name, last, value=tail[-40:], expected="line end"))
            return data_rows
        closing = [cell for cell in cells if cell]
        expected = [self._layout.end_marker, str(data_rows)]
        if closing != expected:
            found = self._layout.delimiter.join(closing)[:200]
            raise Refused(Refusal("F05", self._name, last, value=found, expected=";".join(expected)))
        return data_rows

    def ragged_rows(self, row_count: int) -> list[Refusal]:
        """Refusals of rows that are not as wide as the header."""
        found: list[Refusal] = []
        for (number, row), _ in zip(self._records(), range(row_count), strict=False):
            if len(row) != self._width and len(found) < NAMED:
                found.append(Refusal("F04", self._name, number, value=str(len(row)), expected=str(self._width)))
        return found

    def rows(self, row_count: int) -> Iterator[Row]:
        """The data rows as wide as the header: what they say is judged too, so that one answer names all that is wrong.

        In a ragged row no cell can be said to stand in its own column.
        """
        for (number, row), _ in zip(self._records(), range(row_count), strict=False):
            if len(row) == self._width:
                yield number, list(row), "".join(["t" if cell else " " for cell in row])

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Rows below the header that hold something, numbered as a spreadsheet shows them: a line break inside quotes
        starts no new row."""
        reader = csv.reader(_lines(self._content, self._encoding), delimiter=self._layout.delimiter, strict=True)
        try:
            for number, row in enumerate(reader, start=1):
                if number > self._layout.header_row and row:
                    yield number, row
        except csv.Error as error:
            if "field limit" in str(error):
                raise over_limit(
                    "characters in a cell", f"{self._limits.max_cell_characters}", self._name, reader.line_num
                ) from None
            raise Refused(Refusal("F01", self._name, reader.line_num, value=str(error))) from None


def _lines(content: bytes, encoding: str) -> io.TextIOWrapper:
    """Lines with their own ends, CR, LF or CRLF."""
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")


def _csv_layout(
    content: bytes, encoding: str, candidates: Sequence[Layout], name: str, most: int
) -> tuple[Layout, list[str]]:
    """The layout whose headers are there when the file is read in that layout's own dialect.

    Of a wider header than ``most`` columns one more is kept, so that it is seen to be too wide.
    """
    found: list[tuple[Layout, list[str]]] = []
    headers_seen: list[str] = []
    for dialect in sorted({(layout.delimiter, layout.header_row) for layout in candidates}):
        headers = clean_headers(_header(content, encoding, *dialect)[: most + 1])
        headers_seen = max(headers_seen, headers, key=len)
        of_dialect = [c for c in candidates if (c.delimiter, c.header_row) == dialect]
        match choose(of_dialect, headers, name):
            case Layout() as layout:
                found.append((layout, headers))
            case Refusal(rule_id="F03") as refusal:
                raise Refused(refusal)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(layout.code for layout, _ in found)
        raise Refused(Refusal("F03", name, 1, value=names, expected="1"))
    unfit = choose(candidates, headers_seen, name)
    assert isinstance(unfit, Refusal)
    raise Refused(unfit)


def _header(content: bytes, encoding: str, delimiter: str, number: int) -> list[str]:
    """The header row; byte order marks anywhere in it, also before a quoted name, are no part of it."""
    lines = (line.replace("\ufeff", "") for line in _lines(content, encoding))
    try:
        for row_number, row in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
            if row_number == number:
                return row
    except csv.Error:
        pass
    return []
