"""Every expectation changed in each way that could be a slip: left out, turned round, moved by one, applied to all.

``python tests/python/gate/rule_mutants.py`` (``make mutate``) judges the cases with each of them and names the
survivors: changes that no case notices.
"""

import copy
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from release_cases import RELEASE_CASES, marts
from rule_cases import CASES
from rule_judged import Judged, Suites, about, judged_apart, judged_cases, suites

from expectations import gate

Expectation = dict[str, Any]

_OPPOSITE = {
    "expect_column_values_to_not_be_null": "expect_column_values_to_be_null",
    "expect_column_values_to_be_null": "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_in_set": "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_in_set": "expect_column_values_to_be_in_set",
    "expect_column_values_to_match_regex": "expect_column_values_to_not_match_regex",
}


def mutants(expectation: Expectation) -> Iterator[tuple[str, Expectation | None]]:
    """What was changed, and the expectation after it; None where it is left out."""
    yield "left out", None
    kwargs = expectation["kwargs"]
    if expectation["type"] in _OPPOSITE:
        yield "turned round", expectation | {"type": _OPPOSITE[expectation["type"]]}
    for bound in ("min_value", "max_value"):
        for step in (-1, 1):
            if bound in kwargs:
                yield f"{bound} {kwargs[bound] + step}", _with(expectation, **{bound: kwargs[bound] + step})
    if "or_equal" in kwargs:
        yield "or_equal turned round", _with(expectation, or_equal=not kwargs["or_equal"])
    if "column_A" in kwargs and "or_equal" in kwargs:
        yield "columns swapped", _with(expectation, column_A=kwargs["column_B"], column_B=kwargs["column_A"])
    for left_out in kwargs.get("value_set", []):
        rest = [value for value in kwargs["value_set"] if value != left_out]
        if rest:
            yield f"without {left_out!r}", _with(expectation, value_set=rest)
    for left_out in kwargs.get("column_list", []):
        # A key is asked of rows that are no repeat: that column is the same on all of them.
        same_everywhere = ["is_repeat" if column == left_out else column for column in kwargs["column_list"]]
        yield f"without {left_out}", _with(expectation, column_list=same_everywhere)
    if "row_condition" in kwargs:
        yield from _conditions(expectation)


def _conditions(expectation: Expectation) -> Iterator[tuple[str, Expectation]]:
    condition = expectation["kwargs"]["row_condition"]
    yield "to all rows", _without(expectation, "row_condition")
    yield "to the other rows", _with(expectation, row_condition=_opposite(condition))
    parts = condition.get("conditions", [])
    for place in range(len(parts)):
        rest = parts[:place] + parts[place + 1 :]
        kept = condition | {"conditions": rest} if len(rest) > 1 else rest[0]
        yield f"where {kept}", _with(expectation, row_condition=kept)


def _opposite(condition: dict[str, Any]) -> dict[str, Any]:
    """The condition that holds for all other rows, those without a value among them."""
    if condition["type"] == "nullity":
        return condition | {"is_null": not condition["is_null"]}
    if "conditions" not in condition:
        without = {"type": "nullity", "column": condition["column"], "is_null": True}
        return {"type": "or", "conditions": [condition | {"operator": "!="}, without]}
    turned = [part | {"operator": "!="} for part in condition["conditions"]]
    return {"type": "and" if condition["type"] == "or" else "or", "conditions": turned}


def _with(expectation: Expectation, **changed: Any) -> Expectation:
    return copy.deepcopy(expectation) | {"kwargs": expectation["kwargs"] | changed}


def _without(expectation: Expectation, *names: str) -> Expectation:
    return expectation | {"kwargs": {k: v for k, v in expectation["kwargs"].items() if k not in names}}


def survivors(judged: Judged, every: int = 1) -> list[str]:
    """The changes to expectations of gate 1 that no case notices, of every n-th change."""
    wanted = {(number, rule) for number, case in enumerate(CASES) for rule in (*case.breaks, case.untold) if rule}
    with duckdb.connect(str(judged.warehouse), read_only=True) as con:
        return _unnoticed(con, suites(), judged.failed, wanted, every, lambda found: about(found, judged.case_of))


def release_suites() -> Suites:
    """The suites of gate 2 on rows, by name; the one that counts rows is judged in test_release_rules."""
    return {suite["name"]: suite for suite in gate.suites("release") if suite["name"] != "release_filled"}


def release_survivors(every: int = 1) -> list[str]:
    """The changes to expectations of gate 2 that no case notices, of every n-th change."""
    wanted = {(number, rule) for number, case in enumerate(RELEASE_CASES) for rule in case.breaks}
    with duckdb.connect() as con:
        marts(con)
        failed = {
            (name, place): release_about(found)
            for name, suite in release_suites().items()
            for place, found in enumerate(judged_apart(con, suite, suite["expectations"]))
        }
        return _unnoticed(con, release_suites(), failed, wanted, every, release_about)


About = set[tuple[int, str]]


def _unnoticed(
    con: duckdb.DuckDBPyConnection,
    of: Suites,
    failed: dict[tuple[str, int], About],
    wanted: About,
    every: int,
    about_of: Callable[[list[gate.Failure]], About],
) -> list[str]:
    """The changes after which the expectations fail on what they failed on before.

    Args:
        failed: per suite and expectation what it fails on as it stands.
        wanted: what the cases say that fails.
        every: of every n-th change.
        about_of: what failures are about.
    """
    assert set().union(*failed.values()) == wanted, "a case fails as it stands: every change would be noticed"
    found = []
    changes = list(_every(of, every))
    for name, suite in of.items():
        of_suite = [(place, label, mutant) for suite_name, place, label, mutant in changes if suite_name == name]
        asked = iter(judged_apart(con, suite, [mutant for *_, mutant in of_suite if mutant]))
        for place, label, mutant in of_suite:
            mutated = about_of(next(asked)) if mutant else set()
            if mutated | set().union(*(f for key, f in failed.items() if key != (name, place))) == wanted:
                found.append(f"{name}: {suite['expectations'][place]['meta']['rule_id']} {label}")
    return found


def release_about(failures: list[gate.Failure]) -> set[tuple[int, str]]:
    """The (case, rule) that failures of gate 2 are about."""
    return {(int(f.key[0]) if f.key else -1, f.rule_id) for f in failures}


def _every(of: dict[str, dict[str, Any]], every: int) -> Iterator[tuple[str, int, str, Expectation | None]]:
    all_of_them = [
        (name, place, label, mutant)
        for name, suite in of.items()
        for place, expectation in enumerate(suite["expectations"])
        for label, mutant in mutants(expectation)
    ]
    yield from all_of_them[::every]


def main() -> None:
    """Judge every change; exit 1 where one survives."""
    with tempfile.TemporaryDirectory() as home:
        judged = judged_cases(CASES, Path(home))
        alive = survivors(judged) + release_survivors()
    total = len(list(_every(suites(), 1))) + len(list(_every(release_suites(), 1)))
    print(*alive, sep="\n")
    print(f"{total} changes to {len(judged.failed)} expectations of gate 1 and those of gate 2: {len(alive)} unnoticed")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
