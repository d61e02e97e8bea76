"""The marts as one workbook: a readme sheet, what the columns mean, a sheet per mart; no formulas and no author.

xlsxwriter makes the book: readme, headings, widths, formats, and of each sheet its last row, as a model. In its place
DuckDB writes the rows, as the text of the sheet's XML; cell by cell in Python they take four times as long.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import duckdb
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from flows.forms import contents, sizes
from flows.forms.contents import Column, Mart
from flows.forms.names import DATABASE, WORKBOOK

_CELL_CHARACTERS = 32_767
_SHEET_NAME_CHARACTERS = 31
_README, _COLUMNS = "Leesmij", "Kolommen"
_WIDTHS = {"VARCHAR": 14, "DECIMAL": 18, "DOUBLE": 18, "TIMESTAMP": 19, "DATE": 12}
"""Characters that a value of the type needs at least; a number that does not fit is shown as ###."""
_KEY_WIDTH, _MOST_WIDTH = 24, 40
_TEXT_WIDTH = 100
"""Characters of a line of text on the sheet that says what the others hold."""
_FORMATS = {"DECIMAL": "#,##0.00##", "DOUBLE": "#,##0.00##", "TIMESTAMP": "yyyy-mm-dd hh:mm:ss", "DATE": "yyyy-mm-dd"}
_A4 = 9
_ROWS_AT_ONCE = 10_000
_MANY_CELLS = 1_000_000
"""Of a sheet of so many the XML may come to more than 2 GB, which its place in the book says before it is written."""

# Text as XML has it; what XML cannot hold as spreadsheets write it (_x0007_), and what looks like that made unlike it.
_CELL_TEXT = r"""
    create temp macro without_control_characters(content) as case
        when regexp_matches(content, '[\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]') then list_aggregate(
            [
                case
                    when regexp_matches(letter, '[\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]')
                        then printf('_x%04X_', unicode(letter))
                    else letter
                end
                for letter in string_split(content, '')
            ], 'string_agg', ''
        )
        else content
    end;
    create temp macro cell_text(content) as without_control_characters(
        regexp_replace(
            replace(replace(replace(content, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
            '(_x[0-9a-fA-F]{4}_)', '_x005F\1', 'g'
        )
    );
"""
# Days as a spreadsheet counts them, with the 29 February 1900 that it believes in.
_DAY_ZERO = "timestamp '1899-12-30'"


def write(
    folder: Path,
    marts: Sequence[Mart],
    head: Mapping[str, str],
    created: datetime,
    memory: Mapping[str, str] | None = None,
) -> None:
    """Write the marts declared for the workbook from the database in ``folder``.

    Args:
        folder: the release being written; it holds the database.
        marts: every mart of the release.
        head: what the readme says of the release, label to text.
        created: the moment of publication (UTC), the only one the workbook holds.
        memory: what DuckDB is told of it (`Settings.memory_beside`).
    """
    frame = io.BytesIO()
    with duckdb.connect(str(folder / DATABASE), read_only=True, config=dict(memory or {})) as con:
        con.execute(_CELL_TEXT)
        counts = {m.name: con.execute(f"select count(*) from {m.name}").fetchall()[0][0] for m in marts}
        shown = [m for m in contents.by_audience(marts) if "xlsx" in m.forms and counts[m.name] < sizes.SHEET_ROWS]
        _write_frame(frame, marts, shown, counts, head, created)
        # The readme and the explanation of the columns are the first sheets.
        of_part = {f"xl/worksheets/sheet{number}.xml": mart for number, mart in enumerate(shown, start=3)}
        with ZipFile(frame) as framed, ZipFile(folder / WORKBOOK, "w", ZIP_DEFLATED) as book:
            for part in framed.infolist():
                mart, text = of_part.get(part.filename), framed.read(part)
                is_large = bool(mart and counts[mart.name] * len(mart.columns) > _MANY_CELLS)
                with book.open(part, "w", force_zip64=is_large) as written:
                    for piece in _with_rows(con, mart, text) if mart and counts[mart.name] else [text]:
                        written.write(piece)


