"""Waivers and severities of a plan: what they take away, and that nothing else goes with it."""

from collections.abc import Callable, Iterator

import duckdb
import pytest
from rule_builder import PLAN, Case, add, fill, project_code, put

from expectations import gate
from flows import registry
from flows.warehouse import compiled

# Received 10 January 2023 for m5.
CASES = (
    Case("V01", "a word for an amount", (put("Financien", "Vastgelegd VAK (EUR)", "volgt"),)),
    Case("DQ05A", "no baseline", (put("Indicatoren", "Nulmeting", ""),)),
    Case("DQ05A", "two without baseline", (put("Indicatoren", "Nulmeting", ""),
         add("Indicatoren", "IND01", "{code}", "BE21", "", "100", "31/12/2025", "31", ""))),
    Case("DQ13E", "an initial budget in millions", (put("Projecten", "Initieel budget (EUR)", "1,00"),)),
)  # fmt: skip

MODEL = "int_submission_finding"
SELECTED = [f"+{MODEL}"]

Found = set[tuple[str, str, str, str | None]]
Row = dict[str, str | None]
Judge = Callable[[list[Row], list[Row]], Found]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Judge with these waivers and severities: (project, rule, severity, waiver) of every finding."""
    warehouse = fill(CASES, tmp_path_factory.mktemp("waivers"))
    compiled.build(warehouse, SELECTED, PLAN)
    (asked,) = [m["compiled"] for m in compiled.models(warehouse, SELECTED, {"plan": PLAN}) if m["name"] == MODEL]
    with duckdb.connect(str(warehouse)) as con:

        def judged(waivers: list[Row], severities: list[Row]) -> Found:
            con.execute("delete from registry.waiver; delete from registry.rule_severity")
            registered = [("waiver", row) for row in waivers] + [("rule_severity", row) for row in severities]
            for table, row in registered:
                names, marks = ", ".join(row), ", ".join("?" for _ in row)
                con.execute(f"insert into registry.{table} ({names}) values ({marks})", list(row.values()))
            told = con.sql(f"select submission_id, rule_id, severity, waiver_id from ({asked})").fetchall()
            return {(str(s).rsplit("-", 1)[1], rule, severity, waiver) for s, rule, severity, waiver in told}

        yield judged


def waiver(rule: str, **differing: str | None) -> Row:
    granted: Row = {
        "waiver_id": "W",
        "rule_id": rule,
        "plan_code": PLAN,
        "reason_nl": "Afgesproken",
        "reason_en": "Agreed",
        "granted_by_role": "Voorzitter",
        "granted_on": "2023-01-01",
        "valid_until": "2023-12-31",
    }
    return granted | differing


BARE = {
    ("P001", "V01", "critical", None),
    ("P002", "DQ05A", "warning", None),
    ("P003", "DQ05A", "warning", None),
    ("P004", "DQ13E", "critical", None),
}


def test_without_waivers_every_finding_counts(judge: Judge) -> None:
    assert judge([], []) == BARE


def test_a_waiver_marks_the_finding_and_keeps_it(judge: Judge) -> None:
    found = judge([waiver("V01")], [])
    assert found == BARE - {("P001", "V01", "critical", None)} | {("P001", "V01", "critical", "W")}
    assert not gate.rejects({"severity": "critical", "waiver_id": "W"})
    assert gate.rejects({"severity": "critical", "waiver_id": None})


def test_a_waiver_lets_a_budget_of_another_order_of_magnitude_through(judge: Judge) -> None:
    found = judge([waiver("DQ13E", project_code=project_code(4))], [])
    assert found == BARE - {("P004", "DQ13E", "critical", None)} | {("P004", "DQ13E", "critical", "W")}


@pytest.mark.parametrize(
    ("differing", "is_waived"),
    [
        ({"valid_until": "2023-01-10"}, True),  # the day of receipt
        ({"valid_until": "2023-01-09"}, False),  # expired the day before it was received
        ({"granted_on": "2023-01-10"}, True),
        ({"granted_on": "2023-01-11"}, False),  # granted only after it was received
        ({"meetmoment_code": "m5"}, True),
        ({"meetmoment_code": "m4"}, False),
        ({"project_code": project_code(2)}, True),
        ({"project_code": project_code(1)}, False),
        ({"record_key": "IND01|P002|"}, True),
        ({"record_key": "IND01|P003|"}, False),
        ({"plan_code": "pnrr"}, False),
        ({"rule_id": "DQ05B"}, False),
    ],
)
def test_a_waiver_holds_only_for_what_it_names(judge: Judge, differing: Row, is_waived: bool) -> None:
    found = judge([waiver("DQ05A", **differing)], [])
    assert (("P002", "DQ05A", "warning", "W") in found) is is_waived


def test_a_waiver_of_one_row_leaves_the_other_row_of_the_project(judge: Judge) -> None:
    found = judge([waiver("DQ05A", record_key="IND01|P003|BE21")], [])
    assert {f for f in found if f[0] == "P003"} == {
        ("P003", "DQ05A", "warning", None),
        ("P003", "DQ05A", "warning", "W"),
    }


def test_a_plan_gives_a_rule_another_severity_or_none(judge: Judge) -> None:
    changed: Row = {"plan_code": PLAN, "reason_nl": "-", "reason_en": "-"}
    assert judge([], [changed | {"rule_id": "DQ05A", "severity": "error"}]) == {
        (project, rule, "error" if rule == "DQ05A" else severity, none) for project, rule, severity, none in BARE
    }
    assert judge([], [changed | {"rule_id": "DQ05A", "severity": "off"}]) == {f for f in BARE if f[1] != "DQ05A"}
    assert judge([], [changed | {"rule_id": "DQ05A", "severity": "off", "plan_code": "pnrr"}]) == BARE


def test_the_waivers_of_the_registry_are_of_this_calendar_and_end() -> None:
    for row in registry.rows("quality/waiver"):
        assert row["granted_on"] <= row["valid_until"], row
        if row["meetmoment_code"]:
            assert (row["plan_code"], row["meetmoment_code"]) in registry.meetmomenten(), row
