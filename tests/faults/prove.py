"""Break the last night of the small plan at many points, run it again each time, and compare: `make faults`.

    PYTHONPATH=.:tests/faults:tests/python .venv/bin/python tests/faults/prove.py --help

A night that is killed, or that the machine refuses something, must leave what is served whole; the next one must come
to the same home as a night that nothing happened to: nothing lost, nothing doubled, no junk. An error is either told
(the night fails, or says what waits) or changes nothing, and is never remembered.

Every result is a line of the file of results as soon as it is there; a run that finds such a file goes on with what it
holds of the same code. What it holds of other code stays, and is told as of that code.
"""

import argparse
import errno
import os
import sys
import tempfile
import time
from dataclasses import asdict
from importlib import import_module
from multiprocessing import Pool
from pathlib import Path

import reliability
import report
from breaking import Kill, Refuse
from cases import Asked, Case, Plain, Result, as_line, cases, keep, kept_runs
from disks import disk, may_mount
from last_night import Ended, InChild, Work, held, home_before, once, prepared, torn, touches_of_children

from flows.settings import PROJECT, Settings

RESULTS = PROJECT / "var" / "faults.jsonl"
ROOM = 4_096
"""Megabytes of a disk on which there is room enough."""


def plain_night(prepared_in: Path, home: Path, asked: Asked) -> tuple[Plain, dict[str, str]]:
    """What a night that nothing happens to does, and the home that it comes to."""
    children: dict[int, int] = {}
    if asked.in_children:
        read = home_before(prepared_in, home)
        once(read, prepared_in, work="read")
        children = touches_of_children(read)
    whole_seconds, grows = 0.0, 0
    if asked.wholes or asked.disks:
        whole = home_before(prepared_in, home)
        before, started = _size(home), time.monotonic()
        once(whole, prepared_in, work="whole")
        whole_seconds, grows = time.monotonic() - started, 1 + (_size(home) - before) // 2**20
    touches = once(home_before(prepared_in, home), prepared_in, Refuse(0, errno.EIO)).touches
    started = time.monotonic()
    night = once(home_before(prepared_in, home), prepared_in, Kill(0))
    seconds = time.monotonic() - started
    plain = Plain(night.touches, touches, seconds, children, whole_seconds, grows, night.in_step)
    return plain, held(Settings(home=home))


def _size(home: Path) -> int:
    return sum(path.lstat().st_size for path in home.rglob("*") if path.is_file())


def broken(prepared_in: Path, expected: dict[str, str], home: Path, case: Case) -> Result:
    """Break one night and run it again."""
    if case.kind != "disk":
        settings = home_before(prepared_in, home)
        ended = _broken_night(settings, prepared_in, case)
        return _became(case, ended, settings, prepared_in, expected)
    with disk(home.with_name(f"{home.name}_disk"), ROOM) as mounted:
        settings = home_before(prepared_in, mounted.folder / "home", share=False)
        mounted.grow(int(mounted.used / 2**20 + case.at) + 1)  # no larger than this from here on
        ended = once(settings, prepared_in, work="whole")
        mounted.grow(ROOM)
        return _became(case, ended, settings, prepared_in, expected)


def _broken_night(settings: Settings, prepared_in: Path, case: Case) -> Ended:
    breaks: Kill | Refuse | InChild | None = None
    work: Work = "whole" if case.whole else "put"
    if case.kind == "kill":
        breaks = Kill(int(case.at))
    elif case.kind == "error":
        breaks = Refuse(int(case.at), case.error)
    elif case.child:
        breaks, work = InChild(case.child, int(case.at), case.error), "read"
    return once(settings, prepared_in, breaks, case.at if case.kind == "moment" else None, work)


def _became(case: Case, ended: Ended, settings: Settings, prepared_in: Path, expected: dict[str, str]) -> Result:
    """What stands after the broken night, and after the next."""
    problems = [f"torn: {what}" for what in torn(settings)]
    if not ended.killed:
        problems += _silent(settings, expected, ended)
    again = once(settings, prepared_in, work="whole" if case.whole else "put")
    if again.verdict not in ("published", "nothing_new"):
        problems.append(f"the next night: {again.verdict} {again.told}")
    problems += _difference(expected, held(settings))
    return Result(case, "killed" if ended.killed else ended.verdict, ended.told, tuple(problems))


