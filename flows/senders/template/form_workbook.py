"""Writing the return: locked references, open cells, drop-downs, and a sheet that explains all of it.

Text is written as text, never as a formula. The bytes depend on the registry and the values alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from flows import registry
from flows.forms.workbook import on_paper
from flows.intake.stated import PROPERTY
from flows.senders.template.form_sheets import Column, FormSheet
from flows.senders.template.prefill import Prefilled, Value

_LAST_ROW = 5_000  # drop-downs and checks reach this far, so that added rows have them
_WIDTHS = {"code": 14, "code_list": 24, "date": 15, "amount": 20, "number": 16}
_NARROWEST_TEXT, _WIDEST_TEXT = 18, 60
_FORMATS = {"date": "dd/mm/yyyy", "amount": "#,##0.00", "number": "General"}
_FORMS = {
    "code": "code",
    "text": "tekst",
    "code_list": "keuze uit de lijst",
    "date": "dag, dd/mm/jjjj",
    "amount": "bedrag, ten hoogste twee decimalen",
    "number": "getal",
}
_GUIDE = (
    (
        "Vul de witte cellen in. Grijze zijn vergrendeld en zeggen waarover de rij gaat; gele wachten op een waarde.",
        "Fill in the white cells. Grey ones are locked and say what the row is about; yellow ones wait for a value.",
    ),
    (
        "Wat nieuw is, komt in een nieuwe rij onder de laatste. Haal geen rijen, kolommen of bladen weg.",
        "What is new goes in a new row under the last one. Do not remove rows, columns or sheets.",
    ),
    (
        "Leeg is niet gerapporteerd, 0 is nul, n.v.t. is niet van toepassing, vertrouwelijk is niet vrijgegeven.",
        "Empty is not reported, 0 is zero, n.v.t. is not applicable, vertrouwelijk is withheld.",
    ),
    (
        "Wat onder Toelichting staat, wordt gepubliceerd naast wat het verantwoordt: noem er functies en diensten, geen"
        " namen of andere persoonsgegevens. Een interne opmerking hoort niet in de rapportering.",
        "What stands under Toelichting is published beside what it accounts for: name functions and departments there,"
        " no persons or other personal data. An internal remark does not belong in the return.",
    ),
    (
        "Een toelichting in schuine letter is die van het vorige meetmoment: vervang ze waar er iets nieuws te zeggen"
        " is. Een wijziging zonder nieuwe toelichting leidt tot een waarschuwing.",
        "An explanation in italics is that of the previous meetmoment: replace it where there is something new to say."
        " A change without a new explanation leads to a warning.",
    ),
    (
        "Geef het bestand een naam die begint met de code van het beleidsdomein; een verbetering eindigt op _v2.",
        "Save the file under a name that begins with the code of the policy domain; a correction ends in _v2.",
    ),
)


@dataclass(frozen=True)
class Form:
    """Which return it is."""

    plan_code: str
    meetmoment: dict[str, str]
    """Its row of the calendar."""
    policy_domain: str | None
    explanation: str
    """Name of the explanation sheet."""


class _Styles:
    """The formats of a workbook, made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "Calibri", "valign": "top", **properties})
        return self._made[key]

    def cell(self, column: Column, locked: bool, is_earlier: bool = False) -> Any:
        properties: dict[str, Any] = {"num_format": _FORMATS.get(column.type, "@"), "locked": locked}
        if column.type == "text":
            properties |= {"text_wrap": True, "indent": 1}
        if column.type in ("date", "amount", "number"):  # not against the word in the next column
            properties |= {"align": "right", "indent": 1}
        if is_earlier:
            properties |= {"italic": True, "font_color": "#5B6672"}
        if locked:
            properties |= {"bg_color": "#E9ECEF", "font_color": "#3D4752", "border": 1, "border_color": "#D5DAE0"}
        return self.of(**properties)


def write_workbook(target: Path, form: Form, sheets: Sequence[FormSheet], values: Prefilled) -> None:
    """Write the return with its explanation in front."""
    opens_on = datetime.fromisoformat(form.meetmoment["opens_on"])
    with xlsxwriter.Workbook(target) as book:
        book.set_properties({"created": opens_on})
        book.set_custom_property(PROPERTY, form.meetmoment["meetmoment_code"], "text")
        styles = _Styles(book)
        lists = _write_explanation(book, styles, form, sheets, values)
        for sheet in sheets:
            _write_sheet(book, styles, sheet, values.rows[sheet.name], lists)


