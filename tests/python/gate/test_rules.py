"""Each rule on what breaks it and on what just does not; and that a slip in any expectation would be noticed."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from release_cases import RELEASE_CASES, ReleaseCase, marts
from rule_builder import Case
from rule_cases import CASES
from rule_judged import Judged, judged_cases, suites
from rule_mutants import mutants, release_about, release_suites, release_survivors, survivors

from expectations import gate
from flows import registry
from flows.registry import rules

SAMPLE = 5  # of the changes to expectations, one in this many; `make mutate` takes all


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    home: Path = tmp_path_factory.mktemp("rules")
    return judged_cases(CASES, home)


@pytest.fixture(scope="module")
def built() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        marts(con)
        yield con


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case.rule_id} {case.title}" for case in CASES])
def test_a_case_breaks_its_rules_and_no_other(number: int, judged: Judged) -> None:
    assert judged.broken[number] == set(CASES[number].breaks)


def test_a_release_case_breaks_its_rules_and_no_other(built: duckdb.DuckDBPyConnection) -> None:
    found = {about for suite in release_suites().values() for about in release_about(gate.judge(built, suite))}
    assert found == {(number, rule) for number, case in enumerate(RELEASE_CASES) for rule in case.breaks}


def test_a_release_without_projects_is_none(built: duckdb.DuckDBPyConnection) -> None:
    suite = json.loads((gate.SUITES / "release" / "filled.json").read_text(encoding="utf-8"))
    assert gate.judge(built, suite) == []
    one = suite | {"meta": suite["meta"] | {"table": "marts.one"}}
    built.execute("create table marts.one as select 'p' as project_code")
    assert gate.judge(built, one) == []
    built.execute("delete from marts.one")
    assert [f.rule_id for f in gate.judge(built, one)] == ["G00"]


def test_each_rule_has_a_passing_and_a_failing_case() -> None:
    # The windows are about submissions and time: test_windows. What may be published: test_privacy.
    elsewhere = {"G00", "G01"} | {r.rule_id for r in rules().values() if r.gate == "publication" or r.rule_id[0] == "M"}
    judged_on_rows = {r.rule_id for r in rules().values() if r.gate != "intake"} - elsewhere
    cases: list[Case | ReleaseCase] = [*CASES, *RELEASE_CASES]
    assert judged_on_rows - {case.rule_id for case in cases if case.rule_id in case.breaks} == set()
    assert judged_on_rows - {case.rule_id for case in cases if case.rule_id not in case.breaks} == set()


def test_sixty_kinds_of_defects_and_more_are_named() -> None:
    """Each case that breaks a rule is a defect seeded in a good return; what it breaks names it."""
    assert len({(case.rule_id, case.title) for case in CASES if case.rule_id in case.breaks}) >= 120


def test_a_slip_in_an_expectation_of_gate_1_is_noticed(judged: Judged) -> None:
    assert survivors(judged, SAMPLE) == []


def test_a_slip_in_an_expectation_of_gate_2_is_noticed() -> None:
    assert release_survivors(SAMPLE) == []


def test_each_expectation_is_changed_in_some_way_beside_being_left_out() -> None:
    for suite in [*suites().values(), *release_suites().values()]:
        for expectation in suite["expectations"]:
            is_plain_pair = expectation["type"].endswith("pair_values_to_be_equal")
            assert is_plain_pair or len(list(mutants(expectation))) > 1, expectation


def test_a_finding_of_personal_data_names_its_kind_and_cell_and_never_repeats_it(judged: Judged) -> None:
    with duckdb.connect(str(judged.warehouse), read_only=True) as con:
        found = con.sql("select * from intermediate.int_finding where rule_id = 'V12' order by received_value").df()
    assert {value.partition(" / ")[0] for value in found["received_value"]} == {
        "e-mailadres",
        "rekeningnummer",
        "rijksregisternummer",
        "telefoonnummer",
    }
    assert found["cell"].notna().all() and set(found["severity"]) == {"error"}
    told = found.to_json()
    assert not any(value in told for value in ("an.peeters", "553 12 34", "5390 0754", "85.07.30"))


def test_personal_data_in_the_place_of_a_code_is_in_no_table_but_the_raw_row(judged: Judged) -> None:
    """A code goes into keys, and these into comparisons, histories and sentences."""
    with duckdb.connect(str(judged.warehouse), read_only=True) as con:
        (found,) = con.sql("select received_value, cell from intermediate.int_finding where rule_id = 'V15'").fetchall()
        tables = con.sql("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        holding = {
            name
            for (name,) in tables
            if con.sql(f"from {name} as row_of where contains(lower(row_of::varchar), '@code.example')").fetchall()
        }
    assert found[0] == "***" and found[1]
    assert holding == {"raw.row"}


def test_a_key_that_occurs_twice_is_named_whole(judged: Judged) -> None:
    """A milestone, an indicator or a link has a code that others may have too."""
    with duckdb.connect(str(judged.warehouse), read_only=True) as con:
        told = con.sql("select received_value from intermediate.int_finding where rule_id = 'K01'").fetchall()
    parts = {value.replace(value.split("|")[0], "", 1) if "|" in value else "" for (value,) in told}
    assert {"|M02", "|I-1.01|MT-01"} <= parts and any(part.startswith("|P0") for part in parts)


def test_each_requirement_of_the_catalogue_is_carried_by_rules_and_each_quality_rule_by_one() -> None:
    carried = {row["requirement"]: row["rule_ids"].split() for row in registry.rows("quality/requirement")}
    assert set(rules()) >= {rule for by in carried.values() for rule in by}
    assert all(carried.values())
    named = {rule for by in carried.values() for rule in by}
    assert {rule for rule in rules() if rule.startswith("DQ")} <= named


def test_the_comparing_rules_reject_nobody() -> None:
    """What is compared was accepted already: it may be set apart or flagged, by any plan (docs/adr/0005)."""
    comparing = {r.rule_id for r in rules().values() if r.gate == "comparison"}
    assert [rule for rule, severity in severities() if rule in comparing and severity == "critical"] == []


def test_what_is_judged_on_final_versions_sets_nothing_apart() -> None:
    """What counts is what the rule looks at: were it set apart, it would count no more (docs/adr/0012)."""
    judged_last = {e["meta"]["rule_id"] for suite in gate.suites("comparison/version") for e in suite["expectations"]}
    assert [rule for rule, severity in severities() if rule in judged_last and severity in ("critical", "error")] == []


def severities() -> list[tuple[str, str]]:
    """Every rule with its severity, and again with each that a plan gives it."""
    of_plans = [(row["rule_id"], row["severity"]) for row in registry.rows("quality/rule_severity")]
    return [(r.rule_id, r.severity) for r in rules().values()] + of_plans


def test_waivers_are_of_rules_that_gate_1_judges_and_severities_of_rules_on_rows() -> None:
    """A waiver is granted on a return; what a plan is not asked must be seen on a row that names the plan."""
    for row in registry.rows("quality/waiver"):
        assert rules()[row["rule_id"]].gate not in ("release", "publication"), row
    for seed in ("quality/rule_severity", "quality/waiver"):
        for row in registry.rows(seed):
            assert row["rule_id"] not in ("G00", "G01", "DQ16B"), row
            assert rules()[row["rule_id"]].gate != "publication", row


def test_the_records_of_a_rule_are_those_its_suites_judge() -> None:
    judged_records: dict[str, set[str]] = {}
    for suite in suites().values():
        record = suite["meta"]["table"].split(".")[1].removeprefix("stg_").removeprefix("int_")
        record = record.removesuffix("_compared").removesuffix("_missing")
        for expectation in suite["expectations"]:
            judged_records.setdefault(expectation["meta"]["rule_id"], set()).add(record)
    declared: dict[str, set[str]] = {}
    for row in registry.rows("quality/rule_record"):
        declared.setdefault(row["rule_id"], set()).add(row["record"])
    for rule in [r for r in judged_records if r.startswith("DQ")]:
        assert declared[rule] == judged_records[rule], rule
