"""Returns that were corrected later: the version with the errors is made from the right one."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from demo.money import ProjectMoney, money_at
from demo.plan import projects
from demo.return_tables import Row, Sheet, one_off_codes

# The two defects of the first WVG return of meting 3; they hold the night.
DEFECT_AMOUNT = "nog te bepalen"
DEFECT_DATE = "31/06/2021"

_SHIFTED_MILESTONES = 3
_LARGEST_SHIFT = 12_500_000  # cents of paid money booked on the wrong project


def _replace(row: Row, place: int, cell: str | Decimal | date) -> Row:
    return (*row[:place], cell, *row[place + 1 :])


def _changed(sheets: tuple[Sheet, ...], **new: Sheet) -> tuple[Sheet, ...]:
    return tuple(new.get(sheet.name, sheet) for sheet in sheets)


def _named(sheets: tuple[Sheet, ...], name: str) -> Sheet:
    return next(sheet for sheet in sheets if sheet.name == name)


def with_two_defects(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """A return with a word in one VAK cell and a day that does not exist in one planned date."""
    money, milestones = _named(sheets, "Financien"), _named(sheets, "Mijlpalen")
    vak, planned = money.column("Vastgelegd VAK (EUR)"), milestones.column("Geplande datum")
    amount_row = next(row for row in money.rows if isinstance(value := row[vak], Decimal) and value > 0)
    # The date that the sender meant: the last one planned by the end of June 2021.
    june = [row for row in milestones.rows if isinstance(day := row[planned], date) and day <= date(2021, 6, 30)]
    date_row = max(june, key=lambda row: (row[planned], row[1]))
    return _changed(
        sheets,
        Financien=money.change(lambda row: _replace(row, vak, DEFECT_AMOUNT) if row is amount_row else row),
        Mijlpalen=milestones.change(lambda row: _replace(row, planned, DEFECT_DATE) if row is date_row else row),
    )


@dataclass(frozen=True)
class _Rebooking:
    """Paid money that the first OMG return of meting 2 has on the wrong project, in cents."""

    booked_on: str
    belongs_to: str
    amount: int


def _rebooking() -> _Rebooking:
    """The two projects with most room, so that both versions keep VEK <= VAK and never fall."""
    by_code = {project.code: project for project in projects()}

    def money(code: str, meting: int) -> ProjectMoney:
        return money_at(by_code[code], meting)

    def room_up(code: str) -> int:
        upper = min(money(code, 2).committed or 0, money(code, 3).paid or 0)
        return upper - (money(code, 2).paid or 0)

    def room_down(code: str) -> int:
        return (money(code, 2).paid or 0) - (money(code, 1).paid or 0)

    codes = one_off_codes("OMG")
    booked_on = max(codes, key=room_up)
    belongs_to = max((code for code in codes if code != booked_on), key=room_down)
    amount = min(room_up(booked_on), room_down(belongs_to), _LARGEST_SHIFT)
    if amount <= 0 or not money(booked_on, 2).paid:
        raise ValueError("no two OMG projects to move paid money between at meting 2")
    return _Rebooking(booked_on, belongs_to, amount)


def _shifted(sheets: tuple[Sheet, ...]) -> list[str]:
    """Codes of the milestones whose planned date the first OMG return of meting 2 has wrong."""
    sheet = _named(sheets, "Mijlpalen")
    status, explanation = sheet.column("Mijlpaalstatus"), sheet.column("Toelichting")
    codes = [str(row[1]) for row in sheet.rows if row[status] == "Op schema" and row[explanation] is None]
    step = len(codes) // _SHIFTED_MILESTONES
    return codes[::step][:_SHIFTED_MILESTONES]


def first_version(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """The OMG return of meting 2 as first sent: same totals and counts, some errors."""
    rebooking, shifted = _rebooking(), _shifted(sheets)
    money, milestones = _named(sheets, "Financien"), _named(sheets, "Mijlpalen")
    vek, planned = money.column("Vereffend VEK (EUR)"), milestones.column("Geplande datum")
    moved = Decimal(rebooking.amount) / 100

    def book(row: Row) -> Row:
        paid = row[vek]
        if isinstance(paid, Decimal) and row[0] == rebooking.booked_on:
            return _replace(row, vek, paid + moved)
        if isinstance(paid, Decimal) and row[0] == rebooking.belongs_to:
            return _replace(row, vek, paid - moved)
        return row

    def shift(row: Row) -> Row:
        day = row[planned]
        if isinstance(day, date) and row[1] in shifted:
            return _replace(row, planned, day + timedelta(days=61))
        return row

    return _changed(sheets, Financien=money.change(book), Mijlpalen=milestones.change(shift))


def second_version(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """The OMG return of meting 2 as sent again: the right values, and what was corrected."""
    rebooking, shifted = _rebooking(), _shifted(sheets)
    money, milestones = _named(sheets, "Financien"), _named(sheets, "Mijlpalen")
    text = f"Gecorrigeerd: vereffening hoort bij {rebooking.belongs_to}, niet bij"
    text += f" {rebooking.booked_on}"

    def explain_money(row: Row) -> Row:
        concerned = row[0] in (rebooking.booked_on, rebooking.belongs_to)
        return _replace(row, money.column("Toelichting"), text) if concerned else row

    def explain_date(row: Row) -> Row:
        note = "Geplande datum gecorrigeerd: invoerfout in de eerste rapportering"
        concerned = row[1] in shifted
        return _replace(row, milestones.column("Toelichting"), note) if concerned else row

    return _changed(sheets, Financien=money.change(explain_money), Mijlpalen=milestones.change(explain_date))
