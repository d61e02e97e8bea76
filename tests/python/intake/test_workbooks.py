"""Workbooks as many programs write them: what holds no data decides nothing, a value is what is shown."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import ZipFile

import pytest
from made_files import (
    FINANCE_HEADERS,
    HEADERS,
    packed,
    parsed,
    plain_csv,
    plain_workbook,
    rule_ids,
    with_part,
    with_sheet_data,
    workbook,
)

from flows.intake import book as books
from flows.intake.book import Book

SHEET, STYLES, STRINGS, BOOK = (
    f"xl/{name}.xml" for name in ("worksheets/sheet1", "styles", "sharedStrings", "workbook")
)
RELATED = "xl/_rels/workbook.xml.rels"


def parts_of(book: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(book)) as container:
        return {name: container.read(name) for name in container.namelist()}


def renamed(rename: Callable[[str], str]) -> bytes:
    return packed({rename(name): part for name, part in parts_of(plain_workbook()).items()})


def strict(book: bytes) -> bytes:
    """The workbook in the other of the two dialects of the standard."""
    other = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }
    parts = parts_of(book)
    for old, new in other.items():
        parts = {name: part.replace(old, new) for name, part in parts.items()}
    return packed(parts)


def prefixed(xml: bytes) -> bytes:
    """Every element under a prefix, as one widespread library writes them."""
    xml = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", xml)
    return xml.replace(b'xmlns="', b'xmlns:x="', 1)


def with_a_chart(book: Any, sheet: Any) -> None:
    sheet.write_row(1, 0, ["VV001", "Opgestart"])
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Status!$A$1:$A$2"})
    book.add_chartsheet("Grafiek").set_chart(chart)


DECORATED: dict[str, Callable[[], bytes]] = {
    "shared strings in another case": lambda: renamed(lambda n: n.replace("sharedStrings", "SharedStrings")),
    "all parts in capitals": lambda: renamed(str.upper),
    "strokes turned": lambda: renamed(lambda n: n.replace("/", "\\") if n.startswith("xl/") else n),
    "an empty fill": lambda: with_part(
        plain_workbook(), STYLES, lambda x: re.sub(rb"<fills.*</fills>", b'<fills count="1"><fill/></fills>', x)
    ),
    "unknown styles": lambda: with_part(
        plain_workbook(),
        STYLES,
        lambda x: re.sub(rb"<borders.*</borders>", b"<borders><border><z/></border></borders>", x),
    ),
    "no styles": lambda: packed({n: p for n, p in parts_of(plain_workbook()).items() if n != STYLES}),
    "a theme that is none": lambda: with_part(plain_workbook(), "xl/theme/theme1.xml", lambda _: b"<"),
    "no properties": lambda: packed({n: p for n, p in parts_of(plain_workbook()).items() if "docProps" not in n}),
    "properties that are none": lambda: with_part(plain_workbook(), "docProps/core.xml", lambda _: b"none"),
    "empty cells to the end of the sheet": lambda: with_part(
        plain_workbook(),
        SHEET,
        lambda x: x.replace(b"</sheetData>", b'<row r="3"><c r="XFD3" s="0"/></row></sheetData>'),
    ),
    "empty rows to the end of the sheet": lambda: with_part(
        plain_workbook(), SHEET, lambda x: x.replace(b"</sheetData>", b'<row r="1048576" ht="15"/></sheetData>')
    ),
    "a filter that is none": lambda: with_part(
        plain_workbook(), SHEET, lambda x: x.replace(b"</sheetData>", b'</sheetData><autoFilter ref="?"/>')
    ),
    "rows of a drawing": lambda: with_part(
        plain_workbook(),
        SHEET,
        lambda x: x.replace(
            b"</sheetData>", b'</sheetData><controls xmlns:xdr="urn:drawing"><xdr:row>1</xdr:row></controls>'
        ),
    ),
    "names that point nowhere": lambda: with_part(
        plain_workbook(),
        BOOK,
        lambda x: x.replace(b"</sheets>", b"</sheets><definedNames><definedName/></definedNames>"),
    ),
    "a chart that fills a sheet of its own": lambda: workbook(with_a_chart),
    "paths that go up and come back": lambda: with_part(
        plain_workbook(), RELATED, lambda x: x.replace(b'"worksheets/', b'"../xl/./worksheets/')
    ),
    "nothing that says where the workbook is": lambda: packed(
        {n: p for n, p in parts_of(plain_workbook()).items() if n != "_rels/.rels"}
    ),
    "what is no cell among the cells": lambda: with_part(
        plain_workbook(), SHEET, lambda x: re.sub(rb"(<row [^>]*>)", rb"\1<extLst/>", x)
    ),
    "what is no value in a cell": lambda: with_part(
        plain_workbook(), SHEET, lambda x: x.replace(b"</v></c>", b"</v><extLst/></c>")
    ),
    "a width that is none": lambda: with_part(
        plain_workbook(),
        SHEET,
        lambda x: x.replace(b"<sheetData>", b'<cols><col min="1" max="4" width="wide"/></cols><sheetData>'),
    ),
    "every element under a prefix": lambda: with_part(plain_workbook(), SHEET, prefixed),
    "the strict dialect": lambda: strict(plain_workbook()),
}


@pytest.mark.parametrize("name", DECORATED)
def test_what_holds_no_data_decides_nothing(tmp_path: Path, name: str) -> None:
    result, rows = parsed(tmp_path, DECORATED[name]())
    assert result.refusals == []
    assert [(row["row_number"], row["texts"]) for row in rows] == [(2, ["VV001", "Opgestart", None, None])]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (SHEET, "Excel: xl/worksheets/sheet1.xml ontbreekt in de werkmap / is missing in the workbook"),
        (STRINGS, "Excel: xl/sharedStrings.xml ontbreekt in de werkmap / is missing in the workbook"),
        (RELATED, "Excel: werkblad 'Status' ontbreekt / sheet is missing"),
    ],
)
def test_a_part_with_data_that_lacks_is_named_in_dutch(tmp_path: Path, part: str, said: str) -> None:
    result, _ = parsed(tmp_path, packed({n: p for n, p in parts_of(plain_workbook()).items() if n != part}))
    assert [(r.rule_id, r.value) for r in result.refusals] == [("F01", said)]


def test_without_styles_a_number_is_the_number_it_is(tmp_path: Path) -> None:
    book = workbook(lambda _, sheet: sheet.write_row("A2", ["VV001", "Opgestart", 44377.5]))
    unstyled = packed({name: part for name, part in parts_of(book).items() if name != STYLES})
    result, rows = parsed(tmp_path, unstyled)
    assert result.refusals == [] and (rows[0]["texts"][2], rows[0]["kinds"][2]) == ("44377.5", "n")


def test_a_workbook_in_which_nothing_is_read_names_its_sheets(tmp_path: Path) -> None:
    result, _ = parsed(tmp_path, with_sheet_data(plain_workbook(), b""))
    assert [(r.rule_id, r.value) for r in result.refusals] == [("F02", "Status")]


CELL = b'<c r="%s" t="inlineStr"><is><t>VV001</t></is></c>'


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b'<row r="2">' + CELL % b"A2" + CELL % b"A2" + b"</row>", "A2 twee keer / twice"),
        (b'<row r="2">' + CELL % b"B2" + CELL % b"A2" + b"</row>", "A2 twee keer / twice"),
        (b'<row r="2">' + CELL % b"ZZZZ2" + b"</row>", "Excel: cel / cell ZZZZ2 in rij / row 2"),
        (b'<row r="two">' + CELL % b"A2" + b"</row>", "Excel: plaats / place 'two'"),
        (b'<row r="1000000000">' + CELL % b"A2" + b"</row>", "Excel: plaats / place '1000000000'"),
        (b'<row r="123456789012345678901">' + CELL % b"A2" + b"</row>", "Excel: plaats / place '12345678901234567890'"),
        (
            b'<row r="2"><c r="A2" t="s"><v>999</v></c></row>',
            "Excel: tekst / text '999' ontbreekt in de werkmap / is missing in the workbook",
        ),
        (
            b'<row r="2"><c r="A2" t="s"><v>6</v></c></row>',
            "Excel: tekst / text '6' ontbreekt in de werkmap / is missing in the workbook",
        ),
        (
            b'<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
            "Excel: tekst / text '-1' ontbreekt in de werkmap / is missing in the workbook",
        ),
        (b'<row r="2"><c r="A2" t="z"><v>1</v></c></row>', "Excel: cel van soort / cell of type 'z' in rij / row 2"),
    ],
)
def test_a_cell_that_cannot_be_placed_or_read_refuses_the_workbook(tmp_path: Path, row: bytes, said: str) -> None:
    book = with_part(
        plain_workbook(), SHEET, lambda xml: re.sub(rb'<row r="2".*?</row>', lambda _: row, xml, flags=re.S)
    )
    assert [(r.rule_id, r.value) for r in parsed(tmp_path, book)[0].refusals] == [("F01", said)]


def test_merged_cells_that_are_nowhere_refuse_the_workbook(tmp_path: Path) -> None:
    merged = b'</sheetData><mergeCells><mergeCell ref="A0:?"/></mergeCells>'
    book = with_part(plain_workbook(), SHEET, lambda xml: xml.replace(b"</sheetData>", merged))
    assert [(r.rule_id, r.value) for r in parsed(tmp_path, book)[0].refusals] == [
        ("F01", "Excel: samengevoegde cellen / merged cells 'A0:?'")
    ]


def test_a_part_that_ends_before_it_began_is_broken(tmp_path: Path) -> None:
    book = packed({**parts_of(plain_workbook()), STRINGS: b"<!-- -->"})
    (refusal,) = parsed(tmp_path, book)[0].refusals
    assert refusal.rule_id == "F01" and (refusal.value or "").startswith(f"Excel: {STRINGS}: no element found")


def test_memory_that_a_reader_of_xml_lacks_is_no_verdict_on_the_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both readers say it with a number of their own."""
    content = io.BytesIO(plain_workbook())

    class Lacking:
        def Parse(self, _: bytes) -> None:
            error = expat.ExpatError()
            error.code = 1
            raise error

    def lacking(_: Any) -> Any:
        error = ParseError()
        error.code = 1
        raise error

    with ZipFile(content) as container:
        opened = Book(container)
        with monkeypatch.context() as patched:
            patched.setattr(books, "iterparse", lacking)
            with pytest.raises(MemoryError):
                list(opened.elements(SHEET))
        monkeypatch.setattr(expat, "ParserCreate", Lacking)
        with pytest.raises(MemoryError):
            list(opened.elements(SHEET))


