"""The eight nights of the demonstration: which files arrive when, and what comes of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from demo.corrections import first_version, second_version, with_two_defects
from demo.return_files import write_csv, write_workbook
from demo.return_tables import DOMAINS, Sheet, definitive_sheet, return_sheets
from demo.targets import METINGEN, PLAN_CODE

# Policy domains that deliver CSV, one file per sheet, with the encoding of their system.
CSV_ENCODING = {"MOW": "utf-8-sig", "LV": "cp1252"}
_DEFINITIVE_ENCODING = "utf-8-sig"

# Night of receipt per meting, on the day of its deadline; one return of meting 3 came earlier.
_RECEIVED = {
    1: datetime(2021, 4, 19, 1, 17, tzinfo=UTC),
    2: datetime(2021, 10, 19, 1, 17, tzinfo=UTC),
    3: datetime(2022, 1, 24, 1, 17, tzinfo=UTC),
    4: datetime(2022, 7, 25, 1, 17, tzinfo=UTC),
    5: datetime(2023, 1, 23, 1, 17, tzinfo=UTC),
    6: datetime(2024, 1, 22, 1, 17, tzinfo=UTC),
    7: datetime(2025, 1, 20, 1, 17, tzinfo=UTC),
}
_RECEIVED_HELD = datetime(2022, 1, 18, 1, 17, tzinfo=UTC)
# Meting whose definitive money arrives with the returns of a later one.
_DEFINITIVE_WITH = {4: 3, 6: 5, 7: 6}


@dataclass(frozen=True)
class Delivery:
    """One file that a policy domain delivers for a meetmoment."""

    plan_code: str
    meetmoment_code: str
    path: Path


@dataclass(frozen=True)
class Night:
    """What arrives in one night, and whether that night ends published or held by a gate."""

    received_at: datetime  # aware, UTC
    title_nl: str
    title_en: str
    deliveries: tuple[Delivery, ...]
    expects: Literal["published", "held"]


class _Folder:
    """Folder of one night; remembers what was written to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.deliveries: list[Delivery] = []

    def _new(self, meting: int, name: str) -> Path:
        path = self.path / f"m{meting}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.deliveries.append(Delivery(PLAN_CODE, f"m{meting}", path))
        return path

    def workbook(self, meting: int, name: str, sheets: tuple[Sheet, ...]) -> None:
        write_workbook(self._new(meting, name), sheets)

    def csv(self, meting: int, name: str, sheet: Sheet, encoding: str) -> None:
        write_csv(self._new(meting, name), sheet, encoding)

    def domain(self, domain: str, meting: int, version: str = "") -> None:
        """The return of one policy domain in the form it delivers."""
        sheets = return_sheets(domain, meting)
        if domain in CSV_ENCODING:
            for sheet in sheets:
                name = f"{domain}_{sheet.name.lower()}_m{meting}.csv"
                self.csv(meting, name, sheet, CSV_ENCODING[domain])
        else:
            if (domain, meting) == ("OMG", 2):
                sheets = first_version(sheets)
            self.workbook(meting, f"{domain}_return_m{meting}{version}.xlsx", sheets)


def _held_night(directory: Path) -> Night:
    """Only the WVG return of meting 3, with an amount and a date that cannot be read."""
    folder = _Folder(directory / "night_3a")
    folder.workbook(3, "WVG_return_m3.xlsx", with_two_defects(return_sheets("WVG", 3)))
    return Night(
        received_at=_RECEIVED_HELD,
        title_nl="Meting 3: eerste rapportering van WVG, met twee onleesbare cellen",
        title_en="Measurement 3: first return of WVG, with two cells that cannot be read",
        deliveries=tuple(folder.deliveries),
        expects="held",
    )


def _published_night(directory: Path, meting: int) -> Night:
    """The returns of all policy domains for a meting, and what is restated with them."""
    folder = _Folder(directory / ("night_3b" if meting == 3 else f"night_{meting}"))
    for domain in DOMAINS:
        folder.domain(domain, meting, "_v2" if (domain, meting) == ("WVG", 3) else "")
    extra_nl = extra_en = ""
    if meting == 3:
        folder.workbook(2, "OMG_return_m2_v2.xlsx", second_version(return_sheets("OMG", 2)))
        extra_nl = ", verbeterde rapporteringen van WVG en (voor meting 2) OMG"
        extra_en = ", corrected returns of WVG and (for measurement 2) OMG"
    if meting in _DEFINITIVE_WITH:
        restated = _DEFINITIVE_WITH[meting]
        name = f"FB_financien_definitief_m{restated}.csv"
        folder.csv(restated, name, definitive_sheet(restated), _DEFINITIVE_ENCODING)
        extra_nl = f", met de definitieve bedragen van meting {restated}"
        extra_en = f", with the definitive money of measurement {restated}"
    return Night(
        received_at=_RECEIVED[meting],
        title_nl=f"Meting {meting}: rapporteringen van alle beleidsdomeinen{extra_nl}",
        title_en=f"Measurement {meting}: returns of all policy domains{extra_en}",
        deliveries=tuple(folder.deliveries),
        expects="published",
    )


def write_returns(directory: Path) -> tuple[Night, ...]:
    """Write the returns of all nights below a directory and tell in which order they arrive."""
    nights: list[Night] = []
    for meting in METINGEN:
        if meting == 3:
            nights.append(_held_night(directory))
        nights.append(_published_night(directory, meting))
    return tuple(nights)
