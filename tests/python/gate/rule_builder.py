"""One good return of one project at two meetmomenten, changed in one thing, and many of these in one staged warehouse.

Each case has a project of its own, so that a hundred cases are judged at once and none touches another.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from demo.return_tables import HEADERS
from flows import registry
from flows.settings import Settings
from flows.warehouse.load import load

PLAN = "veerkracht"
MEETMOMENTEN = {"before": "m4", "now": "m5", "again": "m5"}  # cut-offs 2022-06-30 and 2022-12-31
RECEIVED = {"before": datetime(2022, 7, 10), "now": datetime(2023, 1, 10), "again": datetime(2023, 1, 11)}
PARTNER = "P000"  # the other side of every transfer

Row = list[str]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Edit:
    """One change to a return: a cell set, a row added, left out or told twice."""

    sheet: str
    header: str = ""
    value: str = ""
    row: int = 0
    at: str = "now"
    kind: str = "t"
    new_row: tuple[str, ...] = ()
    is_dropped: bool = False
    is_repeated: bool = False


@dataclass(frozen=True)
class Case:
    """A change to the good return, and the rules it must break: all of them, and no other."""

    rule_id: str
    title: str
    edits: tuple[Edit, ...] = ()
    breaks: tuple[str, ...] = ()
    sent_by: str = ""
    """Policy domain whose return it is; of none where empty."""
    again_by: str = ""
    """Policy domain that returns the same a day later, with a word more; nobody does where empty."""
    untold: str = ""
    """A rule that it breaks as well, which is not told: nothing is read of the cell."""
    register: tuple[tuple[str, str], ...] = ()
    """What the register of events says of the project: meetmoment and kind."""


def put(sheet: str, header: str, value: str, row: int = 0, at: str = "now", kind: str = "t") -> Edit:
    """Set a cell; ``{code}`` stands for the code of the project, ``both`` for both meetmomenten."""
    return Edit(sheet, header, value, row, at, kind)


def add(sheet: str, *cells: str, at: str = "now") -> Edit:
    """Add a row."""
    return Edit(sheet, new_row=cells, at=at)


def drop(sheet: str, row: int = 0, at: str = "now") -> Edit:
    """Leave a row out."""
    return Edit(sheet, row=row, at=at, is_dropped=True)


def good(code: str, at: str) -> Tables:
    """A return that breaks no rule."""
    is_now = at != "before"
    return {
        "Projecten": [
            [
                *(code, f"Fietspaden {code}", "1", "2", "MOW", "Eenmalig", "ja", "1.000.000,00"),
                *("Fietspaden aanleggen, geëvalueerd met de kernindicator groei", "01/01/2021", "31/12/2026"),
            ]
        ],
        "Status": [[code, "Opgestart", "", "Zoals gemeld" if at == "again" else ""]],
        "Mijlpalen": [
            [
                *(code, "M01", "Gunnen van de opdracht", "Afdeling 1", "31/03/2022", "Gerealiseerd", "15/03/2022"),
                *("", ""),
            ],
            [code, "M02", "Realiseren van 10 km fietspad", "Afdeling 1", "30/06/2023", "Op schema", "", "", ""],
        ],
        "Financien": [
            [
                *(code, "Voorlopig", "1.000.000,00"),
                *(("600.000,00", "300.000,00") if is_now else ("500.000,00", "200.000,00")),
                "",
            ]
        ],
        "Indicatoren": [["IND01", code, "", "0", "100", "31/12/2025", "30" if is_now else "20", ""]],
        "RRF": [[code, "I-1.01", "MT-01", "13/07/2021", "", "In uitvoering", ""]],
        "Overdrachten": [
            [f"B {code}", "15/06/2022", code, "-1.000,00"],
            [f"B {code}", "15/06/2022", PARTNER, "1.000,00"],
        ],
        "Rekeningen": [[code, "31/12/2021", "400.000,00", "100.000,00"]],
    }


def returned(code: str, at: str, edits: Sequence[Edit]) -> tuple[Tables, dict[tuple[str, int], str]]:
    """The good return after the edits, and the kinds of cells of the rows that hold more than text."""
    tables, kinds, dropped = good(code, at), {}, []
    for edit in edits:
        if edit.at not in ("now" if at == "again" else at, "both"):
            continue
        rows = tables[edit.sheet]
        if edit.new_row:
            rows.append([cell.format(code=code) for cell in edit.new_row])
        elif edit.is_repeated:
            rows.append(list(rows[edit.row]))
        elif edit.is_dropped:
            dropped.append((edit.sheet, edit.row))
        else:
            column = HEADERS[edit.sheet].index(edit.header)
            rows[edit.row][column] = edit.value.format(code=code)
            kinds[edit.sheet, edit.row] = "t" * column + edit.kind + "t" * (len(rows[edit.row]) - column - 1)
    for sheet, row in sorted(dropped, reverse=True):
        del tables[sheet][row]
    return {sheet: rows for sheet, rows in tables.items() if rows}, kinds


def project_code(number: int) -> str:
    """The project of a case."""
    return f"P{number:03d}"


def fill(cases: Sequence[Case], home: Path) -> Path:
    """A warehouse whose raw tables hold every case, number 1 the first; the partner of the transfers is number 0."""
    settings = Settings(home=home)
    load(settings, {}, settings.warehouse, {})
    layout_of = {layout.sheet_name: layout.code for layout in registry.layouts(PLAN)}
    raw: dict[str, list[dict[str, object]]] = {"submission": [], "sheet": [], "header": [], "row": []}
    for number, case in enumerate([Case("", "the partner", (drop("Overdrachten", 1, "both"),)), *cases]):
        for at, meetmoment in MEETMOMENTEN.items():
            code = project_code(number)
            sender = case.again_by if at == "again" else case.sent_by
            if at == "again" and not sender:
                continue
            tables, kinds = returned(code, at, case.edits)
            if not number:
                del tables["Overdrachten"]
            sha256 = hashlib.sha256(f"{code} {at}".encode()).hexdigest()
            submission = f"{PLAN}-{meetmoment}{'-again' if at == 'again' else ''}-{code}"
            raw["submission"].append(
                {
                    "submission_id": submission,
                    "plan_code": PLAN,
                    "meetmoment_code": meetmoment,
                    "sha256": sha256,
                    "file_name": f"{sender}_{code}_{at}.xlsx",
                    "byte_count": 1,
                    "declared_version": 1,
                    "received_at": RECEIVED[at],
                }
            )
            for sheet, rows in tables.items():
                place = {"submission_id": submission, "sheet": sheet}
                raw["sheet"].append(place | {"layout_code": layout_of[sheet], "row_count": len(rows)})
                raw["header"] += [
                    place | {"column_number": n, "header": header} for n, header in enumerate(HEADERS[sheet], start=1)
                ]
                raw["row"] += [
                    place
                    | {
                        "row_number": n + 2,
                        "texts": cells,
                        "kinds": kinds.get((sheet, n), "t" * len(cells)),
                    }
                    for n, cells in enumerate(rows)
                ]
    events: list[dict[str, object]] = [
        {"plan_code": PLAN, "meetmoment_code": at, "project_code": project_code(number), "event_type": kind}
        for number, case in enumerate(cases, start=1)
        for at, kind in case.register
    ]
    tables_filled = {f"raw.{table}": dicts for table, dicts in raw.items()}
    if events:
        tables_filled["registry.project_event"] = events
    with duckdb.connect(str(settings.warehouse)) as con:
        for table, dicts in tables_filled.items():
            con.register("filled", pd.DataFrame(dicts))
            con.execute(f"insert into {table} by name select * from filled")
            con.unregister("filled")
    return settings.warehouse
