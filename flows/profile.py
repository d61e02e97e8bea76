"""Where the time of a night goes: of each step, its parts and each model, in the log of the night, and a month before.

Nothing here needs pandas, dbt, DuckDB or Prefect: the log is written while the night runs, and read by `status`.
"""

import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flows import log
from flows.settings import Settings

_STEP, _PART, _BUILT = "step", "part", "built"
BUILD, PUBLISH = "build", "publish"
"""The steps that have parts: layers of models, and what a release consists of."""
_LAYERS = {"reg": "registry", "stg": "staging", "gate": "gate 1", "int": "intermediate"}
"""Of a model's layer by how its name begins; every other is a mart."""
_MARTS = "marts"
_MONTH = timedelta(days=28)


@dataclass(frozen=True)
class Profile:
    """What a night took, in seconds of wall."""

    night: datetime
    """The moment the night is of (UTC)."""
    steps: dict[str, float]
    """By step, in their order."""
    parts: dict[str, dict[str, float]]
    """By step and part, in their order. Models are made side by side: layers may add up to more than the step."""
    models: dict[str, float]
    """By model, the slowest first."""


@contextmanager
def of_step(name: str) -> Iterator[None]:
    """Log what a step took that came to its end.

    Wall and computing, the latter of the process with the children that it waited for, in seconds; and the most memory
    (MB) that the process itself has had until then.
    """
    with _timed(_STEP, step=name):
        yield


@contextmanager
def of_part(step: str, name: str) -> Iterator[None]:
    """Log likewise what a part of a step took."""
    with _timed(_PART, step=step, part=name):
        yield


@contextmanager
def _timed(event: str, **named: str) -> Iterator[None]:
    began, used = time.monotonic(), _computing()
    yield
    log.event(
        event,
        **named,
        seconds=round(time.monotonic() - began, 3),
        computing_seconds=round(_computing() - used, 3),
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    )


def built(models: dict[str, float], engine: str = "DuckDB") -> None:
    """Log what each model took on this engine, in seconds of wall, the slowest first."""
    slowest = sorted(models.items(), key=lambda taken: (-taken[1], taken[0]))
    log.event(_BUILT, engine=engine, models={name: round(seconds, 3) for name, seconds in slowest})


def by_layer(models: dict[str, float]) -> dict[str, float]:
    """What the models of each layer took together (seconds), in the order of the layers."""
    layers = dict.fromkeys([*_LAYERS.values(), _MARTS], 0.0)
    for name, seconds in models.items():
        layers[_LAYERS.get(name.split("_", 1)[0], _MARTS)] += seconds
    return {layer: round(seconds, 3) for layer, seconds in layers.items() if seconds}


def last_two(settings: Settings) -> tuple[Profile | None, Profile | None]:
    """Of the last night that built a warehouse, and of the last one that did so a month or more before it."""
    found = _latest_first(settings, None)
    last = next(found, None)
    return last, next(_latest_first(settings, last.night - _MONTH), None) if last else None


def _latest_first(settings: Settings, until: datetime | None) -> Iterator[Profile]:
    """The profiles of nights until a moment; a log of another name, or of a night that built nothing, has none."""
    for path in sorted(settings.logs.glob("*.jsonl"), reverse=True):
        night = log.moment_of_run(path.stem)
        if night and (until is None or night <= until) and (found := _of_log(path, night)):
            yield found


def _of_log(path: Path, night: datetime) -> Profile | None:
    steps: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    models: dict[str, float] | None = None
    with suppress(OSError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, TypeError, KeyError):  # torn when the machine stopped
                told = json.loads(line)
                if told["event"] == _STEP:
                    steps[str(told["step"])] = float(told["seconds"])
                elif told["event"] == _PART:
                    parts.setdefault(str(told["step"]), {})[str(told["part"])] = float(told["seconds"])
                elif told["event"] == _BUILT:
                    models = {str(name): float(seconds) for name, seconds in told["models"].items()}
                    parts[BUILD] = by_layer(models)
    return None if models is None else Profile(night, steps, parts, models)


def _computing() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
