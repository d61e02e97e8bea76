"""The gate itself: an empty suite, a raising expectation and a missing rule never let anything through."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import sqlalchemy

from expectations import declared, duckdb_sql, gate
from flows.forms import contents, privacy
from flows.night import Night, judge_release
from flows.registry import rules
from flows.settings import Settings

ROW = ("rule_id", "row_id", "field", "value", "named_value", "expected", "expected_en")
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


def test_of_the_rows_that_are_judged_only_those_that_fail_come_home(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a plan a thousand times as large they would not fit into memory."""
    con.execute("insert into marts.t select 'c' || range, range from range(500)")
    told: list[int] = []
    execute = duckdb_sql._Cursor.execute

    def counted(cursor: Any, *statement: Any) -> None:
        execute(cursor, *statement)
        told.append(len(cursor._rows))

    monkeypatch.setattr(duckdb_sql._Cursor, "execute", counted)
    of_some = {"type": "comparison", "column": {"name": "k"}, "operator": "!=", "parameter": "c1"}
    with_condition = at_least_zero() | {"kwargs": {"column": "n", "min_value": 1, "row_condition": of_some}}
    found = gate.judge(con, suite(at_least_zero(), with_condition))
    assert sorted(failure.key for failure in found) == [("b",), ("b",), ("c0",)]
    assert max(told) == 2 and len(told) > 3


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


def found(rule_id: str, *key: str, **beside: Any) -> gate.Failure:
    return gate.Failure(rule_id, "marts.t", beside.pop("field", None), key, **{"value": "v"} | beside)


