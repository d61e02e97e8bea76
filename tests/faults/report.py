"""The numbers of a run as `docs/reliability.md` has them."""

from collections import Counter
from pathlib import Path

from cases import Result, kept_plain, kept_results

from flows.settings import PROJECT

REPORT = PROJECT / "docs" / "reliability.md"
START, END = "<!-- numbers: written by make faults -->", "<!-- numbers: end -->"
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
    """What is kept in a file of results, by kind."""
    said, found = kept_plain(results), kept_results(results)
    if said is None:
        return "Nothing was run yet."
    plain = said["plain"]
    lines = [
        f"Run of {said['on']} on {said['machine']}, code {said['code']}. One night changes its home "
        f"{plain['points']:,} times and touches it, reading too, {plain['touches']:,} times; the "
        f"{len(plain['children'])} processes that it starts touch something {sum(plain['children'].values()):,} times.",
        "",
        "| broken by | runs | died | failed, and said so | went on | torn | lost, doubled, left or silent |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for (kind, whole), name in NAMES.items():
        of_kind = [result for result in found if (result.case.kind, result.case.whole) == (kind, whole)]
        ended = Counter(result.ended for result in of_kind)
        went_on = len(of_kind) - ended["killed"] - ended["failed"]
        is_torn = sum(any(_is_torn(p) for p in r.problems) for r in of_kind)
        other = sum(any(not _is_torn(p) for p in r.problems) for r in of_kind)
        numbers = (len(of_kind), ended["killed"], ended["failed"], went_on, is_torn, other)
        lines.append(f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |")
    return "\n".join([*lines, "", *_problems(found)])


def _problems(found: list[Result]) -> list[str]:
    """Each case in which a promise did not hold, or the sentence that there is none."""
    if not (bad := [result for result in found if result.problems]):
        return ["Every promise held in each of them."]
    return ["Where a promise did not hold:", "", *(f"- {r.case}: {'; '.join(r.problems)}" for r in bad)]


def _is_torn(problem: str) -> bool:
    return problem.startswith("torn")


def write(results: Path) -> None:
    """Put the numbers between their marks."""
    text = REPORT.read_text(encoding="utf-8")
    head, rest = text.split(START)
    REPORT.write_text(f"{head}{START}\n{table(results)}\n{END}{rest.split(END)[1]}", encoding="utf-8")
