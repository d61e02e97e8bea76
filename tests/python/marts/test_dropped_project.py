"""A correction that drops a project: all that was said of it stays in history, and what vanished is told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from replay import Received

from demo.return_files import write_workbook
from demo.return_tables import Row, Sheet
from flows.settings import Settings
from flows.warehouse import compiled, transform
from flows.warehouse.load import load

PLAN, MEETMOMENT = "veerkracht", "m5"
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
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A meetmoment of two projects, complete on the first day; on the second a correction has one of them."""
    home: Path = tmp_path_factory.mktemp("dropped")
    settings = Settings(home=home, plan=PLAN)
    files = {}
    for day, (name, codes) in enumerate({"OMG_m5.xlsx": (STAYS, GOES), "OMG_m5_v2.xlsx": (STAYS,)}.items(), start=1):
        write_workbook(home / name, sheets(codes))
        received = Received(home / name, PLAN, MEETMOMENT, datetime(2023, 1, day, 1, 17, tzinfo=UTC))
        files[received.receipt] = received.path
    load(settings, files, settings.warehouse, {})
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("update registry.meetmoment set project_count = 2 where meetmoment_code = ?", [MEETMOMENT])
    transform.project(settings.warehouse)
    compiled.build(settings.warehouse, ["+agg_finance_first_complete", "+what_changed"], PLAN)
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        yield con


def test_what_it_had_committed_was_known_and_is_restated(built: duckdb.DuckDBPyConnection) -> None:
    told = built.execute(
        "select first_complete_eur, current_eur, restated_eur from marts.agg_finance_first_complete"
        " where meetmoment_code = ? and scope_code = 'all' and measure = 'committed'",
        [MEETMOMENT],
    ).fetchall()
    assert told == [(Decimal("1248750000.00"), Decimal("1236000000.00"), Decimal("-12750000.00"))]
    assert told[0][0] == sum(COMMITTED.values())


def test_each_of_its_indicator_values_is_told_to_be_gone(built: duckdb.DuckDBPyConnection) -> None:
    vanished = built.execute(
        "select project_code, count(*) from marts.what_changed"
        " where record = 'indicator_value' and comparison = 'restatement' and kind = 'dropped' group by project_code"
    ).fetchall()
    assert vanished == [(GOES, 196)]
