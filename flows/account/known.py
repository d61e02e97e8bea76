"""Rebuild: the whole warehouse as it was known at a moment, from the archive, beside the one of the nights.

Nothing is read from a release: what was known follows from the times of receipt alone. The registry and the code are
today's; `differs_from` says where a release was made with others.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from filelock import FileLock

from flows import registry
from flows.intake import archive
from flows.release.kept import Release, latest_first
from flows.settings import Settings
from flows.warehouse.from_archive import build_as_known


class NothingKnown(Exception):
    """No submission had been received by then."""


@dataclass(frozen=True)
class AsKnown:
    """A warehouse as known at a moment (UTC), with the latest release of then."""

    moment: datetime
    warehouse: Path
    release: Release | None
    notes: tuple[str, ...]
    """What stands between this rebuild and that release: another registry, other code."""


def moment_of(text: str) -> datetime:
    """A day means its end, in UTC; a moment is itself.

    Raises:
        ValueError: when the text is neither an ISO date nor an ISO moment.
    """
    try:
        moment = datetime.combine(date.fromisoformat(text), time.max)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(
                f"'{text}' is geen dag of moment: schrijf 2024-12-31 of 2024-12-31T17:00"
                f" / '{text}' is no day or moment: write 2024-12-31 or 2024-12-31T17:00"
            ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_known_on(settings: Settings, moment: datetime) -> AsKnown:
    """Rebuild what was known at a moment under ``build/asof``; a rebuild on the same inputs is kept and used again.

    Who asks for one that is being made waits for it.

    Raises:
        NothingKnown: when nothing had been received by then.
        transform.TransformFailed: also when a check of gate 1 could not be carried out.
    """
    known = archive.receipts_to_read(settings.archive, settings.plan)
    receipts = [receipt for receipt in known if receipt.received_at <= moment]
    if not receipts:
        when = f"{moment:%Y-%m-%d %H:%M} UTC"
        raise NothingKnown(f"op {when} was nog niets ontvangen / nothing had been received by {when}")
    withdrawn = {
        id_: w for id_, w in archive.withdrawals(settings.archive, settings.plan).items() if w.withdrawn_at <= moment
    }
    inputs = [registry.checksum(), registry.code_checksum(), *(receipt.submission_id for receipt in receipts)]
    inputs += [f"withdrawn {submission_id}" for submission_id in withdrawn]
    name = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:16]
    folder = settings.build / "asof" / name
    warehouse = folder / "warehouse.duckdb"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            build_as_known(settings, receipts, withdrawn, warehouse, moment)
            (folder / "done").touch()
    then = release_at(settings, moment)
    return AsKnown(moment, warehouse, then, tuple(differs_from(then)) if then else ())


def release_at(settings: Settings, moment: datetime) -> Release | None:
    """The release that was the latest at a moment, also when its files were not kept."""
    return next((release for release in latest_first(settings) if release.published_at <= moment), None)


def differs_from(release: Release) -> list[str]:
    """Where today's registry and code are not those that a release was made with."""
    notes = []
    if release.manifest["registry_sha256"] != registry.checksum():
        notes.append(
            f"het register van vandaag is niet dat van uitgave {release.release_id}"
            f" / the registry of today is not the one of release {release.release_id}"
        )
    if release.manifest["code"]["sha256"] != registry.code_checksum():
        notes.append(
            f"de code van vandaag is niet die van uitgave {release.release_id}"
            f" / the code of today is not the one of release {release.release_id}"
        )
    return notes
