"""The gate itself: an empty suite, a raising expectation and a missing rule never let anything through."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import gate
from flows.forms import contents, privacy
from flows.night import Night, judge_release
from flows.registry import rules
from flows.settings import Settings

SUITES = sorted(gate.SUITES.rglob("*.json"))


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create schema marts; create table marts.t as select 'a' as k, 1 as n union all select 'b', -1")
    return con


def suite(*expectations: dict[str, Any]) -> dict[str, Any]:
    return {"name": "s", "meta": {"table": "marts.t", "key": ["k"]}, "expectations": list(expectations)}


def at_least_zero(column: str = "n") -> dict[str, Any]:
    return {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": column, "min_value": 0},
        "meta": {"rule_id": "V01"},
    }


def test_a_failing_row_is_named_by_its_key(con: duckdb.DuckDBPyConnection) -> None:
    (failure,) = gate.judge(con, suite(at_least_zero()))
    assert (failure.rule_id, failure.key, failure.value) == ("V01", ("b",), "-1")


def test_an_expectation_that_raises_is_critical(con: duckdb.DuckDBPyConnection) -> None:
    (failure,) = gate.judge(con, suite(at_least_zero("no_such_column")))
    assert failure.rule_id == "G01"
    assert gate.severity_of(failure, "veerkracht") == "critical"


def test_an_empty_suite_is_an_error(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(gate.GateBroken, match="no expectations"):
        gate.judge(con, suite())


def test_an_empty_table_fails_a_row_count(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from marts.t")
    expectation = {
        "type": "expect_table_row_count_to_be_between",
        "kwargs": {"min_value": 1},
        "meta": {"rule_id": "G00"},
    }
    (failure,) = gate.judge(con, suite(expectation))
    assert failure.rule_id == "G00"


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_each_expectation_names_a_rule_of_its_gate(path: Path) -> None:
    for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
        rule = rules()[expectation["meta"]["rule_id"]]
        assert rule.gate == path.relative_to(gate.SUITES).parts[0]


def test_each_rule_of_the_catalogue_is_judged_somewhere() -> None:
    judged = {
        expectation["meta"]["rule_id"]
        for path in SUITES
        for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]
    }
    assert {
        r.rule_id for r in rules().values() if r.gate not in ("intake", "publication") and r.rule_id != "G01"
    } == judged


def stated(project_code: str) -> gate.Failure:
    """That a project is neither one-off nor regular."""
    return gate.Failure("DQ20", "marts.dim_project", None, (project_code,), "")


def test_a_rule_of_gate_2_has_the_severity_that_the_plan_gives_it() -> None:
    assert gate.severity_of(stated("VV001"), "veerkracht") == "critical"
    assert gate.severity_of(stated("0123"), "uk_gmpp") == "off"
    assert gate.severity_of(gate.Failure("DQ20", "marts.dim_project", None, (), "a table"), "veerkracht") == "critical"


def test_a_rule_that_is_not_asked_of_a_plan_holds_no_night_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "failures", lambda con, of: [stated("0123")])
    monkeypatch.setattr(contents, "declared", lambda warehouse: [])
    monkeypatch.setattr(privacy, "failures_around", lambda warehouse: [])
    reasons = {}
    for plan in ("uk_gmpp", "veerkracht"):
        settings = Settings(home=tmp_path, plan=plan)
        settings.build.mkdir(parents=True)
        duckdb.connect(str(settings.warehouse)).close()
        reasons[plan] = judge_release(Night(settings))
    assert reasons["uk_gmpp"] == []
    (reason,) = reasons["veerkracht"]
    assert reason.startswith("DQ20") and "0123" in reason


def test_severities_are_ordered() -> None:
    assert gate.worst(["warning", "critical", "error"]) == "critical"
    assert gate.worst([]) == "info"
