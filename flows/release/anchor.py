"""The anchor: which release was published last, and which one is served, kept outside the folder of releases.

Nobody can tell from the releases alone that the last of them is gone, or that a night died before it served one.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from flows.intake.archive import write_durably
from flows.release import kept
from flows.release.kept import NotReadBack, Release
from flows.settings import Settings

ANCHOR = "published.json"


@dataclass(frozen=True)
class Anchor:
    """The release published last, with the checksum of its manifest, and the one that is served."""

    release_id: str
    manifest_sha256: str
    served: str


def read(settings: Settings) -> Anchor | None:
    """What was left; nothing in a home of before, or where it cannot be read: it is made again."""
    try:
        return Anchor(**json.loads((settings.plan_home / ANCHOR).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def leave(settings: Settings, latest: Release, served: str) -> None:
    """Leave word of the release published last, and of the one that is served."""
    _write(settings, _of(latest, served))


def _of(latest: Release, served: str) -> Anchor:
    return Anchor(latest.release_id, kept.manifest_sha256(latest), served)


def _write(settings: Settings, anchor: Anchor) -> None:
    write_durably(settings.plan_home / ANCHOR, json.dumps(asdict(anchor)).encode())


def serve(settings: Settings, served: str) -> None:
    """Leave word that another release is served; which one was published last stays what it was.

    One that a night wrote whole and died before it left word of is the last from here on: whoever chose another after
    it did so knowingly, and the next night does not serve it again.
    """
    left = read(settings)
    if left is None:
        return
    if newer := newer_than(settings, left):
        with suppress(NotReadBack):  # the next night says what is wrong with it
            left = _of(kept.find(settings, newer), left.served)
    _write(settings, replace(left, served=served))


def newer_than(settings: Settings, left: Anchor) -> str | None:
    """The id of a release that a night wrote and left no word of, by a look at names alone."""
    newest = next(reversed(kept.ids(settings)), None)
    return newest if newest and kept.sequence(newest) > kept.sequence(left.release_id) else None


def is_gone(settings: Settings, left: Anchor) -> bool:
    """Whether of the release published last not even the manifest is there, by a look at names alone."""
    return left.release_id not in {folder.name for folder in kept.folders(settings)}


def lost(settings: Settings, keys: Sequence[str] = ()) -> list[str]:
    """Whether the release published last is gone or is another; empty when it is there.

    Args:
        keys: trusted (PEM) beside those that are configured.
    """
    anchor = read(settings)
    if anchor is None:
        return []
    remedy = (
        "zet ze terug uit een reservekopie; wie zonder haar verdergaat, verwijdert"
        f" / put it back from a copy; who goes on without it removes {settings.plan_home / ANCHOR}"
    )
    if is_gone(settings, anchor):
        return [
            f"de laatst gepubliceerde uitgave is weg / the release published last is gone, {anchor.release_id}: "
            f"{remedy}"
        ]
    try:
        found = kept.manifest_sha256(kept.find(settings, anchor.release_id, keys))
    except NotReadBack as error:
        return [str(error)]
    if found != anchor.manifest_sha256:
        return [
            "het manifest van de laatst gepubliceerde uitgave is niet wat het was / the manifest of the release "
            f"published last is not the one it had, {anchor.release_id}: {remedy}"
        ]
    return []
