"""Writes the tables of a return as files: XLSX workbooks, or CSV with one file per sheet.

The bytes depend on the tables only: workbooks carry a fixed creation date and no author.
"""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from demo.return_tables import Cell, Sheet
from demo.texts import DEMO_NOTICE

_CREATED = datetime(2020, 10, 15)
END_MARKER = "EINDE"


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """One workbook with a sheet of explanation and a sheet per table, headers in row 1."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": _CREATED})
        head = book.add_format({"bold": True})
        number = book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        notice = book.add_worksheet("Toelichting")
        notice.set_column(0, 0, 100)
        for row, line in enumerate(DEMO_NOTICE):
            notice.write_string(row, 0, line)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.set_column(0, len(sheet.headers) - 1, 20)
            for column, header in enumerate(sheet.headers):
                page.write_string(0, column, header, head)
            for row, cells in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(cells):
                    _write_cell(page, row, column, cell, number, day)


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, number: Format, day: Format) -> None:
    """Text as text, never as a formula or number; numbers and dates as real ones."""
    if isinstance(cell, str):
        page.write_string(row, column, cell)
    elif isinstance(cell, Decimal):
        page.write_number(row, column, float(cell), number)
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)


def write_csv(path: Path, sheet: Sheet, encoding: str) -> None:
    """One table as CSV the Dutch way, closed by a row with the number of data rows."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheet.headers)
    writer.writerows([_csv_text(cell) for cell in row] for row in sheet.rows)
    writer.writerow([END_MARKER, len(sheet.rows)])
    path.write_bytes(text.getvalue().encode(encoding))


def _csv_text(cell: Cell) -> str:
    """A cell as text: 1.234.567,89 and dd/mm/yyyy."""
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}".translate(str.maketrans(",.", ".,"))
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return cell or ""
