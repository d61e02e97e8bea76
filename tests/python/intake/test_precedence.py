"""What was sent counts, and who sent what does not is told: from files to versions, findings and history."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from replay import Received
from small_plan import small_sheets

from demo.return_files import write_csv, write_workbook
from demo.return_tables import Row, Sheet
from flows.senders.answer import verdict
from flows.settings import Settings
from flows.warehouse import compiled, transform
from flows.warehouse.load import load

PLAN = "veerkracht"

# Of the first meetmoment.
FIRST = datetime(2021, 4, 2, 1, 17, tzinfo=UTC)
HEADER = "Projectcode;Projectstatus;VR-document;Toelichting"
# File, night of receipt, project, status.
SENT = [
    ("OMG_status_m1_v2.csv", 0, "VV001", "Opgestart"),
    ("OMG correctie m1.csv", 1, "VV001", "Oranje"),
    ("OMG_status_m1_v1.csv", 2, "VV001", "Rood"),
    ("WVG_status_m1_V2.csv", 0, "VV002", "Opgestart"),
    ("WVG_status_m1.csv", 1, "VV002", "Oranje"),
    ("LV_status_a.csv", 3, "VV015", "Rood"),
    ("LV_status_b.csv", 3, "VV015", "Oranje"),
]


# Of a later one, which is of two projects: complete on the first day, and on the second a correction has one of them.
MEETMOMENT = "m5"
STAYS, GOES = "VV001", "VV002"
COMMITTED = {STAYS: Decimal("1236000000.00"), GOES: Decimal("12750000.00")}
VALUES = {STAYS: 197, GOES: 196}
"""How many indicator values a project has: of the two together those that go are not the most."""


def sheets(codes: tuple[str, ...]) -> tuple[Sheet, ...]:
    """The return of these projects."""
    budget = Decimal("2000000000.00")
    described: list[Row] = [
        (
            *(code, f"Project {code}", "1", "2", "OMG", "Eenmalig", "nee", budget, "kernindicator"),
            *(date(2021, 1, 1), date(2026, 12, 31)),
        )
        for code in codes
    ]
    money: list[Row] = [(code, "Voorlopig", budget, COMMITTED[code], Decimal(0), None) for code in codes]
    measured: list[Row] = [
        ("IND01", code, f"GEM{place:03d}", Decimal(0), Decimal(100), date(2025, 12, 31), Decimal(place), None)
        for code in codes
        for place in range(VALUES[code])
    ]
    return Sheet("Projecten", tuple(described)), Sheet("Financien", tuple(money)), Sheet("Indicatoren", tuple(measured))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sent")
    projects = next(sheet for sheet in small_sheets("OMG", 1) if sheet.name == "Projecten")
    write_csv(folder / "OMG_projecten_m1.csv", projects, "utf-8-sig")
    files = [Received(folder / "OMG_projecten_m1.csv", PLAN, "m1", FIRST)]
    for name, night, project, status in SENT:
        path = folder / name
        path.write_text(f"{HEADER}\n{project};{status};;\nEINDE;1\n", encoding="utf-8")
        files.append(Received(path, PLAN, "m1", FIRST + timedelta(days=night)))
    for day, (name, codes) in enumerate({"OMG_m5.xlsx": (STAYS, GOES), "OMG_m5_v2.xlsx": (STAYS,)}.items(), start=1):
        write_workbook(folder / name, sheets(codes))
        files.append(Received(folder / name, PLAN, MEETMOMENT, datetime(2023, 1, day, 1, 17, tzinfo=UTC)))
    settings = Settings(home=folder / "home", plan=PLAN)
    load(settings, {file.receipt: file.path for file in files}, settings.warehouse, {})
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("update registry.meetmoment set project_count = 2 where meetmoment_code = ?", [MEETMOMENT])
    transform.project(settings.warehouse)
    asked = [*transform.ANSWERS, "+int_project_status_version", "+agg_finance_first_complete", "+what_changed"]
    compiled.build(settings.warehouse, asked, PLAN)
    return settings.warehouse


@pytest.fixture
def built(judged: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(judged), read_only=True) as con:
        yield con


def test_the_latest_receipt_counts_unless_its_series_declares_otherwise(judged: Path) -> None:
    with duckdb.connect(str(judged), read_only=True) as con:
        held = con.sql(
            "select project_code, status from intermediate.int_project_status_version where is_current order by all"
        ).fetchall()
    assert held == [("VV001", "oranje"), ("VV002", "oranje"), ("VV015", "oranje")]


def test_the_sender_of_what_does_not_count_is_told_what_does(judged: Path) -> None:
    answers = {answer.file_name: answer for answer in verdict.read(judged)}
    told = {
        name: (finding["rule_id"], finding["received_value"], finding["expected"])
        for name, answer in answers.items()
        for finding in answer.findings
        if finding["rule_id"] in ("M11", "M12")
    }
    assert told.pop("OMG_status_m1_v1.csv")[:2] == ("M11", "OMG_status_m1_v2.csv (02/04/2021)")
    assert "latere versie" in answers["OMG_status_m1_v1.csv"].verdict_words[0]
    assert told == {
        "LV_status_a.csv": ("M12", "LV_status_b.csv", "LV_status_b.csv"),
        "LV_status_b.csv": ("M12", "LV_status_a.csv", "LV_status_b.csv"),
    }


def test_what_a_dropped_project_had_committed_was_known_and_is_restated(built: duckdb.DuckDBPyConnection) -> None:
    told = built.execute(
        "select first_complete_eur, current_eur, restated_eur from marts.agg_finance_first_complete"
        " where meetmoment_code = ? and scope_code = 'all' and measure = 'committed'",
        [MEETMOMENT],
    ).fetchall()
    assert told == [(Decimal("1248750000.00"), Decimal("1236000000.00"), Decimal("-12750000.00"))]
    assert told[0][0] == sum(COMMITTED.values())


def test_each_indicator_value_of_a_dropped_project_is_told_to_be_gone(built: duckdb.DuckDBPyConnection) -> None:
    vanished = built.execute(
        "select project_code, count(*) from marts.what_changed"
        " where record = 'indicator_value' and comparison = 'restatement' and kind = 'dropped' group by project_code"
    ).fetchall()
    assert vanished == [(GOES, 196)]
