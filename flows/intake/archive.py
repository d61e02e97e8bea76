"""The archive: bytes of every file received, under their sha256, with one receipt per plan and meetmoment, and a
withdrawal where the submission no longer counts.

It is append-only and the only source of truth: everything else under the home folder can be deleted and rebuilt.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

_UNFINISHED = re.compile(r"^(\.|~\$)|\.(part|tmp|crdownload)$", re.IGNORECASE)


@dataclass(frozen=True)
class Receipt:
    """That these bytes came in for this plan and meetmoment, under which name and when (UTC)."""

    plan_code: str
    meetmoment_code: str
    sha256: str
    file_name: str
    byte_count: int
    received_at: datetime

    @property
    def submission_id(self) -> str:
        return f"{self.plan_code}-{self.meetmoment_code}-{self.sha256[:12]}"

    @property
    def declared_version(self) -> int:
        """The version a sender writes in the file name, ``..._v2.xlsx``; 1 where none is written."""
        found = re.search(r"_v(\d{1,3})\.[^.]+$", self.file_name, re.IGNORECASE)
        return int(found[1]) if found else 1


@dataclass(frozen=True)
class Withdrawal:
    """That a submission no longer counts from this moment (UTC) on, why, and in which role that was decided."""

    submission_id: str
    withdrawn_at: datetime
    reason: str
    role: str


def finished_files(inbox: Path) -> list[Path]:
    """Every file that has arrived whole, in whatever folder, in a fixed order; what is hidden or temporary is none."""
    return [
        path
        for path in sorted(inbox.rglob("*"))
        if path.is_file() and not any(_UNFINISHED.search(part) for part in path.relative_to(inbox).parts)
    ]


def waiting_files(inbox: Path) -> Iterator[tuple[str, Path]]:
    """(meetmoment_code, path) of every finished file in ``inbox/<meetmoment>/``, in a fixed order."""
    for path in finished_files(inbox):
        match path.relative_to(inbox).parts:
            case meetmoment_code, _:
                yield meetmoment_code, path


def receipt_for(path: Path, plan_code: str, meetmoment_code: str, received_at: datetime) -> Receipt:
    """The receipt this file would get."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Receipt(plan_code, meetmoment_code, sha256, path.name, path.stat().st_size, received_at)


def is_received(archive: Path, receipt: Receipt) -> bool:
    """Whether the same bytes were received before for the same plan and meetmoment."""
    return _receipt_path(archive, receipt).exists()


def keep(archive: Path, path: Path, receipt: Receipt) -> None:
    """Keep the bytes, then the receipt; a receipt is proof that its bytes are safely there."""
    content = content_path(archive, receipt.sha256)
    if not content.exists():
        _write_durably(content, path.read_bytes())
        with content.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != receipt.sha256:
                content.unlink()
                raise OSError(f"{path} changed while it was received; it will be received in the next run")
    text = json.dumps(asdict(receipt) | {"received_at": receipt.received_at.isoformat()}, indent=1, ensure_ascii=False)
    _write_durably(_receipt_path(archive, receipt), text.encode())


def receipts(archive: Path, plan_code: str) -> list[Receipt]:
    """Every receipt of a plan, by time and then by sha256, so that order of delivery within a run never matters."""
    found = []
    for path in archive.glob(f"*/receipts/{plan_code}__*.json"):
        fields = json.loads(path.read_text(encoding="utf-8"))
        received_at = datetime.fromisoformat(fields.pop("received_at")).astimezone(UTC)
        found.append(Receipt(**fields, received_at=received_at))
    return sorted(found, key=lambda r: (r.received_at, r.meetmoment_code, r.sha256))


def withdraw(archive: Path, receipt: Receipt, withdrawn_at: datetime, reason: str, role: str) -> Withdrawal:
    """Put on record that a submission no longer counts; its bytes and its receipt stay, and no withdrawal is undone.

    Raises:
        ValueError: when it was withdrawn before, or when the moment is before its receipt.
    """
    path = _withdrawal_path(archive, receipt)
    if path.exists():
        raise ValueError(f"{receipt.submission_id} was withdrawn before")
    if withdrawn_at < receipt.received_at:
        raise ValueError(f"{receipt.submission_id} was received later, on {receipt.received_at:%Y-%m-%d %H:%M} UTC")
    withdrawal = Withdrawal(receipt.submission_id, withdrawn_at, reason, role)
    text = json.dumps(asdict(withdrawal) | {"withdrawn_at": withdrawn_at.isoformat()}, indent=1, ensure_ascii=False)
    _write_durably(path, text.encode())
    return withdrawal


def withdrawals(archive: Path, plan_code: str) -> dict[str, Withdrawal]:
    """Every withdrawal of a plan by the id of its submission, in the order of the ids."""
    found = []
    for path in archive.glob(f"*/withdrawals/{plan_code}__*.json"):
        fields = json.loads(path.read_text(encoding="utf-8"))
        withdrawn_at = datetime.fromisoformat(fields.pop("withdrawn_at")).astimezone(UTC)
        found.append(Withdrawal(**fields, withdrawn_at=withdrawn_at))
    return {w.submission_id: w for w in sorted(found, key=lambda w: w.submission_id)}


def content_path(archive: Path, sha256: str) -> Path:
    """Where the bytes of a file are kept."""
    return archive / sha256 / "content"


def _receipt_path(archive: Path, receipt: Receipt) -> Path:
    return archive / receipt.sha256 / "receipts" / f"{receipt.plan_code}__{receipt.meetmoment_code}.json"


def _withdrawal_path(archive: Path, receipt: Receipt) -> Path:
    return archive / receipt.sha256 / "withdrawals" / f"{receipt.plan_code}__{receipt.meetmoment_code}.json"


def _write_durably(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the machine stops half-way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
