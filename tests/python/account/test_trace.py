"""Trace: random published figures lead to the cell they were read from, and every aggregate to parts that add up."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from conftest import DemoRun
from trace_reading import Archived, keys, reads, same
from typer.testing import CliRunner

from flows import cli
from flows.account.trace import NotTraceable, Trace, trace
from flows.forms import contents, parts
from flows.release import kept
from flows.release.kept import Release


@pytest.fixture(scope="module")
def current(demo: DemoRun) -> Release:
    found = kept.current(demo.settings)
    assert found
    return found


@pytest.fixture
def is_open(current: Release) -> Iterator[None]:
    """Hold the release open for a test of many traces: each would open it anew, at ten times its own cost."""
    with duckdb.connect(str(current.database), read_only=True):
        yield


@pytest.mark.usefixtures("is_open")
@pytest.mark.parametrize("each", [4, pytest.param(10, marks=pytest.mark.slow)])
def test_random_rows_of_every_fact_are_traced_to_their_cells(demo: DemoRun, current: Release, each: int) -> None:
    chance = random.Random(20211231)
    of_mart = {mart: keys(current, mart) for mart in current.manifest["records"]}
    facts = [key for found in of_mart.values() for key in chance.sample(found, min(each, len(found)))]
    assert len(facts) > 10 * each
    archived = Archived(demo.settings.archive)
    read = 0
    for key in facts:
        found = trace(demo.settings, current, key)
        assert found.origin and found.origin.sheet and found.cells, key
        for cell in found.cells:
            if cell.cell:
                there = archived.text(found.origin.sha256, found.origin.sheet, cell.cell)
                assert same(there, cell.text), (key, cell, there)
                read += 1
    assert read > 40 * each


def test_an_amount_leads_to_its_file_and_cell(demo: DemoRun, current: Release) -> None:
    found = trace(demo.settings, current, "veerkracht/fct_finance_as_returned/m3/VV014/provisional/committed")
    assert found.origin
    assert found.origin.file_name.endswith(("_m3.xlsx", "_m3.csv", "_m3_v2.xlsx", "_m3_v2.csv"))
    assert len(found.origin.sha256) == 64 and found.origin.received_at.startswith("2022-01-24")
    (amount,) = [cell for cell in found.cells if cell.field == "amount_eur"]
    assert amount.header and "VAK" in amount.header and amount.cell
    assert Decimal(str(amount.text).replace(",", ".")) == found.value == amount.published


def test_a_code_that_is_a_key_leads_to_its_cell(demo: DemoRun, current: Release) -> None:
    found = trace(demo.settings, current, "veerkracht/dim_project/VV176")
    published = {cell.field: (cell.published, cell.text) for cell in found.cells}
    assert published["policy_domain"] == ("CJSM", "CJSM")
    assert published["cluster_code"] == ("35", "35")


@pytest.mark.usefixtures("is_open")
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_every_headline_figure_adds_up_from_its_parts(demo: DemoRun, current: Release, every: int) -> None:
    of_measure: Counter[str] = Counter()
    for key in keys(current, "agg_headline_figure_by_scope")[::every]:
        found = trace(demo.settings, current, key)
        assert found.adds_up, (key, found.numerator, found.denominator)
        of_measure[key.split("/")[5]] += bool(found.parts)
    assert all(count > 0 for count in of_measure.values()) and len(of_measure) >= 10


@pytest.mark.usefixtures("is_open")
def test_random_figures_of_every_mart_add_up_from_rows_that_are_traced_on(demo: DemoRun, current: Release) -> None:
    chance = random.Random(20241231)
    followed: dict[str, Trace] = {}
    added: Counter[str] = Counter()
    for mart in contents.declared(demo.settings.warehouse):
        if parts.is_headlines(mart.name):
            continue
        of_mart = keys(current, mart.name) if mart.has_trace_key else []
        for column in parts.figures(mart.name, [column.name for column in mart.columns]):
            for key in chance.sample(of_mart, min(2, len(of_mart))):
                found = trace(demo.settings, current, f"{key}:{column}")
                assert found.value is None or found.adds_up, (key, column, found.value)
                added[mart.name] += found.value is not None and not found.reason
                for part in counting(found)[:1]:
                    assert to_the_file(demo, current, part.trace_key, followed).origin, part
    assert all(added.values()) and len(added) >= 22 and sum(added.values()) > 250


def counting(found: Trace) -> list[parts.Part]:
    """The parts that are not zero, of which some are there to be seen only."""
    return [part for part in found.parts if part.amount]


def to_the_file(demo: DemoRun, current: Release, key: str, followed: dict[str, Trace]) -> Trace:
    """Follow parts of parts until a row of a file; a key that names no figure is followed by its first with parts."""
    if key not in followed:
        followed[key] = _to_the_file(demo, current, key, followed)
    return followed[key]


def _to_the_file(demo: DemoRun, current: Release, key: str, followed: dict[str, Trace]) -> Trace:
    mart = key.split("/")[1]
    if mart in (*current.manifest["records"], *current.manifest["places"]) or ":" in key or parts.is_headlines(mart):
        found = trace(demo.settings, current, key)
        return found if found.origin else to_the_file(demo, current, counting(found)[0].trace_key, followed)
    with duckdb.connect(str(current.database), read_only=True) as con:
        figures = parts.figures(mart, [name for (name, *_) in con.sql(f"describe {mart}").fetchall()])
    traced = [trace(demo.settings, current, f"{key}:{figure}") for figure in figures]
    # A row may count for an amount of nought that was reported: its parts are noughts then, and lead on as well.
    of_figures = (*map(counting, traced), *(found.parts for found in traced))
    return to_the_file(demo, current, next(found for found in of_figures if found)[0].trace_key, followed)


STRAIGHT = """
    with warned as (
        select submission_id, sheet, row_number, finding_id from fct_finding
        where severity = 'warning' and not is_waived
    ),
    projects as (
        select scope.scope_code, project.* from dim_project_history as project
        inner join bridge_scope_project as scope using (meetmoment_code, project_code)
    ),
    statuses as (
        select scope.scope_code, status.* from fct_project_status_as_returned as status
        inner join bridge_scope_project as scope using (meetmoment_code, project_code)
    ),
    links as (
        select scope.scope_code, link.* from bridge_rrf_project as link
        inner join bridge_scope_project as scope using (meetmoment_code, project_code)
    ),
    money as (
        select scope.scope_code, amount.* from fct_finance_as_returned as amount
        inner join bridge_scope_project as scope using (meetmoment_code, project_code)
        where amount.measure in ('budget', 'committed', 'paid')
    )
    select count(distinct finding_id) from warned
    inner join ({rows}) as beneath using (submission_id, sheet, row_number)
