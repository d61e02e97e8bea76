"""Cells of a workbook: those that are merged, hidden or calculated, and the days and digits that they show."""

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from made_files import (
    FINANCE_HEADERS,
    HEADERS,
    parsed,
    plain_workbook,
    rule_ids,
    with_part,
    with_sheet_data,
    workbook,
)

from flows import registry
from flows.intake.fit import Refusal


def test_merged_cells_are_told_and_refused_in_a_key_column(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string("A2", "VV001")
        sheet.merge_range("B2:B3", "Opgestart")
        sheet.write_string("A3", "VV002")

    result, rows = parsed(tmp_path, workbook(fill))
    assert result.refusals == [Refusal("F13", "Status", 2, 2, "Projectstatus", "B2:B3")]
    assert [row["texts"][:2] for row in rows] == [["VV001", "Opgestart"], ["VV002", None]]

    result, _ = parsed(tmp_path, workbook(lambda _, sheet: sheet.merge_range("A2:A3", "VV001")))
    assert result.refusals == [Refusal("F14", "Status", 2, 1, "Projectcode", "A2:A3")]


@pytest.fixture
def with_patterns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The layout of the sheet Status with a pattern for its key, and one for a column that is read past."""
    plain = registry.rows

    def rows(seed: str) -> Iterator[dict[str, str]]:
        for row in plain(seed):
            if (row.get("layout_code"), row.get("source_column")) == ("vv_status", "Projectcode"):
                yield dict.fromkeys(row, "") | {"layout_code": "vv_status", "source_column": r"re:Nota \d+"}
                row["source_column"] = r"re:Code \d{4}"
            yield row

    def forget() -> None:
        registry.layouts.cache_clear()
        registry.key_headers.cache_clear()

    forget()
    monkeypatch.setattr(registry, "rows", rows)
    yield
    forget()


@pytest.mark.usefixtures("with_patterns")
def test_a_key_column_named_by_a_pattern_is_one_and_a_column_read_past_is_none(tmp_path: Path) -> None:
    headers = ["Code 2025", *HEADERS[1:], "Nota 1"]
    merged = workbook(lambda _, sheet: sheet.merge_range("A2:A3", "VV001"), headers=headers)
    assert parsed(tmp_path, merged)[0].refusals == [Refusal("F14", "Status", 2, 1, "Code 2025", "A2:A3")]

    def beside(book: Any, sheet: Any) -> None:
        sheet.write_string("A2", "VV001")
        sheet.merge_range("E2:E3", "note")

    assert rule_ids(parsed(tmp_path, workbook(beside, headers=headers))[0]) == []


def test_merged_cells_beside_the_columns_are_nobodys_business(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string("A2", "VV001")
        sheet.merge_range("F2:G3", "note")

    assert rule_ids(parsed(tmp_path, workbook(fill))[0]) == []


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        (((1, "1"), (3, "3"), (2, "2")), Refusal("F01", "Status", 2, value="rij / row 2 na / after 3")),
        (((1, "1"), (2, "2"), (2, "2")), Refusal("F01", "Status", 2, value="rij / row 2 na / after 2")),
        (((1, "1"), (2, "3")), Refusal("F01", "Status", 2, value="A3 in rij / row 2")),
        (((1, "1"), (2, "2"), (3, "3")), None),
    ],
)
def test_rows_of_a_workbook_follow_each_other_and_cells_stand_in_their_own(
    tmp_path: Path, rows: tuple[tuple[int, str], ...], refusal: Refusal | None
) -> None:
    """Else a cell would be published, and marked for its sender, under a place where it does not stand."""

    def row(number: int, named: str) -> str:
        texts = HEADERS if number == 1 else ["VV001", "Opgestart", "", ""]
        cells = zip("ABCD", texts, strict=True)
        inline = [f'<c r="{c}{named}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in cells]
        return f'<row r="{number}">{"".join(inline)}</row>'

    book = with_sheet_data(plain_workbook(), "".join(row(*places) for places in rows).encode())
    result, read = parsed(tmp_path, book)
    assert result.refusals == ([refusal] if refusal else [])
    assert refusal or [row["row_number"] for row in read] == [2, 3]


def test_hidden_sheets_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        for row in range(1, 8):
            sheet.write_string(row, 0, f"VV{row:03}")
        for row in (2, 3, 6):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_column("C:C", None, None, {"hidden": True})
        book.add_worksheet("Toelichting")
        sheet.hide()
        book.worksheets()[1].activate()

    result, rows = parsed(tmp_path, workbook(fill))
    assert [(r.rule_id, r.value) for r in result.refusals] == [("F15", "hidden"), ("F11", "3:4, 7:7, C")]
    assert len(rows) == 7


def test_a_formula_counts_by_the_value_it_was_saved_with(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string("A2", "VV001")
        sheet.write_formula("C2", "=1+1", value=2)
        sheet.write_formula("D2", '=""', value="nothing")
        sheet.write_formula("F2", "=A2", value="VV001")

    content = with_part(
        workbook(fill, "Financien", FINANCE_HEADERS),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v>nothing</v>", b"<v></v>"),
    )
    result, rows = parsed(tmp_path, content)
    assert not result.refusals
    assert (rows[0]["texts"], rows[0]["kinds"]) == (["VV001", None, "2", None, None, "VV001"], "t n  t")


def test_a_formula_that_was_never_calculated_is_refused_with_its_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    sheet.title = "Financien"
    sheet.append([*FINANCE_HEADERS, None, "kladblok"])
    sheet.append(["VV001", "voorlopig", "=1+1", None, None, None, None, "=2+2"])
    content = io.BytesIO()
    book.save(content)
    result, _ = parsed(tmp_path, content.getvalue())
    assert [r for r in result.refusals if r.rule_id == "F12"] == [
        Refusal("F12", "Financien", 2, 3, "Budget (EUR)", "=1+1")
    ]
    # A writer that leaves the calculating to Excel puts a 0 in place of the value.
    content_0 = workbook(lambda _, sheet: sheet.write_formula("C2", "=1+1"), "Financien", FINANCE_HEADERS)
    assert "F12" in rule_ids(parsed(tmp_path, content_0)[0])


@pytest.mark.parametrize("calendar_1904", [False, True])
def test_dates_and_numbers_of_a_workbook(tmp_path: Path, calendar_1904: bool) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_datetime(1, 0, datetime(2021, 6, 30), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_datetime(1, 1, datetime(2021, 6, 29, 22), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(1, 2, 42915 if calendar_1904 else 44377)
        sheet.write_number(1, 3, 0.125, book.add_format({"num_format": "0.0%"}))

    content = workbook(fill, date_1904=calendar_1904)
    _, rows = parsed(tmp_path, content)
    serial = "42915" if calendar_1904 else "44377"
    assert rows[0]["texts"] == ["2021-06-30", "2021-06-29 22:00:00", serial, "12.5%"]
    assert rows[0]["kinds"] == ("ddmp" if calendar_1904 else "ddnp")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("0.30000000000000004", "0.3"),
        ("9007199254740993", "9007199254740993"),
        ("1.2345678901234568E+16", "12345678901234568"),
        ("12345678901234.567", "12345678901234.567"),
        ("1E-3", "0.001"),
        ("-0", "0"),
        ("1234.50", "1234.5"),
    ],
)
def test_a_number_keeps_the_digits_a_workbook_shows(tmp_path: Path, written: str, text: str) -> None:
    content = with_part(
        workbook(lambda _, sheet: sheet.write_number("A2", 77)),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v>77</v>", f"<v>{written}</v>".encode()),
    )
    _, rows = parsed(tmp_path, content)
    assert rows[0]["texts"][0] == text
