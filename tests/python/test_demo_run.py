"""The main job on the demo plan: every night as it should end, every published figure reproduced, twice the same."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun, put, run_demo

from flows.demo import write_returns
from flows.night import Night, nothing_to_do, receive, runbook
from flows.publish import release
from flows.settings import PROJECT, Settings


def query(demo: DemoRun, sql: str) -> list[tuple[object, ...]]:
    current = release.current(demo.settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        return con.sql(sql).fetchall()


def test_each_night_ends_as_expected(demo: DemoRun) -> None:
    assert [o.verdict for o in demo.outcomes] == ["published"] * 2 + ["held"] + ["published"] * 5
    assert len(release.published(demo.settings)) == 7


def test_the_held_night_names_both_cells(demo: DemoRun) -> None:
    held = demo.outcomes[2]
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
        "select project_count from agg_status_by_meetmoment where meetmoment_key = 'veerkracht/m6'"
        " and scope_key = 'veerkracht/one_off_m7' and status = 'gerealiseerd'",
    ) == [(28,)]


def test_orderings_of_meting_3_by_speerpunt(demo: DemoRun) -> None:
    shares = query(
        demo,
        "select right(speerpunt_key, 1), committed_of_initial_pct from agg_finance_by_speerpunt"
        " where meetmoment_key = 'veerkracht/m3' and scope_key = 'veerkracht/one_off' and execution = 'provisional'",
    )
    high = {code for code, share in shares if float(str(share)) >= 38}
    assert high == {"1", "2", "4"}
    milestones = query(
        demo,
        "select right(speerpunt_key, 1), started_count / milestone_count, delayed_count / milestone_count,"
        " realised_count / milestone_count from agg_milestones_by_speerpunt"
        " where meetmoment_key = 'veerkracht/m3' and scope_key = 'veerkracht/all'",
    )
    started = {row[0]: float(str(row[1])) for row in milestones}
    assert sum(0.70 <= share <= 0.80 for share in started.values()) >= 4
    assert min(started, key=lambda code: started[code]) == "2"
    assert max(milestones, key=lambda row: float(str(row[2])))[0] == "3"
    assert max(milestones, key=lambda row: float(str(row[3])))[0] == "5"


def test_commitments_fall_at_meting_7_and_the_budget_of_vv181_was_moved(demo: DemoRun) -> None:
    (fallen,) = query(
        demo,
        "select figure from agg_headline_figure where meetmoment_key = 'veerkracht/m7'"
        " and scope_key = 'veerkracht/one_off' and measure = 'committed_change' and execution = 'provisional'",
    )
    assert float(str(fallen[0])) < 0
    transfers = query(demo, "select right(project_key, 5), amount_eur from fct_budget_transfer order by all")
    assert [code for code, _ in transfers] == ["VV028", "VV033", "VV101", "VV181"]
    assert sum(float(str(amount)) for _, amount in transfers) == 0


def test_a_second_look_finds_nothing_new(demo: DemoRun) -> None:
    assert nothing_to_do(demo.settings)
    before = release.current(demo.settings)
    assert before
    outcome = runbook(Night(demo.settings))
    assert (outcome.verdict, outcome.release_id) == ("nothing_new", before.release_id)


def test_two_runs_from_nothing_give_the_same_bytes(demo: DemoRun, tmp_path: Path) -> None:
    """The same receipts, worked off in one night instead of eight: nothing in the marts depends on the nights."""
    settings = Settings(home=tmp_path)
    for demo_night in write_returns(tmp_path / "returns"):
        for delivery in demo_night.deliveries:
            put(settings, delivery.path, delivery.plan_code, delivery.meetmoment_code)
        receive(Night(settings, demo_night.received_at))
    assert runbook(Night(settings, demo_night.received_at)).verdict == "published"
    one, other = release.current(demo.settings), release.current(settings)
    assert one and other
    for form in ("parquet", "csv", "csv_excel_nl"):
        for path in sorted((one.folder / form).iterdir()):
            assert path.read_bytes() == (other.folder / form / path.name).read_bytes(), path.name


@pytest.mark.slow
def test_two_demo_runs_give_the_same_bytes_in_every_release(demo: DemoRun, tmp_path: Path) -> None:
    again = run_demo(tmp_path)
    first, second = (release.published(run.settings) for run in (demo, again))
    for one, other in zip(first, second, strict=True):
        for form in ("parquet", "csv"):
            for path in sorted((one.folder / form).iterdir()):
                assert path.read_bytes() == (other.folder / form / path.name).read_bytes(), path.name


def test_the_night_runs_as_a_flow_from_the_command_line(demo: DemoRun, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first_night = demo.settings.inbox / "veerkracht" / "m1"
    for path in sorted(first_night.iterdir()):
        put(settings, path, "veerkracht", "m1")
    ran = subprocess.run(
        [sys.executable, "-m", "flows.cli", "nightly", "--json"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "VEERKRACHT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["verdict"] == "published"
    current = release.current(settings)
    assert current and current.release_id == answer["release_id"]
    assert list((tmp_path / "logs").glob("*.jsonl"))
