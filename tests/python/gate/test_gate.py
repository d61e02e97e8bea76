"""The gate itself: an empty suite, a raising expectation and a missing rule never let anything through."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import declared, gate
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


def test_a_suite_that_judges_fewer_rows_than_there_are_is_critical(con: duckdb.DuckDBPyConnection) -> None:
    narrowed = suite(at_least_zero())
    con.execute(
        "create table marts.received as from marts.t union all select 'c', 2; delete from marts.t where k = 'b'"
    )
    narrowed["meta"]["covers"] = {"n > 0": "marts.received where n > 0"}
    (failure,) = gate.uncovered(con, narrowed["meta"])
    assert (failure.rule_id, failure.value) == ("G01", "marts.t: 1 of 2 rows where n > 0")
    con.execute("insert into marts.t values ('c', 2)")
    assert gate.uncovered(con, narrowed["meta"]) == []


@pytest.mark.parametrize("folder", declared.FOLDERS)
def test_the_gate_asks_nothing_where_a_suite_is_not_as_declared(
    folder: gate.Suites, monkeypatch: pytest.MonkeyPatch
) -> None:
    suites = gate.suites(folder)
    first, *others = suites
    narrowed = first["expectations"][0] | {"kwargs": first["expectations"][0]["kwargs"] | {"mostly": 0.0}}
    for changed in (
        others,
        [first | {"expectations": first["expectations"][1:]}, *others],
        [first | {"expectations": [narrowed, *first["expectations"][1:]]}, *others],
        [first | {"meta": first["meta"] | {"table": "marts.nothing"}}, *others],
        [*suites, first | {"name": "another"}],
        [],
    ):
        monkeypatch.setattr(declared, "read", lambda folder, changed=changed: changed)
        with pytest.raises(gate.GateBroken, match="declared"):
            gate.suites(folder)


def test_what_gate_2_judges_is_never_empty() -> None:
    """Great Expectations passes over what is null: each column that is judged is asked to hold something too."""
    for suite_of_release in gate.suites("release"):
        asked = [(e["type"], e["kwargs"].get("column")) for e in suite_of_release["expectations"]]
        judged = {column for kind, column in asked if column and not kind.endswith("not_be_null")}
        filled = {column for kind, column in asked if kind.endswith("not_be_null")}
        # Of a delivered indicator no register may give the level; what then may not be is asked of its aggregation.
        assert judged - {"level"} <= filled, suite_of_release["name"]


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
        reasons[plan] = [str(reason) for reason in judge_release(Night(settings))]
    assert reasons["uk_gmpp"] == []
    (reason,) = reasons["veerkracht"]
    assert reason.startswith("DQ20") and "0123" in reason


def test_severities_are_ordered() -> None:
    assert gate.worst(["warning", "critical", "error"]) == "critical"
    assert gate.worst([]) == "info"
