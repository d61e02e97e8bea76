"""Withdrawing a submission that came in: from then on it no longer counts."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flows import registry
from flows.intake import archive
from flows.intake.archive import Receipt, Withdrawal
from flows.intake.reading import Job, NotRead, parse_all
from flows.settings import Settings


def withdraw(
    settings: Settings,
    submission_id: str,
    reason: str,
    role: str,
    now: datetime,
    published: Collection[str] = (),
) -> Withdrawal:
    """Withdraw a submission from ``now`` (UTC) on.

    One that cannot be read, through no fault of what it holds, stops every night of its plan. Once withdrawn it stops
    none: that is put on record with the withdrawal, and no night reads it again. But what a release stands on is part
    of history, and is read also when it is withdrawn.

    Args:
        published: the submissions that a release stands on.

    Raises:
        ValueError: when there is no such submission, it was withdrawn before, or no reason is given.
    """
    receipt = next(
        (r for r in archive.receipts(settings.archive, settings.plan) if r.submission_id == submission_id), None
    )
    if receipt is None:
        raise ValueError(
            f"er is geen inzending {submission_id}; haar nummer staat in haar antwoord en in dim_submission"
            f" / there is no submission {submission_id}; its answer and dim_submission name it"
        )
    if not reason.strip() or not role.strip():
        raise ValueError(
            "een intrekking heeft een reden nodig, en de rol die ze besliste"
            " / a withdrawal needs a reason and the role that decided it"
        )
    is_unread = submission_id not in published and not _can_be_read(settings, receipt)
    return archive.withdraw(settings.archive, receipt, now, reason.strip(), role.strip(), is_unread)


def _can_be_read(settings: Settings, receipt: Receipt) -> bool:
    """Whether reading it comes to an end; what the reading says of the file is for the night."""
    content = archive.content_path(settings.archive, receipt.sha256)
    archive.expect_whole({receipt: content})
    day = registry.cutoff_date(receipt.plan_code, receipt.meetmoment_code)
    with TemporaryDirectory() as scratch:
        try:
            parse_all([Job(content, receipt.plan_code, Path(scratch), day)], settings)
        except NotRead:
            return False
    return True
