"""Forms of files: what each is read as, told about, or refused for."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from made_files import (
    HEADERS,
    packed,
    parsed,
    plain_csv,
    plain_workbook,
    rule_ids,
)

from flows import registry
from flows.intake.container import unreadable_refused
from flows.intake.fit import Refusal
from flows.intake.parse import parse_file
from flows.intake.sheets import Refused
from flows.settings import PROJECT, Settings


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
