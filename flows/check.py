"""The gate as a preview: what gate 1 would say of files that were not sent yet. Changes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations import gate
from flows import registry
from flows.intake import archive
from flows.intake.archive import Receipt
from flows.senders.answer import folder, verdict
from flows.settings import Settings
from flows.warehouse import compiled, transform
from flows.warehouse.findings import found
from flows.warehouse.load import load


def check(
    settings: Settings,
    files: Sequence[Path],
    meetmoment_code: str,
    now: datetime,
    answer_to: Path | None = None,
) -> list[dict[str, Any]]:
    """Findings on these files, gravest first, judged beside what was received for this and the earlier meetmomenten.

    Of a file that would be refused it is also told what would be remarked on it beside others once it is not, so that
    correcting it takes one round.

    Args:
        files: the files as they would be sent, together.
        meetmoment_code: the meetmoment they are for.
        now: the moment they would be received (UTC).
        answer_to: where to write the answers the senders would get, a folder per file.
    """
    plan_code = settings.plan
    preview = Settings(**settings.model_dump(exclude={"home"}), home=settings.build / "check")
    number = {key: int(row["meetmoment_number"]) for key, row in registry.meetmomenten().items()}
    sources = {
        receipt: archive.content_path(settings.archive, receipt.sha256)
        for receipt in archive.receipts_to_read(settings.archive, settings.plan)
        if number[plan_code, receipt.meetmoment_code] <= number[plan_code, meetmoment_code]
    }
    judged = _receipts([archive.receipt_for(path, plan_code, meetmoment_code, now) for path in files])
    known = {(receipt.meetmoment_code, receipt.sha256) for receipt in judged}
    sources = {r: path for r, path in sources.items() if (r.meetmoment_code, r.sha256) not in known}
    sources |= dict(zip(judged, files, strict=True))
    # What the night has read of the files received is not read again.
    load(settings, sources, preview.warehouse, archive.withdrawals(settings.archive, settings.plan))
    compiled.build(preview.warehouse, transform.ANSWERS if answer_to else transform.FINDINGS, plan_code)
    names = {r.submission_id: r.file_name for r in judged}
    if answer_to:
        _answer(preview, dict(zip(names, files, strict=True)), answer_to)
    if rejected := {f["submission_id"] for f in found(preview.warehouse, names) if gate.rejects(f)}:
        _look_past_refusal(preview, rejected)
    return found(preview.warehouse, names)


def _look_past_refusal(preview: Settings, rejected: set[str]) -> None:
    """Find what is to be remarked on refused files beside others, as once they are accepted; they stay refused."""
    with duckdb.connect(str(preview.warehouse)) as con:
        con.execute(
            "create or replace table intermediate.int_verdict as"
            " select * replace (if(list_contains($rejected, submission_id), 'accepted', verdict) as verdict)"
            " from intermediate.int_verdict",
            {"rejected": sorted(rejected)},
        )
    compiled.build(preview.warehouse, transform.FINDINGS, preview.plan, after="int_verdict")


def _receipts(files: Sequence[Receipt]) -> list[Receipt]:
    """The receipts these files would have; of files with the same bytes each has its own."""
    times: Counter[str] = Counter()
    receipts = []
    for receipt in files:
        times[receipt.sha256] += 1
        receipts.append(replace(receipt, number=times[receipt.sha256]))
    return receipts


def _answer(preview: Settings, contents: dict[str, Path], target: Path) -> None:
    answers = [answer for answer in verdict.read(preview.warehouse) if answer.submission_id in contents]
    folders = {answer.submission_id: target / folder.folder_name(answer) for answer in answers}
    folder.write(answers, contents, folders, preview)


def default_meetmoment(settings: Settings) -> str:
    """The latest meetmoment of the plan that returns were received for; the first of its calendar when none were."""
    calendar = [code for plan, code in registry.meetmomenten() if plan == settings.plan]
    received = {receipt.meetmoment_code for receipt in archive.receipts(settings.archive, settings.plan)}
    return max((code for code in calendar if code in received), key=calendar.index, default=calendar[0])
