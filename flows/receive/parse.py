"""From bytes to text rows: what a CSV file or workbook says, cell by cell, with nothing interpreted.

Runs in the limited child process only (`flows.receive.child`). Everything is read as text; a cell that the workbook
itself holds as a number, date or boolean keeps that as its kind, so that no locale is ever applied to it.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from flows.receive.fit import Refusal, choose, clean_headers, unknown_headers
from flows.registry import Layout
from flows.settings import Settings

ROW_SCHEMA = pa.schema(
    [
        ("sheet", pa.string()),
        ("row_number", pa.int32()),
        ("texts", pa.list_(pa.string())),
        ("kinds", pa.string()),
    ]
)
CSV_SHEET = "csv"
"""A CSV file is one sheet of this name."""
_ROWS_PER_CHUNK = 20_000
_RAGGED_ROWS_NAMED = 50

Row = tuple[int, list[str | None], str]
"""Row number (1 is the first), texts in column order, kinds: one letter per cell (t, n, d, b, e or a space)."""


@dataclass
class Sheet:
    """A sheet that a layout fits."""

    sheet: str
    layout_code: str
    headers: list[str]
    row_count: int = 0


@dataclass
class Parsed:
    """What a file holds: its sheets, and why parts of it are refused."""

    sheets: list[Sheet] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class Refused(Exception):
    """The whole file is refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.rule_id)
        self.refusal = refusal


def parse_file(path: Path, layouts: Sequence[Layout], target: Path, limits: Settings) -> Parsed:
    """Read one file into ``target/rows.parquet`` and ``target/parsed.json``.

    Args:
        path: the bytes as kept in the archive; their form is told by the first bytes, not by a name.
        layouts: the layouts of the plan.
        target: an existing empty folder.
        limits: size, ratio and count limits.
    """
    parsed = Parsed()
    with pq.ParquetWriter(target / "rows.parquet", ROW_SCHEMA, compression="zstd") as writer:
        try:
            _refuse_if_too_large(path, limits)
            if _is_zip(path):
                _parse_workbook(path, layouts, writer, limits, parsed)
            else:
                _parse_csv(path, layouts, writer, limits, parsed)
        except Refused as refused:
            parsed.refusals.append(refused.refusal)
    (target / "parsed.json").write_text(json.dumps(asdict(parsed), ensure_ascii=False), encoding="utf-8")
    return parsed


def _refuse_if_too_large(path: Path, limits: Settings) -> None:
    size = path.stat().st_size
    if size == 0:
        raise Refused(Refusal("F01", value="0 bytes"))
    if size > limits.max_file_mb * 1024**2:
        raise Refused(Refusal("F08", value=f"{size / 1024**2:.0f} MB", expected=f"<= {limits.max_file_mb} MB"))


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


# CSV -----------------------------------------------------------------------------------------------------------------


def _parse_csv(
    path: Path, layouts: Sequence[Layout], writer: pq.ParquetWriter, limits: Settings, parsed: Parsed
) -> None:
    content = path.read_bytes()
    candidates = [layout for layout in layouts if layout.delimiter]
    text, encoding = _decode(content, {layout.fallback_encoding for layout in candidates} - {""})
    layout, headers = _csv_layout(text, candidates)
    if encoding not in ("utf-8", "utf-16", layout.fallback_encoding):
        raise Refused(Refusal("F06", value=encoding, expected=f"utf-8 {layout.fallback_encoding}"))
    sheet = Sheet(CSV_SHEET, layout.code, headers)
    parsed.refusals += [
        Refusal("F09", sheet.sheet, layout.header_row, number, name)
        for number, name in unknown_headers(layout, headers)
    ]
    rows = list(_csv_rows(text, layout))
    rows = _without_end_marker(rows, text, layout)
    ragged = [row for row in rows if len(row[1]) != len(headers)]
    parsed.refusals += [
        Refusal("F04", sheet.sheet, number, value=str(len(texts)), expected=str(len(headers)))
        for number, texts, _ in ragged[:_RAGGED_ROWS_NAMED]
    ]
    if ragged:
        return
    if len(rows) > limits.max_rows:
        raise Refused(Refusal("F08", value=f"{len(rows)} rows", expected=f"<= {limits.max_rows}"))
    sheet.row_count = _write(writer, sheet.sheet, iter(rows))
    parsed.sheets.append(sheet)


