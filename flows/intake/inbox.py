"""What waits in the inbox: where it belongs, what came before under another name, and withdrawing what came."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows import registry
from flows.intake import archive
from flows.intake.archive import Withdrawal
from flows.personal_data import kinds_in, public_values
from flows.settings import Settings


def placed(settings: Settings) -> Iterator[tuple[str, Path]]:
    """(meetmoment_code, path) of every file that waits in the folder of a meetmoment of the plan's calendar.

    The name of a file is published: one that holds personal data is not received under it.
    """
    for meetmoment_code, path in archive.waiting_files(settings.inbox):
        if (settings.plan, meetmoment_code) in registry.meetmomenten() and not _names_somebody(path):
            yield meetmoment_code, path


def unplaced(settings: Settings) -> list[dict[str, str]]:
    """Files that wait in the plan's inbox where no meetmoment is looked for, with what to do; they stay there."""
    in_place = {path for _, path in placed(settings)}
    return [
        _told(path, _RENAME if _names_somebody(path) else _remedy(settings, path))
        for path in archive.finished_files(settings.inbox)
        if path not in in_place
    ]


def of_no_plan(home: Path) -> list[dict[str, str]]:
    """Files that wait in a folder that is the inbox of no plan, each with what to do; they stay there."""
    plans = registry.plan_codes()
    inboxes = [home / "inbox", *sorted(home.glob("*/inbox"))]
    return [
        _told(path, _RENAME if _names_somebody(path) else _plan_remedy(inbox, home))
        for inbox in inboxes
        if inbox.parent == home or inbox.parent.name not in plans
        for path in archive.finished_files(inbox)
    ]


def _told(path: Path, remedy: dict[str, str]) -> dict[str, str]:
    return {"file_name": path.name, "folder": str(path.parent), **remedy}


def _names_somebody(path: Path) -> bool:
    """Whether the name of a file holds personal data."""
    return bool(kinds_in(path.name, public_values()))


_RENAME = {
    "remedy_nl": "de bestandsnaam bevat een persoonsgegeven en wordt gepubliceerd; geef het bestand een andere naam",
    "remedy_en": "the name of the file holds personal data and is published; give the file another name",
}


def _plan_remedy(inbox: Path, home: Path) -> dict[str, str]:
    """What to do with a file in the inbox of no plan, in Dutch and English."""
    known = ", ".join(dict.fromkeys(plan for plan, _ in registry.meetmomenten()))
    if inbox.parent == home:
        named_nl, named_en = "het plan is niet te zien", "the plan cannot be seen"
    else:
        named_nl, named_en = (
            f"plan '{inbox.parent.name}' heeft geen kalender",
            f"plan '{inbox.parent.name}' has no calendar",
        )
    return {
        "remedy_nl": f"{named_nl}; zet het bestand in <plan>/inbox/<meetmoment>/, met als plan {known}",
        "remedy_en": f"{named_en}; put the file in <plan>/inbox/<meetmoment>/, the plan being {known}",
    }


def _remedy(settings: Settings, path: Path) -> dict[str, str]:
    """What to do with a file in the plan's inbox that is in the folder of no meetmoment, in Dutch and English."""
    calendar = [meetmoment for plan, meetmoment in registry.meetmomenten() if plan == settings.plan]
    if not calendar:
        return _plan_remedy(settings.inbox, settings.home)
    known = ", ".join(calendar)
    place = f"{settings.plan}/inbox/<meetmoment>/"
    match path.relative_to(settings.inbox).parts[:-1]:
        case ():
            named_nl, named_en = "het meetmoment is niet te zien", "the meetmoment cannot be seen"
        case (meetmoment_code, *_) if meetmoment_code not in calendar:
            named_nl = f"meetmoment '{meetmoment_code}' staat niet in de kalender van {settings.plan}"
            named_en = f"meetmoment '{meetmoment_code}' is not in the calendar of {settings.plan}"
        case _:
            named_nl, named_en = "mappen daaronder worden niet gelezen", "folders below it are not read"
    return {
        "remedy_nl": f"{named_nl}; zet het bestand in {place}, met als meetmoment {known}"
        " (een nieuw meetmoment is een rij in seeds/plan/meetmoment.csv)",
        "remedy_en": f"{named_en}; put the file in {place}, the meetmoment being {known}"
        " (a new meetmoment is a row in seeds/plan/meetmoment.csv)",
    }


def identical_copies(settings: Settings) -> list[dict[str, Any]]:
    """Files that wait in the inbox though the same bytes were received before under another name, or were withdrawn."""
    received = {receipt.submission_id: receipt for receipt in archive.receipts(settings.archive, settings.plan)}
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    copies = []
    for meetmoment_code, path in placed(settings):
        receipt = archive.receipt_for(path, settings.plan, meetmoment_code, datetime.now(UTC))
        before = received.get(receipt.submission_id)
        if before and (before.file_name != path.name or before.submission_id in withdrawn):
            copies.append(
                {
                    "file_name": path.name,
                    "submission_id": before.submission_id,
                    "received_as": before.file_name,
                    "received_at": before.received_at.isoformat(),
                    "is_withdrawn": before.submission_id in withdrawn,
                }
            )
    return copies


def withdraw(settings: Settings, submission_id: str, reason: str, role: str, now: datetime) -> Withdrawal:
    """Withdraw a submission from ``now`` (UTC) on.

    Raises:
        ValueError: when there is no such submission, it was withdrawn before, or no reason is given.
    """
    receipt = next(
        (r for r in archive.receipts(settings.archive, settings.plan) if r.submission_id == submission_id), None
    )
    if receipt is None:
        raise ValueError(f"there is no submission {submission_id}; its answer and dim_submission name it")
    if not reason.strip() or not role.strip():
        raise ValueError("a withdrawal needs a reason and the role that decided it")
    return archive.withdraw(settings.archive, receipt, now, reason.strip(), role.strip())
