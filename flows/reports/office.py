"""A document that officials edit: the same sentences, tables and pictures as its pages, as DOCX."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import compress
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
_FONT, _SIZE, _DIGIT, _WIDER, _SHORT, _NAME = "Arial", 6.5, Cm(0.13), 1.2, 15, Cm(2.2)
"""Of a table: its letters, how large they are (points), how wide a digit is and how many of these a letter or a bold
one counts for, up to how many letters a text is not broken, and what a column of longer ones has at least."""


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
            _table(written, data["rows"][name], laid, words, language)
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
    written: Written,
    rows: Sequence[Mapping[str, str]],
    columns: Mapping[str, str],
    words: Mapping[str, str],
    language: str,
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
    is_figure = [questions.form(name) is not None for name in columns]
    widths, size = _laid(texts, is_figure)
    _margins(table)
    for width, column in zip(widths, table.columns, strict=True):
        column.width = width
    for line in table.rows:
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for width, cell, of_figures in zip(widths, line.cells, is_figure, strict=True):
            cell.width = width
            if of_figures:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            for run in cell.paragraphs[0].runs:
                run.font.name, run.font.size = _FONT, size
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # repeated where the table runs on
    all_there_are, shown = rows[0].get("all_rows_count", ""), str(len(rows))
    said = {"nl": f"De eerste {shown} van {all_there_are}.", "en": f"The first {shown} of {all_there_are}."}
    # Two tables that touch become one.
    written.add_paragraph(said[language] if all_there_are not in ("", shown) else "")


def _laid(lines: list[list[str]], is_figure: Sequence[bool]) -> tuple[list[Twips], Pt]:
    """The widths of the columns of a table and the size of its letters: figures, short texts and each word of a heading
    stand on one line, in smaller letters where the page is too narrow for that; names share what is left of it."""
    needed, is_name = [], []
    for (heading, *cells), of_figures in zip(zip(*lines, strict=True), is_figure, strict=True):
        longest, word = max(map(len, cells)), max(map(len, heading.split()), default=0)
        digits = ceil(max(longest if of_figures else _WIDER * longest, _WIDER * word))
        needed.append((digits + 1) * _DIGIT + 2 * _BESIDE)
        is_name.append(longest > _SHORT and not of_figures)
    page = _PAGE[0] - 2 * _MARGIN
    names = sum(compress(needed, is_name))
    on_one_line = sum(needed) - names
    smaller = min(1, (page - sum(is_name) * _NAME) / on_one_line) if on_one_line else 1
    left = page - smaller * on_one_line
    shares = (
        min(width, left * width / names) if of_names else smaller * width
        for width, of_names in zip(needed, is_name, strict=True)
    )
    # the unit of the file, which rounds to the nearest
    return [Twips(int(share / Twips(1))) for share in shares], Pt(_SIZE * smaller)


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
