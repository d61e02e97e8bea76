"""The marts as one workbook: a readme sheet, a sheet per mart, typed columns, no formulas and no author."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from flows.publish.contents import Mart
from flows.publish.tables import DATABASE, WORKBOOK

_SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767
_SHEET_NAME_CHARACTERS = 31
_README = "Leesmij"


def write(folder: Path, marts: Sequence[Mart], head: Mapping[str, str], created: datetime) -> None:
    """Write the marts declared for the workbook from the database in ``folder``.

    Args:
        folder: the release being written; it holds the database.
        marts: every mart of the release.
        head: what the readme says of the release, label to text.
        created: the moment of publication (UTC), the only one the workbook holds.
    """
    book = xlsxwriter.Workbook(
        str(folder / WORKBOOK),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    book.set_properties({"title": head.get("Titel / title", ""), "author": "", "created": created.replace(tzinfo=None)})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "decimal": book.add_format({"num_format": "#,##0.00##"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
        counts = {m.name: con.execute(f"select count(*) from {m.name}").fetchall()[0][0] for m in marts}
        shown = [m for m in marts if "xlsx" in m.forms and counts[m.name] < _SHEET_ROWS]
        _write_readme(book, formats, marts, shown, counts, head)
        for mart in shown:
            _write_mart(book, formats, con, mart)
    book.close()


def _write_readme(
    book: Any,
    formats: Mapping[str, Any],
    marts: Sequence[Mart],
    shown: Sequence[Mart],
    counts: Mapping[str, int],
    head: Mapping[str, str],
) -> None:
    sheet = book.add_worksheet(_README)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 100)
    row = 0
    for label, text in head.items():
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 2, text, formats["wrap"])
        row += 1
    row += 1
    for column, label in enumerate(("Blad / sheet", "Rijen / rows", "Inhoud / contents")):
        sheet.write_string(row, column, label, formats["head"])
    for mart in marts:
        row += 1
        sheet.write_string(row, 0, _sheet_name(mart) if mart in shown else mart.name)
        sheet.write_number(row, 1, counts[mart.name])
        absent = "" if mart in shown else f"Niet in dit bestand, zie csv of parquet. {_why_absent(mart)}"
        sheet.write_string(row, 2, f"{absent}{mart.description}", formats["wrap"])


def _why_absent(mart: Mart) -> str:
    if "xlsx" in mart.forms:
        return "Te veel rijen voor een werkblad / too many rows for a sheet. "
    return "Not in this file, see csv or parquet. "


def _sheet_name(mart: Mart) -> str:
    return mart.name[:_SHEET_NAME_CHARACTERS]


def _write_mart(book: Any, formats: Mapping[str, Any], con: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    sheet = book.add_worksheet(_sheet_name(mart))
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(mart.columns):
        sheet.set_column(number, number, max(10, min(len(column.name) + 2, 40)))
        sheet.write_string(0, number, column.name, formats["head"])
    rows = con.execute(f"select * from {mart.name} order by all")
    row_number = 0
    while chunk := rows.fetchmany(10_000):
        for row in chunk:
            row_number += 1
            for number, value in enumerate(row):
                _write_cell(sheet, formats, row_number, number, value)
    sheet.autofilter(0, 0, row_number, len(mart.columns) - 1)


def _write_cell(sheet: Any, formats: Mapping[str, Any], row: int, column: int, value: Any) -> None:
    match value:
        case None:
            return
        case bool():
            written = sheet.write_boolean(row, column, value)
        case int():
            written = sheet.write_number(row, column, value)
        case Decimal() | float():
            written = sheet.write_number(row, column, float(value), formats["decimal"])
        case datetime():
            written = sheet.write_datetime(row, column, value, formats["time"])
        case date():
            written = sheet.write_datetime(row, column, value, formats["date"])
        case _:
            written = sheet.write_string(row, column, str(value)[:_CELL_CHARACTERS])
    if written:
        raise ValueError(f"cell {row + 1}, {column + 1} of {sheet.name} could not be written: {written}")
