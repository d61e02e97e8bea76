"""What is known before anything is computed: what a plan stands on, how its last night ended, whether there is work.

Nothing here needs pandas, dbt, DuckDB or Prefect: most nights find nothing new.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from filelock import FileLock, Timeout

from flows import halfway, registry
from flows.intake import archive, arrivals, inbox
from flows.intake.archive import Receipt
from flows.intake.arrivals import Arrivals
from flows.release import kept
from flows.settings import Settings

Verdict = Literal["published", "nothing_new", "held"]
LAST_RUN = "last_run.json"


class AnotherNight(Exception):
    """Another night of the same plan holds the lock."""


@dataclass
class Outcome:
    """How a night ended."""

    verdict: Verdict
    release_id: str | None = None
    received: list[str] = field(default_factory=list)
    """File names received tonight."""
    rejected: list[str] = field(default_factory=list)
    """File names that gate 1 rejected among those not in the current release."""
    identical: list[dict[str, Any]] = field(default_factory=list)
    """Files that wait in the inbox though the same bytes were received before under another name: nothing changed."""
    unplaced: list[dict[str, str]] = field(default_factory=list)
    """Files that wait in the inbox outside the folder of any meetmoment of the calendar, with what to do about each."""
    changed_verdicts: list[dict[str, Any]] = field(default_factory=list)
    """Submissions of the current release that are judged otherwise by now, or were withdrawn."""
    mended: list[dict[str, str]] = field(default_factory=list)
    """What an earlier run left half-way, or what is wrong around the plan, and what became of it."""
    answered: int = 0
    """Answers written or written anew."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    """Findings on the submissions that are not in the current release, gravest first; of very many alike not all."""
    finding_count: int = 0
    """How many they are, all of them."""
    reasons: list[str] = field(default_factory=list)
    """Why the release gate held the release, in Dutch."""
    reasons_en: list[str] = field(default_factory=list)
    """The same in English."""
    since: str | None = None
    """The moment of the night that held, where this one only finds that its hold still stands."""


def standing(settings: Settings, received: Sequence[Receipt] | None = None) -> dict[str, Any]:
    """What the marts are a function of: the submissions received and withdrawn, the registry and the code.

    Args:
        received: the receipts, where they were read already.
    """
    known = archive.receipts(settings.archive, settings.plan) if received is None else received
    return {
        "submissions": [receipt.submission_id for receipt in known],
        "withdrawals": list(archive.withdrawals(settings.archive, settings.plan)),
        "registry": registry.checksum(),
        "code": registry.code_checksum(),
    }


def quick_look(settings: Settings) -> Outcome | None:
    """How a night ends that a quick look says has nothing to do: no unreceived file waits, and the last run stands on
    the same inputs. None where there is something to do. Receipts and inbox are read once.

    Raises:
        archive.Damaged: naming each file of the archive that is gone or of another length.
    """
    found = arrivals.arrivals(settings, datetime.now(UTC))
    has_come = bool(found.receipts or found.damaged(settings.archive))
    if has_come or halfway.is_found(settings) or not is_done(settings, standing(settings, found.received)):
        return None
    archive.expect_there(settings.archive, found.received)
    return unchanged(settings, nothing_new(settings, found))


def unchanged(settings: Settings, quiet: Outcome) -> Outcome:
    """How a night ends whose inputs are those of the last run: quiet, or held as that one was until it is solved.

    Args:
        quiet: what such a night finds in the inbox.
    """
    last = last_run(settings)
    if last is None or last["outcome"]["verdict"] != "held":
        return quiet
    said = last["outcome"]
    return replace(
        quiet,
        verdict="held",
        rejected=said["rejected"],
        findings=said["findings"],
        finding_count=said["finding_count"],
        changed_verdicts=said["changed_verdicts"],
        reasons=said["reasons"],
        reasons_en=said["reasons_en"],
        since=last["at"],
    )


def nothing_new(settings: Settings, looked: Arrivals | None = None) -> Outcome:
    """How a night ends that finds nothing to do: the current release stays, and what waits in the inbox is told.

    Args:
        looked: what a look at the inbox said, where there was one.
    """
    found = looked or arrivals.arrivals(settings, datetime.now(UTC))
    return Outcome(
        "nothing_new",
        current_id(settings),
        identical=arrivals.identical_copies(settings, found),
        unplaced=inbox.unplaced(settings) + arrivals.crowded(settings, found) + arrivals.unreceived(found),
    )


def is_done(settings: Settings, inputs: dict[str, Any]) -> bool:
    """Whether these inputs are those of the last run, or nothing was ever received.

    An archive that lost what a release stands on is another matter: gate 2 holds that night.
    """
    last = last_run(settings)
    is_first = not inputs["submissions"] and kept.current(settings) is None
    return is_first or bool(last and last["inputs"] == inputs)


def last_run(settings: Settings) -> dict[str, Any] | None:
    """What the last run left word of: its moment, inputs and outcome."""
    path = settings.plan_home / LAST_RUN
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return said if {"at", "inputs", "outcome"} <= set(said) else None
    except (OSError, ValueError, TypeError):
        return None


def remember(settings: Settings, now: datetime, inputs: dict[str, Any], outcome: Outcome) -> None:
    """Leave word of a run, for `last_run`; of its findings, where they are what the next night holds for."""
    path = settings.plan_home / LAST_RUN
    left = outcome if outcome.verdict == "held" else replace(outcome, findings=[])
    text = json.dumps(
        {"at": now.isoformat(), "inputs": inputs, "outcome": asdict(left)}, ensure_ascii=False, default=str
    )
    archive.write_durably(path, text.encode())


def current_id(settings: Settings) -> str | None:
    """The id of the release that is served, if any."""
    current = kept.current(settings)
    return current.release_id if current else None


def is_running(settings: Settings) -> bool:
    """Whether a night of the plan holds its lock; asked where one seems to have no end, since asking takes the lock."""
    try:
        with alone(settings):
            return False
    except AnotherNight:
        return True
    except OSError:  # a home that may only be read
        return True


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the lock of the plan; the kernel lets go of it when the process dies."""
    settings.plan_home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.plan_home / ".night.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise AnotherNight(
            f"er loopt een andere nacht van / another night is running of {settings.plan}, {settings.home}"
        ) from None
    try:
        yield
    finally:
        lock.release()
