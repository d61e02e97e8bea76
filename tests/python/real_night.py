"""Real files of three countries after one night, and the same files read without the software."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from kept_homes import put

from flows.homes import with_home
from flows.intake.archive import receipt_for
from flows.night import Night, build, judge_release, load_raw, receive
from flows.settings import Settings
from flows.warehouse.load import load

ITALY = {
    "PNRR_MeT_OA_programmazione.csv": ("pnrr", "v01"),
    "PNRR_MeT_OA_programmazione_v02.csv": ("pnrr", "v02"),
    "OpenData_PNRR_QuadroFin_Programmazione_v02.csv": ("pnrr", "v02"),
    "OpenData_PNRR_QuadroFin_Programmazione_v03.csv": ("pnrr", "v02"),
    "OpenData_PNRR_avanzamento_indicatori_comuni.csv": ("pnrr", "v02"),
    "MeT_Attuazione_2021-T4.csv": ("pnrr_attuazione", "2021-T4"),
    "MeT_Attuazione_2021-T4_v02.csv": ("pnrr_attuazione", "2021-T4"),
    "MeT_Attuazione_2022-T2.csv": ("pnrr_attuazione", "2022-T2"),
}
PROGRAMME = {"v01": "PNRR_MeT_OA_programmazione.csv", "v02": "PNRR_MeT_OA_programmazione_v02.csv"}
FRAMES = ("OpenData_PNRR_QuadroFin_Programmazione_v02.csv", "OpenData_PNRR_QuadroFin_Programmazione_v03.csv")


def straight(path: Path, delimiter: str = ";", encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """The rows of a file, read without the software; a second column of a name is called ``name (2)``."""
    rows = csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter)
    header = [name.replace("\ufeff", "") for name in next(rows)]
    names = [f"{name} (2)" if name in header[:number] else name for number, name in enumerate(header)]
    return [dict(zip(names, row, strict=True)) for row in rows]


@dataclass(frozen=True)
class Staged:
    """The real files after a night of each plan: their folder and the warehouses."""

    folder: Path
    warehouses: dict[str, Path]

    def of(self, plan: str) -> "Staged":
        """The same, of one plan alone."""
        return Staged(self.folder, {plan: self.warehouses[plan]})

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query, asked of each plan."""
        found = []
        for warehouse in self.warehouses.values():
            with duckdb.connect(str(warehouse), read_only=True) as con:
                found += con.execute(query, parameters).fetchall()
        return found

    def italy(self, name: str) -> list[dict[str, str]]:
        return straight(self.folder / "italia_domani" / name)

    def uk(self, year: int) -> list[dict[str, str]]:
        return straight(self.folder / "uk_gmpp" / f"uk_{year}.csv", encoding="cp1252")

    def france(self, name: str) -> list[dict[str, str]]:
        return straight(self.folder / "fr_barometre" / name, delimiter=",")


KINGDOM = frozenset({"uk_gmpp"})
RECEIVED = datetime(2024, 11, 1, tzinfo=UTC)


def deliveries(real_files: Path) -> Iterator[tuple[Path, str, str]]:
    """(file, plan, meetmoment) of all of them."""
    for name, (plan, meetmoment) in ITALY.items():
        yield real_files / "italia_domani" / name, plan, meetmoment
    for year in (2021, 2022):
        yield real_files / "uk_gmpp" / f"uk_{year}.csv", "uk_gmpp", str(year)
    france = real_files / "fr_barometre"
    for path in (france / "meta_chantiers.csv", france / "meta_indicateurs.csv", *(france / "versions").glob("*.csv")):
        yield path, "fr_barometre", "baro"


def rows_of_all(home: Path, real_files: Path) -> None:
    """Their text rows, each plan's in its home, which stay for as long as what reads them does not change."""
    sources = {receipt_for(path, plan, of, RECEIVED): path for path, plan, of in deliveries(real_files)}
    for plan_code in {receipt.plan_code for receipt in sources}:
        settings = Settings(home=home, plan=plan_code)
        of_plan = {receipt: path for receipt, path in sources.items() if receipt.plan_code == plan_code}
        load(settings, of_plan, settings.warehouse, {})
        settings.warehouse.unlink()


def night_of(home: Path, real_files: Path, plans: frozenset[str] | None) -> None:
    """One night of each of these plans, or of all, with all of its files, up to the judgement of the release."""
    for path, plan, meetmoment in deliveries(real_files):
        if plans is None or plan in plans:
            put(Settings(home=home), path, plan, meetmoment)
    for plan_code in with_home(home):
        night = Night(Settings(home=home, plan=plan_code), RECEIVED)
        for step in (receive, load_raw, build):
            step(night)
        assert judge_release(night) == []
