"""Dates of the milestones, drawn so that they agree with the course (milestones.py).

On schedule never has a planned date before the cut-off; future has one after it; delayed either
moved or is overdue; realised has an actual date within the period in which it was first reported.
"""

import calendar
import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from demo.milestones import DELAYED, DROPPED, FUTURE, ON_SCHEDULE, REALISED, Milestone, milestones
from demo.targets import CUTOFF, LAST_PLANNED
from demo.texts import reason


@dataclass(frozen=True)
class MilestoneState:
    """One milestone as a return tells it at one meting."""

    milestone: Milestone
    meting: int
    status: str  # code of the list milestone_status
    planned: date
    actual: date | None
    explanation: str


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _between(rng: random.Random, after: date, until: date) -> date:
    """A day after the first and not after the second date."""
    return after + timedelta(days=rng.randint(1, (until - after).days))


def _later(rng: random.Random, day: date, least: int, most: int) -> date:
    """A number of days later, mostly at the end of a month; not after the end of the plan."""
    moved = day + timedelta(days=rng.randint(least, most))
    return min(_month_end(moved) if rng.random() < 0.6 else moved, LAST_PLANNED)


def _first_with(milestone: Milestone, status: str) -> int | None:
    return next((m for m, found in milestone.status.items() if found == status), None)


def _actual(milestone: Milestone, rng: random.Random) -> date | None:
    """Day on which a milestone was reached, None if it is not."""
    meting = _first_with(milestone, REALISED)
    return None if meting is None else _between(rng, CUTOFF[meting - 1], CUTOFF[meting])


def _original(milestone: Milestone, actual: date | None, rng: random.Random) -> date:
    """Planned date when the milestone is first listed."""
    delayed = _first_with(milestone, DELAYED)
    if delayed is not None:  # planned for the period in which it turns out to be late, or soon after
        if rng.random() < 0.55:
            return _month_end(_between(rng, CUTOFF[delayed - 1], CUTOFF[delayed]))
        return _later(rng, CUTOFF[delayed], 5, 60)
    if actual is not None:
        return _later(rng, actual, 0, 45)
    last, status = next((m, s) for m, s in reversed(milestone.status.items()) if s != DROPPED)
    if status == FUTURE:
        return _later(rng, CUTOFF[last], 190, 2100 - 200 * last)
    return _later(rng, CUTOFF[last], 1, 400)


def _move(milestone: Milestone, meting: int, planned: date, rng: random.Random) -> tuple[date, str]:
    """Planned date and explanation of a milestone in delay, or back on schedule after one."""
    status, cutoff, why = milestone.status[meting], CUTOFF[meting], reason(milestone, meting)
    overdue = planned < cutoff
    if status == ON_SCHEDULE:
        if not overdue:
            return planned, ""
        moved = _later(rng, cutoff, 20, 250)
        return moved, f"Herpland van {planned:%d/%m/%Y} naar {moved:%d/%m/%Y}: {why}"
    if overdue and rng.random() < 0.3:
        return planned, f"Geplande datum verstreken, nieuwe datum volgt: {why}"
    first = _first_with(milestone, DELAYED) == meting
    if overdue or first or rng.random() < 0.3:
        moved = _later(rng, max(planned, cutoff), 30, 330)
        if moved != planned:
            return moved, f"Verschoven van {planned:%d/%m/%Y} naar {moved:%d/%m/%Y}: {why}"
    return planned, f"Blijft in vertraging: {why}"


def _dropped(milestone: Milestone) -> str:
    if milestone.replaced_by:
        return f"Vervangen door {milestone.replaced_by}: inhoud bijgesteld na overleg"
    return "Vervallen: niet meer nodig om de doelstelling van het project te bereiken"


def _states(milestone: Milestone) -> list[MilestoneState]:
    """All states of one milestone, from the meting at which it is first listed."""
    rng = random.Random(f"dates {milestone.code}")
    actual = _actual(milestone, rng)
    planned = _original(milestone, actual, rng)
    states: list[MilestoneState] = []
    for meting, status in milestone.status.items():
        explanation = ""
        if status in (DELAYED, ON_SCHEDULE):
            planned, explanation = _move(milestone, meting, planned, rng)
        elif status == DROPPED:
            explanation = _dropped(milestone)
        reached = actual if status == REALISED else None
        states.append(MilestoneState(milestone, meting, status, planned, reached, explanation))
    return states


@cache
def milestone_states() -> dict[int, tuple[MilestoneState, ...]]:
    """States by meting, each in the order of the milestone codes."""
    found: dict[int, list[MilestoneState]] = {}
    for milestone in milestones():
        for state in _states(milestone):
            found.setdefault(state.meting, []).append(state)
    return {meting: tuple(found[meting]) for meting in sorted(found)}
