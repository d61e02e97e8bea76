"""Forms of files: what each is read as, told about, or refused for."""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
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

from flows import registry
from flows.intake.container import unreadable_refused
from flows.intake.fit import Refusal
from flows.intake.parse import parse_file
from flows.intake.sheets import Refused
from flows.settings import PROJECT, Settings


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


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Excel 97-2003 (.xls)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "Excel + password"),
        (
            packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
            "OpenDocument (.ods)",
        ),
        (packed({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}), "Excel binary (.xlsb)"),
        (packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"x"}), "Word/PowerPoint"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><table>", "HTML/XML"),
        (b'<?xml version="1.0"?><Workbook/>', "HTML/XML"),
        (b"%PDF-1.7", "PDF"),
        (packed({"a.zip": packed({"a.csv": plain_csv()})}), "zip in zip"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_form_that_is_not_received_is_named(tmp_path: Path, content: bytes, form: str) -> None:
    result, rows = parsed(tmp_path, content)
    assert [(r.rule_id, r.value) for r in result.refusals] == [("F07", form)]
    assert not rows


def test_marks_inside_headers_and_twin_headers(tmp_path: Path) -> None:
    header = ";".join(HEADERS).replace("VR-", "\ufeffVR-").replace("Toelichting", '\ufeff"Toelichting";Eigen;Eigen')
    result, rows = parsed(tmp_path, b"\xef\xbb\xbf" + plain_csv("VV001;Opgestart;;a;b;c", header=header))
    assert result.sheets[0].headers == [*HEADERS, "Eigen", "Eigen (2)"]
    assert rows[0]["texts"] == ["VV001", "Opgestart", "", "a", "b", "c"]


def test_line_ends_of_three_kinds_inside_quotes_stay_as_they_are(tmp_path: Path) -> None:
    _, rows = parsed(tmp_path, plain_csv('VV001;Opgestart;;"a\rb\nc\r\nd\r\r\ne"', "VV002;Opgestart;;x"))
    assert [(row["row_number"], row["texts"][3]) for row in rows] == [(2, "a\rb\nc\r\nd\r\r\ne"), (3, "x")]


@pytest.mark.parametrize(
    ("encoding", "text", "rule"),
    [
        ("utf-8", "België €", None),
        ("utf-8-sig", "België €", None),
        ("utf-16", "België €", None),
        ("cp1252", "België €", None),
        ("utf-16-le", "België", "F06"),
        ("iso-8859-15", "België €", "F06"),
        ("cp1252", "België\x81".encode("cp1252", "replace").decode("cp1252"), None),
    ],
)
def test_an_encoding_gives_equal_text_or_a_refusal(tmp_path: Path, encoding: str, text: str, rule: str | None) -> None:
    content = plain_csv(f"VV001;Opgestart;;{text}").decode().encode(encoding)
    result, rows = parsed(tmp_path, content)
    assert rule_ids(result) == ([rule] if rule else [])
    assert rule or rows[0]["texts"][3] == text


@pytest.mark.parametrize(("count", "rule"), [(1, "F23"), (5, "F23"), (6, "F06")])
def test_a_few_bytes_that_the_declared_encoding_does_not_know_are_told_and_more_are_refused(
    tmp_path: Path, count: int, rule: str
) -> None:
    content = plain_csv("VV001;Opgestart;;@").replace(b"@", b"\x81" * count)
    result, rows = parsed(tmp_path, content)
    assert rule_ids(result) == [rule]
    assert [row["texts"][3] for row in rows] == (["\ufffd" * count] if rule == "F23" else [])


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_delimiter_is_the_one_the_layout_declares(tmp_path: Path, delimiter: str) -> None:
    (layout,) = (x for x in registry.layouts("veerkracht") if x.code == "vv_status")
    path = tmp_path / "content"
    path.write_bytes(plain_csv().replace(b";", delimiter.encode()))
    read = [
        declared
        for declared in (";", ",", "\t")
        if parse_file(path, [replace(layout, delimiter=declared)], tmp_path, Settings()).sheets
    ]
    assert read == [delimiter]


@pytest.mark.parametrize("build", [plain_csv, plain_workbook, lambda: json.dumps(RECORDS).encode()])
def test_a_file_cut_at_any_byte_is_never_read_short(tmp_path: Path, build: Callable[[], bytes]) -> None:
    content = build()
    for length in range(0, len(content), 1 if len(content) < 1000 else 37):
        result, rows = parsed(tmp_path, content[:length])
        if content[length:].strip(b"\r\n"):
            assert result.refusals and not rows, length


RECORDS: list[dict[str, Any]] = [
    {"Projectcode": "VV001", "Projectstatus": "Opgestart", "VR-document": None, "Toelichting": "1.234"},
    {"Projectcode": "VV002", "Projectstatus": True, "Toelichting": 12.50, "VR-document": 9007199254740993},
]


@pytest.mark.parametrize(
    ("document", "sheet"),
    [
        (RECORDS, "json"),
        ({"records": {"Status": RECORDS}}, "Status"),
        ({"records": {"vv_status": RECORDS}}, "vv_status"),
    ],
)
def test_json_is_read_with_its_numbers_as_written(tmp_path: Path, document: Any, sheet: str) -> None:
    result, rows = parsed(tmp_path, json.dumps(document).replace("12.5", "12.50").encode())
    assert not result.refusals
    assert [(s.sheet, s.layout_code, s.row_count) for s in result.sheets] == [(sheet, "vv_status", 2)]
    assert [(row["row_number"], row["texts"], row["kinds"]) for row in rows] == [
        (1, ["VV001", "Opgestart", None, "1.234"], "tt t"),
        (2, ["VV002", "true", "9007199254740993", "12.50"], "tbjj"),
    ]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b'[{"Projectcode": "VV001"', "F01"),
        (b'[{"Projectcode": "VV001", "Projectcode": "VV002"}]', "F01"),
        (b'[{"Projectcode": NaN}]', "F01"),
        (b'[{"Projectcode": {"a": 1}}]', "F01"),
        (b'["VV001"]', "F01"),
        (b'{"rows": []}', "F01"),
        (b'[{"Code": "VV001"}]', "F02"),
        (json.dumps([dict.fromkeys([*HEADERS, " "], "x")]).encode(), "F01"),
        (json.dumps([dict.fromkeys([*HEADERS, "\ud800"], "x")]).encode(), "F01"),
        (b"[" * 100_000, "F08"),
    ],
)
def test_json_of_another_schema_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    result, rows = parsed(tmp_path, content)
    assert rule_ids(result) == [rule] and not rows


