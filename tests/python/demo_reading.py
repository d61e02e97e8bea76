"""The returns of the demonstration, read back from the files and counted by hand.

Nothing here uses the model that made them: cells are read with openpyxl and csv, and every figure
is a straight count or sum over them.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl

from demo import Night

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
METINGEN = range(1, 8)
CENT = Decimal("0.01")
ENCODINGS = {"MOW": "utf-8-sig", "LV": "cp1252", "FB": "utf-8-sig"}

Row = dict[str, str | Decimal | date | None]


@dataclass
class File:
    """One delivered file: its rows by sheet."""

    night: int  # place in the order of receipt
    meting: int
    path: Path
    sheets: dict[str, list[Row]] = field(default_factory=dict)


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_workbook(path: Path) -> dict[str, list[Row]]:
    book = openpyxl.load_workbook(path, read_only=True)
    sheets: dict[str, list[Row]] = {}
    for page in book.worksheets:
        if page.title == "Toelichting":
            continue
        rows = page.iter_rows(values_only=True)
        headers = [str(header) for header in next(rows)]
        sheets[page.title] = [
            {header: cell_value(value) for header, value in zip(headers, row, strict=True)} for row in rows
        ]
    book.close()
    return sheets


def cell_value(value: object) -> str | Decimal | date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, int | float):
        return Decimal(repr(value))
    assert value is None or isinstance(value, str)
    return value


def csv_encoding(path: Path) -> str:
    return ENCODINGS[path.name.partition("_")[0]]


def csv_lines(path: Path) -> list[list[str]]:
    with path.open(encoding=csv_encoding(path), newline="") as lines:
        return list(csv.reader(lines, delimiter=";"))


def csv_sheet_name(headers: list[str]) -> str:
    by_layout = defaultdict(set)
    for column in seed("layouts/layout_column.csv"):
        if column["source_column"]:
            by_layout[column["layout_code"]].add(column["source_column"])
    names = {row["layout_code"]: row["sheet_name"] for row in seed("layouts/layout.csv")}
    (layout,) = [code for code, columns in by_layout.items() if set(headers) <= columns]
    return names[layout]


def csv_value(text: str) -> str | Decimal | date | None:
    if re.fullmatch(r"\d\d/\d\d/\d{4}", text):
        return datetime.strptime(text, "%d/%m/%Y").date()
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d\d", text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return text or None


def read_csv(path: Path) -> dict[str, list[Row]]:
    headers, *rows, end = csv_lines(path)
    assert end == ["EINDE", str(len(rows))]
    return {
        csv_sheet_name(headers): [
            {header: csv_value(text) for header, text in zip(headers, row, strict=True)} for row in rows
        ]
    }


@dataclass
class Returns:
    """All files of all nights, and the rows that hold in the end."""

    directory: Path
    nights: tuple[Night, ...]
    files: list[File]

    def file(self, name: str) -> File:
        (found,) = [file for file in self.files if file.path.name == name]
        return found

    def rows(self, sheet: str, meting: int, first_omg: bool = False) -> list[Row]:
        """Rows of a meting without the held file, and with the first or second OMG return of 2."""
        superseded = "OMG_return_m2_v2.xlsx" if first_omg else "OMG_return_m2.xlsx"
        return [
            row
            for file in self.files
            if file.meting == meting and file.path.name not in ("WVG_return_m3.xlsx", superseded)
            for row in file.sheets.get(sheet, [])
        ]

    def projects(self, meting: int, scope: str = "all") -> dict[str, Row]:
        keep: Callable[[Row], bool] = {
            "all": lambda row: True,
            "one_off": lambda row: row["Financiering"] == "Eenmalig",
            "rrf": lambda row: row["RRF"] == "ja",
        }[scope]
        return {str(row["Projectcode"]): row for row in self.rows("Projecten", meting) if keep(row)}

    def money(self, meting: int, execution: str = "Voorlopig", first_omg: bool = False) -> dict[str, Row]:
        """Rows of the one-off projects by project."""
        scope = self.projects(meting, "one_off")
        return {
            str(row["Projectcode"]): row
            for row in self.rows("Financien", meting, first_omg)
            if row["Uitvoering"] == execution and row["Projectcode"] in scope
        }

    def statuses(self, meting: int, scope: str = "all") -> dict[str, str]:
        projects = self.projects(meting, scope)
        return {
            str(row["Projectcode"]): code_of("project_status", row["Projectstatus"])
            for row in self.rows("Status", meting)
            if row["Projectcode"] in projects
        }

    def milestones(self, meting: int) -> dict[str, Row]:
        return {str(row["Mijlpaalcode"]): row for row in self.rows("Mijlpalen", meting)}

    def cutoff(self, meting: int) -> date:
        (row,) = [
            row
            for row in seed("plan/meetmoment.csv")
            if row["plan_code"] == "veerkracht" and row["meetmoment_code"] == f"m{meting}"
        ]
        return date.fromisoformat(row["cutoff_date"])


def load(directory: Path, nights: Iterable[Night]) -> Returns:
    nights = tuple(nights)
    files = []
    for place, night in enumerate(nights):
        for delivery in night.deliveries:
            path = delivery.path
            read = read_workbook if path.suffix == ".xlsx" else read_csv
            meting = int(delivery.meetmoment_code.removeprefix("m"))
            files.append(File(place, meting, path, read(path)))
    return Returns(directory, nights, files)


_WORDS = {(row["code_list"], row["label_nl"]): row["code"] for row in seed("codes/code.csv")} | {
    (row["code_list"], row["synonym"]): row["code"] for row in seed("codes/code_synonym.csv")
}


def code_of(code_list: str, word: object) -> str:
    return _WORDS[code_list, str(word)]


def milestone_status(row: Row) -> str:
    return code_of("milestone_status", row["Mijlpaalstatus"])


def amount(row: Row, header: str) -> Decimal:
    value = row[header]
    assert isinstance(value, Decimal), row
    return value


def day(row: Row, header: str) -> date:
    value = row[header]
    assert isinstance(value, date), row
    return value


BUDGET, VAK, VEK = "Budget (EUR)", "Vastgelegd VAK (EUR)", "Vereffend VEK (EUR)"


def total(rows: dict[str, Row], header: str) -> Decimal:
    return sum((amount(row, header) for row in rows.values()), Decimal(0))


INITIAL = Decimal("4303000000.00")
GREEN = ("opgestart", "opgestart_na_agendering", "op_schema")


def count(statuses: dict[str, str], *codes: str) -> Decimal:
    return Decimal(sum(status in codes for status in statuses.values()))