def _silent(settings: Settings, expected: dict[str, str], ended: Ended) -> list[str]:
    """A night that says it did its work, though it did not, and names nothing that waits."""
    if ended.verdict == "failed" or ended.told:
        return []
    return [f"silent: {what}" for what in _difference(expected, held(settings))]


def _difference(expected: dict[str, str], found: dict[str, str]) -> list[str]:
    """Files that are lost, doubled or other than those of a night that nothing happened to; some of them."""
    lost = [f"lost: {name}" for name in sorted(expected.keys() - found.keys())]
    junk = [f"left: {name}" for name in sorted(found.keys() - expected.keys())]
    other = [f"differs: {name}" for name in sorted(expected.keys() & found.keys()) if expected[name] != found[name]]
    return [*lost[:5], *junk[:5], *other[:5]]


_given: tuple[Path, dict[str, str], Path]


def _start(prepared_in: Path, expected: dict[str, str], scratch: Path) -> None:
    global _given
    for name in ("pandas", "openpyxl", "pyarrow.parquet"):  # once for all nights that fork from here
        import_module(name)
    _given = prepared_in, expected, scratch / str(os.getpid())


def _one(case: Case) -> Result:
    return broken(*_given, case)


def main() -> int:
    """Run what was asked, print each case in which a promise did not hold, keep every result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=1_000, help="points at which the night dies, spread evenly")
    parser.add_argument("--moments", type=int, default=500, help="kills at a moment of the clock")
    parser.add_argument("--errors", type=int, default=500, help="touches that the machine refuses the night")
    parser.add_argument("--in-children", type=int, default=250, help="the same, and kills, in the processes it starts")
    parser.add_argument(
        "--wholes", type=int, default=20, help="kills at a moment of a night that computes all it writes"
    )
    parser.add_argument("--disks", type=int, default=20, help="sizes of a disk that is too small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--prepared", type=Path, help="a folder that has the night already, as `prepared` makes it")
    parser.add_argument("--report", action="store_true", help="only write what is kept into docs/reliability.md")
    asked = parser.parse_args()
    if asked.report:
        report.write(asked.results)
        return 0
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    # The homes of the nights are linked to the prepared one, so they lie on its disk; that is memory where we choose.
    room = asked.prepared or (Path("/dev/shm") if Path("/dev/shm").is_dir() else None)
    with tempfile.TemporaryDirectory(dir=room, prefix="faults_") as folder:
        return _prove(asked, Path(folder))


def _prove(asked: argparse.Namespace, scratch: Path) -> int:
    # Preparing computes whole nights; what forks afterwards has to be a process that never did.
    home = asked.prepared or scratch / "prepared"
    if not asked.prepared:
        with Pool(1) as pool:
            pool.apply(prepared, (home,))
    disks = asked.disks if asked.disks and may_mount(scratch) else 0
    how_many = Asked(asked.kills, asked.moments, asked.errors, asked.in_children, asked.wholes, disks)
    with Pool(1) as pool:
        plain, expected = pool.apply(plain_night, (home, scratch / "plain", how_many))
    print(plain, flush=True)
    here = reliability.here()
    of_this_code = [run for run in kept_runs(asked.results) if run.said["code"] == here["code"]]
    if not of_this_code or of_this_code[-1] != kept_runs(asked.results)[-1]:
        keep(asked.results, {"plain": asdict(plain), **here})
    known = {result.case for run in of_this_code for result in run.results}
    todo = cases(plain, how_many, asked.seed, known)
    with Pool(asked.processes, _start, (home, expected, scratch)) as pool:
        for number, result in enumerate(pool.imap_unordered(_one, todo), start=1):
            keep(asked.results, as_line(result))
            for problem in result.problems:
                print(f"{result.case}: {problem}", flush=True)
            if number % 50 == 0:
                print(f"{number} of {len(todo)}", flush=True)
    print(report.table(asked.results))
    return 1 if any(result.problems for run in kept_runs(asked.results) for result in run.results) else 0


if __name__ == "__main__":
    sys.exit(main())
