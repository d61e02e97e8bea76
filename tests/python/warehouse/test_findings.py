"""What a night says of its findings where they are very many: the first that are alike, and how many they are."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from conftest import DemoRun
from typer.testing import CliRunner

from flows import standing
from flows.cli import app
from flows.senders.answer import told
from flows.settings import Settings
from flows.warehouse import findings

NOW = datetime(2022, 2, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def submissions(small: DemoRun) -> list[str]:
    with duckdb.connect(str(small.settings.warehouse), read_only=True) as con:
        return [code for (code,) in con.sql("select distinct submission_id from intermediate.int_finding").fetchall()]


def test_of_very_many_alike_the_first_are_read_and_all_are_counted(small: DemoRun, submissions: list[str]) -> None:
    whole = findings.found(small.settings.warehouse, submissions)
    most = max(Counter(map(told.kind, whole)).values())
    with patch.object(findings, "MOST_ALIKE", most - 1):
        cut = findings.found(small.settings.warehouse, submissions)
    assert findings.count(small.settings.warehouse, submissions) == len(whole) > len(cut) and most > 4
    assert [finding for finding in whole if finding in cut] == cut, "the others as they are, in their order"
    assert [(group.finding, group.count) for group in told.grouped(cut)] == [
        (group.finding, group.count) for group in told.grouped(whole)
    ]
    one = next(group for group in told.grouped(cut) if group.count == most)
    assert len(one.places) == most - 1 and one.times_nl == f"{most} keer; bijvoorbeeld: "


def test_only_of_the_submissions_that_are_asked(small: DemoRun, submissions: list[str]) -> None:
    assert {finding["submission_id"] for finding in findings.found(small.settings.warehouse, submissions[:1])} == {
        submissions[0]
    }
    assert findings.found(small.settings.warehouse, []) == [] and findings.count(small.settings.warehouse, []) == 0


@pytest.mark.parametrize("verdict", ["published", "held"])
def test_findings_are_left_to_the_next_night_where_it_holds_for_them_and_counted_in_any_case(
    verdict: standing.Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [{"rule_id": "V01", "alike_count": 3}, {"rule_id": "V01", "alike_count": 3}]
    settings = Settings(home=tmp_path)
    settings.archive.mkdir(parents=True)
    night = standing.Outcome(verdict, findings=listed, finding_count=3)
    standing.remember(settings, NOW, standing.standing(settings), night)
    left = standing.last_run(settings)
    assert left and left["outcome"]["findings"] == (listed if verdict == "held" else [])
    again = standing.unchanged(settings, standing.nothing_new(settings))
    assert (again.findings, again.finding_count) == ((listed, 3) if verdict == "held" else ([], 0))
    monkeypatch.setenv("VEERKRACHT_HOME", str(settings.home))
    said = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert said["last_run"]["findings"] == 3 and "finding_count" not in said["last_run"]