def test_what_failed_is_a_row_of_the_dag_with_its_field_and_words_once(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The field is what the expectation names, else the second part of the key; two expectations may carry one rule."""
    told = [
        found("V01", "r1", "amount"),
        found("V01", "r1", "amount"),
        found("V02", "r1", "amount", field="status", is_value_named=True, expected="10", expected_en="ten"),
        found("V03", "r2"),
    ]
    monkeypatch.setattr(gate, "failures", lambda con, of: told)
    assert gate.failed_rows(con, "submission").to_pylist() == [
        dict(zip(ROW, row, strict=True))
        for row in (
            ("V01", "r1", "amount", "v", None, None, None),
            ("V02", "r1", "status", "v", "v", "10", "ten"),
            ("V03", "r2", None, "v", None, None, None),
        )
    ]
    monkeypatch.setattr(gate, "failures", lambda con, of: [])
    empty = gate.failed_rows(con, "submission")
    assert (empty.num_rows, empty.column_names) == (0, list(ROW))
    assert con.sql("select 1").fetchall() == [(1,)], "the connection stays its owner's"


@pytest.mark.parametrize("broken", [found("G01", "r1", value="it raised"), found("V01", value="it raised")])
def test_a_check_that_could_not_be_carried_out_accepts_nothing(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, broken: gate.Failure
) -> None:
    monkeypatch.setattr(gate, "failures", lambda con, of: [found("V01", "r1"), broken])
    with pytest.raises(gate.GateBroken, match=r"^it raised$"):
        gate.failed_rows(con, "submission")


def test_expectations_that_are_not_answered_are_an_error() -> None:
    class Silent:
        def validate(self, *_: Any, **__: Any) -> Any:
            return type("Outcome", (), {"results": ["one"]})

    with pytest.raises(gate.GateBroken, match="suite s: 1 results of 2 expectations"):
        gate._results(Silent(), "s", [at_least_zero(), at_least_zero()], {})


def test_rows_that_share_a_key_of_several_columns_are_all_named(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into marts.t values ('b', -1)")
    unique = {
        "type": "expect_compound_columns_to_be_unique",
        "kwargs": {"column_list": ["k", "n"]},
        "meta": {"rule_id": "V02"},
    }
    told = gate.judge(con, suite(unique, at_least_zero()))
    assert [(failure.rule_id, failure.key) for failure in told] == [("V02", ("b",))] * 2 + [("V01", ("b",))] * 2


def test_what_an_expectation_names_stands_beside_the_value(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("alter table marts.t add column most decimal(10, 2) default 100")
    con.execute("alter table marts.t add column words varchar default 'a hundred'")
    named = at_least_zero() | {
        "meta": {"rule_id": "V01", "field": "amount", "value": "k", "expected": "most", "expected_en": "words"}
    }
    (failure,) = gate.judge(con, suite(named))
    assert failure == gate.Failure("V01", "marts.t", "amount", ("b",), "b", "100", True, "a hundred")


def test_of_texts_that_are_looked_through_the_kinds_that_were_found_are_judged(con: duckdb.DuckDBPyConnection) -> None:
    """The text itself is told to nobody; a table of which nothing is found holds."""
    con.execute("alter table marts.t add column text varchar; update marts.t set text = 'bel 02 553 12 34 of a@b.be'")
    con.execute("update marts.t set text = 'niets' where k = 'a'")
    nothing = {
        "type": "expect_column_values_to_be_null",
        "kwargs": {"column": "personal_data"},
        "meta": {"rule_id": "V12"},
    }
    looked_through = suite(nothing)
    looked_through["meta"]["scanned"] = "text"
    (failure,) = gate.judge(con, looked_through)
    assert (failure.key, failure.value) == (
        ("b",),
        "e-mailadres / e-mail address, telefoonnummer / telephone number",
    )
    con.execute("update marts.t set text = 'niets'")
    assert gate.judge(con, looked_through) == []


def test_each_suite_of_a_folder_is_asked_and_whether_it_covers_its_rows(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = suite(at_least_zero()), suite(at_least_zero()) | {"name": "other"}
    first["meta"]["covers"] = {"n > 0": "range(5)"}
    monkeypatch.setattr(gate, "suites", lambda of: [first, second])
    told = gate.failures(con, "submission")
    assert [(each.rule_id, each.key) for each in told] == [("G01", ()), ("V01", ("b",)), ("V01", ("b",))]


def test_a_check_that_holds_when_its_rows_are_asked_for_is_not_passed_over() -> None:
    """It did not hold when it was asked the first time: nothing that contradicts itself is believed."""
    asked = SimpleNamespace(meta={"rule_id": "V01"}, kwargs={"column": "n"})
    result = SimpleNamespace(expectation_config=asked, exception_info=None, success=True, result={"observed_value": 3})
    (failure,) = gate._failures_of(result, {"table": "marts.t", "key": ["k"]})
    assert failure == gate.Failure("V01", "marts.t", None, (), "marts.t: 3")


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (None, ""),
        ({}, ""),
        ({"raised_exception": False, "exception_message": None}, ""),
        ({"raised_exception": True, "exception_message": "m" * 301}, "m" * 300),
        (
            {
                "one metric": {"raised_exception": False},
                "another": {"raised_exception": True, "exception_message": "e"},
            },
            "e",
        ),
    ],
)
def test_what_an_expectation_raised_is_told_wherever_it_stands(info: Any, said: str) -> None:
    assert gate._raised(info) == said


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (datetime(2024, 3, 1, 12), "2024-03-01"),
        (Decimal("100.500"), "100.5"),
        (Decimal("100.00"), "100"),
        (Decimal("100"), "100"),
        (Decimal("1E+2"), "100"),
        (1000.0, "1000"),
        (0.5, "0.5"),
        ("x ", "x "),
        (False, "False"),
    ],
)
def test_a_value_is_shown_as_a_person_writes_it(value: Any, shown: str) -> None:
    assert gate._shown(value) == shown


def test_a_search_is_a_search_in_duckdb_and_any_other_sign_stays_itself() -> None:
    column = sqlalchemy.column("k")
    wanted = {"~": "regexp_matches(k, 'a')", "!~": "not regexp_matches(k, 'a')", "<->": "k <-> 'a'"}
    for sign, sql in wanted.items():
        asked = column.op(sign)(sqlalchemy.literal("a"))
        said = asked.compile(dialect=duckdb_sql.SessionDialect(), compile_kwargs={"literal_binds": True})
        assert str(said) == sql


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


def test_a_critical_finding_rejects_unless_somebody_allowed_it() -> None:
    said = {
        ("critical", None): True,
        ("critical", ""): True,
        ("critical", "w1"): False,
        ("error", None): False,
        ("warning", None): False,
    }
    assert {(s, w): gate.rejects({"severity": s, "waiver_id": w}) for s, w in said} == said


def test_rows_of_a_statement_are_taken_one_or_some_at_a_time(con: duckdb.DuckDBPyConnection) -> None:
    with duckdb_sql.asking(con) as address, sqlalchemy.create_engine(address).connect() as asked:
        rows = asked.execute(sqlalchemy.text("select k from marts.t order by k"))
        cursor: Any = rows.cursor
        assert (cursor.fetchmany(), cursor.fetchmany(5), cursor.fetchmany(5)) == ([("a",)], [("b",)], [])
        assert (cursor.fetchone(), cursor.fetchall()) == (None, [])
        cursor.execute("select 1 union all select 2")
        assert (cursor.fetchone(), cursor.fetchall(), cursor.fetchall()) == ((1,), [(2,)], [])
    assert con.sql("select 1").fetchall() == [(1,)], "its owner closes it"


def test_severities_are_ordered() -> None:
    assert gate.worst(["warning", "critical", "error"]) == "critical"
    assert gate.worst([]) == "info"
