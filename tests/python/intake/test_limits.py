"""Safety of the intake: hostile files are refused with the limit they broke, fast, and the reader of others lives."""

import csv
import io
import json
import os
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from made_files import (
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

from flows.intake import container, sandbox
from flows.intake.reading import Job, parse_all
from flows.intake.sheets import Refused
from flows.settings import Settings

MB = 1024**2
RECORD = dict(zip(HEADERS, ("VV001", "Opgestart", "", ""), strict=True))
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def limit_of_csv() -> Iterator[None]:
    """A child reads under its limit until it ends; here others read CSV after it."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


def endless_sheet() -> bytes:
    """A sheet whose last cell is the last one a sheet can have."""
    last = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_part(plain_workbook(), SHEET, lambda xml: xml.replace(b"</sheetData>", last))


@cache
def many_cells() -> bytes:
    """Some hundred kilobytes that become 201 MB of cells."""
    row = b'<row r="2">' + b"<c><v>1</v></c>" * 200 + b"</row>"
    return with_sheet_data(plain_workbook(), row * (201 * MB // len(row)))


@cache
def one_string() -> bytes:
    """Some hundred kilobytes that become one string of 300 MB, written piece by piece."""
    base = io.BytesIO(plain_workbook())
    content = io.BytesIO()
    with ZipFile(base) as source, ZipFile(content, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != SHEET:
                target.writestr(name, source.read(name))
        with target.open(SHEET, "w", force_zip64=True) as part:
            part.write(b'<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>')
            for _ in range(300):
                part.write(b"a" * MB)
    return content.getvalue()


def lying(content: bytes) -> bytes:
    """A container whose directory says that every part inflates to 100 bytes."""
    lied = bytearray(content)
    at = 0
    while (at := lied.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", lied, at + 24, 100)
        at += 4
    return bytes(lied)


def entities() -> bytes:
    return with_part(
        plain_workbook(),
        SHEET,
        lambda xml: xml.replace(
            b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet', 1
        ).replace(b"<sheetData>", b'<sheetData><row r="9"><c r="A9" t="str"><v>&b;</v></c></row>'),
    )


def doctype() -> bytes:
    return with_part(plain_workbook(), SHEET, lambda xml: xml.replace(b"<worksheet", b"<!DOCTYPE x><worksheet", 1))


def outside() -> bytes:
    """An entity that points to a file of this machine."""
    return with_part(
        plain_workbook(),
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b"<sst", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><sst', 1).replace(
            b"VV001", b"&e;"
        ),
    )


BOMBS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "first and last cell": (endless_sheet, "F08", "column"),
    "many cells": (many_cells, "F08", "MB uitgepakt"),
    "one string": (one_string, "F08", "MB uitgepakt"),
    "a part that inflates too much": (lambda: packed({SHEET: b"0" * 30 * MB, "[Content_Types].xml": b""}), "F08", " x"),
    "many parts": (lambda: packed({f"{n}.csv": b"" for n in range(1001)}), "F08", "1001 onderdelen"),
    "a lying directory": (lambda: lying(many_cells()), "F01", "onvolledig of beschadigd"),
    "entities": (entities, "F01", "document type"),
    "a document type": (doctype, "F01", "document type"),
    "an entity outside": (outside, "F01", "document type"),
    "a cell too long": (lambda: plain_csv(f"VV001;Opgestart;;{'a' * 100_001}"), "F08", "characters"),
    "nested lists": (lambda: b"[" * MB, "F08", "nested"),
    "an absurd exponent": (lambda: b'[{"Projectcode": 1e999999999}]', "F02", ""),
    "a row of a million columns": (lambda: plain_csv(header=";" * MB + ";".join("ab")), "F02", ""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_its_limit_and_costs_little(tmp_path: Path, name: str) -> None:
    build, rule, word = BOMBS[name]
    content = build()
    began = time.process_time()
    result, rows = parsed(tmp_path, content)
    assert time.process_time() - began < 3
    assert rule_ids(result) == [rule]
    assert word in (result.refusals[0].value or "")
    assert not rows
    if rule == "F08":
        assert (result.refusals[0].expected or "").startswith("<= ")


def test_what_comes_out_is_counted_whatever_is_said(tmp_path: Path) -> None:
    """Two honest returns inside one container share its limit."""
    rows = [f"VV001;Opgestart;;{'x' * 1000}" for _ in range(700)]
    small = Settings(max_inflated_mb=1)
    content = packed({"a.csv": plain_csv(*rows), "b.csv": plain_csv(*rows)})
    assert rule_ids(parsed(tmp_path, content, limits=small)[0]) == ["F08"]
    assert rule_ids(parsed(tmp_path, packed({"a.csv": plain_csv(*rows)}), limits=small)[0]) == []


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "C:evil.csv", "a\\b.csv", "a/../b.csv", "a//b.csv", "a\nb.csv"]
)
def test_a_name_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    result, rows = parsed(tmp_path, packed({name: plain_csv(), "good.csv": plain_csv()}))
    assert rule_ids(result) == ["F10"]
    assert not rows and sorted(p.name for p in tmp_path.iterdir()) == ["content", "target"]


def test_a_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    assert rule_ids(parsed(tmp_path, packed({"A.csv": plain_csv(), "a.csv": plain_csv()}))[0]) == ["F10", "F10"]


def test_a_file_that_is_too_large_says_how_large_it_is(tmp_path: Path) -> None:
    content = plain_csv(f"VV001;Op;;{'a' * 2**21}")
    result, _ = parsed(tmp_path, content, limits=Settings(max_file_mb=1))
    assert [(r.rule_id, r.value, r.expected) for r in result.refusals] == [("F08", "2 MB", "<= 1 MB")]


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        ({"max_rows": 1}, "2 rijen (rows)"),
        ({"max_columns": 3}, "4 kolommen (columns)"),
        ({"max_cell_characters": 20}, "tekens in een cel (characters)"),
    ],
)
def test_each_limit_says_what_it_is(tmp_path: Path, limits: dict[str, Any], value: str) -> None:
    result, _ = parsed(tmp_path, plain_csv("VV001;Op;;", f"VV002;Op;;{'a' * 21}"), limits=Settings(**limits))
    assert [(r.rule_id, r.value) for r in result.refusals] == [("F08", value)]


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        ({"max_rows": 1}, "rij (row) 2"),
        ({"max_columns": 1}, "kolom (column) 2"),
        ({"max_cell_characters": 12}, "13 tekens in een cel (characters)"),
        ({"max_zip_parts": 3}, "onderdelen (parts)"),
    ],
)
def test_a_workbook_is_held_to_the_same_limits(tmp_path: Path, limits: dict[str, Any], value: str) -> None:
    (refusal,) = parsed(tmp_path, plain_workbook(), limits=Settings(**limits))[0].refusals
    assert refusal.rule_id == "F08" and (refusal.value or "").endswith(value)
    (allowed,) = limits.values()
    assert refusal.expected == f"<= {allowed}"


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        ({"max_rows": 1}, "2 rijen (rows)"),
        ({"max_columns": 3}, "4 kolommen (columns)"),
        ({"max_cell_characters": 8}, "tekens in een cel (characters)"),
    ],
)
def test_a_json_return_is_held_to_the_same_limits(tmp_path: Path, limits: dict[str, Any], value: str) -> None:
    records = [dict(zip(HEADERS, ("VV001", text, "", ""), strict=True)) for text in ("Op", "Opgestart")]
    (refusal,) = parsed(tmp_path, json.dumps(records).encode(), limits=Settings(**limits))[0].refusals
    assert (refusal.rule_id, refusal.value) == ("F08", value)


@pytest.mark.parametrize("build", [plain_csv, plain_workbook, lambda: json.dumps([RECORD]).encode()])
def test_what_is_just_within_every_limit_is_read(tmp_path: Path, build: Callable[[], bytes]) -> None:
    parsed(tmp_path, build())
    within = Settings(max_rows=2, max_columns=len(HEADERS), max_cell_characters=max(map(len, HEADERS)))
    result, rows = parsed(tmp_path, build(), limits=within)
    assert result.refusals == [] and len(rows) == 1


class _Says:
    """A container by what it says of its parts."""

    def __init__(self, *entries: tuple[int, int]) -> None:
        self.entries = []
        for size, packed_size in entries:
            entry = ZipInfo("a.csv")
            entry.file_size, entry.compress_size = size, packed_size
            self.entries.append(entry)

    def infolist(self) -> list[ZipInfo]:
        return self.entries


@pytest.mark.parametrize(
    ("before", "entries", "told"),
    [
        (0, [(MB, MB)], None),
        (MB // 2, [(MB // 2, MB)], None),
        (MB // 2, [(MB // 2, MB), (MB // 2, MB)], "2 MB uitgepakt (inflated)"),
        (700_000, [(700_000, MB)], "1 MB uitgepakt (inflated)"),
        (0, [(2 * MB, MB)], "2 MB uitgepakt (inflated)"),
    ],
)
def test_what_a_container_says_it_holds_counts_with_what_came_before(
    before: int, entries: list[tuple[int, int]], told: str | None
) -> None:
    intake: Any = SimpleNamespace(inflated=before, limits=Settings(max_inflated_mb=1))
    assert _said(intake, *entries) == told


def test_a_part_that_inflates_too_much_is_refused_unless_it_is_small() -> None:
    intake: Any = SimpleNamespace(inflated=0, limits=Settings(max_inflated_mb=100, max_inflate_ratio=50))
    assert _said(intake, (50 * MB, MB)) is None and _said(intake, (10 * MB, 1)) is None
    assert _said(intake, (51 * MB, MB)) == "a.csv x51"
    assert _said(intake, (11 * MB, 0)) == f"a.csv x{11 * MB}"


def _said(intake: Any, *entries: tuple[int, int]) -> str | None:
    holder: Any = _Says(*entries)
    try:
        container._hold_to_what_it_says(holder, intake)
    except Refused as refused:
        assert refused.refusal.rule_id == "F08"
        return refused.refusal.value
    return None


@pytest.mark.parametrize(
    ("size", "packed_size", "limits", "told"),
    [
        (2 * MB, MB, {"max_inflated_mb": 1}, "2 MB uitgepakt (inflated)"),
        (MB, MB, {"max_inflated_mb": 1}, None),
        (11 * MB, 1, {"max_inflate_ratio": 50}, "a.csv"),
        (10 * MB, 1, {"max_inflate_ratio": 50}, None),
        (11 * MB, MB, {"max_inflate_ratio": 11}, None),
    ],
)
def test_what_really_comes_out_is_counted_though_less_was_said(
    size: int, packed_size: int, limits: dict[str, Any], told: str | None
) -> None:
    entry = ZipInfo("a.csv")
    entry.compress_size = packed_size
    holder: Any = SimpleNamespace(open=lambda _: io.BytesIO(bytes(size)))
    intake: Any = SimpleNamespace(inflated=0, limits=Settings(**limits))
    try:
        container._inflate(holder, entry, intake)
        assert told is None and intake.inflated == size
    except Refused as refused:
        assert (refused.refusal.rule_id, refused.refusal.value) == ("F08", told)


def test_of_one_defect_fifty_places_are_named(tmp_path: Path) -> None:
    ragged = ["VV001;Opgestart"] * 60
    assert rule_ids(parsed(tmp_path, plain_csv(*ragged))[0]) == ["F04"] * 50


def test_a_formula_is_text_and_is_never_evaluated(tmp_path: Path) -> None:
    formula = "=WEBSERVICE(\"http://localhost/\")&cmd|' /C calc'!A0"
    _, rows = parsed(tmp_path, plain_csv(f'VV001;Opgestart;;"{formula.replace(chr(34), chr(34) * 2)}"'))
    assert rows[0]["texts"][3] == formula


@pytest.mark.parametrize("declared", [b"<!DOCTYPE x>", b'<!DOCTYPE x [<!ENTITY a "VV001">]>'])
@pytest.mark.parametrize(
    "part",
    [SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"],
)
def test_a_document_type_in_any_part_that_is_read_is_refused(tmp_path: Path, part: str, declared: bytes) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_string("A2", "VV001")
        sheet.write_number("C2", 1)

    content = with_part(workbook(fill), part, lambda xml: re.sub(rb"(<[a-zA-Z])", declared + rb"\1", xml, count=1))
    result, _ = parsed(tmp_path, content)
    assert [(r.rule_id, r.value) for r in result.refusals] == [
        ("F01", f"Excel: {part} heeft een / has a document type (DTD)")
    ]


def test_xml_that_is_marked_is_read_by_defusedxml() -> None:
    """In the child that opens it, also where lxml is installed for something else."""
    asked = """
import openpyxl
from defusedxml import ElementTree as defused
from openpyxl.xml import functions
assert openpyxl.DEFUSEDXML and not openpyxl.LXML
assert functions.iterparse is defused.iterparse
assert functions.fromstring is defused.fromstring
"""
    subprocess.run([sys.executable, "-c", asked], env=sandbox._environment(), check=True)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[list[Job]]:
    """A good file on either side of what a test puts in between."""
    for name in ("good", "also good"):
        (tmp_path / name).write_bytes(plain_csv())
    rows = [f"VV001;Opgestart;;{os.urandom(40).hex()}" for _ in range(480_000)]
    (tmp_path / "between").write_bytes(plain_csv(*rows))
    yield [Job(tmp_path / name, "veerkracht", tmp_path / f"{name}-out") for name in ("good", "between", "also good")]


def outcome(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((job.target / "parsed.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("limits", "value", "allowed"),
    [
        ({"parse_seconds": 1}, "> 1 s", "<= 1 s"),
        ({"max_output_mb": 1}, "rows.parquet", "<= 1 MB"),
        ({"parse_memory_mb": 20}, "geheugen (memory)", "<= 20 MB"),
    ],
)
def test_a_child_that_breaks_a_limit_says_which(
    files: list[Job], limits: dict[str, Any], value: str, allowed: str
) -> None:
    parse_all(files[1:2], Settings(**limits))
    (refusal,) = outcome(files[1])["refusals"]
    assert (refusal["rule_id"], refusal["value"], refusal["expected"]) == ("F08", value, allowed)


def test_all_bombs_in_one_delivery_leave_the_others_read(files: list[Job], tmp_path: Path) -> None:
    between = []
    for number, (build, *_) in enumerate(BOMBS.values()):
        path = tmp_path / f"bomb {number}"
        path.write_bytes(build())
        between.append(Job(path, "veerkracht", tmp_path / f"out {number}"))
    jobs = [files[0], *between, files[2]]
    parse_all(jobs, Settings())
    assert all(outcome(job)["refusals"] for job in between)
    assert [outcome(job)["sheets"][0]["row_count"] for job in (files[0], files[2])] == [1, 1]
