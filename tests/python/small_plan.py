"""A small plan: twelve projects of the demonstration at its last three metingen, for what needs a home to change.

Every record type, both forms of file, an exit, a transfer, definitive amounts, a return that is corrected later and one
that is refused, with the right one beside it.
A meetmoment of it is never complete, since the calendar expects the whole plan: what is only said of complete ones is
proved on the demonstration.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from demo import Delivery, Night
from demo.demo_nights import CSV_ENCODING
from demo.return_files import write_csv, write_workbook
from demo.return_tables import Cell, Row, Sheet, definitive_sheet, return_sheets

PLAN = "veerkracht"
METINGEN = {  # with the night of receipt
    5: datetime(2023, 1, 23, 1, 17, tzinfo=UTC),
    6: datetime(2024, 1, 22, 1, 17, tzinfo=UTC),
    7: datetime(2025, 1, 20, 1, 17, tzinfo=UTC),
}
PROJECTS = {
    "KBBJ": ("VV014", "VV053"),  # VV014 has an indicator; KBBJ tells of the transfers
    "FB": ("VV144",),  # FB keeps the accounts
    "OMG": ("VV001", "VV002", "VV015", "VV028", "VV033"),
    "OV": ("VV101", "VV159"),  # VV159 is regular and leaves at meting 7
    "LV": ("VV152", "VV181"),  # CSV; VV181 came at meting 5, paid for by VV028, VV033 and VV101
}
CODES = {code for codes in PROJECTS.values() for code in codes}
CORRECTED = 6
"""Meting whose first return of OMG is wrong; the right one comes with the returns of the next."""
REFUSED = ("OV", 7)
"""Sender and meting of a return with two cells that cannot be read; the right one comes in the same night."""


def write_small_returns(directory: Path) -> tuple[Night, ...]:
    """Write the returns of three nights below a directory and tell in which order they arrive."""
    return tuple(_night(directory / f"night_{meting}", meting) for meting in METINGEN)


def _night(folder: Path, meting: int) -> Night:
    deliveries = [path for domain in PROJECTS for path in _returns(folder, domain, meting)]
    if meting == CORRECTED + 1:
        path = _place(folder, CORRECTED, f"OMG_return_m{CORRECTED}_v2.xlsx")
        write_workbook(path, corrected(small_sheets("OMG", CORRECTED)))
        deliveries.append(path)
    if meting - 1 in METINGEN:
        path = _place(folder, meting - 1, f"FB_financien_definitief_m{meting - 1}.csv")
        write_csv(path, restricted(definitive_sheet(meting - 1)), "utf-8-sig")
        deliveries.append(path)
    arrived = tuple(Delivery(PLAN, path.parent.name, path) for path in deliveries)
    return Night(METINGEN[meting], f"Meting {meting}", f"Measurement {meting}", arrived, "published")


def _returns(folder: Path, domain: str, meting: int) -> list[Path]:
    """The return of one policy domain in the form it delivers."""
    sheets = small_sheets(domain, meting)
    if domain in CSV_ENCODING:
        paths = [_place(folder, meting, f"{domain}_{sheet.name.lower()}_m{meting}.csv") for sheet in sheets]
        for path, sheet in zip(paths, sheets, strict=True):
            write_csv(path, sheet, CSV_ENCODING[domain])
        return paths
    path = _place(folder, meting, f"{domain}_return_m{meting}.xlsx")
    if (domain, meting) == REFUSED:
        write_workbook(path, unreadable(sheets))
        right = _place(folder, meting, f"{domain}_return_m{meting}_v2.xlsx")
        write_workbook(right, sheets)
        return [path, right]
    write_workbook(path, first_sent(sheets) if (domain, meting) == ("OMG", CORRECTED) else sheets)
    return [path]


def _place(folder: Path, meting: int, name: str) -> Path:
    path = folder / f"m{meting}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def small_sheets(domain: str, meting: int) -> tuple[Sheet, ...]:
    """The return of a policy domain, of its projects in the small plan."""
    sheets = (restricted(sheet) for sheet in return_sheets(domain, meting))
    return tuple(sheet for sheet in sheets if sheet.rows)


def restricted(sheet: Sheet) -> Sheet:
    """The rows of the small plan's projects."""
    column = sheet.column("Projectcode")
    return Sheet(sheet.name, tuple(row for row in sheet.rows if row[column] in CODES))


def unreadable(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """With a word for an amount, and a day that does not exist for a date."""
    sheets = edited(sheets, "Financien", "VV101", "Vastgelegd VAK (EUR)", "nog te bepalen")
    return edited(sheets, "Mijlpalen", "VV101-M03", "Geplande datum", "31/06/2021")


def first_sent(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """With less paid on a project, and a milestone planned two months later."""
    sheets = edited(sheets, "Financien", "VV002", "Vereffend VEK (EUR)", Decimal("28000000.00"))
    return edited(sheets, "Mijlpalen", "VV001-M10", "Geplande datum", date(2024, 9, 30))


def corrected(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """The right values, and what was corrected."""
    told = "Gecorrigeerd: fout in de eerste rapportering"
    sheets = edited(sheets, "Financien", "VV002", "Toelichting", told)
    return edited(sheets, "Mijlpalen", "VV001-M10", "Toelichting", told)


def edited(sheets: tuple[Sheet, ...], name: str, key: str, header: str, cell: Cell) -> tuple[Sheet, ...]:
    """The sheets with another cell under a header, in the rows of a project or milestone."""

    def edit(row: Row, at: int) -> Row:
        return (*row[:at], cell, *row[at + 1 :]) if key in row[:2] else row

    return tuple(
        sheet.change(partial(edit, at=sheet.column(header))) if sheet.name == name else sheet for sheet in sheets
    )
