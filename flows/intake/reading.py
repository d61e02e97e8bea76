"""Reading strangers' files, each in the sandbox; one that breaks a limit there is refused with the limit it broke."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows import registry
from flows.intake import sandbox
from flows.intake.fit import Refusal
from flows.intake.parse import Parsed, parse_file
from flows.settings import Settings


@dataclass(frozen=True)
class Job:
    """One file to read: its bytes, the plan whose layouts apply, and the folder for the result."""

    content: Path
    plan_code: str
    target: Path


def parse_all(jobs: Sequence[Job], limits: Settings, on_done: Callable[[Job], None] = lambda job: None) -> None:
    """Read every file; afterwards each target folder holds ``rows.parquet`` and ``parsed.json``."""
    for job in jobs:
        job.target.mkdir(parents=True, exist_ok=True)

    def refuse(number: int, broken: sandbox.Broken) -> None:
        _write_refusal(jobs[number], Parsed(refusals=[Refusal("F08", value=broken[0], expected=broken[1])]))
        on_done(jobs[number])

    orders = [[str(job.content), job.plan_code, str(job.target)] for job in jobs]
    sandbox.run_all(__name__, orders, limits, lambda number, _: on_done(jobs[number]), refuse)


def _write_refusal(job: Job, parsed: Parsed) -> None:
    (job.target / "rows.parquet").unlink(missing_ok=True)
    (job.target / "parsed.json").write_text(json.dumps(asdict(parsed)), encoding="utf-8")


def _read(order: Any, limits: Settings) -> str:
    content, plan_code, target = order
    parse_file(Path(content), registry.layouts(plan_code), Path(target), limits)
    return "read"


if __name__ == "__main__":
    sandbox.work(_read)
