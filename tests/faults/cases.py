"""The ways in which a night is broken, and what became of each."""

import errno
import json
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from breaking import ERRORS

Kind = Literal["kill", "moment", "error", "child_kill", "child_error", "disk"]


@dataclass(frozen=True)
class Case:
    """One way to break the night."""

    kind: Kind
    at: float
    """The point, the second, or how many megabytes of disk are left."""
    error: int = 0
    child: int = 0
    whole: bool = False
    """Whether the night computes all it writes."""

    def __str__(self) -> str:
        of_child = f" of process {self.child}" if self.child else ""
        return f"{self.kind} at {self.at:g}{of_child}{' ' + errno.errorcode[self.error] if self.error else ''}"


@dataclass(frozen=True)
class Result:
    """What became of it: `problems` is empty where every promise held."""

    case: Case
    ended: str
    told: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Plain:
    """A night that nothing happens to: where it can be broken."""

    points: int
    """Changes of its home."""
    touches: int
    """Changes and readings."""
    seconds: float
    children: Mapping[int, int]
    """Touches of each process that it starts."""
    whole_seconds: float
    grows: int
    """Megabytes that a whole night adds."""
    in_step: Mapping[str, int]
    """Changes by the step of the night that makes them."""


@dataclass(frozen=True)
class Asked:
    """How many of each."""

    kills: int
    moments: int
    errors: int
    in_children: int
    wholes: int
    disks: int


def cases(plain: Plain, asked: Asked, seed: int, known: Collection[Case] = ()) -> list[Case]:
    """Points and sizes spread evenly, moments at random; in an order in which any beginning is a fair sample.

    Args:
        known: those of before, which are not run again.
    """
    dice = random.Random(seed + len(known))
    found = [Case("kill", n) for n in spread(asked.kills, plain.points)]
    for whole, count, seconds in ((False, asked.moments, plain.seconds), (True, asked.wholes, plain.whole_seconds)):
        left = count - sum(case.kind == "moment" and case.whole == whole for case in known)
        found += [Case("moment", round(dice.uniform(0, seconds), 3), whole=whole) for _ in range(left)]
    # Each error at points of its own, between those of the others.
    for number, error in enumerate(ERRORS):
        between = number * plain.touches // max(1, asked.errors)
        found += [Case("error", n + between, error) for n in spread(asked.errors // len(ERRORS), plain.touches)]
    found += _in_children(plain.children, asked.in_children, random.Random(seed))
    found += [Case("disk", round(n * plain.grows / asked.disks, 1), whole=True) for n in range(asked.disks)]
    dice.shuffle(found)
    return [case for case in found if case not in known]


def _in_children(children: Mapping[int, int], count: int, dice: random.Random) -> Iterator[Case]:
    """Over all processes that the night starts, four in five an error and the fifth a kill."""
    points = [(child, at) for child, touches in sorted(children.items()) for at in range(1, touches + 1)]
    for number, place in enumerate(spread(count, len(points))):
        child, at = points[place - 1]
        if number % 5 == 4:
            yield Case("child_kill", at, child=child)
        else:
            yield Case("child_error", at, dice.choice(ERRORS), child)


def spread(count: int, points: int) -> list[int]:
    """So many of the points, evenly."""
    return sorted({1 + number * points // count for number in range(min(count, points))}) if count else []


def keep(path: Path, said: dict[str, Any]) -> None:
    """Add a line, so that a stop loses nothing."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(said) + "\n")


def as_line(result: Result) -> dict[str, Any]:
    """A result as it is kept."""
    return asdict(result)


@dataclass(frozen=True)
class Run:
    """What was kept of one run: of when, where and which code it is, and its results."""

    said: dict[str, Any]
    results: list[Result]


def kept_runs(path: Path) -> list[Run]:
    """What was kept, run after run; each begins with what it says of itself."""
    runs: list[Run] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        said = json.loads(line)
        if "case" in said:
            result = Result(Case(**said["case"]), said["ended"], said["told"], tuple(said["problems"]))
            runs[-1].results.append(result)
        else:
            runs.append(Run(said, []))
    return runs
