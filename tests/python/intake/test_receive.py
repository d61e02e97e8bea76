"""The intake: what is kept, what is read, and what is refused with which word."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from flows import registry
from flows.intake import archive
from flows.intake.fit import Refusal, choose, clean_headers, fits, unknown_headers
from flows.intake.parse import Parsed, parse_file
from flows.intake.reading import Job, parse_all
from flows.registry import Layout
from flows.settings import Settings

LIMITS = Settings()
HEADER = "Projectcode;Projectstatus;VR-document;Toelichting"
NOW = datetime(2021, 4, 1, tzinfo=UTC)


def parsed(tmp_path: Path, content: bytes, plan: str = "veerkracht") -> tuple[Parsed, list[dict[str, Any]]]:
    path = tmp_path / "content"
    path.write_bytes(content)
    target = tmp_path / "target"
    target.mkdir(exist_ok=True)
    result = parse_file(path, registry.layouts(plan), target, LIMITS)
    return result, pq.read_table(target / "rows.parquet").to_pylist()


def csv_of(*rows: str, end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    lines = [HEADER, *rows, f"EINDE;{len(rows)}"]
    return (end.join(lines) + end).encode(encoding)


def test_bytes_are_kept_once_and_a_receipt_says_so(tmp_path: Path) -> None:
    path = tmp_path / "OMG_status_m1_v2.csv"
    path.write_bytes(csv_of("VV001;Opgestart;;"))
    receipt = archive.receipt_for(path, "veerkracht", "m1", NOW)
    assert not archive.is_received(tmp_path / "archive", receipt)
    archive.keep(tmp_path / "archive", path, receipt)
    archive.keep(tmp_path / "archive", path, receipt)
    assert archive.receipts(tmp_path / "archive", receipt.plan_code) == [receipt]
    assert archive.content_path(tmp_path / "archive", receipt.sha256).read_bytes() == path.read_bytes()
    assert receipt.declared_version == 2


def test_a_file_that_changes_while_it_is_received_is_received_another_time(tmp_path: Path) -> None:
    path, kept = tmp_path / "OMG_status_m1.csv", tmp_path / "archive"
    path.write_bytes(csv_of("VV001;Opgestart;;"))
    receipt = archive.receipt_for(path, "veerkracht", "m1", NOW)
    path.write_bytes(csv_of("VV001;Stopgezet;;"))
    with pytest.raises(OSError, match=r"OMG_status_m1\.csv changed while it was received"):
        archive.keep(kept, path, receipt)
    assert archive.receipts(kept, "veerkracht") == [] and not archive.content_path(kept, receipt.sha256).exists()
    later = archive.receipt_for(path, "veerkracht", "m1", NOW)
    archive.keep(kept, path, later)
    assert archive.receipts(kept, "veerkracht") == [later]
    assert archive.content_path(kept, later.sha256).read_bytes() == path.read_bytes()


def test_unfinished_files_wait(tmp_path: Path) -> None:
    folder = tmp_path / "m1"
    folder.mkdir(parents=True)
    for name in ("a.csv", ".hidden.csv", "~$a.xlsx", "b.csv.part"):
        (folder / name).write_text("x")
    assert [path.name for _, path in archive.waiting_files(tmp_path)] == ["a.csv"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_csv_file_is_read_in_any_declared_encoding_and_line_end(tmp_path: Path, encoding: str, end: str) -> None:
    result, rows = parsed(tmp_path, csv_of('VV001;Opgestart;;"België, regel 1\nregel 2"', end=end, encoding=encoding))
    assert not result.refusals
    assert rows == [
        {
            "sheet": "csv",
            "row_number": 2,
            "texts": ["VV001", "Opgestart", "", "België, regel 1\nregel 2"],
            "kinds": "tt t",
        }
    ]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_without_an_end_marker_any_line_end_closes_a_file_and_a_cut_one_is_refused(tmp_path: Path, end: str) -> None:
    layout = next(layout for layout in registry.layouts("fr_barometre") if layout.code == "fr_chantiers")
    assert not layout.end_marker
    headers = [names[0] for names in layout.fields]
    lines = [layout.delimiter.join(cells) for cells in (headers, ["x"] * len(headers), ["y"] * len(headers))]
    whole = (end.join(lines) + end).encode()
    result, rows = parsed(tmp_path, whole, "fr_barometre")
    assert not result.refusals and [row["texts"][0] for row in rows] == ["x", "y"]
    cut, _ = parsed(tmp_path, whole.removesuffix(end.encode()), "fr_barometre")
    assert [refusal.rule_id for refusal in cut.refusals] == ["F05"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "F01"),
        (b"PK\x03\x04 no zip", "F01"),
        (csv_of('VV001;Opgestart;;"open'), "F01"),
        (csv_of("VV001;Opgestart;;")[:-10], "F05"),
        (csv_of("VV001;Opgestart;;").replace(b"EINDE;1", b"EINDE;2"), "F05"),
        (csv_of("VV001;Opgestart;;").replace(b"Projectcode", b"Code"), "F02"),
        (b"\xff\xfe" + b"odd", "F06"),
        (b"<html><body>Projectcode</body></html>\n", "F07"),
    ],
)
def test_what_cannot_be_read_as_meant_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    result, rows = parsed(tmp_path, content)
    assert [refusal.rule_id for refusal in result.refusals] == [rule]
    assert not result.sheets and not rows


def test_rows_that_are_not_as_wide_as_the_header_are_named_and_the_others_read(tmp_path: Path) -> None:
    result, rows = parsed(tmp_path, csv_of("VV001;Opgestart;;", "VV002;Opgestart;", "VV003;Opgestart;;a;b", "VV004;;;"))
    assert [(r.rule_id, r.row_number, r.value, r.expected) for r in result.refusals] == [
        ("F04", 3, "3", "4"),
        ("F04", 4, "5", "4"),
    ]
    assert [(row["row_number"], row["texts"]) for row in rows] == [
        (2, ["VV001", "Opgestart", "", ""]),
        (5, ["VV004", "", "", ""]),
    ]
    assert result.sheets[0].row_count == 2


def test_an_unknown_column_is_told_and_read_past(tmp_path: Path) -> None:
    content = csv_of("VV001;Opgestart;;;mine").replace(HEADER.encode(), HEADER.encode() + b";Eigen kolom")
    content = content.replace(b"EINDE;1", b"EINDE;1")
    result, _ = parsed(tmp_path, content)
    assert [(r.rule_id, r.column_name, r.column_number) for r in result.refusals] == [("F09", "Eigen kolom", 5)]
    assert result.sheets[0].row_count == 1


def test_the_nearest_layout_is_named_with_what_is_missing() -> None:
    refusal = choose(registry.layouts("veerkracht"), ["Projectcode", "Projectstatus", "Toelichting"], "csv")
    assert isinstance(refusal, Refusal)
    assert refusal.expected == "vv_status: VR-document"
    assert refusal.value == "Projectcode | Projectstatus | Toelichting"


def test_two_fitting_layouts_are_never_guessed_between() -> None:
    (layout,) = (x for x in registry.layouts("veerkracht") if x.code == "vv_status")
    refusal = choose([layout, layout], HEADER.split(";"), "csv")
    assert isinstance(refusal, Refusal) and refusal.rule_id == "F03"


def layout_of(**changes: object) -> Layout:
    values: dict[str, object] = {
        "code": "x",
        "plan_code": "p",
        "sheet_name": "",
        "delimiter": ";",
        "fallback_encoding": "",
        "header_row": 1,
        "end_marker": "",
        "fields": (("Code", "Key"), (r"re:Cost \d{4}",)),
        "ignored_headers": (r"re:Annex \d+",),
        "optional_fields": (("Rating", "Score"),),
    }
    return Layout(**values | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("headers", "does_fit"),
    [
        ("Code|Cost 2026", True),
        ("Key|Cost 2027|Rating", True),
        ("Key|Cost 2027|Score|Annex 1|Annex 12", True),
        ("Code|Key|Cost 2026", False),  # two alternatives: which one?
        ("Code|Cost 2026|Cost 2027", False),  # two that match the pattern: which one?
        ("Code|Cost 2026|Rating|Score", False),  # an optional one may be there once
        ("Code|Total Cost 2026", False),  # a pattern matches the whole header
        ("Cost 2026|Rating", False),
    ],
)
def test_a_layout_fits_by_names_patterns_and_options(headers: str, does_fit: bool) -> None:
    assert fits(layout_of(), headers.split("|")) is does_fit


def test_only_what_the_layout_says_nothing_about_is_unknown() -> None:
    headers = ["Code", "Cost 2026", "Rating", "Annex 3", "Annexe", ""]
    assert unknown_headers(layout_of(), headers) == [(5, "Annexe")]


def test_headers_lose_marks_and_spaces_and_twins_get_numbers() -> None:
    assert clean_headers(["\ufeffa ", "b\n c", "a", None, ""]) == ["a", "b c", "a (2)"]


def test_cells_of_a_workbook_keep_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Status")
        for column, header in enumerate(HEADER.split(";")):
            sheet.write_string(0, column, header)
        sheet.write_number(1, 0, 0.1 + 0.2)
        sheet.write_datetime(1, 1, datetime(2021, 6, 30), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_boolean(1, 2, True)
        sheet.write_formula(1, 3, "=1/0", value="#DIV/0!")
        sheet.write_string(3, 0, "1.234")
    result, rows = parsed(tmp_path, path.read_bytes())
    assert not result.refusals
    assert [(row["row_number"], row["texts"], row["kinds"]) for row in rows] == [
        (2, ["0.3", "2021-06-30", "true", "#DIV/0!"], "ndbe"),
        (4, ["1.234", None, None, None], "t   "),
    ]


def test_a_child_that_dies_refuses_its_file_and_reads_the_rest(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_bytes(csv_of("VV001;Opgestart;;"))
    jobs = [
        Job(tmp_path / "missing", "veerkracht", tmp_path / "1"),
        Job(good, "veerkracht", tmp_path / "2"),
    ]
    done: list[Job] = []
    parse_all(jobs, LIMITS, done.append)
    first, second = (json.loads((job.target / "parsed.json").read_text()) for job in jobs)
    assert [r["rule_id"] for r in first["refusals"]] == ["F08"]
    assert second["sheets"][0]["row_count"] == 1
    assert done == jobs
