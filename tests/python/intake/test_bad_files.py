"""Returns with one defect each: named with sheet, row and column, refused, and the current release left alone."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import DemoRun, in_short, put
from replay import without_dbt

from demo.demo_nights import CSV_ENCODING
from demo.return_files import write_csv
from demo.return_tables import return_sheets
from flows.check import check
from flows.night import Night, runbook
from flows.release import kept
from flows.settings import Settings

IN_TIME = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)
Defect = Callable[[bytes], bytes]


def cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def cut_at_a_line_end(content: bytes) -> bytes:
    return b"\r\n".join(content.split(b"\r\n")[:10]) + b"\r\n"


def wrong_header(content: bytes) -> bytes:
    return content.replace(b"Vastgelegd VAK (EUR)", b"VAK")


def duplicate_key(content: bytes) -> bytes:
    lines = content.split(b"\r\n")
    lines.insert(2, lines[1])
    count = int(lines[-2].split(b";")[1])
    lines[-2] = b"EINDE;%d" % (count + 1)
    return b"\r\n".join(lines)


def text_in_an_amount(content: bytes) -> bytes:
    lines = content.split(b"\r\n")
    cells = lines[3].split(b";")
    cells[3] = b"nog te bepalen"
    lines[3] = b";".join(cells)
    return b"\r\n".join(lines)


DEFECTS: dict[str, Defect] = {
    "MOW_financien_m7_half.csv": cut_in_half,
    "MOW_financien_m7_line.csv": cut_at_a_line_end,
    "MOW_financien_m7_header.csv": wrong_header,
    "MOW_financien_m7_twice.csv": duplicate_key,
    "MOW_financien_m7_text.csv": text_in_an_amount,
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What a night says of one good file and five bad ones."""
    settings = Settings(home=tmp_path_factory.mktemp("bad"))
    written = {sheet.name: settings.home / f"MOW_{sheet.name.lower()}_m7.csv" for sheet in return_sheets("MOW", 7)}
    for sheet in return_sheets("MOW", 7):
        write_csv(written[sheet.name], sheet, CSV_ENCODING["MOW"])
    put(settings, written["Projecten"], "veerkracht", "m7")
    good = written["Financien"].read_bytes()
    for name, defect in DEFECTS.items():
        bad = settings.home / name
        bad.write_bytes(defect(good))
        assert bad.read_bytes() != good
        put(settings, bad, "veerkracht", "m7")
    with in_short():
        outcome = runbook(Night(settings))
    assert outcome.rejected == sorted(DEFECTS)
    return [finding for finding in outcome.findings if finding["severity"] == "critical"]


@pytest.mark.parametrize(
    ("name", "rule", "row", "column"),
    [
        ("MOW_financien_m7_half.csv", "F", None, None),
        ("MOW_financien_m7_line.csv", "F05", 10, None),
        ("MOW_financien_m7_header.csv", "F02", 1, None),
        ("MOW_financien_m7_twice.csv", "K01", 2, "Projectcode"),
        ("MOW_financien_m7_text.csv", "V01", 4, "Vastgelegd VAK (EUR)"),
    ],
)
def test_a_defect_in_a_csv_file_is_named(
    judged: list[dict[str, Any]], name: str, rule: str, row: int | None, column: str | None
) -> None:
    findings = [finding for finding in judged if finding["file_name"] == name]
    assert findings
    assert all(f["rule_id"].startswith(rule) for f in findings)
    if row:
        assert (findings[0]["sheet"], findings[0]["row_number"]) == ("csv", row)
    if column:
        assert findings[0]["column_name"] == column
    assert all(f["message_nl"] and f["message_en"] for f in findings)


def edited(source: Path, target: Path, sheet: str, row: int, header: str, value: object) -> Path:
    """A copy of a workbook with one cell changed."""
    book = openpyxl.load_workbook(source)
    worksheet = book[sheet]
    headers = [cell.value for cell in worksheet[1]]
    worksheet.cell(row=row, column=headers.index(header) + 1).value = value  # type: ignore[assignment]
    book.save(target)
    return target


def test_a_workbook_with_31_june_holds_the_night_and_leaves_the_release(small: DemoRun, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    shutil.copytree(small.settings.home, settings.home, symlinks=True)
    before = kept.current(settings)
    assert before
    source = settings.inbox / "m7" / "OMG_return_m7.xlsx"
    bad = edited(source, tmp_path / "OMG_return_m7_v3.xlsx", "Mijlpalen", 5, "Geplande datum", "31/06/2025")
    put(settings, bad, "veerkracht", "m7")
    with without_dbt():
        outcome = runbook(Night(settings))
    assert outcome.verdict == "held"
    assert outcome.rejected == ["OMG_return_m7_v3.xlsx"]
    (finding,) = [f for f in outcome.findings if f["severity"] == "critical"]
    assert (finding["rule_id"], finding["sheet"], finding["row_number"]) == ("V02", "Mijlpalen", 5)
    assert finding["column_name"] == "Geplande datum"
    assert finding["received_value"] == "31/06/2025"
    after = kept.current(settings)
    assert after and after.manifest == before.manifest


@pytest.fixture(scope="module")
def previewed(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What check says of a return as sent, of one with a defect, and of cut ones, by file; it changes nothing."""
    folder = tmp_path_factory.mktemp("previewed")
    source = small.settings.inbox / "m7" / "OMG_return_m7.xlsx"
    files = [
        source,
        edited(source, folder / "OMG_return_m7_v4.xlsx", "Financien", 3, "Vereffend VEK (EUR)", "veel"),
        *(folder / name for name in CUTS),
    ]
    content = source.read_bytes()
    for name, part in CUTS.items():
        (folder / name).write_bytes(content[: int(len(content) * part)])
    archived = sorted(small.settings.archive.rglob("*"))
    findings = check(small.settings, files, "m7", IN_TIME).findings
    assert sorted(small.settings.archive.rglob("*")) == archived
    return {file.name: [f for f in findings if f["file_name"] == file.name] for file in files}


CUTS = {f"OMG_return_m7_{percent}.xlsx": percent / 100 for percent in (25, 50, 90)}


def test_check_says_what_a_night_says(previewed: dict[str, list[dict[str, Any]]]) -> None:
    bad = previewed["OMG_return_m7_v4.xlsx"]
    assert [(f["rule_id"], f["sheet"], f["row_number"]) for f in bad if f["severity"] == "critical"] == [
        ("V01", "Financien", 3)
    ]
    assert [f for f in previewed["OMG_return_m7.xlsx"] if f["severity"] in ("critical", "error")] == []


@pytest.mark.parametrize("name", CUTS)
def test_a_workbook_cut_anywhere_is_refused(previewed: dict[str, list[dict[str, Any]]], name: str) -> None:
    assert [f["rule_id"] for f in previewed[name] if f["severity"] == "critical"] == ["F01"]