def _decode(content: bytes, fallbacks: set[str]) -> tuple[str, str]:
    """A byte order mark, else strict UTF-8, else the one encoding the layouts declare; never a guess."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
            except UnicodeDecodeError as error:
                raise Refused(Refusal("F06", value=f"byte {error.start}", expected=encoding)) from None
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if len(fallbacks) != 1:
            raise Refused(Refusal("F06", value=f"byte {error.start}", expected="utf-8")) from None
    (fallback,) = fallbacks
    try:
        return content.decode(fallback), fallback
    except UnicodeDecodeError as error:
        raise Refused(Refusal("F06", value=f"byte {error.start}", expected=fallback)) from None


def _csv_layout(text: str, candidates: Sequence[Layout]) -> tuple[Layout, list[str]]:
    """The layout whose headers are there when the file is read in that layout's own dialect."""
    found: list[tuple[Layout, list[str]]] = []
    headers_seen: list[str] = []
    for dialect in sorted({(layout.delimiter, layout.header_row) for layout in candidates}):
        delimiter, header_row = dialect
        headers = clean_headers(_csv_line(text, delimiter, header_row))
        headers_seen = max(headers_seen, headers, key=len)
        of_dialect = [c for c in candidates if (c.delimiter, c.header_row) == dialect]
        match choose(of_dialect, headers, CSV_SHEET):
            case Layout() as layout:
                found.append((layout, headers))
            case Refusal(rule_id="F03") as refusal:
                raise Refused(refusal)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(layout.code for layout, _ in found)
        raise Refused(Refusal("F03", CSV_SHEET, 1, value=names, expected="1"))
    unfit = choose(candidates, headers_seen, CSV_SHEET)
    assert isinstance(unfit, Refusal)
    raise Refused(unfit)


def _csv_line(text: str, delimiter: str, number: int) -> list[str]:
    try:
        for row_number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if row_number == number:
                return row
    except csv.Error:
        pass
    return []


