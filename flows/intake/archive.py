"""The archive: bytes of every file received, under their sha256, with a receipt of each time they came in for a plan
and meetmoment, and a withdrawal where such a submission no longer counts.

It is append-only and the only source of truth: everything else under the home folder can be deleted and rebuilt.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from flows import registry
from flows.intake import file_names
from flows.intake.waiting import opened, readable_name

T = TypeVar("T")
_PUT_BACK = "zet het terug uit een reservekopie / put it back from a copy"


@dataclass(frozen=True)
class Receipt:
    """That these bytes came in for this plan and meetmoment, under which name and when (UTC)."""

    plan_code: str
    meetmoment_code: str
    sha256: str
    file_name: str
    byte_count: int
    received_at: datetime
    number: int = 1
    """The how manieth receipt of these bytes it is: they may come in again after something else did."""

    @property
    def submission_id(self) -> str:
        again = "" if self.number == 1 else f"-{self.number}"
        return f"{self.plan_code}-{self.meetmoment_code}-{self.sha256[:12]}{again}"

    @property
    def series(self) -> str:
        """The series its name puts it in."""
        return file_names.series_of(self.plan_code, self.file_name)

    @property
    def declared_version(self) -> int | None:
        """The version its name declares; nothing where it declares none."""
        return file_names.declared_version(self.plan_code, self.file_name)

    @property
    def declared_order(self) -> int | None:
        """Its place among the files of its version, where the publisher declares one."""
        return file_names.declared_order(self.plan_code, self.file_name)


@dataclass(frozen=True)
class Withdrawal:
    """That a submission no longer counts from this moment (UTC) on, why, and in which role that was decided."""

    submission_id: str
    withdrawn_at: datetime
    reason: str
    role: str
    is_unread: bool = False
    """Whether reading it failed when it was withdrawn, and not because of what it holds: no rows are looked for."""


class Damaged(Exception):
    """What the archive keeps is no longer what was received."""


def receipt_for(path: Path, plan_code: str, meetmoment_code: str, received_at: datetime) -> Receipt:
    """The receipt this file would get, were it the first of these bytes."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Receipt(plan_code, meetmoment_code, sha256, readable_name(path), path.stat().st_size, received_at)


def is_received(archive: Path, receipt: Receipt) -> bool:
    """Whether this receipt is kept."""
    return _place(archive, receipt, "receipts").exists()


def keep(archive: Path, path: Path, receipt: Receipt) -> None:
    """Keep the bytes, then the receipt; a receipt is proof that its bytes are safely there.

    Raises:
        OSError: when the file changed meanwhile or cannot be read; nothing is kept then.
    """
    heal(archive, path, receipt.sha256)
    fields = asdict(receipt) | {"received_at": receipt.received_at.isoformat()}
    if receipt.number == 1:
        del fields["number"]
    _write_new(_place(archive, receipt, "receipts"), fields)


def heal(archive: Path, path: Path, sha256: str) -> None:
    """Keep these bytes where they are not kept, or where what is kept is no longer them.

    Raises:
        OSError: when the file does not have these bytes.
    """
    content = content_path(archive, sha256)
    if is_whole(archive, sha256):
        return
    content.parent.mkdir(parents=True, exist_ok=True)
    unfinished = content.with_name(f".{content.name}.{os.getpid()}")
    digest = hashlib.sha256()
    with opened(path) as file, unfinished.open("wb") as copy:
        while piece := file.read(1024**2):
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != sha256:
        unfinished.unlink()
        if not content.exists():
            content.parent.rmdir()
        raise OSError(
            f"{path} wijzigde terwijl het ontvangen werd; de volgende nacht ontvangt het"
            " / changed while it was received; it will be received in the next run"
        )
    unfinished.replace(content)
    sync(content.parent)
    sync(archive)


def is_whole(archive: Path, sha256: str) -> bool:
    """Whether the bytes that are kept under a checksum have it."""
    return _has(content_path(archive, sha256), sha256)


def damaged(sources: Mapping[Receipt, Path]) -> list[Receipt]:
    """The receipts whose bytes are gone or are no longer those that were received.

    Args:
        sources: receipts, and where the bytes of each are.
    """
    whole = {place: _has(*place) for place in {(path, receipt.sha256) for receipt, path in sources.items()}}
    return [receipt for receipt, path in sources.items() if not whole[path, receipt.sha256]]


def sources(archive: Path, known: Iterable[Receipt]) -> dict[Receipt, Path]:
    """Where the bytes of each receipt are kept."""
    return {receipt: content_path(archive, receipt.sha256) for receipt in known}


