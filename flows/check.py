"""The gate as a preview: what gate 1 would say of files that were not sent yet. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from flows import registry
from flows.intake import archive, arrivals
from flows.senders.answer import folder, verdict
from flows.senders.answer.verdict import Answer
from flows.settings import Settings
from flows.warehouse import compiled, transform
from flows.warehouse.findings import found
from flows.warehouse.load import load


@dataclass(frozen=True)
class Preview:
    """What would be made of files that were not sent yet."""

    findings: list[dict[str, Any]]
    """Gravest first."""
    answers: list[Answer]
    """What their senders would be told, in the order of the files."""
    copies: dict[str, str]
    """Name of a file whose bytes are those of another -> the name of that one; it is not judged by itself."""
    received: list[dict[str, Any]]
    """Of files that would not be received, since nothing in them is new: what was, and whether it was withdrawn."""


def check(
    settings: Settings,
    files: Sequence[Path],
    meetmoment_code: str,
    now: datetime,
    answer_to: Path | None = None,
) -> Preview:
    """What would be made of these files, judged beside what was received for this and the earlier meetmomenten.

    Of a file that would be refused it is also told what would be remarked on it beside others once it is not, so that
    correcting it takes one round.

    Args:
        files: the files as they would be sent, together.
        meetmoment_code: the meetmoment they are for.
        now: the moment they would be received (UTC).
        answer_to: where to write the answers the senders would get, a folder per file.
    """
    preview = Settings(**settings.model_dump(exclude={"home"}), home=settings.build / "check")
    preview.plan_home.mkdir(parents=True, exist_ok=True)
    with FileLock(preview.plan_home / ".lock"):  # who asks while another check is made waits for it
        return _checked(settings, preview, files, meetmoment_code, now, answer_to)


def _checked(
    settings: Settings,
    preview: Settings,
    files: Sequence[Path],
    meetmoment_code: str,
    now: datetime,
    answer_to: Path | None,
) -> Preview:
    plan_code = settings.plan
    number = {key: int(row["meetmoment_number"]) for key, row in registry.meetmomenten().items()}
    received = archive.receipts_to_read(settings.archive, settings.plan)
    sources = {
        receipt: archive.content_path(settings.archive, receipt.sha256)
        for receipt in received
        if number[plan_code, receipt.meetmoment_code] <= number[plan_code, meetmoment_code]
    }
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    sent = [(archive.receipt_for(path, plan_code, meetmoment_code, now), path) for path in files]
    judged, nothing_new = arrivals.as_sent(arrivals.without_copies(sent, received), received, withdrawn)
    known = {(receipt.meetmoment_code, receipt.sha256) for receipt, _ in judged}
    sources = {r: path for r, path in sources.items() if (r.meetmoment_code, r.sha256) not in known} | dict(judged)
    # What the night has read of the files received is not read again.
    load(settings, sources, preview.warehouse, withdrawn)
    compiled.build(preview.warehouse, transform.ANSWERS, plan_code)
    names = {r.submission_id: r.file_name for r, _ in judged}
    read = {answer.submission_id: answer for answer in verdict.read(preview.warehouse)}
    answers = [read[submission_id] for submission_id in names]
    whole = {a.submission_id: a for a in verdict.past_refusal(preview.warehouse, plan_code, answers)}
    if answer_to:
        folders = {answer.submission_id: answer_to / folder.folder_name(answer) for answer in answers}
        contents = {r.submission_id: path for r, path in judged}
        folder.write(answers, contents, folders, preview, lambda due: [whole[a.submission_id] for a in due])
    kept = {receipt.sha256: (receipt.file_name, path) for receipt, path in judged}
    copies = {path.name: kept[r.sha256][0] for r, path in sent if kept[r.sha256][1] != path}
    return Preview(found(preview.warehouse, names.keys()), list(whole.values()), copies, nothing_new)


def default_meetmoment(settings: Settings) -> str:
    """The latest meetmoment of the plan that returns were received for; the first of its calendar when none were."""
    calendar = [code for plan, code in registry.meetmomenten() if plan == settings.plan]
    received = {receipt.meetmoment_code for receipt in archive.receipts(settings.archive, settings.plan)}
    return max((code for code in calendar if code in received), key=calendar.index, default=calendar[0])
