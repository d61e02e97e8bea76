"""The numbers of a run as `docs/reliability.md` has them."""

from collections import Counter
from pathlib import Path

import reliability
from cases import Result, Run, kept_runs

NAMES = {
    ("kill", False): "killed before a change of the home",
    ("moment", False): "killed at a moment of the clock",
    ("moment", True): "the same, in a night that computes all it writes",
    ("error", False): "refused by the machine: EIO, ENOSPC, EMFILE, ENOMEM",
    ("child_error", False): "the same, in a process that the night starts",
    ("child_kill", False): "a process that the night starts, killed",
    ("disk", True): "a disk that is too small",
}


def table(results: Path) -> str:
    """What is kept in a file of results: of each code by itself, by kind."""
    runs = kept_runs(results)
    by_code: dict[str, list[Run]] = {}
    for run in runs:
        by_code.setdefault(run.said["code"], []).append(run)
    if not by_code:
        return "Nothing was run yet."
    lines = [_of_code(of_code[0]) for of_code in by_code.values()]
    lines += [
        "",
        "| broken by | code | runs | died | failed, and said so | went on | torn | lost, doubled, left or silent |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind, name in NAMES.items():
        for code, of_code in by_code.items():
            found = [r for run in of_code for r in run.results if (r.case.kind, r.case.whole) == kind]
            if found:
                lines.append(f"| {name} | {code.split()[0]} | {' | '.join(f'{n:,}' for n in _numbers(found))} |")
    return "\n".join([*lines, "", *_problems([result for run in runs for result in run.results])])


def _of_code(run: Run) -> str:
    plain = run.said["plain"]
    return (
        f"- {reliability.run_of(run.said)}. One night changes its home {plain['points']:,} times and touches it, "
        f"reading too, {plain['touches']:,} times; the {len(plain['children'])} processes that it starts touch "
        f"something {sum(plain['children'].values()):,} times."
    )


def _numbers(found: list[Result]) -> tuple[int, ...]:
    ended = Counter(result.ended for result in found)
    went_on = len(found) - ended["killed"] - ended["failed"]
    torn = sum(any(_is_torn(p) for p in r.problems) for r in found)
    other = sum(any(not _is_torn(p) for p in r.problems) for r in found)
    return len(found), ended["killed"], ended["failed"], went_on, torn, other


def _problems(found: list[Result]) -> list[str]:
    """Each case in which a promise did not hold, or the sentence that there is none."""
    if not (bad := [result for result in found if result.problems]):
        return ["Every promise held in each of them."]
    return ["Where a promise did not hold:", "", *(f"- {r.case}: {'; '.join(r.problems)}" for r in bad)]


def _is_torn(problem: str) -> bool:
    return problem.startswith("torn")


def write(results: Path) -> None:
    """Put the numbers between their marks."""
    reliability.write("make faults", table(results))
