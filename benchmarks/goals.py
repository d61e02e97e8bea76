"""What is asked of a plan a thousand times larger and what `make beside` saw: a table of docs/performance.md."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.rivals import MESH, PANDAS, WHOLE

BEGIN, END = "<!-- goals: written by make beside -->", "<!-- goals: end -->"
MODELS, GATE = "the models", "gate 1"
FROM = "10"
"""The size from which the cost of a row is followed; below it, most of a model's cost is that it begins."""
TIMES_BY_HAND, TIMES_FASTER, SHARE_OF_MEMORY, MOST_MB, TIMES_A_ROW, TIMES_HANDLED = 1.3, 3, 1 / 3, 6 * 1024, 1.2, 1.2
Numbers = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """What is asked, at which sizes, and how to see it."""

    asked: str
    sizes: tuple[str, ...]
    seen: Callable[[Numbers, Numbers], tuple[str, bool | None]]
    """Of what was measured at a size and at `FROM`: in words, and whether it is kept, where that can be said."""


def rows(beside: Mapping[str, Numbers]) -> Iterator[str]:
    """The lines of the table."""
    yield "| asked | seen | kept |"
    yield "|---|---|---|"
    for goal in GOALS:
        seen = {
            size: goal.seen(beside[size], beside[FROM]) if {size, FROM} <= beside.keys() else ("not measured", None)
            for size in goal.sizes
        }
        words = "; ".join(f"{size}x: {word}" for size, (word, _) in seen.items())
        yield f"| {goal.asked} | {words} | {_verdict([kept for _, kept in seen.values()])} |"


def _verdict(kept: list[bool | None]) -> str:
    """One that was missed at a size is missed; one that was not seen at each is not said to be kept."""
    if False in kept:
        return "**no**"
    return "not seen" if None in kept else "yes"


def _as_cheap_as(rival: str, most: float) -> Callable[[Numbers, Numbers], tuple[str, bool | None]]:
    """Whether the models take at most so many times the computing of a rival."""

    def seen(found: Numbers, _: Numbers) -> tuple[str, bool | None]:
        if rival not in found:
            return f"{rival} was not there", None
        if "cpu_s" not in found[rival]:
            return f"{rival} was stopped", None
        times = found[MODELS]["cpu_s"] / found[rival]["cpu_s"]
        return f"{times:.1f} times as long", times <= most

    return seen


def _memory_of_pandas(found: Numbers, _: Numbers) -> tuple[str, bool | None]:
    pandas = found[PANDAS]
    share = found[MODELS]["peak_mb"] / pandas.get("peak_mb", pandas.get("stopped_at_mb"))
    if "stopped_at_mb" in pandas:  # it would have taken more, so that more than a third may be less
        return f"less than {share:.2f} of it: stopped at {pandas['stopped_at_mb']} MB", share <= SHARE_OF_MEMORY or None
    return f"{share:.2f} of it", share <= SHARE_OF_MEMORY


def _memory(found: Numbers, _: Numbers) -> tuple[str, bool]:
    most = max(found[MODELS]["peak_mb"], found[GATE]["peak_mb"])
    return f"{most} MB at most, {found['spilled_mb']} MB spilled", most < MOST_MB


def _cost_of_a_row(found: Numbers, start: Numbers) -> tuple[str, bool]:
    times = found[MODELS]["cpu_s"] / start[MODELS]["cpu_s"] / _copies(found, start)
    return f"{times:.2f} times that at {FROM}x", times <= TIMES_A_ROW


def _rows_handled(found: Numbers, start: Numbers) -> tuple[str, bool]:
    handled, before = (sum(model["rows_handled"] for model in of["models"]) for of in (found, start))
    times = handled / before / _copies(found, start)
    return f"{times:.2f} times those of a row at {FROM}x", times <= TIMES_HANDLED


def _copies(found: Numbers, start: Numbers) -> float:
    """How many times as large a plan is, by its rows of milestones."""
    return float(found["rows"]["milestone"] / start["rows"]["milestone"])


GOALS = (
    Goal(f"at most {TIMES_BY_HAND} times the SQL by hand, whole", ("100", "1000"), _as_cheap_as(WHOLE, TIMES_BY_HAND)),
    Goal("three times as fast as pandas", ("100", "1000"), _as_cheap_as(PANDAS, 1 / TIMES_FASTER)),
    Goal("in a third of the memory of pandas", ("100", "1000"), _memory_of_pandas),
    Goal("not slower than SQLMesh", ("100", "1000"), _as_cheap_as(MESH, 1)),
    Goal("a model or a suite in less than 6 GB", ("1000",), _memory),
    Goal("a row at most a fifth dearer than at 10x", ("100", "1000"), _cost_of_a_row),
    Goal("nothing quadratic: rows that operators give on", ("100", "1000"), _rows_handled),
)
