"""The marts as one workbook: a readme sheet, a sheet per mart, typed columns, no formulas and no author."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from flows.publish.contents import Column, Mart
from flows.publish.tables import DATABASE, WORKBOOK

_SHEET_ROWS = 1_048_576
_DONE = (0, -2)
"""What a writer answers: written; written up to the 32,767 characters that a cell holds."""
_SHEET_NAME_CHARACTERS = 31
_README = "Leesmij"
_WIDTHS = {"VARCHAR": 14, "DECIMAL": 18, "DOUBLE": 18, "TIMESTAMP": 19, "DATE": 12}
"""Characters that a value of the type needs at least; a number that does not fit is shown as ###."""
_KEY_WIDTH, _MOST_WIDTH = 24, 40


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
        sheet.set_column(number, number, _width(column))
        sheet.write_string(0, number, column.name, formats["head"])
    writers = [(number, *_writer(sheet, formats, column)) for number, column in enumerate(mart.columns)]
    rows = con.execute(f"select * from {mart.name} order by all")
    row_number = 0
    while chunk := rows.fetchmany(10_000):
        for row in chunk:
            row_number += 1
            for number, write_cell, cell_format in writers:
                value = row[number]
                if value is None:
                    continue
                if write_cell(row_number, number, value, cell_format) not in _DONE:
                    raise ValueError(f"cell {row_number + 1}, {number + 1} of {sheet.name} could not be written")
    sheet.autofilter(0, 0, row_number, len(mart.columns) - 1)


def _width(column: Column) -> int:
    """As wide as its heading, its type or, for a key, what keys come to."""
    needed = _KEY_WIDTH if column.name.endswith("_key") else _WIDTHS.get(column.data_type.split("(")[0], 10)
    return min(max(len(column.name) + 2, needed), _MOST_WIDTH)


def _writer(sheet: Any, formats: Mapping[str, Any], column: Column) -> tuple[Callable[..., int], Any]:
    """How the cells of a column are written and shown; chosen once, since a release has more than a million cells."""
    match column.data_type.split("(")[0]:
        case "VARCHAR":
            return sheet.write_string, None
        case "BOOLEAN":
            return sheet.write_boolean, None
        case "BIGINT" | "INTEGER" | "SMALLINT":
            return sheet.write_number, None
        case "DECIMAL" | "DOUBLE":
            return lambda row, number, value, shown: sheet.write_number(row, number, float(value), shown), formats[
                "decimal"
            ]
        case "TIMESTAMP":
            return sheet.write_datetime, formats["time"]
        case "DATE":
            return sheet.write_datetime, formats["date"]
    raise ValueError(f"no cell is known for {column.name}, which is {column.data_type}")
