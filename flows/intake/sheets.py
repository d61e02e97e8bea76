"""What every form of file is read into: text rows by sheet, and the reasons why a part is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from flows.intake.fit import Refusal, unknown_headers
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
NAMED = 50
"""Of one defect at most so many places in a sheet are named."""
_ROWS_PER_CHUNK = 20_000

Row = tuple[int, list[str | None], str]
"""Row number (1 is the first), texts in column order, kinds: one letter per cell.

t text, n number of a workbook, m the same in a workbook that counts days from 1904, p percentage of a workbook
(text as shown, ``12.5%``), j number of a JSON file, d date, b boolean, e error, space for an empty cell.
"""


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


def over_limit(value: str, allowed: str, sheet: str | None = None, row_number: int | None = None) -> Refused:
    """The refusal that says which limit was exceeded, by what, and what is allowed."""
    return Refused(Refusal("F08", sheet, row_number, value=value, expected=f"<= {allowed}"))


@dataclass
class Intake:
    """One file on its way: what it may be and cost, and where its rows and refusals go."""

    layouts: Sequence[Layout]
    limits: Settings
    writer: pq.ParquetWriter
    parsed: Parsed
    inflated: int = 0
    """Bytes inflated so far, over the file and everything packed in it."""

    def tell(self, refusals: Iterable[Refusal]) -> None:
        self.parsed.refusals += refusals

    def open_sheet(self, name: str, layout: Layout, header_row: int, headers: list[str]) -> Sheet:
        """Start a sheet; columns its layout says nothing about are told."""
        if len(headers) > self.limits.max_columns:
            raise over_limit(f"{len(headers)} columns", f"{self.limits.max_columns}", name, header_row)
        self.tell(
            Refusal("F09", name, header_row, number, header) for number, header in unknown_headers(layout, headers)
        )
        return Sheet(name, layout.code, headers)

    def write(self, sheet: Sheet, rows: Iterable[Row]) -> None:
        """Rows to Parquet in chunks, so that memory does not grow with the file; then the sheet counts as read."""
        chunk: list[Row] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) == _ROWS_PER_CHUNK:
                self._write_chunk(sheet, chunk)
                chunk = []
        if chunk:
            self._write_chunk(sheet, chunk)
        self.parsed.sheets.append(sheet)

    def _write_chunk(self, sheet: Sheet, chunk: list[Row]) -> None:
        sheet.row_count += len(chunk)
        if sheet.row_count > self.limits.max_rows:
            raise over_limit(f"{sheet.row_count} rows", f"{self.limits.max_rows}", sheet.sheet, chunk[-1][0])
        columns = [
            pa.array([sheet.sheet] * len(chunk), pa.string()),
            pa.array([row[0] for row in chunk], pa.int32()),
            pa.array([row[1] for row in chunk], pa.list_(pa.string())),
            pa.array([row[2] for row in chunk], pa.string()),
        ]
        self.writer.write_batch(pa.record_batch(columns, schema=ROW_SCHEMA))