"""
PLACE = "select submission_id, sheet, row_number from"
THERE = "where meetmoment_code = '{meetmoment_code}' and scope_code = '{scope_code}'"


@pytest.mark.parametrize(
    ("mart", "of", "rows"),
    [
        (
            "agg_finance_by_meetmoment_by_scope",
            "true",
            f"{PLACE} projects {THERE} union {PLACE} money {THERE} and execution = '{{execution}}'",
        ),
        (
            "agg_status_by_meetmoment_by_scope",
            "true",
            f"{PLACE} statuses {THERE} and coalesce(status, status_state) = '{{status}}'",
        ),
        ("agg_headline_figure_by_scope", "measure = 'project_count' and item = 'total'", f"{PLACE} projects {THERE}"),
        (
            "agg_headline_figure_by_scope",
            "measure = 'project_share'",
            f"{PLACE} projects {THERE} union {PLACE} statuses {THERE} and status_group in ('on_schedule', 'realised')",
        ),
        (
            "agg_headline_figure_by_scope",
            "measure = 'committed_share'",
            f"{PLACE} projects {THERE} union"
            f" {PLACE} money {THERE} and execution = '{{execution}}' and measure = 'committed'",
        ),
        (
            "agg_rrf_double_counting",
            "true",
            f"{PLACE} projects {THERE} union {PLACE} links {THERE} and is_valid_on_cutoff",
        ),
    ],
)
def test_the_warnings_of_an_aggregate_are_the_findings_beneath_it_each_once(
    current: Release, mart: str, of: str, rows: str
) -> None:
    """Counted here straight from the findings, by the place they stand on."""
    with duckdb.connect(str(current.database), read_only=True) as con:
        found = con.sql(f"select * from {mart} where {of}")
        of_rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
        for row in of_rows:
            straight = con.sql(STRAIGHT.format(rows=rows.format(**row))).fetchall()[0][0]
            assert row["warning_count"] == straight, row["trace_key"]
    assert any(row["warning_count"] for row in of_rows)


def test_a_figure_that_nothing_adds_up_to_says_why(demo: DemoRun, current: Release) -> None:
    key = keys(current, "agg_milestone_slippage")[0]
    found = trace(demo.settings, current, f"{key}:most_days_overdue")
    assert found.reason and "grootste waarde" in found.reason and "largest value" in found.reason and not found.parts
    with pytest.raises(NotTraceable, match="name one after a colon: milestone_count"):
        trace(demo.settings, current, key)


def test_a_difference_from_the_accounts_leads_to_both(demo: DemoRun, current: Release) -> None:
    key = "veerkracht/fct_account_difference/2022-12-31/VV053/paid"
    accounts = trace(demo.settings, current, key)
    assert accounts.origin and {"paid_eur"} <= {cell.field for cell in accounts.cells}
    found = trace(demo.settings, current, f"{key}:difference_eur")
    assert found.adds_up and {part.trace_key.split("/")[1] for part in found.parts} == {
        "fct_account_difference",
        "fct_finance_as_returned",
    }


def test_a_finding_leads_to_its_place_and_shows_nothing_of_it(demo: DemoRun, current: Release) -> None:
    with duckdb.connect(str(current.database), read_only=True) as con:
        sql = "select trace_key, sheet, row_number, cell from fct_finding where cell is not null order by all limit 1"
        key, sheet, row_number, place = con.sql(sql).fetchall()[0]
    found = trace(demo.settings, current, key)
    assert found.origin and (found.origin.sheet, found.origin.row_number) == (sheet, row_number)
    assert [(cell.cell, cell.text, cell.published) for cell in found.cells] == [(place, None, None)]


def test_parts_that_do_not_add_up_are_said_not_to(demo: DemoRun, current: Release) -> None:
    key = "veerkracht/agg_headline_figure_by_scope/m3/one_off/provisional/committed/total"
    found = trace(demo.settings, current, key)
    assert found.adds_up and len(found.parts) == 158
    short = Trace(found.key, found.release_id, found.value, numerator=found.numerator, parts=found.parts[1:])
    assert not short.adds_up


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("veerkracht/fct_finance_as_returned/m3/VV999/provisional/paid", "fct_finance_as_returned"),
        ("veerkracht/no_mart/x", "no_mart"),
        ("no_mart", "no_mart"),
        ("veerkracht/dim_scope/all", "name one after a colon"),
        ("veerkracht/dim_scope/none", "dim_scope"),
        ("veerkracht/agg_finance_by_meetmoment_by_scope/x", "agg_finance_by_meetmoment_by_scope"),
        ("elsewhere/fct_finance_as_returned/m3/VV014/provisional/committed", "elsewhere"),
        ("fct_finance_as_returned/veerkracht/m3/VV014/provisional/committed", "begins with the plan and the mart"),
    ],
)
def test_what_is_not_there_is_named(demo: DemoRun, current: Release, key: str, named: str) -> None:
    with pytest.raises(NotTraceable, match=named):
        trace(demo.settings, current, key)


@pytest.mark.usefixtures("is_open")
def test_no_column_of_any_mart_claims_a_cell_that_does_not_hold_its_value(demo: DemoRun, current: Release) -> None:
    """A trace of a row's column names a cell that says that value, parts that add up, or why there are neither."""
    told: Counter[str] = Counter()
    with duckdb.connect(str(current.database), read_only=True) as con:
        has_codes = set(
            con.sql(
                f"select mart, \"column\" from read_csv('{current.file('dictionary.csv')}') where code_list is not null"
            ).fetchall()
        )
        for mart in sorted(current.manifest["tables"]):
            found = con.sql(f"select * from {mart} order by hash(columns(*)) limit 1")
            (row,) = [dict(zip(found.columns, values, strict=True)) for values in found.fetchall()] or [{}]
            for column in row if "trace_key" in row else ():
                traced = trace(demo.settings, current, f"{row['trace_key']}:{column}")
                assert traced.adds_up, traced.key
                if traced.reason:
                    told["reason"] += 1
                    assert not traced.cells and not traced.origin, traced.key
                    assert all(traced.reason.split(" / ")), traced.reason
                    # Of a row that was made no cell was looked for: what it shows may well stand in one.
                    is_of_return = mart in current.manifest["records"]
                    assert is_of_return or "geen cel van zijn rij" not in traced.reason, traced.key
                elif not traced.origin:  # a count of nothing has no parts
                    told["parts"] += 1
                elif mart in current.manifest["places"]:
                    assert traced.value == row[column], traced.key
                else:
                    told["cells"] += 1
                    (cell,) = traced.cells
                    assert traced.value == row[column] == cell.published, traced.key
                    is_said = reads(cell.text, row[column]) or ((mart, column) in has_codes and cell.text)
                    assert is_said or row[column] is None, (traced.key, cell, row[column])
    assert told["cells"] > 60 and told["parts"] > 150 and told["reason"] > 300