def _write_sheet(
    book: Any, styles: _Styles, sheet: FormSheet, rows: Sequence[dict[str, Value]], lists: dict[str, str]
) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, sum(column.is_key for column in sheet.columns[:2]))
    page.set_row(0, 32)
    widths = [_width(column, rows) for column in sheet.columns]
    for row, filled in enumerate(rows, start=1):
        lines = max(map(_lines, sheet.columns, widths, repeat(filled)))
        if lines > 1:  # one-line rows keep growing by themselves as someone types
            page.set_row(row, 15 * lines)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, widths[number], styles.cell(column, locked=False))
        page.write_string(0, number, column.header, _head(styles, column))
        for row, filled in enumerate(rows, start=1):
            value, state = filled.get(column.header, (None, "not_reported"))
            style = styles.cell(column, locked=column.is_protected, is_earlier=_is_explanation(column))
            _write(page, row, number, column, value, state, sheet, style)
        _validate(page, number, column, lists)
        if rows and column.is_required and not column.is_protected:
            waiting = styles.of(bg_color="#FFF2B3")
            page.conditional_format(1, number, len(rows), number, {"type": "blanks", "format": waiting})
    page.ignore_errors({"number_stored_as_text": xl_range_abs(0, 0, _LAST_ROW, len(sheet.columns) - 1)})
    page.autofilter(0, 0, max(len(rows), 1), len(sheet.columns) - 1)
    page.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    on_paper(page)
    page.repeat_rows(0)


def _is_explanation(column: Column) -> bool:
    """Whether it accounts for something; what stands there was said at an earlier meetmoment."""
    return any(feed.field == "explanation" for feed in column.feeds)


def _head(styles: _Styles, column: Column) -> Any:
    """Dark over what is filled in, grey over what is only there to be recognised."""
    ground = "#6B7682" if column.is_protected else "#1C2530"
    return styles.of(bold=True, text_wrap=True, font_color="#FFFFFF", bg_color=ground, valign="vcenter")


def _width(column: Column, rows: Sequence[dict[str, Value]]) -> int:
    """Wide enough for the header and for what stands in it, within reason."""
    lengths = [len(value) for filled in rows if (value := filled.get(column.header, (None, ""))[0])]
    if column.type != "text":
        return _WIDTHS[column.type]
    return max(_NARROWEST_TEXT, min(max(lengths, default=0) + 2, _WIDEST_TEXT))


def _lines(column: Column, width: int, filled: dict[str, Value]) -> int:
    """Lines that a wrapped text takes, in a font somewhat wider than ours."""
    text = filled.get(column.header, (None, ""))[0] or ""
    return -(-len(text) * 115 // (100 * width)) if column.type == "text" else 1


def _write(
    page: Any, row: int, number: int, column: Column, value: str | None, state: str, sheet: FormSheet, style: Any
) -> None:
    if value is None:
        word = _null_word(sheet.layout_code, state)
        if word:
            page.write_string(row, number, word, style)
        else:
            page.write_blank(row, number, None, style)
    elif column.type in ("amount", "number"):
        page.write_number(row, number, float(value), style)
    elif column.type == "date":
        page.write_datetime(row, number, datetime.fromisoformat(value), style)
    else:
        page.write_string(row, number, value, style)


def _null_word(layout_code: str, state: str) -> str | None:
    """The first word the layout reads as this state; an empty cell says not_reported by itself."""
    if state == "not_reported":
        return None
    words = (
        row["word"]
        for row in registry.rows("layouts/layout_null_word")
        if row["value_state"] == state and row["layout_code"] in ("", layout_code)
    )
    return next(words, None)


def _validate(page: Any, number: int, column: Column, lists: dict[str, str]) -> None:
    """Drop-downs stop what is in no list; days and amounts only warn, for n.v.t. may stand there."""
    if column.code_list:
        rule: dict[str, Any] = {
            "validate": "list",
            "source": lists[column.code_list],
            "error_title": "Niet in de lijst",
            "error_message": "Kies een waarde uit de lijst. / Choose a value from the list.",
        }
    elif column.type == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": datetime(2000, 1, 1),
            "maximum": datetime(2099, 12, 31),
            "error_type": "warning",
            "error_title": "Geen dag",
            "error_message": "Hier hoort een dag, bv. 30/06/2026, of n.v.t. / A day is expected here, or n.v.t.",
        }
    elif column.type in ("amount", "number"):
        rule = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -1e15,
            "maximum": 1e15,
            "error_type": "warning",
            "error_title": "Geen getal",
            "error_message": "Hier hoort een getal, of n.v.t. / A number is expected here, or n.v.t.",
        }
    else:
        return
    page.data_validation(1, number, _LAST_ROW, number, rule)


