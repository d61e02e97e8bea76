"""What a cell of a workbook shows is what was meant: a number, a day, a time, a share, by the format it has."""

from pathlib import Path
from typing import Any

import pytest
from made_files import HEADERS, parsed, plain_workbook, with_part, with_sheet_data, workbook

from flows.intake.shown import shown_by

SHEET = "xl/worksheets/sheet1.xml"

NUMBERS = [
    *('0.0"%"', "0\\%", "#,##0_M_M_M;#,##0_M_M_M;_(@_M_M_M", "[Red]0", "General;[Red]-General", "[$-413]#,##0", "@"),
    *('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', '#,##0.0,,"M€"', "0.0############E-0", "# ?/?", "Standard"),
    *("Standaard", "Allgemein", "#,##0\\ \\d\\a\\g\\e\\n", '0" dagen"', "#,##0 EUR", "#,##0.00 kr;-#,##0.00 kr"),
    *("#,##0;[Rood]-#,##0", "0.00_);[Blue](0.00)", "[$€-x-euro2] #,##0.00", '0 "ha"', "[h]:mm:ss", "[$€-2] #,##0 \\j"),
]
DAYS = [
    "dd/mm/yyyy",
    "d-m-yy;@",
    "[$-413]d mmmm yyyy",
    '"op "d/m/yyyy',
    "yyyy\\-mm\\-dd",
    "dd/mm/jjjj",
    "m/d/yy h:mm AM/PM",
]
SHARES = ["0%", "0.00%;-0.00%", "0.0 %", '0%" van de mijlpalen"', "[Red]0.0%"]


def shown(tmp_path: Path, value: float, code: str) -> tuple[str, str]:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string("A2", "VV001")
        sheet.write_number("C2", value, book.add_format({"num_format": code}))

    _, rows = parsed(tmp_path, workbook(fill))
    return rows[0]["texts"][2], rows[0]["kinds"][2]


@pytest.mark.parametrize("code", NUMBERS)
def test_a_number_with_a_unit_or_a_word_is_that_number(tmp_path: Path, code: str) -> None:
    assert shown(tmp_path, 44377.5, code) == ("44377.5", "n")
    assert shown(tmp_path, -44377.5, code) == ("-44377.5", "n")


@pytest.mark.parametrize("code", DAYS)
def test_a_day_is_a_day(tmp_path: Path, code: str) -> None:
    assert shown(tmp_path, 44377, code) == ("2021-06-30", "d")
    assert shown(tmp_path, 44377.5, code) == ("2021-06-30 12:00:00", "d")


@pytest.mark.parametrize("code", [*DAYS, "h:mm", "hh:mm:ss"])
def test_a_part_of_a_day_in_a_cell_of_days_or_times_is_a_time_and_no_number(tmp_path: Path, code: str) -> None:
    assert shown(tmp_path, 0.75, code) == ("18:00:00", "d")
    assert shown(tmp_path, 0.9999999, code) == ("23:59:59", "d")
    assert shown(tmp_path, 0, code) == ("0", "n"), "no day and no time: a reported 0"
    assert shown(tmp_path, 1.5, "[h]:mm") == ("1.5", "n"), "what lasted so long is no moment"


@pytest.mark.parametrize("code", SHARES)
def test_a_share_is_what_is_shown(tmp_path: Path, code: str) -> None:
    assert shown(tmp_path, 0.125, code) == ("12.5%", "p")


def test_the_last_day_of_a_workbook_is_one_and_what_lies_behind_it_is_a_number(tmp_path: Path) -> None:
    assert shown(tmp_path, 2958465, "dd/mm/yyyy") == ("9999-12-31", "d")
    assert shown(tmp_path, 2958466, "dd/mm/yyyy") == ("2958466", "n")


def test_the_formats_of_days_that_every_workbook_knows_without_saying_are_days() -> None:
    """By the list of the standard, with those of East Asia; 46 counts what lasted."""
    days = {*range(14, 23), 45, 47, *range(27, 37), *range(50, 59)}
    assert {number for number in range(200) if shown_by(number, None) == ("day",) * 3} == days
    assert {number for number in range(200) if shown_by(number, None) == ("percent",) * 3} == {9, 10}


def test_a_year_in_a_cell_of_days_is_told_as_what_was_typed(tmp_path: Path) -> None:
    assert shown(tmp_path, 2026, "dd/mm/yyyy") == ("1905-07-18 (2026)", "d")


@pytest.mark.parametrize(
    ("written", "read"),
    [("12:30:00", ("12:30:00", "d")), ("half een", ("half een", "t")), ("2021-06-30T00:00:00", ("2021-06-30", "d"))],
)
def test_a_cell_that_says_its_time_itself(tmp_path: Path, written: str, read: tuple[str, str]) -> None:
    book = with_sheet_data(
        with_part(plain_workbook(), SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData><row/>", 1)), b""
    )
    cells = "".join(f'<c t="inlineStr"><is><t>{header}</t></is></c>' for header in HEADERS)
    data = f'<row>{cells}</row><row><c t="str"><v>VV001</v></c><c/><c t="d"><v>{written}</v></c></row>'
    _, rows = parsed(tmp_path, with_sheet_data(book, data.encode()))
    assert (rows[0]["texts"][2], rows[0]["kinds"][2]) == read


@pytest.mark.parametrize("written", ["NaN", "INF", "1.#IND", "1E999", "twee"])
def test_a_number_that_is_none_is_told_with_its_cell(tmp_path: Path, written: str) -> None:
    book = workbook(lambda _, sheet: [sheet.write_string("A2", "VV001"), sheet.write_number("C2", 77)])
    result, rows = parsed(
        tmp_path, with_part(book, SHEET, lambda xml: xml.replace(b"<v>77</v>", f"<v>{written}</v>".encode()))
    )
    assert result.refusals == [] and (rows[0]["texts"][2], rows[0]["kinds"][2]) == (written, "e")