@pytest.mark.parametrize(
    ("mart", "column"),
    [
        ("fct_milestone_forecast", "days_moved_since_previous"),
        ("fct_milestone_forecast", "previous_forecast_date"),
        ("fct_milestone_status", "change_since_previous"),
        ("fct_indicator_value", "previous_actual"),
        ("fct_indicator_value", "change_since_previous"),
        ("fct_status_evidence", "threshold"),
        ("fct_status_evidence", "fact_value"),
    ],
)
def test_what_stands_in_no_cell_names_no_file(demo: DemoRun, current: Release, mart: str, column: str) -> None:
    found = trace(demo.settings, current, f"{keys(current, mart)[0]}:{column}")
    assert found.origin is None and found.cells == () and found.reason and found.adds_up


@pytest.mark.parametrize("mart", ["fct_finance", "fct_finance_by_execution"])
def test_the_amounts_of_a_project_beside_each_other_lead_to_their_cells(
    demo: DemoRun, current: Release, mart: str
) -> None:
    with duckdb.connect(str(current.database), read_only=True) as con:
        ((key, paid),) = con.sql(
            f"select trace_key, paid_eur from {mart} where paid_eur > 0 order by hash(trace_key) limit 1"
        ).fetchall()
    found = trace(demo.settings, current, f"{key}:paid_eur")
    (part,) = found.parts
    assert found.adds_up and not found.reason and part.amount == paid
    assert trace(demo.settings, current, part.trace_key).cells