def _csv_rows(text: str, layout: Layout) -> Iterator[Row]:
    """Data rows, numbered as a spreadsheet shows them (a line break inside quotes starts no new row)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    try:
        for row_number, row in enumerate(reader, start=1):
            if row_number > layout.header_row and row:
                yield row_number, list(row), "".join("t" if cell else " " for cell in row)
    except csv.Error as error:
        raise Refused(Refusal("F01", CSV_SHEET, reader.line_num, value=str(error))) from None


def _without_end_marker(rows: list[Row], text: str, layout: Layout) -> list[Row]:
    """The rows before the closing line; a file without it, or with fewer rows than it says, was cut."""
    if not layout.end_marker:
        if not text.endswith(("\n", "\r")):
            last = rows[-1][0] if rows else 1
            raise Refused(Refusal("F05", CSV_SHEET, last, value=text[-40:], expected="line end"))
        return rows
    closing = [cell for cell in rows[-1][1] if cell] if rows else []
    expected = [layout.end_marker, str(len(rows) - 1)]
    if closing != expected:
        last = rows[-1][0] if rows else layout.header_row
        raise Refused(
            Refusal("F05", CSV_SHEET, last, value=layout.delimiter.join(closing), expected=";".join(expected))
        )
    return rows[:-1]


# Workbooks -----------------------------------------------------------------------------------------------------------


def _parse_workbook(
    path: Path, layouts: Sequence[Layout], writer: pq.ParquetWriter, limits: Settings, parsed: Parsed
) -> None:
    _check_zip(path, limits)
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for worksheet in book.worksheets:
                _parse_worksheet(worksheet, layouts, writer, limits, parsed)
    except Refused:
        raise
    except Exception as error:  # openpyxl raises whatever its XML and zip readers raise
        raise Refused(Refusal("F01", value=f"{type(error).__name__}: {error}"[:200])) from None
    if not parsed.sheets and not parsed.refusals:
        raise Refused(Refusal("F02", value=" | ".join(s.title for s in book.worksheets)))


def _check_zip(path: Path, limits: Settings) -> None:
    """The limits of the container, before anything is inflated."""
    try:
        with zipfile.ZipFile(path) as container:
            entries = container.infolist()
    except zipfile.BadZipFile as error:
        raise Refused(Refusal("F01", value=str(error), expected="zip")) from None
    if len(entries) > 1_000:
        raise Refused(Refusal("F08", value=f"{len(entries)} parts", expected="<= 1000"))
    inflated = sum(entry.file_size for entry in entries)
    if inflated > limits.max_inflated_mb * 1024**2:
        raise Refused(
            Refusal("F08", value=f"{inflated / 1024**2:.0f} MB inflated", expected=f"<= {limits.max_inflated_mb} MB")
        )
    for entry in entries:
        if entry.file_size > 10 * 1024**2 and entry.file_size > limits.max_inflate_ratio * max(entry.compress_size, 1):
            raise Refused(
                Refusal(
                    "F08",
                    value=f"{entry.filename} x{entry.file_size // max(entry.compress_size, 1)}",
                    expected=f"<= x{limits.max_inflate_ratio}",
                )
            )


def _parse_worksheet(
    worksheet: Any, layouts: Sequence[Layout], writer: pq.ParquetWriter, limits: Settings, parsed: Parsed
) -> None:
    name = worksheet.title
    if any(layout.is_information and layout.sheet_name == name for layout in layouts):
        return
    worksheet.reset_dimensions()  # the size a sheet claims is not believed
    rows = _worksheet_rows(worksheet, limits)
    candidates = (
        [c for c in layouts if c.sheet_name == name] or [c for c in layouts if not c.sheet_name] or list(layouts)
    )
    header_row = candidates[0].header_row
    header = next((row for row in rows if row[0] >= header_row), None)
    if header is None:
        return
    headers = clean_headers(header[1])
    layout = choose(candidates, headers, name)
    if isinstance(layout, Refusal):
        parsed.refusals.append(layout)
        return
    parsed.refusals += [
        Refusal("F09", name, header_row, number, header) for number, header in unknown_headers(layout, headers)
    ]
    sheet = Sheet(name, layout.code, headers)
    width = len(headers)
    sheet.row_count = _write(
        writer, name, ((n, (texts + [None] * width)[:width], (kinds + " " * width)[:width]) for n, texts, kinds in rows)
    )
    parsed.sheets.append(sheet)


def _worksheet_rows(worksheet: Any, limits: Settings) -> Iterator[Row]:
    """Rows that hold something; hidden ones too."""
    for row_number, cells in enumerate(worksheet.iter_rows(), start=1):
        if row_number > limits.max_rows:
            raise Refused(Refusal("F08", worksheet.title, row_number, value="rows", expected=f"<= {limits.max_rows}"))
        if len(cells) > limits.max_columns:
            raise Refused(
                Refusal(
                    "F08",
                    worksheet.title,
                    row_number,
                    value=f"{len(cells)} columns",
                    expected=f"<= {limits.max_columns}",
                )
            )
        pairs = [_cell_text(cell) for cell in cells]
        if any(text for text, _ in pairs):
            yield row_number, [text for text, _ in pairs], "".join(kind for _, kind in pairs)


def _cell_text(cell: Any) -> tuple[str | None, str]:
    """The cell as text with its kind; numbers with the 15 digits a workbook knows, dates as ISO."""
    value = cell.value
    match value:
        case None | "":
            return None, " "
        case bool():
            return ("true" if value else "false"), "b"
        case int() | float():
            return format(Decimal(f"{value:.15g}"), "f"), "n"
        case datetime():
            return (value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")), "d"
        case date():
            return value.isoformat(), "d"
        case _:
            return str(value), ("e" if cell.data_type == "e" else "t")


def _write(writer: pq.ParquetWriter, sheet: str, rows: Iterator[Row]) -> int:
    """Rows to Parquet in chunks, so that memory does not grow with the file."""
    count = 0
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _ROWS_PER_CHUNK:
            count += _write_chunk(writer, sheet, chunk)
            chunk = []
    return count + _write_chunk(writer, sheet, chunk)


def _write_chunk(writer: pq.ParquetWriter, sheet: str, chunk: list[Row]) -> int:
    if chunk:
        columns = [
            pa.array([sheet] * len(chunk), pa.string()),
            pa.array([row[0] for row in chunk], pa.int32()),
            pa.array([row[1] for row in chunk], pa.list_(pa.string())),
            pa.array([row[2] for row in chunk], pa.string()),
        ]
        writer.write_batch(pa.record_batch(columns, schema=ROW_SCHEMA))
    return len(chunk)
