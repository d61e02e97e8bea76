"""Indicators and the EU facility on the demo: the marts beside a second computation from what was returned."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun

from demo import annexes
from demo.targets import METINGEN
from flows import registry
from flows.check import check
from flows.night import Night
from flows.settings import Settings


@pytest.fixture(scope="module")
def con(demo: DemoRun) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo.settings.warehouse), read_only=True) as con:
        con.execute("set schema 'marts'")
        yield con


def test_each_whole_is_the_sum_of_its_parts_or_says_what_it_misses(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.sql(
        "select meetmoment_code, indicator_code, value_state, actual, target, part_count, missing_count, missing_parts,"
        " progress_pct from agg_indicator_progress where scope_code = 'all'"
    ).fetchall()
    found = {(meetmoment, indicator): rest for meetmoment, indicator, *rest in rows}
    codes = {row["indicator_code"] for row in registry.rows("indicators/indicator")}
    assert len(found) == len(codes) * len(METINGEN)
    for meting in METINGEN:
        parts: dict[str, list[annexes.IndicatorValue]] = {}
        for value in annexes.indicators_at(meting):
            parts.setdefault(value.indicator_code, []).append(value)
        for code, values in parts.items():
            state, actual, target, part_count, missing_count, missing, progress = found[f"m{meting}", f"{code}"]
            reached = [v.actual for v in values if isinstance(v.actual, Decimal)]
            gaps = [v for v in values if v.actual in (annexes.NOT_REPORTED, annexes.WITHHELD)]
            goals = [v.target for v in values if v.target is not None]
            assert (part_count, missing_count) == (len(values), len(gaps))
            assert missing == (", ".join(v.territory or v.project_code for v in gaps) or None)
            assert target == (sum(goals) if goals else None)
            if gaps or not reached:
                assert actual is None and progress is None and state != "reported"
            else:
                start = sum(v.baseline for v in values)
                assert (state, actual) == ("reported", sum(reached))
                if goals:
                    assert progress == round(100 * (sum(reached) - start) / (sum(goals) - start), 4)


def test_each_scope_has_the_indicators_of_its_projects(con: duckdb.DuckDBPyConnection) -> None:
    differing = con.sql(
        "with parts as ("
        "  select values_.meetmoment_code, scope_code, indicator_code, count(*) as part_count"
        "  from fct_indicator_value as values_"
        "  inner join bridge_scope_project as members on values_.meetmoment_code = members.meetmoment_code"
        "  and values_.project_code = members.project_code group by all"
        ") select * from parts full join agg_indicator_progress as progress"
        " using (meetmoment_code, scope_code, indicator_code)"
        " where parts.part_count is distinct from progress.part_count"
    ).fetchall()
    scopes = con.sql("select count(distinct scope_code) from agg_indicator_progress").fetchall()
    assert differing == [] and scopes == [(5,)]  # all, one_off, rrf and the constant scopes; none in regular


def test_missing_is_a_value_and_what_is_withheld_is_not_shown(con: duckdb.DuckDBPyConnection) -> None:
    states = dict(con.sql("select value_state, count(*) from fct_indicator_value group by all").fetchall())
    words = {
        annexes.NOT_APPLICABLE: "not_applicable",
        annexes.NOT_REPORTED: "not_reported",
        annexes.WITHHELD: "withheld",
    }
    sent = Counter(
        words[v.actual] if isinstance(v.actual, str) else "reported" for m in METINGEN for v in annexes.indicators_at(m)
    )
    assert states == dict(sent)
    charging = con.sql(
        "select value_state, no_value_reason, missing_parts, actual, actual_of_reported_parts"
        " from agg_indicator_progress where indicator_code = 'IND05' and meetmoment_code = 'm5'"
        " and scope_code = 'all'"
    ).fetchall()
    assert charging == [("not_aggregated", "part_not_reported", "BE24", None, Decimal(1490 + 2260 + 2875 + 3340))]


def test_a_raised_target_is_seen_with_its_reason(con: duckdb.DuckDBPyConnection) -> None:
    changed = con.sql(
        "select indicator_code, meetmoment_code, previous_target, target, has_explanation from fct_indicator_value"
        " where is_target_changed"
    ).fetchall()
    assert changed == [("IND11", "m6", 750, 900, True)]
    differing = con.sql("select count(*) from agg_indicator_progress where target_difference <> 0").fetchall()
    assert differing == [(0,)]


def test_the_score_names_what_the_registry_does_not_say(con: duckdb.DuckDBPyConnection) -> None:
    scored = con.sql(
        "select indicator_code, quality_points, quality_denominator, missing_points from fct_indicator_quality"
        " where meetmoment_code = 'm7'"
    ).fetchall()
    points = {
        "definition": "definition_nl",
        "unit": "unit",
        "baseline": "baseline",
        "target": "target",
        "target_date": "target_date",
        "source": "source",
        "level": "level",
        "owner": "owner",
    }
    last = {row["indicator_code"]: row for row in registry.rows("indicators/indicator")}
    assert len(scored) == len(last)
    for key, met, denominator, missing in scored:
        empty = [point for point, column in points.items() if not last[key][column]]
        assert (met, denominator) == (9 - len(empty), 9) and missing == (", ".join(empty) or None)


def test_projects_and_targets_of_both_plans_count_once(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.sql(
        "select meetmoment_code, in_both_count, in_both_without_link_count, mt_count, mt_count_if_added,"
        " mt_completed_count, mt_fulfilled_count, mt_not_fulfilled_count from agg_rrf_double_counting"
        " where scope_code = 'all'"
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    assert len(found) == len(METINGEN)
    for meting in METINGEN:
        links = [link for link in annexes.rrf_links_at(meting) if link.valid_to is None]
        numbers = {link.mt_number: link for link in links}
        statuses = Counter(annexes.self_reported(link, meting) for link in numbers.values())
        assessments = Counter(annexes.assessed(link, meting) for link in numbers.values())
        assert found[f"m{meting}"] == (
            55,  # as published for meting 3
            55 if not links else 0,
            len(numbers),
            len({(link.measure.upper(), link.mt_number) for link in links}),
            statuses["completed"],
            assessments["fulfilled"],
            assessments["not_fulfilled"],
        )


def test_the_half_yearly_report_counts_each_target_of_a_measure_once_per_kind_of_status(
    con: duckdb.DuckDBPyConnection,
) -> None:
    uneven = con.sql(
        "select meetmoment_code, scope_code, measure_code, status_kind from agg_rrf_report group by all"
        " having sum(mt_count) <> max(measure_mt_count)"
        " or sum(milestone_count) + sum(target_count) <> max(measure_mt_count)"
    ).fetchall()
    semesters = con.sql("select distinct meetmoment_code, semester from agg_rrf_report").fetchall()
    assert uneven == [] and ("m7", "2024-S2") in semesters and ("m4", "2022-S1") in semesters


def test_a_half_year_has_one_report_and_over_all_measures_each_target_counts_once(
    con: duckdb.DuckDBPyConnection,
) -> None:
    totals = con.sql(
        "select semester, meetmoment_code, status_kind, sum(mt_count), max(all_mt_count) from agg_rrf_total"
        " where scope_code = 'all' and is_last_of_semester group by all order by all"
    ).fetchall()
    reports = {"2021-S2": "m3", "2022-S1": "m4", "2022-S2": "m5", "2023-S2": "m6", "2024-S2": "m7"}
    assert totals == [
        (semester, f"{meetmoment}", kind, 39, 39)
        for semester, meetmoment in reports.items()
        for kind in ("assessed", "self_reported")
    ]
    by_measure = con.sql(
        "select distinct semester, meetmoment_code from agg_rrf_report"
        " where scope_code = 'all' and is_last_of_semester order by all"
    ).fetchall()
    assert by_measure == [(semester, f"{meetmoment}") for semester, meetmoment in reports.items()]


def test_a_value_of_an_unregistered_indicator_is_set_apart_and_named(demo: DemoRun, tmp_path: Path) -> None:
    good = demo.settings.inbox / "m7" / "MOW_indicatoren_m7.csv"
    bad = tmp_path / "MOW_indicatoren_m7_v2.csv"
    bad.write_bytes(good.read_bytes().replace(b"IND10", b"IND99"))
    assert bad.read_bytes() != good.read_bytes()
    now = Night(demo.settings).now
    both = check(Settings(home=tmp_path), [good, bad], "m7", now).findings
    (finding,) = [f for f in both if f["rule_id"] == "K04"]
    assert (finding["file_name"], finding["severity"], finding["column_name"], finding["received_value"]) == (
        bad.name,
        "error",
        "Indicatorcode",
        "IND99",
    )
    assert "Vraag het contactpunt" in finding["message_nl"]
