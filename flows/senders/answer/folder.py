"""The answers on disk: one folder per submission, made again only when what it says would change."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.intake.file_names import ANSWERED
from flows.senders.answer import told
from flows.senders.answer.findings_csv import findings_csv
from flows.senders.answer.marking import Job, mark_all
from flows.senders.answer.page import LOOK, page
from flows.senders.answer.verdict import Answer
from flows.settings import Settings
from flows.warehouse.findings import ALIKE

ANSWER = "answer.json"
_LONGEST_STEM = 100
_LONGEST_STEM_BYTES = 150


def folder_name(answer: Answer) -> str:
    """The name of the folder: the sender's file name, so that it is found, and the id, so that it is the right one."""
    return f"{_stem(answer)}__{answer.submission_id}"


def write(
    answers: Sequence[Answer],
    contents: Mapping[str, Path],
    folders: Mapping[str, Path],
    limits: Settings,
    told_whole: Callable[[list[Answer]], list[Answer]] = list,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> list[Path]:
    """Write the answers that are not there yet or are judged otherwise by now; their folders.

    A folder holds ``answer.json`` (verdict, counts, findings) and, for a workbook, the sender's workbook marked; for
    anything else, and for a workbook that cannot be marked or is too large for it, the findings as CSV and as an HTML
    page. The CSV has all of them, and stands beside a workbook too that is too full of them to show each. Of a
    submission that was withdrawn a page says so, and nothing is left of what it held.

    Args:
        answers: the answers to write.
        contents: submission id -> the bytes as received.
        folders: submission id -> the folder of its answer.
        limits: what marking a stranger's workbook may cost.
        told_whole: gives those that are to be written with what only they are told.
        on_done: told (workbooks that were marked or could not be, workbooks to mark) as that goes on.
    """
    digest = _code_digest()
    judged = {answer.submission_id: _judged(answer, digest) for answer in answers}
    due = told_whole([a for a in answers if not _stands(folders[a.submission_id], judged[a.submission_id])])
    unfinished = {a.submission_id: _fresh(folders[a.submission_id]) for a in due}
    jobs = [
        Job(contents[a.submission_id], a, unfinished[a.submission_id] / f"{_stem(a)}{ANSWERED}.xlsx")
        for a in due
        if _may_be_marked(a, contents[a.submission_id], limits)
    ]
    failed: set[str] = set()
    marked = mark_all(jobs, limits, failed.add, on_done)
    for answer in due:
        folder = unfinished[answer.submission_id]
        is_all_shown = answer.submission_id in marked and not told.is_shortened(answer.groups)
        if not is_all_shown and not answer.withdrawn_on:
            (folder / f"{_stem(answer)}{ANSWERED}.csv").write_bytes(findings_csv(answer))
        if answer.submission_id not in marked:
            (folder / f"{_stem(answer)}{ANSWERED}.html").write_text(page(answer), encoding="utf-8")
        is_whole = answer.submission_id not in failed  # what failed is due the next time
        said = _facts(answer) | {"judged": judged[answer.submission_id] if is_whole else "marking failed"}
        said |= {"files": sorted(path.name for path in folder.iterdir())}
        (folder / ANSWER).write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        shutil.rmtree(folders[answer.submission_id], ignore_errors=True)
        folder.rename(folders[answer.submission_id])
    return [folders[answer.submission_id] for answer in due]


def _stem(answer: Answer) -> str:
    stem = Path(answer.file_name).stem[:_LONGEST_STEM]
    return stem.encode()[:_LONGEST_STEM_BYTES].decode(errors="ignore")


def _judged(answer: Answer, digest: str) -> str:
    """What an answer stands on, in short: another judgement or another form, another answer."""
    return hashlib.sha256(json.dumps([_facts(answer), digest]).encode()).hexdigest()


def _facts(answer: Answer) -> dict[str, Any]:
    said = {
        "submission_id": answer.submission_id,
        "plan_code": answer.plan_code,
        "meetmoment_code": answer.meetmoment_code,
        "file_name": answer.file_name,
        "sha256": answer.sha256,
        "received_at": f"{answer.received_at.isoformat()}Z",
        "verdict": "withdrawn" if answer.withdrawn_on else "rejected" if answer.is_rejected else "accepted",
        "withdrawn_on": answer.withdrawn_on,
        "counts": answer.counts,
        "rows": answer.row_count,
        "rows_set_apart": answer.rows_set_apart,
        "replacements": list(answer.replacements),
        "meanwhile": answer.meanwhile,
        "findings": list(answer.findings),
    }
    plain: dict[str, Any] = json.loads(json.dumps(said, default=str))
    return plain


def _stands(folder: Path, judged: str) -> bool:
    """Whether the answer is there whole and stands on just this."""
    path = folder / ANSWER
    if not path.exists():
        return False
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        files, before = said["files"], said["judged"]
    except (ValueError, LookupError, TypeError):  # torn when the machine stopped: it is made again
        return False
    return bool(before == judged) and all((folder / name).exists() for name in files)


def _fresh(folder: Path) -> Path:
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    return unfinished


def _may_be_marked(answer: Answer, content: Path, limits: Settings) -> bool:
    """Not what was withdrawn: its answer does not repeat it. Not what the intake could not open, or refused for its
    size: opening it in full would cost more still. Nor what would keep everybody's answers waiting for minutes, to come
    to the limits of one file."""
    refused = any(f["rule_id"] in ("F01", "F08") for f in answer.findings)
    if answer.withdrawn_on or refused or content.stat().st_size > limits.max_marked_mb * 2**20:
        return False
    with content.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _code_digest() -> str:
    """Which form the answers have: another form, another answer."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in (".py", ".html"):
            digest.update(path.name.encode() + path.read_bytes())
    digest.update(LOOK.read_bytes() + repr(ALIKE).encode())
    return digest.hexdigest()[:12]
