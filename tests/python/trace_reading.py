"""What stands in the cells that traces lead to, read by other means than those of the intake."""

import csv
import datetime
import io
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from flows.release.kept import Release


def keys(of: Release, mart: str) -> list[str]:
    with duckdb.connect(str(of.database), read_only=True) as con:
        return [key for (key,) in con.sql(f"select trace_key from {mart} order by all").fetchall()]


class Archived:
    """Cells of archived files."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._sheets: dict[tuple[str, str], Any] = {}

    def text(self, sha256: str, sheet: str, cell: str) -> str | None:
        content = (self._archive / sha256 / "content").read_bytes()
        if content[:2] == b"PK":
            if (sha256, "") not in self._sheets:
                self._sheets[(sha256, "")] = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            return as_text(self._sheets[(sha256, "")][sheet][cell].value)
        assert sheet == "csv"
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                lines = list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=";"))
                break
            except UnicodeDecodeError:
                continue
        column, row = coordinate_from_string(cell)
        text = lines[row - 1][column_index_from_string(column) - 1]
        return text or None


def as_text(value: Any) -> str | None:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return None if value is None else str(value)


def same(one: str | None, other: str | None) -> bool:
    """Equal texts; numbers of a workbook by their value, since a workbook has no text for them."""
    if one == other:
        return True
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return False


def reads(text: str | None, value: Any) -> bool:
    """Whether the text of a cell says a value: the same number, day or text; a code or a yes is said in words."""
    if text is None or isinstance(value, bool):
        return isinstance(value, bool) and text is not None
    if isinstance(value, datetime.date):
        day, month, year = value.strftime("%d %m %Y").split()
        return text in (f"{year}-{month}-{day}", f"{day}/{month}/{year}", f"{day}-{month}-{year}")
    if isinstance(value, Decimal | int):
        return Decimal(text.replace(".", "").replace(",", ".") if "," in text else text) == value
    return " ".join(text.split()) == str(value)
