"""The intake: what is kept, what is read, and what is refused with which word."""

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from flows import registry
from flows.intake import archive, waiting
from flows.intake.parse import Parsed, parse_file
from flows.intake.reading import Job, NotRead, parse_all
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


def test_what_is_not_certain_to_last_was_not_received_nor_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last thing that can be refused is that a folder is synced, after the file in it has its name."""
    path, kept = tmp_path / "OMG_status_m1.csv", tmp_path / "archive"
    path.write_bytes(csv_of("VV001;Opgestart;;"))
    receipt = archive.receipt_for(path, "veerkracht", "m1", NOW)

    def refused(folder: Path) -> None:
        if folder.name in ("receipts", "withdrawals"):
            raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(archive, "sync", refused)
    with pytest.raises(OSError, match="Too many open files"):
        archive.keep(kept, path, receipt)
    assert not archive.is_received(kept, receipt)
    monkeypatch.undo()
    archive.keep(kept, path, receipt)
    monkeypatch.setattr(archive, "sync", refused)
    with pytest.raises(OSError, match="Too many open files"):
        archive.withdraw(kept, receipt, NOW, "a wrong file", "OMG")
    assert archive.withdrawals(kept, receipt.plan_code) == {} and archive.is_received(kept, receipt)


def test_a_file_that_changes_while_it_is_received_is_received_another_time(tmp_path: Path) -> None:
    path, kept = tmp_path / "OMG_status_m1.csv", tmp_path / "archive"
    path.write_bytes(csv_of("VV001;Opgestart;;"))
    receipt = archive.receipt_for(path, "veerkracht", "m1", NOW)
    path.write_bytes(csv_of("VV001;Stopgezet;;"))
    with pytest.raises(OSError, match=r"OMG_status_m1\.csv .*changed while it was received"):
        archive.keep(kept, path, receipt)
    assert archive.receipts(kept, "veerkracht") == [] and not archive.content_path(kept, receipt.sha256).exists()
    later = archive.receipt_for(path, "veerkracht", "m1", NOW)
    archive.keep(kept, path, later)
    assert archive.receipts(kept, "veerkracht") == [later]
    assert archive.content_path(kept, later.sha256).read_bytes() == path.read_bytes()


def test_unfinished_files_wait(tmp_path: Path) -> None:
    folder = tmp_path / "m1"
    folder.mkdir(parents=True)
    for name in ("a.csv", ".hidden.csv", "~$a.xlsx", "b.csv.part", "c.xlsx.filepart", ".d.csv.swp", "e.csv~"):
        (folder / name).write_text("x")
    assert [path.name for _, path in waiting.waiting_files(tmp_path)] == ["a.csv"]


def test_a_file_is_opened_as_a_file_and_nothing_else_is(tmp_path: Path) -> None:
    """A pipe would make a night wait for ever; a link leads out of the inbox."""
    plain, pipe, link = (tmp_path / name for name in ("plain", "pipe", "link"))
    plain.write_bytes(b"bytes")
    os.mkfifo(pipe)
    link.symlink_to(plain)
    with waiting.opened(plain) as file:
        assert file.read() == b"bytes"
    for other in (pipe, link, tmp_path):
        with pytest.raises(OSError), waiting.opened(other):
            raise AssertionError(other)


def test_a_name_that_is_no_utf_8_is_read_as_latin_and_shows_what_is_unseen() -> None:
    assert waiting.readable_name(Path("mijlpalen m1.xlsx")) == "mijlpalen m1.xlsx"
    assert waiting.readable_name(Path(os.fsdecode(b"Andr\xe9\x81\n.csv"))) == "Andr\u00e9\ufffd\ufffd.csv"


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
def test_without_an_end_marker_a_last_row_that_no_line_end_closes_is_read_and_told(tmp_path: Path, end: str) -> None:
    layout = next(layout for layout in registry.layouts("fr_barometre") if layout.code == "fr_chantiers")
    assert not layout.end_marker
    headers = [names[0] for names in layout.fields]
    lines = [layout.delimiter.join(cells) for cells in (headers, ["x"] * len(headers), ["y"] * len(headers))]
    whole = (end.join(lines) + end).encode()
    result, rows = parsed(tmp_path, whole, "fr_barometre")
    assert not result.refusals and [row["texts"][0] for row in rows] == ["x", "y"]
    open_, rows = parsed(tmp_path, whole.removesuffix(end.encode()), "fr_barometre")
    assert [refusal.rule_id for refusal in open_.refusals] == ["F25"]
    assert [row["texts"][0] for row in rows] == ["x", "y"]


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


def test_what_is_not_there_is_no_verdict_and_the_rest_is_read(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_bytes(csv_of("VV001;Opgestart;;"))
    jobs = [
        Job(tmp_path / "missing", "veerkracht", tmp_path / "1"),
        Job(good, "veerkracht", tmp_path / "2"),
    ]
    done: list[Job] = []
    with pytest.raises(NotRead, match="missing"):
        parse_all(jobs, LIMITS, done.append)
    assert not (jobs[0].target / "parsed.json").exists()
    assert json.loads((jobs[1].target / "parsed.json").read_text())["sheets"][0]["row_count"] == 1
    assert done == jobs[1:]
