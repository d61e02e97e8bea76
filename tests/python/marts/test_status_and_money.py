"""Status beside status, forecasts, accounts and changes on the demo plan, against a straight look at the returns."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from conftest import EVERY_NIGHT, FEW_NIGHTS, HELD, DemoRun

from demo.annexes import accounts_at
from demo.course import project_states
from demo.milestone_dates import milestone_states
from demo.targets import METINGEN
from expectations import gate
from flows import registry
from flows.release import kept
from flows.settings import PROJECT


def query(demo: DemoRun, sql: str) -> list[tuple[object, ...]]:
    current = kept.current(demo.settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        return con.sql(sql).fetchall()


def test_reported_counts_in_groups_are_those_of_the_scale(demo: DemoRun) -> None:
    in_groups = query(
        demo,
        "select meetmoment_code, scope_code, status_group, reported_count from agg_status_difference"
        " where reported_count > 0 order by all",
    )
    on_scale = query(
        demo,
        "select meetmoment_code, scope_code, status_group, sum(project_count) from agg_status_by_meetmoment_by_scope"
        " group by all having sum(project_count) > 0 order by all",
    )
    assert in_groups == on_scale


def test_computed_and_reported_mostly_agree_and_differ_where_it_matters(demo: DemoRun) -> None:
    counts = {
        str(comparison): int(str(count))
        for comparison, count in query(
            demo, "select comparison, count(*) from fct_project_status_as_returned group by all"
        )
    }
    assert set(counts) == {"same", "differs"}
    assert counts["differs"] < counts["same"] / 4
    assert query(demo, "select distinct kind from fct_status_difference order by all") == [
        ("contradiction",),
        ("difference",),
    ]


def test_every_difference_shows_facts_that_meet_the_written_rule(demo: DemoRun) -> None:
    unmet = query(
        demo,
        "select * from fct_status_difference"
        " left join fct_status_evidence using (meetmoment_code, project_code, rule_code)"
        " where not coalesce(case operator when '=' then fact_value = threshold when '>' then fact_value > threshold"
        " when '>=' then fact_value >= threshold when '<' then fact_value < threshold end, false)",
    )
    assert unmet == []


def test_no_group_is_computed_that_the_scale_does_not_have(demo: DemoRun) -> None:
    assert query(
        demo,
        "select distinct meetmoment_code from fct_project_status where computed_status_group = 'stopped' order by all",
    ) == [("m6",), ("m7",)]


def test_each_fact_of_the_registry_is_computed() -> None:
    sql = (PROJECT / "models/intermediate/status/int_status_fact.sql").read_text(encoding="utf-8")
    (listed,) = re.findall(r"set facts = \[(.*?)\]", sql, re.DOTALL)
    assert re.findall(r"'(\w+)'", listed) == [row["fact"] for row in registry.rows("status/status_fact")]


def test_forecasts_are_the_dates_of_the_returns(demo: DemoRun) -> None:
    expected: dict[str, list[tuple[str, object, object]]] = {}
    for meting, states in milestone_states().items():
        for state in states:
            expected.setdefault(state.milestone.code, []).append((f"m{meting}", state.planned, state.actual))
    ours: dict[str, list[tuple[object, ...]]] = {}
    for code, *rest in query(
        demo,
        "select milestone_code, meetmoment_code, planned_date, actual_date, original_planned_date,"
        " days_moved_since_previous, days_moved_in_all, move_count from fct_milestone_forecast"
        " inner join fct_milestone_status_as_returned using (meetmoment_code, project_code, milestone_code)"
        " order by 1, 2",
    ):
        ours.setdefault(str(code), []).append(tuple(rest))
    assert {code: [row[:3] for row in rows] for code, rows in ours.items()} == expected
    moved = 0
    for code, rows in ours.items():
        dates = [planned for _, planned, _ in expected[code]]
        moves = [(after - before).days for before, after in pairwise(dates)]  # type: ignore[operator]
        assert [row[4] for row in rows] == [None, *moves], code
        assert [row[5] for row in rows] == [(day - dates[0]).days for day in dates], code  # type: ignore[operator]
        assert rows[-1][6] == sum(days != 0 for days in moves), code
        moved += sum(days != 0 for days in moves)
    assert moved > 100


def test_differences_with_the_accounts_are_those_put_in(demo: DemoRun) -> None:
    accounts = {
        (str(closing), project.code, measure): Decimal(cents) / 100
        for meting in METINGEN
        for project, closing, committed, paid in accounts_at(meting)
        for measure, cents in (("committed", committed), ("paid", paid))
    }
    ours = query(
        demo,
        "select cast(closing_date as varchar), right(project_code, 5), measure, account_eur, comparison,"
        " difference_eur, returned_execution from fct_account_difference",
    )
    assert {row[:3]: row[3] for row in ours if row[3] is not None} == accounts
    assert {str(row[1]) for row in ours if row[5]} == {"VV002", "VV048", "VV061", "VV103", "VV151"}
    assert {row[6] for row in ours if row[4] == "compared"} == {"final"}
    assert {row[4] for row in ours} == {"compared", "accounts_missing", "not_applicable"}


def test_each_difference_of_status_is_one_warning_in_the_words_of_its_rules(demo: DemoRun) -> None:
    assert query(demo, "select count(*) from fct_status_difference where warning_count = 0") == [(0,)]
    rows = query(
        demo,
        "select submission_id, sheet, row_number from fct_project_status_as_returned where comparison = 'differs'"
        " or contradiction_count > 0 order by all",
    )
    with duckdb.connect(str(demo.settings.warehouse), read_only=True) as con:
        found = con.sql(
            "select submission_id, sheet, row_number, severity, message_nl, message_en from intermediate.int_finding"
            " where rule_id = 'DQ09' order by all"
        ).fetchall()
        untold = con.sql(
            "select count(*) from marts.fct_status_difference as told inner join intermediate.int_finding as found"
            " using (submission_id, sheet, row_number) where rule_id = 'DQ09'"
            " and not (contains(message_nl, evidence_nl) and contains(message_en, evidence_en))"
        ).fetchall()
    assert len(rows) > 100 and [row[:3] for row in found] == rows and untold == [(0,)]
    assert {row[3] for row in found} == {"warning"}


def test_a_constant_scope_holds_the_same_projects_wherever_they_exist(demo: DemoRun) -> None:
    sizes = query(
        demo,
        "select scope_code, list(project_count order by meetmoment_code) from"
        " (select scope_code, meetmoment_code, count(*) as project_count from bridge_scope_project"
        " where scope_code like 'one_off_m%' group by all) group by all order by all",
    )
    assert sizes == [("one_off_m1", [158] * 7), ("one_off_m7", [158] * 4 + [159] * 3)]  # VV181 came at m5


def test_changes_are_explained_to_the_cent_and_agree_with_the_published_ones(demo: DemoRun) -> None:
    assert query(demo, "select count(*), count(*) filter (where unexplained_eur <> 0) from agg_finance_change") == [
        (72, 0)
    ]
    changes = query(
        demo,
        "select change_eur, figure from agg_finance_change as c inner join agg_headline_figure_by_scope as h"
        " on h.meetmoment_code = c.meetmoment_code and h.scope_code = c.scope_code"
        " and h.measure = c.measure || '_change'"
        " and h.execution = 'provisional'",
    )
    assert len(changes) > 10
    assert all(ours == headline for ours, headline in changes)
    assert query(
        demo,
        "select decrease_eur < 0, left_count, left_eur < 0, restated_eur from agg_finance_change"
        " where meetmoment_code = 'm7' and scope_code = 'all' and measure = 'committed'",
    ) == [(True, 22, True, Decimal("120000.00"))]


def test_the_parts_of_the_projects_add_up_to_those_of_the_plan(demo: DemoRun) -> None:
    parts = "entered_eur + left_eur + first_reported_eur + no_longer_reported_eur + restated_eur + increase_eur"
    assert (
        query(
            demo,
            "select meetmoment_code, scope_code, measure from agg_finance_change_by_project group by all"
            f" having sum({parts} + decrease_eur) <> sum(coalesce(current_eur, 0)) - sum(coalesce(previous_eur, 0))",
        )
        == []
    )


@pytest.mark.parametrize(
    ("nights", "meetmoment"),
    [
        *(("demo", night) for night in FEW_NIGHTS if night != HELD),
        *(pytest.param("every_night", night, marks=pytest.mark.slow) for night in EVERY_NIGHT if night != HELD),
    ],
    indirect=["nights"],
)
def test_the_release_that_first_held_a_meetmoment_has_the_amounts_known_when_it_was_first_complete(
    nights: DemoRun, meetmoment: str
) -> None:
    """Each that was run, in every scope that was known then; those that came to be known later are empty."""
    key = f"{meetmoment}"
    ours = {
        (str(scope), str(measure)): amount
        for scope, measure, amount in query(
            nights,
            "select scope_code, measure, first_complete_eur from agg_finance_first_complete"
            f" where meetmoment_code = '{key}'",
        )
    }
    ((moment,),) = query(
        nights, f"select distinct first_complete_at from agg_finance_first_complete where meetmoment_code = '{key}'"
    )
    assert isinstance(moment, datetime)
    first = next(
        of
        for of in kept.published(nights.settings)
        if datetime.fromisoformat(of.manifest["published_at"]) >= moment.replace(tzinfo=UTC)
    )
    with duckdb.connect(str(first.database), read_only=True) as con:
        sums = (
            "select scope_code, unnest(['budget', 'committed', 'paid']) as measure,"
            " unnest([budget_current_eur, committed_eur, paid_eur]) as amount from agg_finance_by_meetmoment_by_scope"
            f" where meetmoment_code = '{key}' and execution = 'provisional'"
        )
        theirs = {(scope, measure): amount for scope, measure, amount in con.sql(sums).fetchall()}
        ((is_complete,),) = con.sql(
            f"select is_complete from dim_meetmoment where meetmoment_code = '{key}'"
        ).fetchall()
    assert is_complete and len(theirs) >= 12
    assert {case: amount for case, amount in ours.items() if amount is not None} == theirs


def test_what_was_restated_since_is_counted_though_it_cancels_out(demo: DemoRun) -> None:
    assert query(
        demo,
        "select meetmoment_code, measure, restated_eur, restated_project_count from agg_finance_first_complete"
        " where scope_code = 'all' and restated_project_count > 0",
    ) == [("m2", "paid", Decimal("0.00"), 2)]


def test_every_difference_with_the_accounts_has_its_words_or_a_warning(demo: DemoRun) -> None:
    unsaid = query(
        demo,
        "select submission_id, sheet, row_number, measure from fct_account_difference"
        " where difference_eur <> 0 and explanation is null order by all",
    )
    warned = query(
        demo,
        "select submission_id, sheet, row_number, if(column_name = 'VAK rekening (EUR)', 'committed', 'paid')"
        " from fct_finding where rule_id = 'DQ13F' order by all",
    )
    assert unsaid == warned and len(unsaid) == 13
    assert query(
        demo, "select count(*) from fct_account_difference where has_explanation <> (explanation is not null)"
    ) == [(0,)]


def test_a_share_of_the_regular_budget_is_also_told_of_those_who_report_it(demo: DemoRun) -> None:
    assert query(
        demo,
        "select committed_of_initial_pct, committed_of_reporting_pct, committed_reporting_budget_eur = 1102473000"
        " from agg_finance_by_meetmoment_by_scope where meetmoment_code = 'm6' and scope_code = 'regular'"
        " and execution = 'provisional'",
    ) == [(Decimal("62.4587"), Decimal("72.5982"), True)]


def test_the_budget_of_vv181_is_explained_by_its_transfers(demo: DemoRun) -> None:
    assert query(
        demo,
        "select budget_initial_eur, budget_transfer_eur, budget_current_eur, budget_difference_eur"
        " from fct_finance_by_execution where project_code = 'VV181' and meetmoment_code = 'm6'"
        " and execution = 'provisional'",
    ) == [(Decimal("0.00"), Decimal("6000000.00"), Decimal("6000000.00"), Decimal("0.00"))]


def test_regular_projects_without_money_count_as_they_state(demo: DemoRun) -> None:
    assert query(
        demo,
        "select project_count, committed_reported_count, committed_not_applicable_count, committed_missing_count"
        " from agg_finance_by_meetmoment_by_scope where meetmoment_code = 'm6' and scope_code = 'regular'"
        " and execution = 'provisional'",
    ) == [(22, 16, 6, 0)]


def test_what_a_ministry_accounts_for_is_published_beside_it_and_why_it_withdrew_is_not(demo: DemoRun) -> None:
    states = {code: s.explanation for (code, meting), s in project_states().items() if meting == 3}
    published = query(
        demo,
        "select right(project_code, 5), explanation, has_explanation from fct_project_status_as_returned"
        " where meetmoment_code = 'm3'",
    )
    assert {(code, text, bool(text)) for code, text in states.items()} == {
        (code, text or "", has) for code, text, has in published
    }
    columns = {column for (column,) in query(demo, "select distinct column_name from information_schema.columns")}
    assert "reason" in columns and not {"withdrawal_reason", "withdrawn_by"} & columns


@pytest.mark.parametrize(("unexplained", "reasons"), [("0.00", []), ("0.01", ["DQ13R"])])
def test_gate_2_holds_a_change_that_is_not_explained(unexplained: str, reasons: list[str]) -> None:
    suite = json.loads(Path(gate.SUITES / "release" / "finance_change.json").read_text(encoding="utf-8"))
    with duckdb.connect() as con:
        con.execute(
            "create schema marts; create table marts.agg_finance_change as select 'm2' as meetmoment_code,"
            f" 'all' as scope_code, 'paid' as measure, cast({unexplained} as decimal(18, 2)) as unexplained_eur"
        )
        found = gate.judge(con, suite)
    assert [failure.rule_id for failure in found] == reasons
    assert all(gate.severity_of(failure, "veerkracht") == "critical" for failure in found)
