"""Workbooks: cells as the workbook holds them, with formulas by the value they were saved with.

The sheets are read straight from their XML, since what libraries make of it rounds long numbers, hides which rows are
merged or hidden, and stops on decorations.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from flows import registry
from flows.intake import references
from flows.intake.book import Book, BrokenBook, SheetPart, is_true, local_name, text_of, unescaped
from flows.intake.container import opened
from flows.intake.fit import Refusal, choose, clean_headers, found, is_like_none, likeness, unknown_headers
from flows.intake.sheets import MOST_NOTES, NAMED, Intake, Refused, Row, Sheet, over_limit
from flows.intake.signs import is_blank
from flows.intake.transposed import read_transposed, upright
from flows.registry import Layout

_AS_SHOWN = Context(prec=15)
_CENTS_FIT_BELOW = Decimal(10) ** 13
_MOST_DIGITS = 40
_LAST_DAY = 2958465
"""31 December 9999 as a workbook counts it."""
_DAY_SECONDS = 86400
_INVISIBLE_WIDTH = 0.1
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)


def read_workbook(content: bytes, prefix: str, intake: Intake) -> None:
    """Read every sheet of a workbook; its sheets are named under the prefix."""
    before = len(intake.parsed.sheets)
    unfit: list[_Unfit] = []
    with opened(content, intake) as container:
        try:
            book = Book(container)
            for part in book.sheets:
                worksheet = _Worksheet(book, part, prefix, intake)
                if refused := _read_worksheet(worksheet, intake):
                    unfit.append(refused)
        except BrokenBook as broken:
            raise Refused(Refusal("F01", value=f"Excel: {broken}"[:200])) from None
    # Beside what was read, a sheet that resembles nothing is one for people.
    is_read = len(intake.parsed.sheets) > before
    intake.tell(
        Refusal("F21", each.refusal.sheet, value=each.refusal.value) if is_read and each.is_of_people else each.refusal
        for each in unfit
    )
    if not intake.parsed.sheets and not intake.parsed.refusals:
        raise Refused(Refusal("F02", value=" | ".join(sheet.title for sheet in book.sheets)))


@dataclass(frozen=True)
class _Unfit:
    """A sheet that no layout fits, and whether it is none that was meant to be read."""

    refusal: Refusal
    is_of_people: bool
    likeness: float
    """How much of a layout the row has that was taken for its header."""


def _nearer(before: _Unfit | None, now: _Unfit) -> _Unfit:
    """What is said of a sheet: of the row that is most like a header, not of the data below it."""
    if before is None or now.refusal.rule_id != "F02":
        return now
    told = now if now.likeness > before.likeness else before
    return replace(told, is_of_people=before.is_of_people and now.is_of_people)


@dataclass
class _Worksheet:
    """A sheet while it is read, and what was seen on the way."""

    book: Book
    part: SheetPart
    prefix: str
    intake: Intake
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    uncalculated: list[tuple[int, int, str]] = field(default_factory=list)
    """(row number, column number, formula) of formulas that were never calculated."""

    def __post_init__(self) -> None:
        self.title = self.part.title
        self.name = f"{self.prefix}/{self.title}" if self.prefix else self.title
        self._number_kind = "m" if self.book.counts_from_1904 else "n"
        self._hides_rows = False
        self._columns: dict[str, int] = {}

    def rows(self) -> Iterator[Row]:
        """Rows that hold something; hidden ones too."""
        number = 0
        space = None
        for element in self.book.elements(self.part.name):
            # Drawings and extensions have rows and columns of their own, in namespaces of their own.
            place, _, name = element.tag.rpartition("}")
            if name == "sheetFormatPr":
                self._hides_rows = is_true(element.get("zeroHeight"))
            elif name == "c" and space is None:
                space = place
            elif place != (space or place):
                continue
            elif name == "row":
                last, number = number, _whole(element.get("r"), number + 1)
                if number <= last:
                    raise Refused(Refusal("F01", self.name, number, value=f"rij / row {number} na / after {last}"))
                texts, kinds = self._cells(element, number)
                if texts:
                    if number > self.intake.limits.max_rows:
                        raise over_limit(f"rij (row) {number}", f"{self.intake.limits.max_rows}", self.name, number)
                    yield number, texts, "".join(kinds)
                    if self._is_hidden(element):
                        self.hidden_rows.append(number)
                element.clear()
            elif name == "col" and (is_true(element.get("hidden")) or _size(element.get("width")) < _INVISIBLE_WIDTH):
                self.hidden_columns.append((_whole(element.get("min"), 1), _whole(element.get("max"), 1)))
            elif name == "mergeCell":
                self.merged.append(element.get("ref", ""))

    def _is_hidden(self, row: Element) -> bool:
        height = row.get("ht")
        return is_true(row.get("hidden")) or (self._hides_rows if height is None else _size(height) < _INVISIBLE_WIDTH)

    def _cells(self, row: Element, number: int) -> tuple[list[str | None], list[str]]:
        """Texts and kinds up to the last cell that holds something."""
        texts: list[str | None] = []
        kinds: list[str] = []
        last = 0
        for cell in row:
            if local_name(cell) != "c":
                continue
            place = self._column(cell.get("r", ""), number) if "r" in cell.attrib else last + 1
            if place <= last:
                raise Refused(Refusal("F01", self.name, number, place, value=f"{cell.get('r')} twee keer / twice"))
            last = place
            text, kind = self._cell(cell, number, place)
            if text is None:
                continue
            if place > self.intake.limits.max_columns:
                raise over_limit(f"kolom (column) {place}", f"{self.intake.limits.max_columns}", self.name, number)
            texts += [None] * (place - len(texts))
            kinds += [" "] * (place - len(kinds))
            texts[-1], kinds[-1] = text, kind
        return texts, kinds

    def _column(self, reference: str, number: int) -> int:
        letters = reference.rstrip("0123456789")
        if reference[len(letters) :] != str(number):
            raise Refused(Refusal("F01", self.name, number, value=f"{reference} in rij / row {number}"))
        if letters not in self._columns:
            try:
                self._columns[letters] = references.column_number(letters)
            except ValueError:
                raise BrokenBook(f"cel / cell {reference[:20]} in rij / row {number}") from None
        return self._columns[letters]

    def _cell(self, cell: Element, number: int, place: int) -> tuple[str | None, str]:
        """Text and kind of a cell; of a formula the value it was saved with."""
        form = cell.get("t", "n")
        value = formula = inline = None
        for part in cell:
            match local_name(part):
                case "v":
                    value = part.text or ""
                case "f":
                    formula = part.text or ""
                case "is":
                    inline = part
        if formula is not None and (
            value is None
            or (value == "" and form != "str")
            or (value == "0" and form == "n" and self.book.calculates_on_load)
        ):
            self.uncalculated.append((number, place, f"={formula}"[:200]))
            return None, " "
        if form == "inlineStr":
            return self._text(None if inline is None else text_of(inline), number)
        if form != "str" and value is not None:
            value = value.strip()
        if value is None or value == "":
            return None, " "
        match form:
            case "n":
                return self._number(value, _whole(cell.get("s"), 0))
            case "s":
                return self._text(self._string(value), number)
            case "str":
                return self._text(unescaped(value), number)
            case "b":
                return ("true" if is_true(value) else "false"), "b"
            case "e":
                return value, "e"
            case "d":
                return _moment(value)
        raise BrokenBook(f"cel van soort / cell of type '{form[:20]}' in rij / row {number}")

    def _text(self, text: str | None, number: int) -> tuple[str | None, str]:
        if text is None or is_blank(text):
            return None, " "
        if len(text) > self.intake.limits.max_cell_characters:
            raise over_limit(
                f"{len(text)} tekens in een cel (characters)",
                f"{self.intake.limits.max_cell_characters}",
                self.name,
                number,
            )
        return text, "t"

    def _string(self, value: str) -> str:
        strings = self.book.strings
        if not value.isdecimal() or int(value) >= len(strings):
            raise BrokenBook(f"tekst / text '{value[:20]}' ontbreekt in de werkmap / is missing in the workbook")
        return strings[int(value)]

    def _number(self, written: str, style: int) -> tuple[str, str]:
        try:
            value = _as_shown(written)
        except ValueError:
            return written[:50], "e"
        shown = self.book.shown
        kinds = shown[style] if style < len(shown) else ("number",) * 3
        match kinds[0 if value > 0 else 1 if value < 0 else 2]:
            case "day" if 1 <= value < _LAST_DAY + 1:
                return self._counted(value), "d"
            case "day" if 0 < value < 1:
                return _time(value), "d"
            case "percent":
                return f"{_plain(value * 100)}%", "p"
        return (written if written.isdecimal() else _plain(value)), self._number_kind

    def _counted(self, value: Decimal) -> str:
        """The day a number counts to, to the second; beside one that was surely typed as a year stands that year."""
        epoch = _EPOCH_1904 if self.book.counts_from_1904 else _EPOCH
        day = _day(epoch + timedelta(seconds=round(value * _DAY_SECONDS)))
        return f"{day} ({value})" if value == int(value) and 1900 <= value < 2200 else day


def _as_shown(written: str) -> Decimal:
    """A number with the 15 digits a workbook knows: what lies behind them is noise of its sums.

    Whole numbers keep every digit, since codes may be longer; so do amounts too large to hold their cents in 15 digits.
    """
    try:
        value = Decimal(written)
    except InvalidOperation:
        raise ValueError(written) from None
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise ValueError(written)
    if value == value.to_integral_value() or abs(value) >= _CENTS_FIT_BELOW:
        return value
    return _AS_SHOWN.create_decimal(value)


def _plain(value: Decimal) -> str:
    return format(value.normalize(Context(prec=_MOST_DIGITS * 2)), "f") if value else "0"


_TIME = re.compile(r"T?\d{2}:\d{2}(:\d{2}(\.\d+)?)?")


def _time(value: Decimal) -> str:
    """The time that a part of a day counts to, to the second."""
    seconds = min(round(value * _DAY_SECONDS), _DAY_SECONDS - 1)
    return (datetime.min + timedelta(seconds=seconds)).time().isoformat()


def _moment(value: str) -> tuple[str, str]:
    """What a cell holds that says its day itself; a time without a day is of the same kind, and no number either."""
    try:
        return _day(datetime.fromisoformat(value)), "d"
    except ValueError:
        return value[:100], "d" if _TIME.fullmatch(value) else "t"


def _day(moment: datetime) -> str:
    """A date as ISO, with its time where it has one."""
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(sep=" ")


def _whole(value: str | None, otherwise: int) -> int:
    """A number that places something."""
    if value is None:
        return otherwise
    if not value.isdecimal() or len(value) > 9:
        raise BrokenBook(f"plaats / place '{value[:20]}'")
    return int(value)


def _size(value: str | None) -> float:
    """A width or height; one that cannot be read hides nothing."""
    try:
        return float(value) if value is not None else 1.0
    except ValueError:
        return 1.0


def _read_worksheet(worksheet: _Worksheet, intake: Intake) -> _Unfit | None:
    """Read a sheet under the layout that its headers fit; notes may stand above them."""
    title = worksheet.title
    if any(layout.is_information and layout.sheet_name == title for layout in intake.layouts):
        return None
    named = [c for c in intake.layouts if c.sheet_name == title]
    candidates = named or [c for c in intake.layouts if not c.sheet_name] or list(intake.layouts)
    rows = worksheet.rows()
    if any(layout.is_transposed for layout in candidates):
        lines = list(rows)
        if turned := read_transposed(lines, worksheet.name, candidates, intake):
            lying = next(layout for layout in candidates if layout.code == turned.layout_code)
            intake.tell(_told_of(worksheet, turned, lying, 1, max(len(texts) for _, texts, _ in lines)))
            return None
        candidates, rows = upright(candidates) or candidates, iter(lines)
    unfit = None
    above: list[Row] = []
    for header in rows:
        if header[0] < candidates[0].header_row:
            continue
        headers = clean_headers(header[1])
        layout = choose(candidates, headers, worksheet.name)
        if isinstance(layout, Layout):
            break
        is_of_people = not named and layout.rule_id == "F02" and is_like_none(intake.layouts, headers)
        unfit = _nearer(unfit, _Unfit(layout, is_of_people, likeness(candidates, headers)))
        above.append(header)
        if len(above) > MOST_NOTES or layout.rule_id != "F02":
            return unfit
    else:
        return unfit
    intake.tell(Refusal("F22", worksheet.name, n, value=" ".join(filter(None, t))[:100]) for n, t, _ in above)
    width = len(headers)
    sheet = intake.open_sheet(worksheet.name, layout, header[0], headers)
    intake.write(
        sheet, ((n, (texts + [None] * width)[:width], (kinds + " " * width)[:width]) for n, texts, kinds in rows)
    )
    intake.tell(_told_of(worksheet, sheet, layout, header[0]))
    return None


def _told_of(
    worksheet: _Worksheet, sheet: Sheet, layout: Layout, header_row: int, turned_width: int = 0
) -> Iterator[Refusal]:
    """What a sheet holds that people may not see, or may mean otherwise, in the columns that are read.

    Args:
        worksheet: as it stands in the file.
        sheet: as it was read.
        layout: the one it was read under.
        header_row: of a sheet that lies on its side the column of its headers.
        turned_width: of such a sheet how many columns it has; there rows are what columns are elsewhere.
    """
    is_turned = turned_width > 0
    passed = {header for _, header in unknown_headers(layout, sheet.headers)}
    passed.update(found(layout.ignored_headers, sheet.headers))
    read = {number: name for number, name in enumerate(sheet.headers, start=1) if name and name not in passed}
    name = sheet.sheet
    if worksheet.part.state != "visible":
        yield Refusal("F15", name, value=worksheet.part.state)
    hidden = [*_spans(n for n in worksheet.hidden_rows if (n in read if is_turned else n > header_row))]
    columns = range(header_row + 1, turned_width + 1) if is_turned else read
    for first, last in worksheet.hidden_columns:
        hidden += [references.column_letters(n) for n in columns if first <= n <= last]
    if hidden:
        yield Refusal("F11", name, value=", ".join(hidden)[:200])
    formulas = worksheet.uncalculated
    if is_turned:
        formulas = [(column, row, formula) for row, column, formula in formulas]
    uncalculated = [place for place in formulas if place[1] in read]
    for row_number, column_number, formula in uncalculated[:NAMED]:
        yield Refusal("F12", name, row_number, column_number, read[column_number], formula)
    keys = set(found(registry.key_headers(layout.code), sheet.headers))
    for place in worksheet.merged[:NAMED]:
        first_column, first_row, last_column, last_row = _bounds(place)
        if is_turned:
            first_column, first_row, last_column, last_row = first_row, first_column, last_row, last_column
        touched = [n for n in read if first_column <= n <= last_column]
        if last_row > header_row and touched:
            at_key = next((n for n in touched if read[n] in keys), None)
            column = at_key or touched[0]
            yield Refusal("F14" if at_key else "F13", name, first_row, column, read[column], place)


def _bounds(place: str) -> tuple[int, int, int, int]:
    try:
        first_column, first_row, last_column, last_row = (bound or 1 for bound in references.bounds(place))
    except ValueError:
        raise BrokenBook(f"samengevoegde cellen / merged cells '{place[:20]}'") from None
    return first_column, first_row, last_column, last_row


def _spans(numbers: Iterator[int]) -> Iterator[str]:
    """Row numbers as a spreadsheet names ranges of them: 4:6, 9:9."""
    first = last = 0
    for number in numbers:
        if first and number == last + 1:
            last = number
            continue
        if first:
            yield f"{first}:{last}"
        first = last = number
    if first:
        yield f"{first}:{last}"
