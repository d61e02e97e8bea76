"""Reading strangers' files, each in the sandbox; one that breaks a limit there is refused with the limit it broke.

Where the machine or our own code failed, a file has no verdict: nothing is kept of it and `NotRead` names it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import registry
from flows.intake import sandbox
from flows.intake.fit import Refusal
from flows.intake.parse import ROWS, Parsed, parse_file, write_parsed

if TYPE_CHECKING:
    from flows.settings import Settings


@dataclass(frozen=True)
class Job:
    """One file to read: its bytes, the plan whose layouts apply, and the folder for the result."""

    content: Path
    plan_code: str
    target: Path
    cutoff_date: str = ""
    """Of the meetmoment that it is for; layouts that do not hold on that day do not apply."""


READING_FAILED = (
    "het inlezen mislukte, en niet door wat in de bestanden staat"
    " / reading failed, and not because of what the files hold"
)


class NotRead(RuntimeError):
    """Files of which nothing is known, because reading them failed through no limit of theirs."""

    def __init__(self, ends: dict[Job, str]) -> None:
        told = "; ".join(f"{job.content}: {end}" for job, end in ends.items())
        super().__init__(f"{READING_FAILED}: {told}")
        self.ends = ends
        """How the reading of each ended."""


def parse_all(jobs: Sequence[Job], limits: "Settings", on_done: Callable[[Job], None] = lambda job: None) -> None:
    """Read every file; afterwards each target folder holds ``rows.parquet`` and ``parsed.json``.

    Raises:
        NotRead: names the files that could not be read because the machine or the code failed; the others are read,
            and these will be tried again.
    """
    for job in jobs:
        job.target.mkdir(parents=True, exist_ok=True)

    def refuse(number: int, broken: sandbox.Broken) -> None:
        _write_refusal(jobs[number], Parsed(refusals=[Refusal("F08", value=broken[0], expected=broken[1])]))
        on_done(jobs[number])

    orders = [[str(job.content.absolute()), job.plan_code, str(job.target.absolute()), job.cutoff_date] for job in jobs]
    files = sandbox.Files([job.content.absolute() for job in jobs], [job.target.absolute() for job in jobs])
    try:
        sandbox.run_all(__name__, orders, limits, lambda number, _: on_done(jobs[number]), refuse, files)
    except sandbox.Failed as failed:
        raise NotRead({jobs[number]: end for number, end in failed.ends.items()}) from failed


def _write_refusal(job: Job, parsed: Parsed) -> None:
    (job.target / ROWS).unlink(missing_ok=True)
    write_parsed(job.target, parsed)


def _read(order: Any, limits: "Settings") -> str:
    content, plan_code, target, cutoff_date = order
    parse_file(Path(content), registry.layouts(plan_code, cutoff_date), Path(target), limits)
    return "read"


if __name__ == "__main__":
    sandbox.work(_read)