def _has(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def told(receipt: Receipt) -> str:
    """Which file it is, for whoever has to find it again."""
    moment = registry.clock(receipt.received_at)
    return f"{receipt.file_name} ({receipt.meetmoment_code}, ontvangen / received {moment}, sha256 {receipt.sha256})"


def expect_whole(sources: Mapping[Receipt, Path]) -> None:
    """Hold every file of these receipts against its checksum.

    Raises:
        Damaged: naming each that is gone or changed.
    """
    if broken := damaged(sources):
        raise _damaged(broken)


def expect_there(archive: Path, receipts: Iterable[Receipt]) -> None:
    """Look whether the file of each of these receipts is there and as long as it was; none is read, so that every night
    can ask it.

    Raises:
        Damaged: naming each that is gone or of another length.
    """
    if broken := [receipt for receipt in receipts if not _is_there(content_path(archive, receipt.sha256), receipt)]:
        raise _damaged(broken)


def _is_there(path: Path, receipt: Receipt) -> bool:
    try:
        return path.stat().st_size == receipt.byte_count
    except OSError:
        return False


def _damaged(broken: Iterable[Receipt]) -> Damaged:
    return Damaged(
        "het archief heeft niet meer wat ontvangen werd van / the archive no longer has the bytes it received of "
        f"{'; '.join(map(told, broken))}: zet het bestand terug uit een reservekopie, of laat het ongewijzigd opnieuw "
        "insturen / put the file back from a copy, or have it sent again with the same bytes"
    )


def has_receipts(archive: Path, plan_code: str) -> bool:
    """Whether anything was received for a plan, by a look at names alone."""
    return any(archive.glob(f"*/receipts/{plan_code}__*.json"))


def receipts(archive: Path, plan_code: str, sha256: str = "*") -> list[Receipt]:
    """Every receipt of a plan, by time and then by sha256, so that order of delivery within a run never matters.

    Args:
        sha256: only the receipts of these bytes are read.

    Raises:
        Damaged: naming a receipt that cannot be read.
    """
    found = []
    for path in archive.glob(f"{sha256}/receipts/{plan_code}__*.json"):
        found.append(_read(path, Receipt, "received_at"))
        if found[-1].sha256 != path.parent.parent.name:
            raise Damaged(f"{path} is een ontvangst van andere bytes / is a receipt of other bytes; {_PUT_BACK}")
    return sorted(found, key=lambda r: (r.received_at, r.meetmoment_code, r.sha256, r.number))


def receipts_to_read(archive: Path, plan_code: str) -> list[Receipt]:
    """The receipts that a warehouse stands on, whatever the moment: all but what was withdrawn because nothing can read
    it. Of that nothing is known, so that nothing can be said of it.

    Raises:
        Damaged: naming a receipt or withdrawal that cannot be read.
    """
    unread = {id_ for id_, withdrawal in withdrawals(archive, plan_code).items() if withdrawal.is_unread}
    return [receipt for receipt in receipts(archive, plan_code) if receipt.submission_id not in unread]


def _read(path: Path, kind: Callable[..., T], moment: str) -> T:
    """A receipt or withdrawal as it says, its moment read."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return kind(**fields | {moment: datetime.fromisoformat(fields[moment]).astimezone(UTC)})
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Damaged(f"{path} is niet te lezen / cannot be read ({type(error).__name__}); {_PUT_BACK}") from None


def withdraw(
    archive: Path, receipt: Receipt, withdrawn_at: datetime, reason: str, role: str, is_unread: bool = False
) -> Withdrawal:
    """Put on record that a submission no longer counts; its bytes and its receipt stay, and no withdrawal is undone.

    Raises:
        ValueError: when it was withdrawn before, or when the moment is before its receipt.
    """
    path = _place(archive, receipt, "withdrawals")
    if path.exists():
        raise ValueError(f"{receipt.submission_id} is al ingetrokken / was withdrawn before")
    if withdrawn_at < receipt.received_at:
        later = registry.clock(receipt.received_at)
        raise ValueError(f"{receipt.submission_id} is later ontvangen, op / was received later, on {later}")
    withdrawal = Withdrawal(receipt.submission_id, withdrawn_at, reason, role, is_unread)
    fields = asdict(withdrawal) | {"withdrawn_at": withdrawn_at.isoformat()}
    if not is_unread:
        del fields["is_unread"]
    _write_new(path, fields)
    return withdrawal


def withdrawals(archive: Path, plan_code: str) -> dict[str, Withdrawal]:
    """Every withdrawal of a plan by the id of its submission, in the order of the ids."""
    found = []
    for path in archive.glob(f"*/withdrawals/{plan_code}__*.json"):
        found.append(_read(path, Withdrawal, "withdrawn_at"))
    return {w.submission_id: w for w in sorted(found, key=lambda w: w.submission_id)}


def content_path(archive: Path, sha256: str) -> Path:
    """Where the bytes of a file are kept."""
    return archive / sha256 / "content"


def _place(archive: Path, receipt: Receipt, kind: str) -> Path:
    """Where a receipt, or the withdrawal of its submission, is kept."""
    again = "" if receipt.number == 1 else f"__{receipt.number}"
    return archive / receipt.sha256 / kind / f"{receipt.plan_code}__{receipt.meetmoment_code}{again}.json"


def sync(path: Path) -> None:
    """Have the disk know a file, or what a folder holds."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, fields: Mapping[str, Any]) -> None:
    """Write what is not there yet; where it is not certain to last, it is not there afterwards either."""
    if path.exists():
        return
    try:
        write_durably(path, json.dumps(fields, indent=1, ensure_ascii=False).encode())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def write_durably(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the machine stops half-way; the folder may be new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    sync(path.parent.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all, into a folder that is there."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync(path.parent)
