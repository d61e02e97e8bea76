"""Files as ministries and mischief makers send them, for the tests of the intake."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow.parquet as pq
import xlsxwriter

from flows import registry
from flows.intake.parse import Parsed, parse_file
from flows.settings import Settings

HEADERS = ["Projectcode", "Projectstatus", "VR-document", "Toelichting"]
FINANCE_HEADERS = [
    "Projectcode",
    "Uitvoering",
    "Budget (EUR)",
    "Vastgelegd VAK (EUR)",
    "Vereffend VEK (EUR)",
    "Toelichting",
]
Fill = Callable[[Any, Any], object]


def parsed(
    tmp_path: Path, content: bytes, plan: str = "veerkracht", limits: Settings | None = None
) -> tuple[Parsed, list[dict[str, Any]]]:
    """What the intake makes of these bytes: sheets with refusals, and rows."""
    path = tmp_path / "content"
    path.write_bytes(content)
    target = tmp_path / "target"
    target.mkdir(exist_ok=True)
    result = parse_file(path, registry.layouts(plan), target, limits or Settings())
    return result, pq.read_table(target / "rows.parquet").to_pylist()


def rule_ids(result: Parsed) -> list[str]:
    return [refusal.rule_id for refusal in result.refusals]


def workbook(fill: Fill, sheet: str = "Status", headers: list[str] = HEADERS, **options: Any) -> bytes:
    """A workbook of one sheet with a header row, filled by (book, sheet)."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        worksheet = book.add_worksheet(sheet)
        for column, header in enumerate(headers):
            worksheet.write_string(0, column, header)
        fill(book, worksheet)
    return content.getvalue()


def plain_workbook(rows: int = 1) -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        for row in range(1, rows + 1):
            sheet.write_string(row, 0, f"VV{row:03}")
            sheet.write_string(row, 1, "Opgestart")

    return workbook(fill)


def plain_csv(*rows: str, header: str = ";".join(HEADERS)) -> bytes:
    rows = rows or ("VV001;Opgestart;;",)
    return ("\r\n".join([header, *rows, f"EINDE;{len(rows)}"]) + "\r\n").encode()


def packed(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as container:
        for name, member in members.items():
            container.writestr(name, member)
    return content.getvalue()


def with_part(book: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    with ZipFile(io.BytesIO(book)) as container:
        parts = {entry: container.read(entry) for entry in container.namelist()}
    assert name in parts
    changed = change(parts[name])
    assert changed != parts[name]
    return packed({**parts, name: changed})


def with_sheet_data(book: bytes, data: bytes) -> bytes:
    """A workbook with other rows in its first sheet."""
    return with_part(
        book,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + data + b"</sheetData>", xml, flags=re.S),
    )
