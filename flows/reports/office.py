"""A document that officials edit: the same sentences, tables and pictures as its pages, as DOCX."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil
from typing import Any

import docx
from docx.document import Document as Written
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor, Twips

from flows.reports import questions
from flows.reports.declared import Document

_SOFT = RGBColor(0x55, 0x60, 0x6E)
_STRUCTURE = {"nl": "nl-BE", "en": "en-GB"}
_WIDE = Cm(11)
_PAGE, _MARGIN, _BESIDE = (Cm(21), Cm(29.7)), Cm(2), Cm(0.1)
"""A4, and what stands free beside the text of a cell."""
_LETTER, _BOLD, _SHORT = Cm(0.14), 1.2, 15
"""How wide a letter of a table is, how many a bold one counts for, and up to how many of them a text is not broken."""


def document(document: Document, data: Mapping[str, Any], language: str, moment: datetime) -> bytes:
    """The document as DOCX: per section its sentences, then its tables and pictures, then what its keys stand for.

    Args:
        data: what its page is filled with.
        moment: the only one that the file tells of.
    """
    head, words = data["head"], data["words"]
    written = docx.Document()
    _properties(written, head, language, moment)
    written.add_heading(head["title"], 0)
    written.add_paragraph(" · ".join((head["plan"], head["meetmoment"], head["cutoff"], head["scope"])))
    for section in document.sections:
        written.add_heading(words[section], 1)
        _paragraph(written, data["sentences"][section])
        for name, laid in document.office.get(section, {}).get("tables", {}).items():
            _table(written, data["rows"][name], laid, words)
        for name in document.office.get(section, {}).get("charts", ()):
            _picture(written, data["charts"][name])
    _signature(written, head, language)
    _colophon(written, head, language)
    return _same_bytes(written, moment)


def _properties(written: Written, head: Mapping[str, str], language: str, moment: datetime) -> None:
    about = written.core_properties
    about.title, about.author, about.language = head["title"], head["plan"], _STRUCTURE[language]
    about.created = about.modified = moment.replace(tzinfo=None)
    about.last_modified_by, about.revision, about.comments = head["plan"], 1, head["release_id"]
    written.styles["Normal"].font.size = Pt(10)
    section = written.sections[0]
    section.page_width, section.page_height = _PAGE
    section.left_margin = section.right_margin = _MARGIN
    written.sections[0].header.paragraphs[
        0
    ].text = f"{head['title']} · {head['release_id']} · sha256 {head['sha256'][:12]}"


def _paragraph(written: Written, sentences: Iterable[Mapping[str, Any]]) -> None:
    """The sentences of a section; behind each figure its key, small."""
    paragraph = written.add_paragraph()
    for sentence in sentences:
        for part in sentence["parts"]:
            run = paragraph.add_run(_plain(part["text"]))
            if part["key"]:
                run.bold = True
                key = paragraph.add_run(f" {part['key']}")
                key.font.size, key.font.color.rgb = Pt(6), _SOFT
        paragraph.add_run(" ")


def _table(
    written: Written, rows: list[Mapping[str, str]], columns: Mapping[str, str], words: Mapping[str, str]
) -> None:
    if not rows:
        return
    table = written.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
    for cell, word in zip(table.rows[0].cells, columns.values(), strict=True):
        cell.text = words.get(word, word)
    for row in rows:
        for cell, column in zip(table.add_row().cells, columns, strict=True):
            cell.text = _plain(row[column])
    table.autofit = False
    texts = [[words.get(word, word) for word in columns.values()], *([row[name] for name in columns] for row in rows)]
    widths = _widths(texts)
    _margins(table)
    for width, column in zip(widths, table.columns, strict=True):
        column.width = width
    for line in table.rows:
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for width, cell, name in zip(widths, line.cells, columns, strict=True):
            cell.width = width
            if questions.form(name):  # a figure
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(6.5)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # repeated where the table runs on
    written.add_paragraph()  # two tables that touch become one


def _widths(lines: list[list[str]]) -> list[Twips]:
    """The widths of the columns of a table: figures stand on one line, and names share what is left of the page."""
    columns = list(zip(*lines, strict=True))  # the first line is the heading, in bold
    longest = [max(ceil(_BOLD * len(heading)), *map(len, cells)) for heading, *cells in columns]
    needed = [(letters + 1) * _LETTER + 2 * _BESIDE for letters in longest]
    left = (
        _PAGE[0] - 2 * _MARGIN - sum(width for width, letters in zip(needed, longest, strict=True) if letters <= _SHORT)
    )
    long = sum(letters for letters in longest if letters > _SHORT)
    shares = (
        width if letters <= _SHORT else min(width, left * letters / long)
        for width, letters in zip(needed, longest, strict=True)
    )
    return [Twips(int(share / Twips(1))) for share in shares]  # the unit of the file, which rounds to the nearest


def _margins(table: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(int(_BESIDE.twips)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # Where the form of the file wants it: before the look, which comes last.
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _picture(written: Written, chart: Mapping[str, str] | None) -> None:
    if chart is None:
        return
    import vl_convert  # an engine of its own: loaded by who draws only

    above = written.add_paragraph()
    above.add_run(_plain(chart["title"])).bold = True
    above.paragraph_format.keep_with_next = True
    drawn = written.add_picture(io.BytesIO(vl_convert.svg_to_png(chart["svg"], scale=2)), width=_WIDE)
    about = drawn._inline.docPr
    about.set("descr", _plain(chart["alt"]))
    about.set("title", chart["title"])


def _signature(written: Written, head: Mapping[str, str], language: str) -> None:
    drawn_up, who, signature = {
        "nl": ("Opgemaakt op", "Naam en functie", "Handtekening"),
        "en": ("Drawn up on", "Name and position", "Signature"),
    }[language]
    written.add_paragraph(f"{drawn_up} {head['published']}").paragraph_format.keep_with_next = True
    for place in (who, signature):
        line = written.add_paragraph(f"{place}:\t")
        line.paragraph_format.tab_stops.add_tab_stop(_WIDE, leader=WD_TAB_LEADER.LINES)
        line.paragraph_format.space_before = Pt(10)


def _colophon(written: Written, head: Mapping[str, str], language: str) -> None:
    told = {
        "nl": f"Gemaakt uit uitgave {head['release_id']}, gepubliceerd op {head['published']}; sha256 van de gegevens"
        f" {head['sha256']}. De sleutels leiden elk cijfer naar bestand, blad en cel: veerkracht trace SLEUTEL, of"
        f" {head['address']}.",
        "en": f"Made from release {head['release_id']}, published on {head['published']}; sha256 of the data"
        f" {head['sha256']}. The keys lead each figure to file, sheet and cell: veerkracht trace KEY, or"
        f" {head['address']}.",
    }
    for text in (told[language], head["plan_note"]):
        run = written.add_paragraph().add_run(_plain(text))
        run.font.size, run.font.color.rgb = Pt(7.5), _SOFT


def _plain(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(
        letter for letter in text if letter in "\n\t" or (ord(letter) >= 32 and not 0xFFFE <= ord(letter) <= 0xFFFF)
    )


def _same_bytes(written: Written, moment: datetime) -> bytes:
    """The file with one moment on each of its parts, so that two makings are the same."""
    made, again = io.BytesIO(), io.BytesIO()
    written.save(made)
    with zipfile.ZipFile(made) as first, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as second:
        for part in first.infolist():
            entry = zipfile.ZipInfo(part.filename, moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            second.writestr(entry, first.read(part))
    return again.getvalue()
