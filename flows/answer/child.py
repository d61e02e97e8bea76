"""The limited child process that marks strangers' workbooks: bounded memory and time.

The parent hands it workbooks one after the other. One that cannot be marked (it is no workbook, breaks the library,
takes too long or dies) is left unmarked, and its sender gets the findings as a table and a page instead.
"""

import json
import logging
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from flows import log, registry
from flows.answer.verdict import Answer
from flows.settings import PROJECT, Settings

_MARKED, _UNMARKED = "marked", "unmarked"


@dataclass(frozen=True)
class Job:
    """One workbook to mark: as received, the answer to it, and the file to write."""

    content: Path
    answer: Answer
    target: Path


def mark_all(jobs: Sequence[Job], limits: Settings) -> set[str]:
    """Mark every workbook that can be; the submission ids of those that were."""
    left = list(jobs)
    marked: set[str] = set()
    while left:
        told = _run_child(left, limits)
        marked |= {job.answer.submission_id for job, word in zip(left, told, strict=False) if word == _MARKED}
        left = left[len(told) + 1 :]  # the one after the last that was told is the one the child died on
    return marked


def _run_child(jobs: Sequence[Job], limits: Settings) -> list[str]:
    """A word per workbook that the child came to the end of."""
    order = {
        "seconds": limits.parse_seconds,
        "memory_mb": limits.parse_memory_mb,
        "jobs": [[str(job.content), asdict(job.answer), str(job.target)] for job in jobs],
    }
    with tempfile.TemporaryFile("w+") as stdin:
        json.dump(order, stdin, default=str)
        stdin.seek(0)
        process = subprocess.run(
            [sys.executable, "-m", "flows.answer.child"],
            cwd=PROJECT,
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
    told = process.stdout.split()
    if process.returncode or _UNMARKED in told:
        log.event("workbooks not marked", exit=process.returncode, told=told, stderr=process.stderr[-2_000:])
    return told


def main() -> None:
    """Body of the child: take the order from standard input, answer one word per workbook."""
    order = json.loads(sys.stdin.read())
    memory = order["memory_mb"] * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024**3, 1024**3))
    for content, fields, target in order["jobs"]:
        signal.alarm(order["seconds"])  # ends the process: no library can catch it
        fields["received_at"] = datetime.fromisoformat(fields["received_at"])
        fields["findings"] = tuple(fields["findings"])
        print(_mark(Path(content), Answer(**fields), Path(target)), flush=True)


def _mark(content: Path, answer: Answer, target: Path) -> str:
    from flows.answer import workbook

    if not workbook.is_workbook(content):
        return _UNMARKED
    try:
        workbook.mark(content, answer, registry.meetmomenten()[answer.plan_code, answer.meetmoment_code], target)
    except Exception:  # whatever the library's XML and zip readers raise
        logging.getLogger("veerkracht").exception("%s is not marked", answer.submission_id)
        target.unlink(missing_ok=True)
        return _UNMARKED
    return _MARKED


if __name__ == "__main__":
    main()
