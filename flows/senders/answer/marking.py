"""Marking strangers' workbooks, each in the sandbox.

One that cannot be marked (it is no workbook, breaks the library or a limit) is left unmarked, and its sender gets the
findings as a table and a page instead.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flows import log, registry
from flows.intake import sandbox
from flows.senders.answer import marks
from flows.senders.answer.verdict import Answer
from flows.settings import Settings

_MARKED, _UNMARKED = "marked", "unmarked"


@dataclass(frozen=True)
class Job:
    """One workbook to mark: as received, the answer to it, and the file to write."""

    content: Path
    answer: Answer
    target: Path


def mark_all(jobs: Sequence[Job], limits: Settings) -> set[str]:
    """Mark every workbook that can be; the submission ids of those that were."""
    marked: set[str] = set()

    def tell(number: int, word: str) -> None:
        if word == _MARKED:
            marked.add(jobs[number].answer.submission_id)

    def leave(number: int, broken: sandbox.Broken) -> None:
        jobs[number].target.unlink(missing_ok=True)
        log.event("workbook not marked", submission=jobs[number].answer.submission_id, broken=broken)

    orders = [[str(job.content.absolute()), asdict(job.answer), str(job.target.absolute())] for job in jobs]
    plain = json.loads(json.dumps(orders, default=str))
    try:
        sandbox.run_all(__name__, plain, limits, tell, leave)
    except sandbox.Failed as failed:  # an answer says the same without its marks
        for job in jobs:
            if job.answer.submission_id not in marked:
                job.target.unlink(missing_ok=True)
        log.event("marking failed", ends=list(failed.ends.values()))
    return marked


def _mark(order: Any, limits: Settings) -> str:
    content, fields, target = Path(order[0]), order[1], Path(order[2])
    fields["received_at"] = datetime.fromisoformat(fields["received_at"])
    fields["findings"], fields["replacements"] = tuple(fields["findings"]), tuple(fields["replacements"])
    answer = Answer(**fields)
    if not marks.is_workbook(content):
        return _UNMARKED
    try:
        marks.mark(content, answer, registry.meetmomenten()[answer.plan_code, answer.meetmoment_code], target)
    except Exception:  # whatever the library's XML and zip readers raise
        logging.getLogger("veerkracht").exception("%s is not marked", answer.submission_id)
        target.unlink(missing_ok=True)
        return _UNMARKED
    return _MARKED


if __name__ == "__main__":
    sandbox.work(_mark)
