"""Trace: random published figures lead to the cell they were read from, and every aggregate to parts that add up."""

import csv
import datetime
import io
import json
import random
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from conftest import DemoRun
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from typer.testing import CliRunner

from flows import cli
from flows.publish import contents, release
from flows.publish.release import Release
from flows.publish.trace import NotTraceable, Trace, trace

ADDITIVE = {"committed_eur", "paid_eur", "budget_current_eur", "encours_eur", "budget_initial_eur", "milestone_count"}


@pytest.fixture(scope="module")
def current(demo: DemoRun) -> Release:
    found = release.current(demo.settings)
    assert found
    return found


def keys(of: Release, mart: str) -> list[str]:
    with duckdb.connect(str(of.database), read_only=True) as con:
        return [key for (key,) in con.sql(f"select trace_key from {mart} order by all").fetchall()]


class Archived:
    """Cells of archived files, read by other means than those of the intake."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._sheets: dict[tuple[str, str], Any] = {}

    def text(self, sha256: str, sheet: str, cell: str) -> str | None:
        content = (self._archive / sha256 / "content").read_bytes()
        if content[:2] == b"PK":
            if (sha256, "") not in self._sheets:
                self._sheets[(sha256, "")] = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            return as_text(self._sheets[(sha256, "")][sheet][cell].value)
        assert sheet == "csv"
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                lines = list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=";"))
                break
            except UnicodeDecodeError:
                continue
        column, row = coordinate_from_string(cell)
        text = lines[row - 1][column_index_from_string(column) - 1]
        return text or None


def as_text(value: Any) -> str | None:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return None if value is None else str(value)


def same(one: str | None, other: str | None) -> bool:
    """Equal texts; numbers of a workbook by their value, since a workbook has no text for them."""
    if one == other:
        return True
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return False


def test_100_random_figures_are_traced_to_their_cells(demo: DemoRun, current: Release) -> None:
    facts = [key for mart in current.manifest["records"] for key in keys(current, mart)]
    archived = Archived(demo.settings.archive)
    read = 0
    for key in random.Random(20211231).sample(facts, 100):
        found = trace(demo.settings, current, key)
        assert found.origin and found.cells, key
        for cell in found.cells:
            if cell.cell:
                there = archived.text(found.origin.sha256, found.origin.sheet, cell.cell)
                assert same(there, cell.text), (key, cell, there)
                read += 1
    assert read > 300


def test_an_amount_leads_to_its_file_and_cell(demo: DemoRun, current: Release) -> None:
    found = trace(demo.settings, current, "fct_finance/veerkracht/m3/VV014/provisional/committed")
    assert found.origin
    assert found.origin.file_name.endswith(("_m3.xlsx", "_m3.csv", "_m3_v2.xlsx", "_m3_v2.csv"))
    assert len(found.origin.sha256) == 64 and found.origin.received_at.startswith("2022-01-24")
    (amount,) = [cell for cell in found.cells if cell.field == "amount_eur"]
    assert amount.header and "VAK" in amount.header and amount.cell
    assert Decimal(str(amount.text).replace(",", ".")) == found.value == amount.published


def test_every_headline_figure_adds_up_from_its_parts(demo: DemoRun, current: Release) -> None:
    of_measure: Counter[str] = Counter()
    for key in keys(current, "agg_headline_figure"):
        found = trace(demo.settings, current, key)
        assert found.adds_up, (key, found.numerator, found.denominator)
        of_measure[key.split("/")[5]] += bool(found.parts)
    assert all(count > 0 for count in of_measure.values()) and len(of_measure) >= 10


def test_random_aggregates_add_up_from_rows_that_are_traced_on(demo: DemoRun, current: Release) -> None:
    chance = random.Random(20241231)
    marts = [m for m in contents.declared(demo.settings.warehouse) if m.has_trace_key and m.name.startswith("agg_")]
    for mart in marts:
        for column in sorted({c.name for c in mart.columns} & ADDITIVE):
            for key in chance.sample(keys(current, mart.name), 5):
                found = trace(demo.settings, current, f"{key}:{column}")
                assert found.value is None or found.adds_up, (key, column, found.value)
                for part in found.parts[:1]:
                    assert to_the_cell(demo, current, part.trace_key, column).origin


def to_the_cell(demo: DemoRun, current: Release, key: str, column: str) -> Trace:
    """Follow parts of parts until a row of a file."""
    is_aggregate = key.startswith("agg_")
    found = trace(demo.settings, current, f"{key}:{column}" if is_aggregate else key)
    return to_the_cell(demo, current, found.parts[0].trace_key, column) if is_aggregate else found


def test_parts_that_do_not_add_up_are_said_not_to(demo: DemoRun, current: Release) -> None:
    key = "agg_headline_figure/veerkracht/m3/one_off/provisional/committed/total"
    found = trace(demo.settings, current, key)
    assert found.adds_up and len(found.parts) == 158
    short = Trace(found.key, found.release_id, found.value, numerator=found.numerator, parts=found.parts[1:])
    assert not short.adds_up


@pytest.mark.parametrize(
    "key",
    [
        "fct_finance/veerkracht/m3/VV999/provisional/paid",
        "no_mart/x",
        "dim_scope/veerkracht/all",
        "agg_finance_by_meetmoment/x",
    ],
)
def test_what_is_not_there_is_named(demo: DemoRun, current: Release, key: str) -> None:
    with pytest.raises(NotTraceable, match=key.split("/")[0]):
        trace(demo.settings, current, key)


def test_a_column_that_stays_in_the_archive_is_not_traced(demo: DemoRun, current: Release) -> None:
    found = trace(demo.settings, current, "fct_milestone_status/veerkracht/m3/VV014/VV014-M01")
    assert {"planned_date", "status", "explanation"} <= {cell.field for cell in found.cells}
    assert "owner" not in {cell.field for cell in found.cells}


def test_the_command_line_traces_and_verifies(demo: DemoRun, current: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(demo.settings.home))
    runner = CliRunner()
    key = "fct_finance/veerkracht/m3/VV014/provisional/committed"
    shown = runner.invoke(cli.app, ["trace", key])
    assert shown.exit_code == 0 and "Vastgelegd VAK" in shown.output
    shown = runner.invoke(cli.app, ["trace", "agg_headline_figure/veerkracht/m3/rrf/provisional/paid/total"])
    assert shown.exit_code == 0 and "adds up" in shown.output
    (first, second) = shown.output.splitlines()[:2]
    assert first.startswith("agg_headline_figure/") and " EUR " in first and second.split()[0] == "numerator"
    assert runner.invoke(cli.app, ["releases", "verify", "--all", "--json"]).exit_code == 0
    assert runner.invoke(cli.app, ["releases", "verify", current.release_id]).exit_code == 0


def test_every_published_figure_of_the_list_has_the_key_of_its_trace(
    demo: DemoRun, current: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(demo.settings.home))
    listed = json.loads(CliRunner().invoke(cli.app, ["figures", "--json"]).output)
    assert listed and all(figure["trace_key"] for figure in listed)
    for figure in listed[::10]:
        found = trace(demo.settings, current, figure["trace_key"])
        assert found.unit and found.adds_up, figure
