"""The sender's own workbook back: cells with a finding filled and commented, and a sheet of findings in front.

Runs in the sandbox only (`flows.senders.answer.marking`): it opens a stranger's workbook. Formulas
stay the sender's and are not evaluated; what is written here is always text. The bytes depend on the workbook and the
findings.
"""

import io
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from flows import registry
from flows.registry import SEVERITIES
from flows.senders.answer.told import MOST_MARKED, Group, kind, shortened
from flows.senders.answer.verdict import Answer, Finding

FINDINGS_SHEET = "Bevindingen"
_FILLS = {"critical": "FFF4B6B0", "error": "FFFBD5A8", "warning": "FFFFF2B3", "info": "FFDCE6F5"}
_MARK, _OWN = "Bevinding / finding", "\n\n--- eigen nota / own note ---\n\n"
_NOTE_WIDTH, _NOTE_LETTERS, _NOTE_LINE, _NOTE_MOST = 380, 52, 17, 700
"""Of a note, in pixels: its width, how many letters stand in it, how high a line is, and the height of a screen."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEADERS = (
    ("Regel", "Rule", 13),
    ("Ernst", "Severity", 22),
    ("Blad", "Sheet", 15),
    ("Cel", "Cell", 28),
    ("Kolom", "Column", 22),
    ("Ontvangen", "Received", 26),
    ("Verwacht", "Expected", 28),
    ("Bevinding", "Finding", 62),
    ("Finding (English)", "", 62),
)


def is_workbook(path: Path) -> bool:
    """Whether the bytes are an XLSX workbook."""
    try:
        with zipfile.ZipFile(path) as container:
            return "xl/workbook.xml" in container.namelist()
    except zipfile.BadZipFile:
        return False


def mark(source: Path, answer: Answer, meetmoment: dict[str, str], target: Path) -> None:
    """Write the marked workbook.

    Args:
        source: the workbook as received.
        answer: its verdict and findings.
        meetmoment: its row of the calendar.
        target: the file to write.
    """
    with source.open("rb") as file:
        book = openpyxl.load_workbook(file, rich_text=True)
    modified = book.properties.modified
    if book.properties.creator == "openpyxl":
        book.properties.creator = None  # the library's own word for "nobody"
    for sheet in [s for s in book.worksheets if s.title == FINDINGS_SHEET]:
        book.remove(sheet)
    for sheet in book.worksheets:
        _unmark(sheet)
        sheet.sheet_view.tabSelected = False
    by_cell: dict[tuple[str, str], list[Finding]] = {}
    times: Counter[tuple[Any, ...]] = Counter()
    for finding in answer.findings:
        times[kind(finding)] += 1
        if finding["sheet"] in book.sheetnames and finding["row_number"] and times[kind(finding)] <= MOST_MARKED:
            cell = _shown(book[finding["sheet"]], finding["cell"] or f"A{finding['row_number']}")
            by_cell.setdefault((finding["sheet"], cell), []).append(finding)
    for (sheet_name, cell), findings in by_cell.items():
        _mark_cell(book[sheet_name], cell, findings)
    front = book.create_sheet(FINDINGS_SHEET, 0)
    book.active = 0
    _fill_front(front, answer, meetmoment, set(book.sheetnames))
    target.write_bytes(_saved(book, modified))


def _shown(sheet: Worksheet, coordinate: str) -> str:
    """The cell that is seen where this one is: of cells that are merged the first."""
    if not isinstance(sheet[coordinate], MergedCell):
        return coordinate
    area = next(area for area in sheet.merged_cells.ranges if coordinate in area)
    return str(sheet.cell(area.min_row, area.min_col).coordinate)


def _mark_cell(sheet: Worksheet, coordinate: str, findings: list[Finding]) -> None:
    cell = sheet[coordinate]
    worst = min((f["severity"] for f in findings), key=SEVERITIES.index)
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst])
    text = _clean("\n\n".join([_MARK, *map(_comment_text, findings)]))
    if cell.comment:
        text += _OWN + cell.comment.text
    cell.comment = Comment(text, "", width=_NOTE_WIDTH, height=_note_height(text))


def _note_height(text: str) -> int:
    """Pixels that a note needs to show all of its text: no program makes it higher by itself."""
    lines = sum(max(1, -(-len(line) // _NOTE_LETTERS)) for line in text.split("\n"))
    return min(_NOTE_LINE * (lines + 1), _NOTE_MOST)


def _comment_text(finding: Finding) -> str:
    word, _ = registry.severity_words()[finding["severity"]]
    return f"{finding['rule_id']} ({word})\n{finding['message_nl']}\n{finding['message_en']}"


def _unmark(sheet: Worksheet) -> None:
    """Take away the marks of an earlier answer: a sender may correct the marked workbook itself and send that.

    The sender's own note on such a cell is there again.
    """
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment and cell.comment.text.startswith(_MARK):
                _, _, own = cell.comment.text.partition(_OWN)
                cell.comment = Comment(own, "") if own else None
                cell.fill = PatternFill()


def _fill_front(sheet: Worksheet, answer: Answer, meetmoment: dict[str, str], sheet_names: set[str]) -> None:
    for column, (_, _, width) in enumerate(_HEADERS, start=1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = width
    _write(sheet, 1, 1, f"{answer.verdict_words[0]} / {answer.verdict_words[1]}", _font(bold=True, size=16))
    sheet.row_dimensions[1].height = 26
    _write(sheet, 2, 1, answer.next_words[0])
    _write(sheet, 3, 1, answer.next_words[1], _font(italic=True, color="FF5B6672"))
    facts: tuple[tuple[str, str | int], ...] = (
        ("Bestand / file", answer.file_name),
        ("Meetmoment", f"{meetmoment['label_nl']} ({answer.plan_code}/{answer.meetmoment_code})"),
        ("Ontvangen / received", answer.received_words),
        ("Nummer / submission", answer.submission_id),
        *((("Vragen / questions", answer.contact_words[0]),) if answer.contact_words[0] else ()),
        *(
            (f"{' / '.join(registry.severity_words()[severity])}".capitalize(), count)
            for severity, count in answer.counts.items()
        ),
    )
    for row, (name, value) in enumerate(facts, start=5):
        _write(sheet, row, 1, name, _font(color="FF5B6672"))
        _write(sheet, row, 4, value, _font(bold=isinstance(value, int)))
    header_row = 5 + len(facts) + 1
    for column, (nl, english, _) in enumerate(_HEADERS, start=1):
        _write(sheet, header_row, column, f"{nl} / {english}" if english else nl, _font(bold=True, color="FFFFFFFF"))
        sheet.cell(header_row, column).fill = PatternFill("solid", fgColor="FF1C2530")
    groups = answer.groups
    for row, group in enumerate(groups, start=header_row + 1):
        _fill_row(sheet, row, group, sheet_names)
    if groups:
        sheet.auto_filter.ref = f"A{header_row}:I{header_row + len(groups)}"
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{header_row}:{header_row}"


def _fill_row(sheet: Worksheet, row: int, group: Group, sheet_names: set[str]) -> None:
    finding = group.finding
    values = (
        finding["rule_id"],
        registry.severity_words()[finding["severity"]][0],
        finding["sheet"],
        group.where,
        finding["column_name"],
        finding["received_value"],
        finding["expected"],
        group.times_nl + finding["message_nl"],
        group.times_en + finding["message_en"],
    )
    for column, value in enumerate(values, start=1):
        _write(sheet, row, column, value or "")
        sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row, column).border = Border(bottom=Side("thin", color="FFD5DAE0"))
    lines = max(-(-len(str(value or "")) // width) for value, (*_, width) in zip(values, _HEADERS, strict=True))
    sheet.row_dimensions[row].height = 15.0 * max(lines, 1)  # no reader measures wrapped text the same way
    sheet.cell(row, 2).fill = PatternFill("solid", fgColor=_FILLS[finding["severity"]])
    if finding["row_number"] and finding["sheet"] in sheet_names:
        link = sheet.cell(row, 4)
        target = finding["cell"] or f"A{finding['row_number']}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quote_sheetname(finding['sheet'])}!{target}")
        link.font = _font(color="FF0B5CAD", underline="single")


def _write(sheet: Worksheet, row: int, column: int, value: str | int, font: Font | None = None) -> None:
    """A number as a number; text always as text, also when it looks like a formula and someone edits the cell."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        cell.alignment = Alignment(horizontal="left")
    else:
        cell.value = _clean(value)
        cell.data_type = "s"
        cell.quotePrefix = True
    cell.font = font or _font()


def _font(**properties: Any) -> Font:
    return Font(name="Calibri", **{"size": 11, **properties})


def _clean(text: str) -> str:
    """Without characters that a workbook cannot hold, and not endless."""
    return shortened(ILLEGAL_CHARACTERS_RE.sub("�", text))


def _saved(book: Any, modified: datetime | None) -> bytes:
    """The workbook's bytes without a trace of when they were written."""
    written = io.BytesIO()
    book.save(written)
    book.properties.modified = modified
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = tostring(book.properties.to_tree()) if name == "docProps/core.xml" else source.read(name)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return fixed.getvalue()