def formula(written: str, calculation: str) -> bytes:
    book = workbook(lambda _, sheet: sheet.write_formula("E2", "=D2-D2", value=77), "Financien", FINANCE_HEADERS)
    book = with_part(book, SHEET, lambda xml: xml.replace(b"<v>77</v>", written.encode()))
    return with_part(book, BOOK, lambda xml: re.sub(rb"<calcPr[^>]*/>", calculation.encode(), xml))


@pytest.mark.parametrize("calculation", ["", '<calcPr calcId="191029"/>', '<calcPr iterateCount="100"/>'])
def test_a_formula_saved_as_nought_is_nought(tmp_path: Path, calculation: str) -> None:
    result, rows = parsed(tmp_path, formula("<v>0</v>", calculation))
    assert result.refusals == [] and (rows[0]["texts"][4], rows[0]["kinds"][4]) == ("0", "n")


@pytest.mark.parametrize(
    ("written", "calculation"), [("", '<calcPr calcId="1"/>'), ("<v>0</v>", '<calcPr fullCalcOnLoad="1"/>')]
)
def test_a_formula_that_was_not_calculated_is_not(tmp_path: Path, written: str, calculation: str) -> None:
    assert rule_ids(parsed(tmp_path, formula(written, calculation))[0]) == ["F12"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("regel 1_x000D_\nregel 2", "regel 1\nregel 2"),
        ("a_x000a_b", "a\nb"),
        ("_x005F_x000D_", "_x000D_"),
        ("tab_x0009_stop", "tab\tstop"),
        ("_xD83D__xDE00_", "😀"),
        ("a_x1_b _xyz", "a_x1_b _xyz"),
        ("a_xD800_b", "a\ufffdb"),
    ],
)
@pytest.mark.parametrize("form", ["s", "inlineStr", "str"])
def test_what_xml_cannot_hold_is_the_sign_it_stands_for(tmp_path: Path, written: str, text: str, form: str) -> None:
    book = workbook(lambda _, sheet: [sheet.write_string("A2", "VV001"), sheet.write_string("D2", "hier")])
    if form == "s":
        book = with_part(book, STRINGS, lambda xml: xml.replace(b"hier", written.encode()))
    else:
        cell = f"<is><t>{written}</t></is>" if form == "inlineStr" else f"<v>{written}</v>"
        book = with_part(
            book, SHEET, lambda xml: re.sub(rb'<c r="D2".*?</c>', f'<c r="D2" t="{form}">{cell}</c>'.encode(), xml)
        )
    _, rows = parsed(tmp_path, book)
    assert rows[0]["texts"][3] == text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"<sheetData>", b'<cols><col min="4" max="4" width="0" customWidth="1"/></cols><sheetData>', "D"),
        (b'<row r="2"', b'<row r="2" ht="0" customHeight="1"', "2:2"),
        (b'<sheetFormatPr defaultRowHeight="15"/>', b'<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>', "2:2"),
    ],
)
def test_what_has_no_width_or_height_is_told_as_hidden(tmp_path: Path, old: bytes, new: bytes, told: str) -> None:
    result, rows = parsed(tmp_path, with_part(plain_workbook(), SHEET, lambda xml: xml.replace(old, new)))
    assert [(r.rule_id, r.value) for r in result.refusals] == [("F11", told)] and len(rows) == 1