def _write_explanation(
    book: Any, styles: _Styles, form: Form, sheets: Sequence[FormSheet], values: Prefilled
) -> dict[str, str]:
    """The sheet for people; code list -> the range of it that holds its labels."""
    page = book.add_worksheet(form.explanation)
    for number, width in enumerate(_GUIDE_WIDTHS):
        page.set_column(number, number, width)
    plain, soft = styles.of(text_wrap=True), styles.of(text_wrap=True, italic=True, font_color="#5B6672")
    head = styles.of(bold=True, font_color="#FFFFFF", bg_color="#1C2530")
    part = styles.of(bold=True, font_size=13)
    meetmoment = form.meetmoment
    page.set_row(0, 26)
    page.write_string(0, 0, f"Rapportering {meetmoment['label_nl']}", styles.of(bold=True, font_size=16))
    page.write_string(1, 0, f"Return for {meetmoment['label_en']}", styles.of(italic=True, font_color="#5B6672"))
    facts = [
        ("Plan", form.plan_code),
        ("Beleidsdomein", form.policy_domain or "alle / all"),
        ("Dag van het meetmoment", _dutch_day(meetmoment["cutoff_date"])),
        ("Indienen vanaf", _dutch_day(meetmoment["opens_on"])),
        ("Uiterste dag", _dutch_day(meetmoment["deadline_on"]) if meetmoment["deadline_on"] else "geen / none"),
        ("Ingevuld met", _filled_with(form, values)),
    ]
    for row, (name, text) in enumerate(facts, start=3):
        page.write_string(row, 0, name, styles.of(font_color="#5B6672"))
        page.write_string(row, 1, text, styles.of(bold=True))
    row = 4 + len(facts)
    for nl, en in _GUIDE:
        page.merge_range(row, 0, row, 4, "", plain)
        page.write_string(row, 0, nl, plain)
        page.write_string(row, 5, en, soft)
        page.set_row(row, _height((nl, sum(_GUIDE_WIDTHS[:5])), (en, _GUIDE_WIDTHS[5])))
        row += 1
    row = _write_columns(page, row + 1, sheets, (head, part, plain, soft))
    ranges = _write_lists(page, row, form, sheets, (head, part, plain, soft))
    page.hide_gridlines(2)
    page.protect("", {"format_columns": True, "format_rows": True})
    on_paper(page)
    return ranges


_GUIDE_WIDTHS = (26, 30, 12, 38, 78, 78)
"""Of the columns of the first sheet."""


def _filled_with(form: Form, values: Prefilled) -> str:
    """What stands in it already."""
    if values.meetmoment_code is None:
        return "niets: er is nog niets aanvaard / nothing accepted yet"
    label = registry.meetmomenten()[form.plan_code, values.meetmoment_code]["label_nl"]
    return f"wat aanvaard is voor {label} ({values.meetmoment_code})"


def _write_columns(page: Any, row: int, sheets: Sequence[FormSheet], styles: tuple[Any, Any, Any, Any]) -> int:
    head, part, plain, soft = styles
    page.write_string(row, 0, "Bladen en kolommen / sheets and columns", part)
    row += 1
    for number, title in enumerate(("Blad", "Kolom", "Verplicht", "Vorm", "Uitleg", "Explanation")):
        page.write_string(row, number, title, head)
    for sheet in sheets:
        row += 1
        page.write_string(row, 0, sheet.name, part)
        page.merge_range(row, 1, row, 5, "", plain)
        page.write_string(row, 1, sheet.description_nl, plain)
        for column in sheet.columns:
            row += 1
            page.write_string(row, 0, sheet.name, soft)
            page.write_string(row, 1, column.header, plain)
            page.write_string(row, 2, "ja" if column.is_required else "", plain)
            unit = f", {column.unit}" if column.unit else ""
            factor = f" x {column.unit_factor}" if column.unit_factor else ""
            page.write_string(row, 3, f"{_FORMS[column.type]}{unit}{factor}", plain)
            page.write_string(row, 4, column.description_nl, plain)
            page.write_string(row, 5, column.description_en, soft)
            page.set_row(
                row, _height((column.description_nl, _GUIDE_WIDTHS[4]), (column.description_en, _GUIDE_WIDTHS[5]))
            )
    return row + 2


def _height(*told: tuple[str, int]) -> int:
    """The height of a row of texts that wrap in columns of these widths; somewhat wide letters find their place too."""
    return 16 * max(1, *(-(-len(text) * 10 // (9 * width)) for text, width in told))


def _write_lists(
    page: Any, row: int, form: Form, sheets: Sequence[FormSheet], styles: tuple[Any, Any, Any, Any]
) -> dict[str, str]:
    head, part, plain, soft = styles
    page.write_string(row, 0, "Keuzelijsten / code lists", part)
    row += 1
    for number, title in enumerate(("Lijst", "Waarde", "", "Value")):
        page.write_string(row, number, title, head)
    row += 1
    ranges = {}
    asked = dict.fromkeys(c.code_list for sheet in sheets for c in sheet.columns if c.code_list)
    for code_list in asked:
        first = row
        for code in registry.returned_codes([code_list], form.meetmoment["cutoff_date"]):
            page.write_string(row, 0, code_list, soft)
            page.write_string(row, 1, code["label_nl"], plain)
            page.write_string(row, 3, code["label_en"], soft)
            row += 1
        ranges[code_list] = f"='{form.explanation}'!{xl_range_abs(first, 1, row - 1, 1)}"
        row += 1
    return ranges


def _dutch_day(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%d/%m/%Y}"
