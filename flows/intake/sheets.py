"""What every form of file is read into: text rows by sheet, and the reasons why a part is refused."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from flows import registry
from flows.intake.fit import Refusal, found, unknown_headers
from flows.intake.signs import around, control_sign, mangled_sign, with_controls_shown
from flows.personal_data import kinds_in
from flows.registry import Layout

if TYPE_CHECKING:
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
MOST_NOTES = 5
"""So many rows of notes may stand above a header."""
_ROWS_PER_CHUNK = 20_000

Row = tuple[int, list[str | None], str]
"""Row number (1 is the first), texts in column order, kinds: one letter per cell.

t text, n number of a workbook, m the same in a workbook that counts days from 1904, p percentage of a workbook
(text as shown, ``12.5%``), j number of a JSON file, d date, b boolean, e error, x personal data where a code would be,
space for an empty cell.
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
    meetmomenten: list[str] = field(default_factory=list)
    """For which it says that it is."""


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
    limits: "Settings"
    writer: pq.ParquetWriter
    parsed: Parsed
    inflated: int = 0
    """Bytes inflated so far, over the file and everything packed in it."""

    def tell(self, refusals: Iterable[Refusal]) -> None:
        self.parsed.refusals += refusals

    def open_sheet(self, name: str, layout: Layout, header_row: int, headers: list[str]) -> Sheet:
        """Start a sheet; columns its layout says nothing about are told."""
        if len(headers) > self.limits.max_columns:
            raise over_limit(f"{len(headers)} kolommen (columns)", f"{self.limits.max_columns}", name, header_row)
        self.tell(
            Refusal("F09", name, header_row, number, header) for number, header in unknown_headers(layout, headers)
        )
        return Sheet(name, layout.code, headers)

    def write(self, sheet: Sheet, rows: Iterable[Row], is_of_one_byte: bool = False) -> None:
        """Rows to Parquet in chunks, so that memory does not grow with the file; then the sheet counts as read.

        Args:
            sheet: as it was opened.
            rows: those below its header.
            is_of_one_byte: whether its text was read in an encoding of one byte, in which any bytes are some text.
        """
        chunk: list[Row] = []
        for row in self._looked_through(sheet, rows, is_of_one_byte):
            chunk.append(row)
            if len(chunk) == _ROWS_PER_CHUNK:
                self._write_chunk(sheet, chunk)
                chunk = []
        if chunk:
            self._write_chunk(sheet, chunk)
        self.parsed.sheets.append(sheet)

    def _looked_through(self, sheet: Sheet, rows: Iterable[Row], is_of_one_byte: bool) -> Iterator[Row]:
        """The rows that carry data; told are what stands between them, and texts of them that were not written so."""
        key_columns = _columns_of(sheet, registry.key_headers(sheet.layout_code))
        used_columns = _columns_of(sheet, registry.used_headers(sheet.layout_code))
        code_columns = _columns_of(sheet, registry.code_headers(sheet.layout_code))
        beside, strange = [], []
        for number, texts, kinds in rows:
            if _carries_no_data(texts, kinds, key_columns, sheet.headers):
                beside.append(Refusal("F22", sheet.sheet, number, value=" ".join(filter(None, texts))[:100]))
                continue
            for place, text in enumerate(texts):
                if not text or (text.isascii() and text.isprintable()):
                    continue
                where = (sheet.sheet, number, place + 1, sheet.headers[place])
                if sign := control_sign(text):
                    texts[place] = text = with_controls_shown(text)
                    if place in used_columns:
                        strange.append(Refusal("F24", *where, around(text, sign)))
                if place in used_columns and (sign := mangled_sign(text, is_of_one_byte)):
                    strange.append(Refusal("F23", *where, around(text, sign)))
            for place in code_columns:
                # A code goes into keys, histories and sentences: one that is personal is never read.
                if place < len(texts) and kinds_in(texts[place] or ""):
                    kinds = kinds[:place] + "x" + kinds[place + 1 :]
            yield number, texts, kinds
        self.tell(beside[:NAMED])
        self.tell(strange[:NAMED])

    def _write_chunk(self, sheet: Sheet, chunk: list[Row]) -> None:
        sheet.row_count += len(chunk)
        if sheet.row_count > self.limits.max_rows:
            raise over_limit(f"{sheet.row_count} rijen (rows)", f"{self.limits.max_rows}", sheet.sheet, chunk[-1][0])
        columns = [
            pa.array([sheet.sheet] * len(chunk), pa.string()),
            pa.array([row[0] for row in chunk], pa.int32()),
            pa.array([row[1] for row in chunk], pa.list_(pa.string())),
            pa.array([row[2] for row in chunk], pa.string()),
        ]
        self.writer.write_batch(pa.record_batch(columns, schema=ROW_SCHEMA))


def _columns_of(sheet: Sheet, names: Iterable[str]) -> set[int]:
    """Which columns of a sheet, from 0, have a header that is one of these."""
    headers = set(found(names, sheet.headers))
    return {number for number, name in enumerate(sheet.headers) if name in headers}


_TOTAL = re.compile(r"(algemeen |eind|sub|grand |general )?-?tota+l(e|en)?\b.{0,30}", re.IGNORECASE)
_WORDS_OF_A_NOTE = 3


def _carries_no_data(texts: Sequence[str | None], kinds: str, keys: set[int], headers: Sequence[str]) -> bool:
    """Whether a row is a total, a note of some words, or the header again, where the key of a record would stand."""
    first = next((place for place, text in enumerate(texts) if text and not text.isspace()), None)
    if first is None or first not in keys or kinds[first] != "t":
        return False
    text = (texts[first] or "").strip()
    if _TOTAL.fullmatch(text) or (text == headers[first] and len(headers) > 1 and list(texts) == list(headers)):
        return True
    is_alone = not any(texts[first + 1 :])
    return is_alone and len(headers) > 1 and len(text.split()) >= _WORDS_OF_A_NOTE