def test_a_moment_of_the_day_beside_rich_text_and_how_it_is_said(tmp_path: Path) -> None:
    runs = b"<si><r><t>VV</t></r><r><rPr><b/></rPr><t>001</t></r><rPh sb='0' eb='1'><t>gezegd</t></rPh></si>"
    book = with_part(plain_workbook(), STRINGS, lambda xml: xml.replace(b"<si><t>VV001</t></si>", runs))
    _, rows = parsed(tmp_path, book)
    assert rows[0]["texts"][0] == "VV001"


def with_more(*sheets: tuple[str, list[list[str]]]) -> bytes:
    """A return with its sheet Status, and other sheets beside it."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, ["VV001", "Opgestart"])
        for title, rows in sheets:
            other = book.add_worksheet(title)
            for number, row in enumerate(rows):
                other.write_row(number, 0, row)

    return workbook(fill)


def test_a_sheet_for_people_is_one_remark(tmp_path: Path) -> None:
    book = with_more(("Kladblad", [["nota's", "van"], ["1", "2"]]), ("Leeg", []), ("Lijst", [["Projectcode", "wie"]]))
    result, rows = parsed(tmp_path, book)
    assert [(r.rule_id, r.sheet) for r in result.refusals] == [("F21", "Kladblad"), ("F21", "Lijst")]
    assert len(rows) == 1


def test_a_sheet_that_is_nearly_one_of_ours_is_refused(tmp_path: Path) -> None:
    finance = [["Projectcode", *FINANCE_HEADERS[1:4], "VEK"], ["VV001", "voorlopig", "1", "1", "1"]]
    for title in ("Financien", "Blad2"):
        assert rule_ids(parsed(tmp_path, with_more((title, finance)))[0]) == ["F02"]
    assert rule_ids(parsed(tmp_path, with_more(("Financien", [["iets", "anders"]])))[0]) == ["F02"]
    alone = workbook(lambda _, sheet: None, "Kladblad", ["nota's", "van"])
    assert rule_ids(parsed(tmp_path, alone)[0]) == ["F02"]


def test_a_slip_in_a_header_is_told_of_the_header_and_not_of_the_data_below(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        for row in range(1, 5):
            sheet.write_row(row, 0, [f"VV00{row}", "Opgestart", "", "tekst"])

    (refusal,) = parsed(tmp_path, workbook(fill, headers=["Codex", *HEADERS[1:]]))[0].refusals
    assert (refusal.rule_id, refusal.value) == ("F02", " | ".join(["Codex", *HEADERS[1:]]))
    assert refusal.expected and refusal.expected.endswith(": Projectcode")


def test_a_date_that_a_strict_workbook_writes(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string("A2", "VV001")
        sheet.write_datetime("C2", datetime(2021, 6, 30), book.add_format({"num_format": "dd/mm/yyyy"}))

    _, rows = parsed(tmp_path, strict(workbook(fill)))
    assert rows[0]["texts"][2] == "2021-06-30"


def test_the_name_of_a_sheet_or_of_a_packed_file_that_is_personal_refuses_the_file_unnamed(tmp_path: Path) -> None:
    """It stands beside every published row, and what was once accepted stays in the history."""
    named = with_more(("bel 02 553 12 34", [["nota's", "van"], ["1", "2"]]))
    as_its_own = workbook(lambda _, sheet: sheet.write_row(1, 0, ["VV001", "Opgestart"]), "jan.peeters@ab.be")
    for content in (named, as_its_own, packed({"jan.peeters@ab.be.csv": plain_csv()})):
        result, _ = parsed(tmp_path, content)
        (refusal,) = result.refusals
        assert refusal.rule_id == "F26" and not result.sheets and refusal.sheet is None
        assert refusal.value in ("telefoonnummer / telephone number", "e-mailadres / e-mail address")