def _write_frame(
    file: io.BytesIO,
    marts: Sequence[Mart],
    shown: Sequence[Mart],
    counts: Mapping[str, int],
    head: Mapping[str, str],
    created: datetime,
) -> None:
    """The book without its rows: of each mart only the last, with a number in the format of each column."""
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": head.get("Titel / title", ""), "author": "", "created": created.replace(tzinfo=None)})
    formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _FORMATS.items()} | {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        # Free of the text that begins in the next column.
        "count": book.add_format({"num_format": "#,##0", "align": "right", "indent": 1, "valign": "top"}),
    }
    _write_readme(book, formats, marts, shown, counts, head)
    _write_columns(book, formats, shown)
    for mart in shown:
        sheet = book.add_worksheet(_sheet_name(mart))
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(mart.columns):
            sheet.set_column(number, number, _width(column))
            sheet.write_string(0, number, column.label_nl, formats["head"])
            if counts[mart.name]:
                sheet.write_number(counts[mart.name], number, 0, formats.get(_kind(column)))
        sheet.autofilter(0, 0, counts[mart.name], len(mart.columns) - 1)
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
    on_paper(sheet)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, _TEXT_WIDTH)
    row = 0
    for label, text in head.items():
        sheet.set_row(row, _height(text))
        sheet.write_string(row, 0, label, formats["wrap"])
        sheet.write_string(row, 2, text, formats["wrap"])
        row += 1
    row += 1
    for column, label in enumerate(("Blad / sheet", "Rijen / rows", "Inhoud / contents")):
        sheet.write_string(row, column, label, formats["head"])
    for mart in contents.by_audience(marts):
        row += 1
        absent = "" if mart in shown else f"Niet in dit bestand, zie csv of parquet. {_why_absent(mart)}"
        text = f"{absent}{mart.label_nl}. {mart.comment}"
        sheet.set_row(row, _height(text))
        sheet.write_string(row, 0, _sheet_name(mart) if mart in shown else mart.name, formats["wrap"])
        sheet.write_number(row, 1, counts[mart.name], formats["count"])
        sheet.write_string(row, 2, text, formats["wrap"])


def on_paper(sheet: Any) -> None:
    """A4 on its side, all columns beside each other, on as many pages as there are rows for."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _height(text: str) -> int:
    """Points that a text needs in its column: not every program makes a row as high as what is wrapped in it."""
    return 15 * (1 + len(text) // (_TEXT_WIDTH - 10))


def _write_columns(book: Any, formats: Mapping[str, Any], shown: Sequence[Mart]) -> None:
    """What the heading of each column means, and what the column is called in every other form of the release."""
    sheet = book.add_worksheet(_COLUMNS)
    on_paper(sheet)
    sheet.repeat_rows(0)
    rows = [
        (_sheet_name(mart), column.label_nl, column.name, column.description_nl, column.description)
        for mart in shown
        for column in mart.columns
    ]
    headings = ("Blad / sheet", "Kop / heading", "Kolom / column", "Betekenis", "Meaning")
    for place, (heading, width) in enumerate(zip(headings, (31, 40, 31, 80, 80), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, formats["head"])
    for line, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            sheet.write_string(line, place, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(headings) - 1)


def _why_absent(mart: Mart) -> str:
    if "xlsx" in mart.forms:
        return "Te veel rijen voor een werkblad / too many rows for a sheet. "
    return "Not in this file, see csv or parquet. "


def _sheet_name(mart: Mart) -> str:
    return mart.name[:_SHEET_NAME_CHARACTERS]


def _with_rows(con: duckdb.DuckDBPyConnection, mart: Mart, frame: bytes) -> Iterator[bytes]:
    """The XML of a mart's sheet: what comes before the model row, the rows in its place, what comes after it."""
    before, model, after = re.split(r"(<row (?:(?!<row ).)*</row>)(?=</sheetData>)", frame.decode("utf-8"))
    styles = re.findall(r'<c r="\w+"( s="\d+")?>', model)
    cells = [
        _cell(column, xl_col_to_name(number), style)
        for number, (column, style) in enumerate(zip(mart.columns, styles, strict=True))
    ]
    yield before.encode()
    # Rows stand in the database in their order.
    rows = con.execute(
        f"""select concat('<row r="', line, '">', {", ".join(cells)}, '</row>')"""
        f" from (select *, rowid + 2 as line from {mart.name}) order by line"
    )
    while chunk := rows.fetchmany(_ROWS_AT_ONCE):
        yield "".join(row for (row,) in chunk).encode()
    yield after.encode()


def _cell(column: Column, letters: str, style: str) -> str:
    """SQL for the XML of a column's cells; of an empty value there is no cell."""
    name, kind, before, after = column.name, "", "<v>", "</v>"
    match _kind(column):
        case "VARCHAR":
            kind, before, after = ' t="inlineStr"', '<is><t xml:space="preserve">', "</t></is>"
            value = f"cell_text(left({name}, {_CELL_CHARACTERS}))"
        case "BOOLEAN":
            kind, value = ' t="b"', f"cast({name} as integer)"
        case "BIGINT" | "INTEGER" | "SMALLINT":
            value = name
        case "DECIMAL" | "DOUBLE":
            value = f"format('{{:.16G}}', cast({name} as double))"
        case "TIMESTAMP" | "DATE":
            value = f"format('{{:.16G}}', epoch_us(cast({name} as timestamp) - {_DAY_ZERO}) / 86400000000.0)"
        case other:
            raise ValueError(f"no cell is known for {name}, which is {other}")
    cell = f"""concat('<c r="{letters}', line, '"{style}{kind}>{before}', {value}, '{after}</c>')"""
    return f"case when {name} is not null then {cell} end"


def _width(column: Column) -> int:
    """As wide as its heading, its type or, for a key, what keys come to."""
    needed = _KEY_WIDTH if column.name.endswith("_key") else _WIDTHS.get(_kind(column), 10)
    return min(max(len(column.label_nl) + 2, needed), _MOST_WIDTH)


def _kind(column: Column) -> str:
    """The type without its size."""
    return column.data_type.split("(")[0]
