"""Course of the milestones: which ones exist at a meting and how far each has come.

The course is drawn first and the dates follow from it (milestone_dates.py), because the published
figures are counts of statuses. A milestone only moves forward: future, started (on schedule or in
delay), realised; a realised one stays realised, one that is dropped stays listed as dropped.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

from demo.course import first_realised, first_stopped, status_at
from demo.plan import ADDED_PROJECT_FROM, Project, in_scope
from demo.targets import (
    METINGEN,
    MILESTONE_MIX,
    MILESTONE_MIX_M3,
    MILESTONES_M1,
    MILESTONES_M6,
    TURNOVER,
    Mix,
)

FUTURE, ON_SCHEDULE, DELAYED = "toekomst", "op_schema", "vertraging"
REALISED, DROPPED = "gerealiseerd", "vervallen"
STARTED = (ON_SCHEDULE, DELAYED, REALISED)

_FEWEST, _MOST = 3, 16  # per project
_ROOM = 3  # what a project can still get after meting 1
_STOPPED_TOTAL, _STOPPED_REALISED = 8, 4  # of a project that is stopped at meting 6
_ADDED_PROJECT_TOTAL = 6


@dataclass
class Milestone:
    """A milestone and its status at every meting since it is listed."""

    project: Project
    number: int  # within the project, from 1
    score: float  # place in its project's course, about 0 (first) to 1 (last)
    first_meting: int
    replaced_by: str = ""
    status: dict[int, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Stable code, `VV014-M03`."""
        return f"{self.project.code}-M{self.number:02d}"

    def was(self, meting: int) -> str:
        """Status at the meting before; a new milestone counts as future."""
        return self.status.get(meting - 1, FUTURE)


class _Course:
    """The milestones of all projects while they are carried from meting to meting."""

    def __init__(self) -> None:
        self.rng = random.Random("milestones")
        self.by_project: dict[str, list[Milestone]] = {}
        self.pace = {p.code: self._pace(p) for p in in_scope(ADDED_PROJECT_FROM)}
        for project, number in _numbers_at_start(self.rng).items():
            self._list_project(project, number, meting=1)

    def _pace(self, project: Project) -> float:
        """Negative for fast projects; those realised early are the fastest."""
        realised = first_realised(project.code)
        if realised is None:
            return self.rng.uniform(-0.05, 0.15)
        return -0.05 * (8 - realised)

    def _list_project(self, project: Project, number: int, meting: int) -> None:
        self.by_project[project.code] = []
        for place in range(number):
            score = (place + 0.5) / number + self.rng.uniform(-0.4, 0.4) / number
            self._list(project, score + self.pace[project.code], meting)

    def _list(self, project: Project, score: float, meting: int) -> Milestone:
        found = self.by_project[project.code]
        milestone = Milestone(project, len(found) + 1, score, first_meting=meting)
        found.append(milestone)
        return milestone

    def live(self, code: str, meting: int) -> list[Milestone]:
        """Milestones of a project that are listed and not dropped before or at a meting."""
        return [m for m in self.by_project[code] if m.was(meting) != DROPPED and m.status.get(meting) != DROPPED]

    def carry(self, meting: int) -> None:
        """Bring every milestone in scope to its status at a meting."""
        scope = in_scope(meting)
        for project in scope:
            if project.code not in self.by_project:
                self._list_project(project, _ADDED_PROJECT_TOTAL, meting)
        for project in scope:
            self._keep_dropped(project.code, meting)
        self._turn_over([p.code for p in scope], meting)
        live = [m for p in scope for m in self.live(p.code, meting)]
        if meting == 3:
            for speerpunt, mix in MILESTONE_MIX_M3.items():
                self._advance([m for m in live if m.project.speerpunt == speerpunt], mix, meting)
        else:
            self._advance(live, MILESTONE_MIX[meting], meting)

    def _keep_dropped(self, code: str, meting: int) -> None:
        """Dropped stays dropped, and what a stopped project has not reached is dropped."""
        stopped = first_stopped(code) is not None and status_at(code, meting) == "stopgezet"
        for milestone in self.by_project[code]:
            before = milestone.was(meting)
            if before == DROPPED or (stopped and before != REALISED):
                milestone.status[meting] = DROPPED

    def _turn_over(self, codes: list[str], meting: int) -> None:
        """Add, replace and drop milestones of projects that are on their way."""
        turnover = TURNOVER[meting]
        candidates = [c for c in codes if first_stopped(c) is None and _is_open(c, meting)]
        self.rng.shuffle(candidates)
        roomy = (c for c in candidates if len(self.by_project[c]) < _MOST)
        for _ in range(turnover.added):
            code = next(roomy)
            self._list(self.by_project[code][0].project, self.rng.uniform(0.8, 1.1), meting)
        spare = (c for c in candidates if len(self._unreached(c, meting)) >= 3)
        for place in range(turnover.replaced + turnover.dropped):
            code = next(c for c in spare if len(self.by_project[c]) < _MOST)
            old = self._unreached(code, meting)[-1]
            old.status[meting] = DROPPED
            if place < turnover.replaced:
                new = self._list(old.project, old.score + 0.05, meting)
                old.replaced_by = new.code

    def _unreached(self, code: str, meting: int) -> list[Milestone]:
        """Milestones already listed the meting before and not realised, first ones first."""
        found = [m for m in self.live(code, meting) if m.was(meting) != REALISED and m.first_meting < meting]
        return sorted(found, key=lambda m: m.score)

    def _advance(self, live: list[Milestone], mix: Mix, meting: int) -> None:
        """Give the live milestones of a group their status so that the group has the given mix."""
        realised = round(mix.realised * len(live))
        started = realised + round((mix.on_schedule + mix.delayed) * len(live))
        delayed = round(mix.delayed * len(live))
        last = self._last_open(live, meting)
        _choose(
            live,
            realised,
            must=lambda m: m.was(meting) == REALISED or _must_be_realised(m, meting),
            may=lambda m: m.first_meting < max(meting, 2) and m.code not in last,
            order=lambda m: m.score - (0.3 if m.was(meting) != FUTURE else 0.0),
            status=REALISED,
            meting=meting,
        )
        rest = [m for m in live if meting not in m.status]
        _choose(
            rest,
            started - (len(live) - len(rest)),
            must=lambda m: m.was(meting) != FUTURE or _must_be_started(m, live, meting),
            may=lambda m: status_at(m.project.code, meting) != "niet_gestart",
            order=lambda m: m.score,
            status=ON_SCHEDULE,
            meting=meting,
        )
        self._delay([m for m in rest if m.status.get(meting) == ON_SCHEDULE], delayed, meting)
        for milestone in live:
            milestone.status.setdefault(meting, FUTURE)

    def _last_open(self, live: list[Milestone], meting: int) -> set[str]:
        """Milestones that must stay open: the last of each open project, more of stopped ones."""
        last: dict[str, Milestone] = {}
        held: set[str] = set()
        for milestone in live:
            code = milestone.project.code
            if not _is_open(code, meting):
                continue
            if first_stopped(code) == 6 and milestone.number > _STOPPED_REALISED:
                held.add(milestone.code)
            if milestone.was(meting) != REALISED and (code not in last or milestone.score > last[code].score):
                last[code] = milestone
        return held | {m.code for m in last.values()}

    def _delay(self, started: list[Milestone], number: int, meting: int) -> None:
        """Mark a number of started milestones as delayed; delays tend to last."""
        attention: set[str] = set()
        likely: dict[str, float] = {}
        for milestone in started:
            likely[milestone.code] = self.rng.random() + (0.4 if milestone.was(meting) == DELAYED else 0.0)
            code = milestone.project.code
            # A project that asks for attention has at least one milestone in delay.
            if status_at(code, meting) in ("oranje", "rood") and code not in attention:
                attention.add(code)
                likely[milestone.code] += 2.0
        for milestone in sorted(started, key=lambda m: -likely[m.code])[:number]:
            milestone.status[meting] = DELAYED


