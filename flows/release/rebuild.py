"""Rebuild: a release made again from the archive, compared with the published one file by file."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from flows import registry
from flows.forms import carried
from flows.forms.edition import Edition
from flows.forms.names import DATABASE
from flows.intake import archive
from flows.intake.archive import Receipt, Withdrawal
from flows.release import kept, writing
from flows.release.kept import MANIFEST, NotReadBack, Release
from flows.settings import Settings
from flows.warehouse.from_archive import build_as_known


@dataclass(frozen=True)
class Rebuilt:
    """A release made again, and how it compares with the published one."""

    folder: Path
    same: tuple[str, ...]
    """Files with the same checksum; the database when its contents have."""
    differing: tuple[str, ...]
    registry_differs: tuple[str, ...]
    """Seeds that differ today from those the release carries; not which, where its files were not kept."""
    code_then: str
    code_now: str
    is_same_code: bool


def rebuild(settings: Settings, release_id: str) -> Rebuilt:
    """Make a release again from the submissions and withdrawals its manifest names, in a scratch folder that stays
    until the next.

    Today's code and registry make it; where they differ from those of then, the answer says so.

    Raises:
        LookupError: when there is no such release, or the archive lacks a submission or withdrawal it stands on.
        NotReadBack: when its manifest is not signed with a key that is trusted.
    """
    original = kept.find(settings, release_id)
    known = {receipt.submission_id: receipt for receipt in archive.receipts(settings.archive, settings.plan)}
    named = [entry["submission_id"] for entry in original.manifest["submissions"]]
    missing = [submission_id for submission_id in named if submission_id not in known]
    if missing:
        raise LookupError(f"in het archief ontbreekt / the archive lacks {', '.join(missing)}")
    receipts = [known[submission_id] for submission_id in named]
    withdrawn = _withdrawn(settings, original)
    scratch = settings.build / "rebuild" / release_id
    scratch.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(scratch.parent / f".{release_id}.lock"):  # who asks while it is made again waits for it
        return _made_again(settings, original, receipts, withdrawn, scratch)


def _made_again(
    settings: Settings,
    original: Release,
    receipts: Sequence[Receipt],
    withdrawn: Mapping[str, Withdrawal],
    scratch: Path,
) -> Rebuilt:
    shutil.rmtree(scratch, ignore_errors=True)
    warehouse = scratch / "warehouse" / "warehouse.duckdb"
    this = Edition.of_manifest(original.manifest)
    # A withdrawal counts that came in while the night was running, after the moment the night is known by.
    moment = max([this.published_at, *(w.withdrawn_at for w in withdrawn.values())])
    build_as_known(settings, receipts, withdrawn, warehouse, moment)
    folder = scratch / "release"
    writing.write(settings, warehouse, folder, this, receipts, original.manifest["previous_release"])
    rebuilt = _compared(original, folder)
    for path in folder.glob(f"{MANIFEST}*"):  # what is put back keeps the manifest that the next release names
        path.rename(scratch / path.name)
    return rebuilt


def _withdrawn(settings: Settings, original: Release) -> dict[str, Withdrawal]:
    """The withdrawals a release stands on, by submission id."""
    known = archive.withdrawals(settings.archive, settings.plan)
    named = [entry["submission_id"] for entry in original.manifest["withdrawals"]]
    missing = [submission_id for submission_id in named if submission_id not in known]
    if missing:
        raise LookupError(
            f"in het archief ontbreekt de intrekking van / the archive lacks the withdrawal of {', '.join(missing)}"
        )
    return {submission_id: known[submission_id] for submission_id in named}


def _compared(original: Release, folder: Path) -> Rebuilt:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    then, now = _checksums(original.manifest), _checksums(manifest)
    differing = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    try:
        registry_differs = carried.registry_differences(original.file(carried.REGISTRY).parent)
    except NotReadBack:  # its files were not kept, or are not what they were, so that only the whole can be compared
        registry_differs = [] if original.manifest["registry_sha256"] == registry.checksum() else ["as a whole"]
    return Rebuilt(
        folder=folder,
        same=tuple(sorted(set(then) - set(differing))),
        differing=tuple(differing),
        registry_differs=tuple(registry_differs),
        code_then=original.manifest["code"]["version"],
        code_now=carried.code_version(),
        is_same_code=original.manifest["code"]["sha256"] == registry.code_checksum(),
    )


def _checksums(manifest: dict[str, Any]) -> dict[str, str]:
    found = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    return found | {DATABASE: manifest["database"]["contents_sha256"]}
