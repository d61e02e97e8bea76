"""Small workbooks: a sheet per question, links to them on the first, every figure with its short key."""

import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from flows.forms.workbook import on_paper
from flows.reports.declared import Document
from flows.reports.questions import KEY, TRACE_KEY, Row

_KEY_LABEL = "Sleutel"
_FIRST = "Inhoud"
_WIDEST = 60
_TEXT, _HEADING = 90, 18
"""After so many letters a remark on the first sheet, and the heading of a column, go on below."""


def book(document: Document, head: Mapping[str, str], rows: Mapping[str, list[Row]], moment: datetime) -> bytes:
    """The workbook of a document.

    Args:
        head: what is told of the release on the first sheet.
        rows: of its questions, by name; the names of their columns are what people read above them.
        moment: the only one that the file tells of.
    """
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_urls": False}) as written:
        written.set_properties({"title": head["title"], "author": head["plan"], "created": moment.replace(tzinfo=None)})
        looks = {
            "title": written.add_format({"bold": True, "font_size": 15}),
            "head": written.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "day": written.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            "amount": written.add_format({"num_format": "#,##0.00"}),
            "share": written.add_format({"num_format": "#,##0.00"}),
            "number": written.add_format({"num_format": "#,##0.####"}),
            "count": written.add_format({"num_format": "#,##0"}),
            # Beside a number, which stands at the right of its cell.
            "text": written.add_format({"indent": 1}),
            "wrapped": written.add_format({"text_wrap": True, "valign": "top"}),
            "link": written.get_default_url_format(),
        }
        _first(written, document, head, rows, looks)
        for question, sheet in document.sheets.items():
            _sheet(written, sheet["label"], sheet["question"], rows[question], looks)
    return made.getvalue()


def _first(
    written: xlsxwriter.Workbook,
    document: Document,
    head: Mapping[str, str],
    rows: Mapping[str, list[Row]],
    looks: Mapping[str, Any],
) -> None:
    page = written.add_worksheet(_FIRST)
    page.set_column(0, 0, 28)
    page.set_column(1, 1, _TEXT)
    page.set_column(2, 2, 10)
    _on_paper(page)
    page.write_string(0, 0, head["title"], looks["title"])
    told = {
        "Plan": head["plan"],
        "Meting": f"{head['meetmoment']}, stand op {head['cutoff']}",
        "Afbakening": head["scope"],
        "Uitgave": head["release_id"],
        "Gepubliceerd": head["published"],
        "sha256 van de gegevens": head["sha256"],
        "Sleutels": f"veerkracht trace SLEUTEL leidt naar bestand, blad en cel; ook in {head['address']}",
        "Leeg": "Een lege cel is niet gerapporteerd of niet van toepassing, nooit nul.",
        "Opmerking": head["plan_note"],
    }
    at = 2
    for label, text in told.items():
        page.write_string(at, 0, label, looks["wrapped"])
        page.write_string(at, 1, text, looks["wrapped"])
        _high_enough(page, at, [text], _TEXT)
        at += 1
    at += 1
    for place, text in enumerate(("Blad", "Vraag", "Rijen")):
        page.write_string(at, place, text, looks["head"])
    for question, sheet in document.sheets.items():
        at += 1
        page.write_url(at, 0, f"internal:'{sheet['label']}'!A1", looks["link"], sheet["label"])
        page.write_string(at, 1, sheet["question"])
        page.write_number(at, 2, len(rows[question]), looks["count"])


def _sheet(written: xlsxwriter.Workbook, label: str, question: str, rows: list[Row], looks: Mapping[str, Any]) -> None:
    page = written.add_worksheet(label)
    _on_paper(page)
    page.write_string(0, 0, question, looks["title"])
    page.write_url(1, 0, f"internal:'{_FIRST}'!A1", looks["link"], "naar de inhoud")
    if not rows:
        page.write_string(3, 0, "Hierover is bij deze meting niets gerapporteerd.")
        return
    columns = [column for column in rows[0] if not column.endswith(TRACE_KEY)]
    for place, column in enumerate(columns):
        page.write_string(3, place, _KEY_LABEL if column == KEY else column, looks["head"])
        longest = max(len(_text(row[column])) for row in rows)
        page.set_column(place, place, min(max(longest, min(len(column), _HEADING), 8) + 3, _WIDEST))
    _high_enough(page, 3, columns, _HEADING)
    page.repeat_rows(3)
    for at, row in enumerate(rows, start=4):
        for place, column in enumerate(columns):
            _cell(page, at, place, row[column], column, looks)
    page.freeze_panes(4, 1)
    page.autofilter(3, 0, 3 + len(rows), len(columns) - 1)


def _high_enough(page: Any, at: int, texts: Iterable[str], width: int) -> None:
    """A row in which texts that go on below stand whole: not every program finds its height by itself."""
    page.set_row(at, 15 * max(-(-len(text) // width) for text in texts))


def _on_paper(page: Any) -> None:
    """As every sheet, with its name and page below."""
    on_paper(page)
    page.set_footer("&L&A&R&P / &N")


def _cell(page: Any, at: int, place: int, value: Any, column: str, looks: Mapping[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, date):
        page.write_datetime(at, place, datetime(value.year, value.month, value.day), looks["day"])
    elif isinstance(value, int):
        page.write_number(at, place, value, looks["count"])
    elif isinstance(value, Decimal | float):
        page.write_number(at, place, float(value), looks[_look(column, value)])
    else:
        page.write_string(at, place, _text(value), looks["text"] if place else None)


def _look(column: str, value: Decimal | float) -> str:
    """How a number is shown: a whole one without the point that Excel leaves before decimals that are not there."""
    if "EUR" in column:
        return "amount"
    return "share" if "%" in column else "count" if value == int(value) else "number"


def _text(value: Any) -> str:
    return "" if value is None else str(value)
