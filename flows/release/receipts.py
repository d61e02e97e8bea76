"""Whether the receipts of the archive are those that the last release was made of: its manifest has them, signed."""

from datetime import UTC, datetime
from typing import Any

from flows.intake import archive
from flows.release import kept
from flows.settings import Settings


def differing(settings: Settings) -> list[str]:
    """Each receipt and withdrawal that is gone from the archive, or says something else; none before a first release.

    Raises:
        NotReadBack: when nobody who is trusted signed the last release.
        archive.Damaged: naming a receipt or withdrawal that cannot be read.
    """
    last = next(kept.latest_first(settings), None)
    if last is None:
        return []
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    there = {
        receipt.submission_id: {
            "sha256": receipt.sha256,
            "file_name": receipt.file_name,
            "received_at": receipt.received_at,
        }
        for receipt in archive.receipts(settings.archive, settings.plan)
    } | {f"{id_} withdrawn": {"withdrawn_at": found.withdrawn_at} for id_, found in withdrawn.items()}
    signed = {said["submission_id"]: said for said in last.manifest["submissions"]}
    signed |= {f"{said['submission_id']} withdrawn": said for said in last.manifest["withdrawals"]}
    return [told for id_, said in signed.items() if (told := _differs(id_, said, there.get(id_), last.release_id))]


def _differs(id_: str, said: dict[str, Any], found: dict[str, Any] | None, release_id: str) -> str | None:
    if found is None:
        return (
            f"{id_} is weg, waarvan uitgave {release_id} gemaakt is: zet het terug uit een reservekopie"
            f" / is gone, of which release {release_id} was made: put it back from a copy"
        )
    for name, value in found.items():
        signed = _moment(said[name]) if isinstance(value, datetime) else said.get(name)
        if signed != value:
            return (
                f"{id_} heeft een andere {name} dan waarvan uitgave {release_id} gemaakt is: zet het terug / has "
                f"another {name} than release {release_id} was made of: put it back ({value}, {signed})"
            )
    return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
