"""The cases judged: by the gate as it stands, and again with one expectation changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from rule_builder import PLAN, Case, fill, project_code

from expectations import gate
from flows.warehouse import compiled, transform

Suites = dict[str, dict[str, Any]]
SETS: tuple[gate.Suites, ...] = ("submission", "comparison/candidate", "comparison/version")
ELSEWHERE = {
    *(
        "submission_submission",
        "submission_delivery",
        "submission_column",
        "submission_value_again",
        "submission_precedence",
    ),
    *("submission_indicator", "comparison_sheet_again"),
}


@dataclass(frozen=True)
class Judged:
    """A warehouse of cases after gate 1."""

    warehouse: Path
    broken: list[set[str]]
    """Per case the rules that its findings name, over both its returns."""
    case_of: dict[str, int]
    """row_id, and submission_id -> number of the case, from 0."""
    failed: dict[tuple[str, int], set[tuple[int, str]]]
    """Per suite and expectation the (case, rule) that fail on it."""


def suites() -> Suites:
    """The suites of gate 1 on the rows of a Flemish return, by name.

    Those on submissions and on their sheets are about windows, versions and senders (test_windows,
    test_rows_left_out); the one on a delivered register of indicators is about a record that no Flemish return holds
    (test_real_layouts).
    """
    found = [suite for of in SETS for suite in gate.suites(of)]
    return {suite["name"]: suite for suite in found if suite["name"] not in ELSEWHERE}


def judged_cases(cases: Sequence[Case], home: Path) -> Judged:
    """Fill, stage and judge; then judge each expectation alone, so that one changed can be weighed against the rest."""
    warehouse = fill(cases, home)
    with duckdb.connect(str(warehouse)) as con:
        # A layout may declare that its rows repeat a record; here every one does, so that each such record has a case.
        con.execute(
            "update registry.layout set repeated_records = (select string_agg(record, ' ') from registry.record)"
        )
    compiled.build(warehouse, transform.FINDINGS, PLAN)
    number_of = {project_code(number + 1): number for number in range(len(cases))}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        case_of = {
            row_id: number_of[submission.rsplit("-", 1)[1]]
            for row_id, submission in con.sql("select row_id, submission_id from staging.stg_record_row").fetchall()
            if submission.rsplit("-", 1)[1] in number_of
        }
        submissions = con.sql("select submission_id from staging.stg_submission").fetchall()
        codes = {submission: submission.rsplit("-", 1)[1] for (submission,) in submissions}
        case_of |= {submission: number_of[code] for submission, code in codes.items() if code in number_of}
        broken: list[set[str]] = [set() for _ in cases]
        for submission, rule_id in con.sql("select submission_id, rule_id from intermediate.int_finding").fetchall():
            code = submission.rsplit("-", 1)[1]
            assert code in number_of, f"the partner of the transfers breaks {rule_id}"
            broken[number_of[code]].add(rule_id)
        failed = {
            (name, place): about(found, case_of)
            for name, suite in suites().items()
            for place, found in enumerate(judged_apart(con, suite, suite["expectations"]))
        }
    return Judged(warehouse, broken, case_of, failed)


def judged_apart(
    con: duckdb.DuckDBPyConnection, suite: dict[str, Any], expectations: Sequence[dict[str, Any]]
) -> list[list[gate.Failure]]:
    """What each of these expectations fails on by itself, on the table of a suite.

    They are asked in one go, each as a rule of its own. Where one cannot be asked, what goes with it in one query of
    Great Expectations cannot either: then they are asked one by one.
    """
    if not expectations:
        return []
    numbered = [e | {"meta": e["meta"] | {"rule_id": f"{n}"}} for n, e in enumerate(expectations)]
    together = gate.judge(con, suite | {"expectations": numbered})
    if any(failure.rule_id == "G01" for failure in together):
        return [gate.judge(con, suite | {"expectations": [expectation]}) for expectation in expectations]
    return [
        [replace(f, rule_id=expectation["meta"]["rule_id"]) for f in together if f.rule_id == f"{number}"]
        for number, expectation in enumerate(expectations)
    ]


def about(failures: Iterable[gate.Failure], case_of: dict[str, int]) -> set[tuple[int, str]]:
    """The (case, rule) that failures are about; an expectation that could not be judged is about no case: -1."""
    return {(case_of.get(f.key[0], -1) if f.key else -1, f.rule_id) for f in failures}
