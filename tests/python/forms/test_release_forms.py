"""The forms of a release: the same rows in each, typed, and inert where a spreadsheet opens them."""

import csv
import datetime
import json
import re
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from conftest import DemoRun
from openpyxl.utils.escape import unescape

from flows.forms import contents, names, sizes, tables, workbook
from flows.forms.contents import Mart
from flows.release import kept

FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")
# Texts that XML, or what spreadsheets make of it, could lose.
STRANGE = [
    "\x07bel & <b>",
    "_x0041_ as text",
    "<r>rich</r>",
    "  spaces  ",
    "line\nbreak\ttab\rreturn",
    "\ufffe \uffff",
    "😀",
]


@pytest.fixture(scope="module")
def folder(released: DemoRun) -> Path:
    current = kept.current(released.settings)
    assert current
    return current.folder


@pytest.fixture(scope="module")
def marts(released: DemoRun) -> tuple[Mart, ...]:
    return contents.declared(released.settings.warehouse)


@pytest.fixture(scope="module")
def spiked(released: DemoRun, marts: tuple[Mart, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last release with project titles that a spreadsheet would take for formulas."""
    home = tmp_path_factory.mktemp("spiked")
    warehouse = home / "warehouse.duckdb"
    shutil.copyfile(released.settings.warehouse, warehouse)
    with duckdb.connect(str(warehouse)) as con:
        starts = ", ".join(f"'{s}'" for s in ("=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://x";"y")'))
        con.execute(
            f"""
            create or replace table marts.dim_project as
            select * exclude (number) replace (
                [{starts}][1 + number % 5] || title as title,
                case when number = 3 then repeat('x', 40000) when number % 2 = 0 then chr(9) || '=1+1'
                    else objective end as objective,
                $1[number] as funding_type,
            )
            from (select *, row_number() over (order by project_code) as number from marts.dim_project)
            """,
            [STRANGE],
        )
    folder = home / "release"
    folder.mkdir()
    tables.write(released.settings, warehouse, folder, marts)
    workbook.write(folder, marts, {"Titel / title": "=1+1"}, datetime.datetime(2026, 1, 1))
    return folder


def workbook_rows(folder: Path, sheet: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(folder / names.WORKBOOK, read_only=True)
    return [tuple(cell.value for cell in row) for row in book[sheet].iter_rows()]


def readme_heights(folder: Path) -> list[tuple[float | None, str]]:
    """The height of each row of the first sheet, in points, and the text that is wrapped in it."""
    sheet = openpyxl.load_workbook(folder / names.WORKBOOK)["Leesmij"]
    return [(sheet.row_dimensions[row].height, str(sheet.cell(row, 3).value)) for row in range(1, sheet.max_row + 1)]


def test_no_exported_workbook_holds_a_formula(folder: Path, spiked: Path) -> None:
    for one in (folder, spiked):
        with zipfile.ZipFile(one / names.WORKBOOK) as container:
            sheets = [name for name in container.namelist() if name.startswith("xl/worksheets/sheet")]
            assert len(sheets) > 20
            assert [name for name in sheets if re.search(rb"<f[ >/]", container.read(name))] == []
    header, *rows = workbook_rows(spiked, "dim_project")
    titles = {row[header.index("Titel")] for row in rows}
    assert {str(title)[:4] for title in titles} >= {"=1+1", "=HYP"}, "the text itself is kept"
    assert "x" * 32_767 in {row[header.index("Doelstelling")] for row in rows}, "as much as a cell holds"


def test_a_workbook_keeps_every_text(spiked: Path) -> None:
    header, *rows = workbook_rows(spiked, "dim_project")
    told = {unescape(str(value)) for row in rows if (value := row[header.index("Financiering")]) is not None}
    assert set(STRANGE) <= told


def test_no_csv_for_excel_holds_what_a_spreadsheet_would_run(folder: Path, spiked: Path) -> None:
    for one in (folder, spiked):
        paths = sorted((one / names.CSV_EXCEL_NL).iterdir())
        assert len(paths) > 20
        for path in paths:
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.reader(file, delimiter=";"):
                    for text in row:
                        assert not text.startswith(FORMULA_START) or re.fullmatch(r"-\d+(,\d+)?", text), (
                            path.name,
                            text,
                        )
    with (spiked / names.CSV_EXCEL_NL / "dim_project.csv").open(encoding="utf-8-sig", newline="") as file:
        titles = [row["Titel"] for row in csv.DictReader(file, delimiter=";")]
    assert all(title.startswith("'") for title in titles)


def test_the_csv_for_machines_keeps_every_byte(spiked: Path) -> None:
    with duckdb.connect(str(spiked / names.DATABASE), read_only=True) as con:
        told = con.sql("select title, objective from dim_project order by project_code").fetchall()
    with (spiked / names.CSV / "dim_project.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["project_code"])
    assert [(row["title"], row["objective"]) for row in rows] == told


def test_dutch_excel_reads_numbers_and_dates(folder: Path) -> None:
    content = (folder / names.CSV_EXCEL_NL / "dim_project.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\xef\xbb\xbf") == 1
    with (folder / names.CSV_EXCEL_NL / "dim_project.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file, delimiter=";"))
    assert re.fullmatch(r"\d+,\d\d", row["Initieel budget (EUR)"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["Startdatum"])
    assert row["Ook in het Europese herstelfonds (RRF)"] in ("WAAR", "ONWAAR")


def test_the_workbook_is_typed_says_what_it_holds_and_who_made_it_not(folder: Path, marts: tuple[Mart, ...]) -> None:
    book = openpyxl.load_workbook(folder / names.WORKBOOK, read_only=True)
    shown = [mart for mart in marts if "xlsx" in mart.forms]
    assert book.sheetnames == ["Leesmij", "Kolommen", *(mart.name[:31] for mart in contents.by_audience(shown))]
    assert not book.properties.creator and not book.properties.lastModifiedBy
    readme = " ".join(str(value) for row in workbook_rows(folder, "Leesmij") for value in row if value is not None)
    assert folder.name in readme
    assert all(mart.name[:31] in readme and mart.description in readme for mart in marts)
    assert readme.count("Not in this file") == len(marts) - len(shown)
    for height, text in readme_heights(folder):
        assert (height or 15) >= 15 * (len(text) // 110 + 1), f"a text that is cut, or lies over the next: {text}"
    header, first, *rest = workbook_rows(folder, "dim_project")
    kinds = dict(zip(header, map(type, first), strict=True))
    assert kinds["Initieel budget (EUR)"] in (int, float) and kinds["Startdatum"] is datetime.datetime
    assert kinds["Ook in het Europese herstelfonds (RRF)"] is bool and kinds["Titel"] is str
    with duckdb.connect(str(folder / names.DATABASE), read_only=True) as con:
        assert con.sql("select count(*) from dim_project").fetchone() == (len(rest) + 1,)
        (total,) = con.sql("select sum(amount_eur) from fct_finance_as_returned").fetchall()[0]
    amounts = [row[6] for row in workbook_rows(folder, "fct_finance_as_returned")[1:]]
    assert sum(Decimal(str(amount)) for amount in amounts if amount is not None) == total


def test_what_explains_the_others_is_printed_as_wide_as_the_paper(folder: Path) -> None:
    with zipfile.ZipFile(folder / names.WORKBOOK) as book:
        sheets = [book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
    for sheet in sheets:
        assert 'fitToPage="1"' in sheet and 'fitToHeight="0"' in sheet and 'orientation="landscape"' in sheet


def test_people_read_dutch_headings_and_find_what_each_means(folder: Path, marts: tuple[Mart, ...]) -> None:
    """In the CSV for Excel and in the workbook; the sheet of columns leads from a heading to the name of the column."""
    book = openpyxl.load_workbook(folder / names.WORKBOOK, read_only=True)
    explained = {(sheet, heading): (name, nl, en) for sheet, heading, name, nl, en in workbook_rows(folder, "Kolommen")}
    for mart in (mart for mart in marts if "csv_excel_nl" in mart.forms):
        with (folder / names.CSV_EXCEL_NL / f"{mart.name}.csv").open(encoding="utf-8-sig", newline="") as file:
            assert next(csv.reader(file, delimiter=";")) == [column.label_nl for column in mart.columns]
    for mart in (mart for mart in marts if "xlsx" in mart.forms):
        for column in mart.columns:
            meant = (column.name, column.description_nl, column.description)
            assert explained[mart.name[:31], column.label_nl] == meant
        heading = next(book[mart.name[:31]].iter_rows(max_row=1, values_only=True))
        assert heading == tuple(column.label_nl for column in mart.columns)


def test_the_headlines_are_those_of_the_mart(folder: Path) -> None:
    document = json.loads((folder / names.HEADLINES).read_text(encoding="utf-8"))
    assert document["release_id"] == folder.name
    with duckdb.connect(str(folder / names.DATABASE), read_only=True) as con:
        told = con.sql("select trace_key, cast(figure as double) from agg_headline_figure order by all").fetchall()
    assert sorted((f["trace_key"], float(f["figure"])) for f in document["agg_headline_figure"]) == told


def test_a_table_too_long_for_a_sheet_is_left_out_and_said(
    folder: Path, marts: tuple[Mart, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(folder / names.DATABASE, tmp_path / names.DATABASE)
    with duckdb.connect(str(folder / names.DATABASE), read_only=True) as con:
        of_finance, of_milestones = (
            con.sql(f"select count(*) from fct_{record}_as_returned").fetchall()[0][0]
            for record in ("finance", "milestone_status")
        )
    assert of_finance + 1 < of_milestones
    monkeypatch.setattr(sizes, "SHEET_ROWS", of_milestones)
    workbook.write(tmp_path, marts, {}, datetime.datetime(2026, 1, 1))
    book = openpyxl.load_workbook(tmp_path / names.WORKBOOK, read_only=True)
    assert "fct_milestone_status_as_returned" not in book.sheetnames and "fct_finance_as_returned" in book.sheetnames
    assert any("too many rows" in str(row[2]) for row in workbook_rows(tmp_path, "Leesmij"))


def test_a_trace_key_is_a_key(folder: Path, marts: tuple[Mart, ...]) -> None:
    keyed = [mart for mart in marts if mart.has_trace_key]
    assert len(keyed) > 10
    with duckdb.connect(str(folder / names.DATABASE), read_only=True) as con:
        for mart in keyed:
            rows, keys = con.execute(f"select count(*), count(distinct trace_key) from {mart.name}").fetchall()[0]
            assert rows == keys, mart.name
