"""Change a line of the code and see whether a test notices: `make mutants [ROOM=publish]`.

Of each module of receive, gate, publish and account a sample of the changes that Cosmic Ray knows, the same for a
seed; against each the tests that run the changed line (`make coverage` says which), quickest first. A change that no
test runs has survived. Results are kept as they come; a run that finds them goes on, and asks again of what survived.
"""

import argparse
import csv
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from multiprocessing import Pool, current_process
from pathlib import Path

import conftest  # noqa: F401  # it says where is kept what follows from the code alone, which is a part of what is known
import reliability
from kept_homes import CACHE, is_made
from mutations import Mutant, sample
from nursery import Nursery
from watched import ROOMS, modules

from flows.settings import PROJECT

RESULTS = PROJECT / "var" / "mutants.jsonl"
COVERED = PROJECT / "var" / "covering" / "covered.json"
EQUIVALENT = Path(__file__).with_name("equivalent.csv")
ASKED_SCORE = 90


@dataclass(frozen=True)
class Result:
    """What became of a mutant."""

    module: str
    line: int
    was: str
    becomes: str
    ended: str
    of: str
    """Checksum of the module."""

    @property
    def key(self) -> tuple[str, str, int, str, str]:
        return self.module, self.of, self.line, self.was, self.becomes


def checksum(module: str) -> str:
    return hashlib.sha256((PROJECT / module).read_bytes()).hexdigest()[:12]


def kept(path: Path) -> dict[tuple[str, str, int, str, str], Result]:
    """What is known of the modules as they are; what was told last counts."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = (Result(**json.loads(line)) for line in lines)
    return {r.key: r for r in found if (PROJECT / r.module).exists() and r.of == checksum(r.module)}


def asked_of(
    mutant: Mutant, covered: dict[str, dict[str, list[str]]], seconds: dict[str, float], at_most: float
) -> list[str]:
    """The tests that run the line, quickest first, as many as there are seconds for.

    Of what is run when a module is loaded, such as a decorator, those that run anything of the module.
    """
    lines = covered.get(mutant.module, {})
    own = [str(line) for line in range(mutant.line, mutant.until + 1)]
    tests = {test for line in own for test in lines.get(line, [])}
    if not tests and any(line in lines for line in own):
        tests = {test for found in lines.values() for test in found}
    chosen: list[str] = []
    total = 0.0
    for test in sorted(tests & seconds.keys(), key=lambda test: (seconds[test], test)):
        total += seconds[test]
        if chosen and total > at_most:
            break
        chosen.append(test)
    return chosen


_nursery: Nursery


def _start(scratch: Path) -> None:
    global _nursery
    _nursery = Nursery(PROJECT, scratch / current_process().name, CACHE)


def _one(given: tuple[Mutant, list[str], float]) -> Result:
    mutant, tests, seconds = given
    ended = _nursery.ended(mutant, tests, seconds) if tests else "survived"
    return Result(mutant.module, mutant.line, mutant.was, mutant.becomes, ended, checksum(mutant.module))


def equivalent() -> dict[tuple[str, str, str], str]:
    """Changes that change nothing that is promised, each with the reason."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return {(row["module"], row["was"], row["becomes"]): row["reason"] for row in csv.DictReader(file)}


def table(results: Path, count: int, seed: int) -> Iterator[str]:
    """The score of each module, and what survived."""
    known, same = kept(results), equivalent()
    of = reliability.run_of(reliability.here())
    asked = len({result.module for result in known.values()})
    yield f"{of}. Of {asked} of {len(modules())} modules {count} changes or more each, at random (seed {seed}), or all."
    yield ""
    yield "| module | changed | noticed | the same in effect | not noticed | score |"
    yield "|---|---:|---:|---:|---:|---:|"
    survived: list[Result] = []
    totals = [0, 0, 0]
    for module in modules():
        found = [r for r in known.values() if r.module == module and r.ended != "no code"]
        left = [r for r in found if r.ended == "survived"]
        equal = [r for r in left if (r.module, r.was, r.becomes) in same]
        missed = [r for r in left if r not in equal]
        survived += missed
        noticed = len(found) - len(left)
        if found:
            totals = [a + b for a, b in zip(totals, (noticed, len(equal), len(missed)), strict=True)]
            numbers = (len(found), noticed, len(equal), len(missed), _score(noticed, missed))
            yield f"| `{module}` | {' | '.join(map(str, numbers))} |"
    noticed, equal_count, missed_count = totals
    score = f"{100 * noticed / max(1, noticed + missed_count):.1f} %"
    yield f"| all | {sum(totals)} | {noticed} | {equal_count} | {missed_count} | {score} |"
    if survived:
        yield ""
        yield "Not noticed by the tests that were asked:"
        yield ""
        yield from (f"- `{r.module}` {r.line}: `{r.was}` as `{r.becomes}`" for r in survived)


def _score(noticed: int, missed: list[Result]) -> str:
    return f"{100 * noticed / (noticed + len(missed)):.0f} %" if noticed or missed else ""


def main() -> int:
    """Run what is not known yet, keep every result, write the scores."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--room", choices=ROOMS)
    parser.add_argument("--module", action="append", help="this one alone, from the folder of the project; or several")
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=40, help="of tests against a mutant, as long as they took")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    if not COVERED.exists():
        parser.error("make coverage says first which tests run which line")
    if not is_made("small"):
        parser.error("make coverage makes the home of the small plan for this code first")
    told = json.loads(COVERED.read_text(encoding="utf-8"))
    known = kept(asked.results)
    todo = []
    for module in asked.module or modules(asked.room):
        for mutant in sample(PROJECT, module, asked.sample, asked.seed):
            before = known.get((module, checksum(module), mutant.line, mutant.was, mutant.becomes))
            if before is None or before.ended == "survived":
                tests = asked_of(mutant, told["covered"], told["seconds"], asked.seconds)
                todo.append((mutant, tests, sum(told["seconds"][test] for test in tests)))
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="mutants_") as scratch,
        Pool(asked.processes, _start, (Path(scratch),)) as pool,
        asked.results.open("a", encoding="utf-8") as file,
    ):
        for number, result in enumerate(pool.imap_unordered(_one, todo), start=1):
            print(json.dumps(asdict(result)), file=file, flush=True)
            if result.ended == "survived":
                print(f"{result.module} {result.line}: {result.was}  ->  {result.becomes}", flush=True)
            if number % 20 == 0:
                print(f"{number} of {len(todo)}", flush=True)
    reliability.write("make mutants", "\n".join(table(asked.results, asked.sample, asked.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