@pytest.mark.usefixtures("is_open")
def test_counts_of_findings_and_of_eu_targets_lead_to_rows(demo: DemoRun, current: Release) -> None:
    with duckdb.connect(str(current.database), read_only=True) as con:
        (rule, count), *_ = con.sql(
            "select rule_id, finding_count from dim_rule order by finding_count desc"
        ).fetchall()
        warned, warnings = con.sql(
            "select trace_key, warning_count from fct_project_status order by warning_count desc, trace_key limit 1"
        ).fetchall()[0]
        file, remarks = con.sql(
            "select trace_key, warning_count from dim_submission order by warning_count desc, trace_key limit 1"
        ).fetchall()[0]
        targets = con.sql("select trace_key, mt_count from agg_rrf_total order by all").fetchall()
    counted = {
        f"veerkracht/dim_rule/{rule}:finding_count": count,
        f"{warned}:warning_count": warnings,
        f"{file}:warning_count": remarks,
    }
    for key, number in counted.items():
        found = trace(demo.settings, current, key)
        assert len(found.parts) == number > 0 and found.adds_up
        assert {part.trace_key.split("/")[1] for part in found.parts} == {"fct_finding"}
    led = 0
    for key, number in targets:
        found = trace(demo.settings, current, f"{key}:mt_count")
        assert found.adds_up and (found.reason or len(found.parts) == number)
        led += bool(found.parts)
    assert led > 10


def test_a_column_that_stays_in_the_archive_is_not_traced(demo: DemoRun, current: Release) -> None:
    found = trace(demo.settings, current, "veerkracht/fct_milestone_status_as_returned/m3/VV014/VV014-M01")
    assert {"planned_date", "status", "explanation"} <= {cell.field for cell in found.cells}
    assert "owner" not in {cell.field for cell in found.cells}


def test_the_command_line_traces_and_verifies(demo: DemoRun, current: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(demo.settings.home))
    runner = CliRunner()
    key = "veerkracht/fct_finance_as_returned/m3/VV014/provisional/committed"
    shown = runner.invoke(cli.app, ["trace", key])
    assert shown.exit_code == 0 and "Vastgelegd VAK" in shown.output
    shown = runner.invoke(cli.app, ["trace", "veerkracht/agg_headline_figure_by_scope/m3/rrf/provisional/paid/total"])
    assert shown.exit_code == 0 and "adds up" in shown.output
    (first, second) = shown.output.splitlines()[:2]
    assert (
        first.startswith("veerkracht/agg_headline_figure_by_scope/")
        and " EUR " in first
        and second.split()[0] == "teller"
    )
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
