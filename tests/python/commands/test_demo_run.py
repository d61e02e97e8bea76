"""The main job on the demo plan: every night as it should end, every published figure reproduced, twice the same."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from conftest import HELD, DemoRun, run_demo

from flows.night import Night, runbook
from flows.release import kept
from flows.release.kept import Release
from flows.settings import PROJECT
from flows.standing import quick_look


def query(demo: DemoRun, sql: str) -> list[tuple[object, ...]]:
    current = kept.current(demo.settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        return con.sql(sql).fetchall()


def test_each_night_ends_as_expected(nights: DemoRun) -> None:
    expected = ["held" if night == HELD else "published" for night in nights.nights]
    assert [o.verdict for o in nights.outcomes] == expected
    assert len(kept.published(nights.settings)) == expected.count("published")


@pytest.mark.slow  # that a night is held, leaves the release alone and names both cells: test_bad_files
def test_the_held_night_names_both_cells(every_night: DemoRun) -> None:
    (held,) = (outcome for outcome in every_night.outcomes if outcome.verdict == "held")
    critical = {(f["rule_id"], f["sheet"], f["received_value"]) for f in held.findings if f["severity"] == "critical"}
    assert critical == {("V01", "Financien", "nog te bepalen"), ("V02", "Mijlpalen", "31/06/2021")}
    assert all(f["cell"] and f["row_number"] and f["column_name"] for f in held.findings if f["severity"] == "critical")
    assert held.release_id == "2021-10-19.1", "the current release was left alone"


def test_every_published_figure_is_reproduced(demo: DemoRun) -> None:
    verdicts = query(demo, "select verdict, count(*) from fct_published_figure_check group by all order by all")
    lines = (PROJECT / "seeds/quality/published_figure.csv").read_text(encoding="utf-8").splitlines()
    assert verdicts == [("reproduced", len(lines) - 2), ("reproduced_from_rounded_parts", 1)]


def test_like_for_like_28_were_realised_at_meting_6(demo: DemoRun) -> None:
    assert query(
        demo,
        "select project_count from agg_status_by_meetmoment_by_scope where meetmoment_code = 'm6'"
        " and scope_code = 'one_off_m7' and status = 'gerealiseerd'",
    ) == [(28,)]


def test_orderings_of_meting_3_by_speerpunt(demo: DemoRun) -> None:
    shares = query(
        demo,
        "select right(speerpunt_code, 1), committed_of_initial_pct from agg_finance_by_speerpunt_by_scope"
        " where meetmoment_code = 'm3' and scope_code = 'one_off' and execution = 'provisional'",
    )
    high = {code for code, share in shares if float(str(share)) >= 38}
    assert high == {"1", "2", "4"}
    milestones = query(
        demo,
        "select right(speerpunt_code, 1), started_count / milestone_count, delayed_count / milestone_count,"
        " realised_count / milestone_count from agg_milestones_by_speerpunt_by_scope"
        " where meetmoment_code = 'm3' and scope_code = 'all'",
    )
    started = {row[0]: float(str(row[1])) for row in milestones}
    assert sum(0.70 <= share <= 0.80 for share in started.values()) >= 4
    assert min(started, key=lambda code: started[code]) == "2"
    assert max(milestones, key=lambda row: float(str(row[2])))[0] == "3"
    assert max(milestones, key=lambda row: float(str(row[3])))[0] == "5"


def test_commitments_fall_at_meting_7_and_the_budget_of_vv181_was_moved(demo: DemoRun) -> None:
    (fallen,) = query(
        demo,
        "select figure from agg_headline_figure_by_scope where meetmoment_code = 'm7'"
        " and scope_code = 'one_off' and measure = 'committed_change' and execution = 'provisional'",
    )
    assert float(str(fallen[0])) < 0
    transfers = query(demo, "select right(project_code, 5), amount_eur from fct_budget_transfer order by all")
    assert [code for code, _ in transfers] == ["VV028", "VV033", "VV101", "VV181"]
    assert sum(float(str(amount)) for _, amount in transfers) == 0


def test_a_second_look_finds_nothing_new(demo: DemoRun) -> None:
    assert quick_look(demo.settings)
    before = kept.current(demo.settings)
    assert before
    outcome = runbook(Night(demo.settings))
    assert (outcome.verdict, outcome.release_id) == ("nothing_new", before.release_id)


@pytest.mark.slow
def test_two_demo_runs_give_the_same_bytes_in_every_release(every_night: DemoRun, tmp_path: Path) -> None:
    again = run_demo(tmp_path)
    assert_same_bytes(kept.published(every_night.settings), kept.published(again.settings))


@pytest.mark.slow
def test_the_releases_of_a_few_nights_are_those_of_every_night(demo: DemoRun, every_night: DemoRun) -> None:
    few = kept.published(demo.settings)
    of_every_night = {published.release_id: published for published in kept.published(every_night.settings)}
    assert_same_bytes(few, [of_every_night[published.release_id] for published in few])


def assert_same_bytes(releases: Sequence[Release], others: Sequence[Release]) -> None:
    for one, other in zip(releases, others, strict=True):
        for form in ("parquet", "csv", "csv_excel_nl"):
            for path in sorted((one.folder / form).iterdir()):
                assert path.read_bytes() == (other.folder / form / path.name).read_bytes(), path.name