def test_an_unknown_name_in_a_json_return_is_told_in_its_first_row(tmp_path: Path) -> None:
    records = [dict.fromkeys([*HEADERS, "Eigen veld"], "x")]
    result, rows = parsed(tmp_path, json.dumps(records).encode())
    assert result.refusals == [Refusal("F09", "json", 1, 5, "Eigen veld")] and len(rows) == 1


def test_the_documented_schema_and_its_example_are_what_is_read(tmp_path: Path) -> None:
    example, schema = (
        json.loads(block)
        for block in re.findall(r"```json\n(.*?)```", (PROJECT / "docs/json-return.md").read_text("utf-8"), re.S)
    )
    jsonschema.validate(example, schema)
    jsonschema.validate(RECORDS, schema)
    result, rows = parsed(tmp_path, json.dumps(example).encode())
    assert not result.refusals
    assert [sheet.layout_code for sheet in result.sheets] == ["vv_financien", "vv_status"]
    assert len(rows) == 2
    strange: list[Any] = [{"rows": []}, [{"Projectcode": {"a": 1}}], ["VV001"]]
    for refused in strange:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(refused, schema)


def test_a_zip_holds_several_returns_of_one_submission(tmp_path: Path) -> None:
    members = {
        "omg/status.csv": plain_csv(),
        "omg/boek.xlsx": plain_workbook(2),
        "__MACOSX/omg/._status.csv": b"\0\5",
        "omg/status.json": json.dumps(RECORDS).encode(),
        "omg/foto.pdf": b"%PDF-1.7",
    }
    result, rows = parsed(tmp_path, packed(members))
    assert [(s.sheet, s.layout_code, s.row_count) for s in result.sheets] == [
        ("omg/boek.xlsx/Status", "vv_status", 2),
        ("omg/status.csv", "vv_status", 1),
        ("omg/status.json/json", "vv_status", 2),
    ]
    assert [(r.rule_id, r.sheet) for r in result.refusals] == [("F07", "omg/foto.pdf")]
    assert {row["sheet"] for row in rows} == {sheet.sheet for sheet in result.sheets}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"map/": b"", "__MACOSX/a.csv": b"", "Thumbs.db": b""}, [("F01", None, "zip: 0 files")]),
        ({"a.csv": plain_csv(), "b.pdf": b"%PDF-1.7"}, [("F07", "b.pdf", "PDF")]),
        (
            {"a.csv": plain_csv().replace(b"EINDE;1", b"EINDE;2"), "b.csv": plain_csv()},
            [("F05", "a.csv", "EINDE;2")],
        ),
        ({"a.csv": plain_csv("VV001;Opgestart"), "b.csv": b""}, [("F04", "a.csv", "2"), ("F01", "b.csv", "0 bytes")]),
    ],
)
def test_of_what_a_zip_packs_each_defect_is_told_under_its_name(
    tmp_path: Path, members: dict[str, bytes], told: list[tuple[str, str | None, str]]
) -> None:
    result, _ = parsed(tmp_path, packed(members))
    assert [(r.rule_id, r.sheet, r.value) for r in result.refusals] == told