def _numbers_at_start(rng: random.Random) -> dict[Project, int]:
    """Number of milestones per project at meting 1; together the number of that meting."""
    scope = in_scope(1)
    numbers = {p: rng.randint(_FEWEST, _MOST - _ROOM) for p in scope}
    fixed = [p for p in scope if first_stopped(p.code) == 6]
    numbers |= {p: _STOPPED_TOTAL for p in fixed}
    free = [p for p in scope if p not in fixed]
    while (gap := MILESTONES_M1 - sum(numbers.values())) != 0:
        project = rng.choice(free)
        step = 1 if gap > 0 else -1
        if _FEWEST <= numbers[project] + step <= _MOST - _ROOM:
            numbers[project] += step
    return numbers


def _is_open(code: str, meting: int) -> bool:
    """Whether a project is neither realised nor stopped at a meting."""
    return status_at(code, meting) not in ("gerealiseerd", "stopgezet")


def _must_be_realised(milestone: Milestone, meting: int) -> bool:
    """All milestones of a realised project; the first ones of a project stopped at meting 6."""
    code = milestone.project.code
    if first_stopped(code) == 6 and meting >= 5:
        return milestone.number <= _STOPPED_REALISED
    return status_at(code, meting) == "gerealiseerd"


def _must_be_started(milestone: Milestone, live: list[Milestone], meting: int) -> bool:
    """A project that has started has at least its first milestone started, and so has one in
    attention something that can be in delay."""
    code = milestone.project.code
    status = status_at(code, meting)
    if status == "niet_gestart":
        return False
    others = [m for m in live if m.project.code == code]
    if any(m.status.get(meting) == REALISED for m in others) and status not in ("oranje", "rood"):
        return False
    unreached = [m for m in others if m.status.get(meting) != REALISED]
    return milestone is min(unreached, key=lambda m: m.score)


def _choose(
    milestones: Iterable[Milestone],
    number: int,
    *,
    must: Callable[[Milestone], bool],
    may: Callable[[Milestone], bool],
    order: Callable[[Milestone], float],
    status: str,
    meting: int,
) -> None:
    """Give a number of milestones a status: those that must, then those that may, in order."""
    found = list(milestones)
    forced = [m for m in found if must(m)]
    forced_codes = {m.code for m in forced}
    free = sorted((m for m in found if m.code not in forced_codes and may(m)), key=order)
    missing = number - len(forced)
    if not 0 <= missing <= len(free):
        raise ValueError(f"meting {meting}, {status}: {number} wanted, {len(forced)} forced, {len(free)} free")
    for milestone in forced + free[:missing]:
        milestone.status[meting] = status


@cache
def milestones() -> tuple[Milestone, ...]:
    """All milestones ever listed, in the order of their codes, with their whole course."""
    course = _Course()
    for meting in METINGEN:
        course.carry(meting)
    found = [m for code in sorted(course.by_project) for m in course.by_project[code]]
    live = sum(m.status.get(6, DROPPED) != DROPPED for m in found)
    if live != MILESTONES_M6:
        raise ValueError(f"{live} milestones at meting 6 instead of {MILESTONES_M6}")
    return tuple(found)
