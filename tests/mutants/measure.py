"""Which lines and branches of receive, gate, publish and account no test runs: `make coverage`.

Runs the tests about them (`watched.TESTS`), also those that start processes, and writes down every gap; tests that are
named are added to what ran before. A gap is tested, deleted, or says beside it in the code why it is one
(``# pragma: no cover - reason``).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage  # type: ignore[import-not-found]  # from the environment of `make mutants`
import reliability
from covering import HERE, watcher
from watched import TESTS, modules

from flows.settings import PROJECT

FOLDER = PROJECT / "var" / "covering"


def run(folder: Path, given: list[str]) -> int:
    """The tests, watched; how pytest ended. Tests that are named are added to what ran before."""
    if not given:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    places = [str(HERE), *os.environ["PYTHONPATH"].split(os.pathsep)]
    environment = os.environ | {"VEERKRACHT_COVERING": str(folder), "PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-m", "pytest", "-p", "covering", "-m", "not slow", *(given or TESTS)]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode


def combined(folder: Path) -> coverage.Coverage:
    """What all processes ran."""
    found = watcher(folder / "all")
    found.combine([str(path) for path in folder.glob(".coverage.*")], keep=True)
    found.save()
    return found


def by_line(found: coverage.Coverage, folder: Path) -> dict[str, dict[str, Any]]:
    """Of each line the tests that run it, and how long each test took; tests that fail are left out."""
    seconds: dict[str, float] = {}
    failed: set[str] = set()
    for path in folder.glob("tests.*.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        seconds |= {test: max(took, seconds.get(test, 0)) for test, took in told["seconds"].items()}
        failed |= set(told["failed"])
    lines = {}
    for module in modules():
        contexts = found.get_data().contexts_by_lineno(str(PROJECT / module))
        lines[module] = {line: sorted(set(tests) & seconds.keys()) for line, tests in contexts.items()}
    return {"covered": lines, "seconds": {test: took for test, took in seconds.items() if test not in failed}}


def gaps(found: coverage.Coverage, module: str) -> tuple[int, int, str]:
    """How many lines and branches a module has, how many of them no test runs, and which lines these begin at."""
    analysis = found._analyze(str(PROJECT / module))
    ways = {(start, end) for start, ends in analysis.missing_branch_arcs().items() for end in ends}
    # That a line is not run says of each way to it, and from it, that it is not taken.
    ways = {(start, end) for start, end in ways if not {start, end} & analysis.missing}
    named = [analysis.missing_formatted(), *(f"{a} to {b if b > 0 else 'the end'}" for a, b in sorted(ways))]
    all_ = analysis.numbers.n_statements + analysis.numbers.n_branches
    return all_, analysis.numbers.n_missing + analysis.numbers.n_missing_branches, ", ".join(filter(None, named))


def table(found: coverage.Coverage, tests: int) -> Iterator[str]:
    """The share of each module that has a gap, and the gaps.

    Args:
        tests: how many ran.
    """
    of = {module: gaps(found, module) for module in modules()}
    total, missed = (sum(numbers[place] for numbers in of.values()) for place in (0, 1))  # type: ignore[misc]
    whole = [module for module, (_, missing, _) in of.items() if not missing]
    yield (
        f"{reliability.run_of(reliability.here())}. Of {total:,} lines and branches {missed:,} are run by "
        f"none of {tests:,} quick tests; {len(whole)} of {len(of)} modules are run whole."
    )
    if missed:
        yield ""
        yield "| module | lines and branches | not run | these lines |"
        yield "|---|---:|---:|---|"
    for module, (count, missing, which) in of.items():
        if missing:
            yield f"| `{module}` | {count} | {missing} | {which} |"


def main() -> int:
    """Measure, write it down, and fail where something is run by no test and says no reason."""
    ended = run(FOLDER, sys.argv[1:])
    found = combined(FOLDER)
    told = by_line(found, FOLDER)
    (FOLDER / "covered.json").write_text(json.dumps(told), encoding="utf-8")
    lines = list(table(found, len(told["seconds"])))
    print("\n".join(lines))
    reliability.write("make coverage", "\n".join(lines))
    return ended or int(len(lines) > 1)


if __name__ == "__main__":
    sys.exit(main())