def test_a_zip_of_nothing_or_behind_a_password_is_refused(tmp_path: Path) -> None:
    (empty,) = parsed(tmp_path, packed({}))[0].refusals
    assert (empty.rule_id, empty.value) == ("F01", "zip: 0 files")
    locked = bytearray(packed({"a.csv": plain_csv()}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    (refusal,) = parsed(tmp_path, bytes(locked))[0].refusals
    assert (refusal.rule_id, refusal.value) == ("F07", "zip + password")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed({"a.csv": plain_csv("VV001;Opgestart")})[:-30], "onvolledig of beschadigd (incomplete or damaged)"),
        (plain_csv('VV001;"open'), "een aanhalingsteken wordt niet gesloten (a quote is not closed)"),
    ],
)
def test_what_was_cut_short_is_told_in_the_words_of_its_sender(tmp_path: Path, content: bytes, said: str) -> None:
    result, _ = parsed(tmp_path, content)
    assert [(refusal.rule_id, refusal.value) for refusal in result.refusals] == [("F01", said)]


def test_an_error_of_the_machine_is_no_verdict_on_a_zip() -> None:
    with pytest.raises(OSError, match="full"), unreadable_refused():
        raise OSError(28, "full")
    with pytest.raises(Refused) as told, unreadable_refused():
        raise OSError("no number: the reader says so of the content")
    assert told.value.refusal.rule_id == "F01"


def test_real_files_keep_every_row(tmp_path: Path, real_files: Path) -> None:
    for name, count in (("PNRR_MeT_OA_programmazione.csv", 1642), ("PNRR_MeT_OA_programmazione_v02.csv", 1489)):
        result, _ = parsed(tmp_path, (real_files / "italia_domani" / name).read_bytes(), "pnrr")
        assert [sheet.row_count for sheet in result.sheets] == [count]
        # Controls that the publisher's export wrote as a workbook does are told with their cells.
        assert {r.rule_id for r in result.refusals} - {"F09"} <= {"F24"}


def test_the_rules_of_the_intake_are_in_the_catalogue() -> None:
    assert {f"F{n:02}" for n in (*range(1, 16), *range(21, 26))} <= set(registry.rules())
