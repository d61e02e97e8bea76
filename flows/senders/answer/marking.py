"""Marking strangers' workbooks, each in the sandbox.

One that cannot be marked (it is no workbook, breaks the library or a limit) is left unmarked, and its sender gets the
findings as a table and a page instead. So does one that the machine failed twice; that says nothing about the workbook,
and is not remembered.
"""

import errno
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import log, registry
from flows.intake import sandbox
from flows.senders.answer import marks
from flows.senders.answer.verdict import Answer

if TYPE_CHECKING:
    from flows.settings import Settings

_MARKED, _UNMARKED = "marked", "unmarked"
_TRIES = 2


@dataclass(frozen=True)
class Job:
    """One workbook to mark: as received, the answer to it, and the file to write."""

    content: Path
    answer: Answer
    target: Path


def mark_all(
    jobs: Sequence[Job],
    limits: "Settings",
    on_failed: Callable[[str], None] = lambda submission_id: None,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> set[str]:
    """Mark every workbook that can be; the submission ids of those that were.

    Args:
        on_failed: told the submission id of each that the machine failed, twice.
        on_done: told (workbooks that were marked or could not be, all of them) as it goes on.
    """
    words: dict[str, str] = {}
    for _ in range(_TRIES):
        if left := [job for job in jobs if job.answer.submission_id not in words]:
            _try(left, limits, words, lambda: on_done(len(words), len(jobs)))
    for job in jobs:
        if job.answer.submission_id not in words:
            on_failed(job.answer.submission_id)
    return {submission_id for submission_id, word in words.items() if word == _MARKED}


def _try(jobs: Sequence[Job], limits: "Settings", words: dict[str, str], on_word: Callable[[], None]) -> None:
    """Have these marked in the sandbox; of those that the machine fails there is no word afterwards."""

    def tell(number: int, word: str) -> None:
        words[jobs[number].answer.submission_id] = word
        on_word()

    def leave(number: int, broken: sandbox.Broken) -> None:
        tell(number, _UNMARKED)
        log.event("workbook not marked", submission=jobs[number].answer.submission_id, broken=broken)

    orders = [[str(job.content.absolute()), asdict(job.answer), str(job.target.absolute())] for job in jobs]
    plain = json.loads(json.dumps(orders, default=str))
    files = sandbox.Files([job.content.absolute() for job in jobs], [job.target.parent.absolute() for job in jobs])
    try:
        sandbox.run_all(__name__, plain, limits, tell, leave, files)
    except sandbox.Failed as failed:  # an answer says the same without its marks
        log.event("marking failed", ends=list(failed.ends.values()))
    for job in jobs:
        if words.get(job.answer.submission_id) != _MARKED:
            job.target.unlink(missing_ok=True)


def _mark(order: Any, limits: "Settings") -> str:
    content, fields, target = Path(order[0]), order[1], Path(order[2])
    fields["received_at"] = datetime.fromisoformat(fields["received_at"])
    fields["findings"], fields["replacements"] = tuple(fields["findings"]), tuple(fields["replacements"])
    answer = Answer(**fields)
    if not marks.is_workbook(content):
        return _UNMARKED
    try:
        marks.mark(content, answer, registry.meetmomenten()[answer.plan_code, answer.meetmoment_code], target)
    except Exception as error:  # whatever the library's XML and zip readers raise
        if sandbox.is_of_the_machine(error) and not _is_a_limit(error, limits):
            raise
        logging.getLogger("veerkracht").exception("%s is not marked", answer.submission_id)
        target.unlink(missing_ok=True)
        return _UNMARKED
    return _MARKED


def _is_a_limit(error: BaseException, limits: "Settings") -> bool:
    """Whether marking took more memory, or wrote more, than one file may."""
    if isinstance(error, MemoryError):
        return sandbox.memory_was_there(limits)
    return isinstance(error, OSError) and error.errno == errno.EFBIG


if __name__ == "__main__":
    sandbox.work(_mark)
