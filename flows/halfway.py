"""What a run left half-way, as when the machine stopped: a night begins by finishing it or by clearing it away."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows import registry
from flows.intake import archive
from flows.release import anchor, kept
from flows.release.kept import RETIRED, NotReadBack
from flows.settings import Settings


@dataclass(frozen=True)
class Mended:
    """What was found half-way and what became of it, in Dutch and English."""

    told_nl: str
    told_en: str


def is_found(settings: Settings) -> bool:
    """Whether there is anything to finish, to clear or to miss, by a look at names alone."""
    left = anchor.read(settings)
    is_gone = left is not None and anchor.is_gone(settings, left)
    is_unserved = bool(kept.ids(settings)) and not settings.current.exists()
    is_unfinished = left is not None and anchor.newer_than(settings, left) is not None
    return bool(_leftovers(settings) or _twice(settings)) or is_gone or is_unserved or is_unfinished


def mend(settings: Settings, now: datetime) -> list[Mended]:
    """Finish or clear what the last run left; nothing where it came to its end.

    Raises:
        NotReadBack: when the release published last is gone, or the one that was not yet served is not whole.
    """
    for path in _twice(settings):  # a release whose files are still there was not let go of
        shutil.rmtree(path)
    for path in _leftovers(settings):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return [*_finish(settings), *_serve(settings), *_clock(settings, now)]


def _leftovers(settings: Settings) -> list[Path]:
    """What has no name yet, or no longer one: nobody else writes while the lock of the plan is held."""
    return [
        *settings.releases.glob(".*.unfinished"),
        *settings.releases.glob(".*.retired"),
        *settings.releases.glob(f"{RETIRED}/.*"),
        *settings.answers.glob("*/.*.unfinished"),
        *settings.archive.glob("*/.content.*"),
        *settings.archive.glob("*/*/.*.json.*"),
        *settings.plan_home.glob(".*.json.*"),
        *settings.plan_home.glob(".current.next"),
    ]


def _twice(settings: Settings) -> list[Path]:
    """Manifests put by of releases whose files are still there."""
    return [path for path in settings.releases.glob(f"{RETIRED}/[!.]*") if (settings.releases / path.name).is_dir()]


def _finish(settings: Settings) -> list[Mended]:
    """Serve the release that was written whole, and that no night came to serve."""
    from flows.release import publishing, verify

    left = anchor.read(settings)
    if lost := anchor.lost(settings):
        raise NotReadBack(lost[0])
    if left is None:
        if ids := kept.ids(settings):
            anchor.leave(settings, kept.find(settings, ids[-1]), kept.served_id(settings) or ids[-1])
        return []
    newest_id = anchor.newer_than(settings, left)
    if newest_id is None:
        return []
    if found := verify.problems(settings, settings.releases / newest_id):
        raise NotReadBack(
            f"{newest_id} is nooit gepubliceerd en is onvolledig / was never published and is incomplete: "
            f"{'; '.join(found)}"
        )
    newest = kept.find(settings, newest_id)
    publishing.switch(settings, newest.folder)
    anchor.leave(settings, newest, newest.release_id)
    return [
        Mended(
            f"uitgave {newest.release_id} was geschreven en nog niet in gebruik; ze is het nu",
            f"release {newest.release_id} was written and not yet served; it is now",
        )
    ]


def _serve(settings: Settings) -> list[Mended]:
    """Point ``current`` to a release where it points to none, once it is known to hold."""
    from flows.release import publishing, verify

    ids, left = kept.ids(settings), anchor.read(settings)
    if settings.current.exists() or not ids:
        return []
    served = kept.find(settings, left.served if left and left.served in ids else ids[-1])
    if found := verify.own_problems(served):
        raise NotReadBack(
            f"'current' wijst naar geen enkele uitgave, en die het laatst in gebruik was, klopt niet / 'current' points"
            f" to no release, and the one served last does not hold, {served.release_id}: {'; '.join(found)}"
        )
    publishing.switch(settings, served.folder)
    return [
        Mended(
            f"'current' was weg of wees nergens naar; het is weer uitgave {served.release_id}",
            f"'current' was gone or pointed nowhere; it is release {served.release_id} again",
        )
    ]


def _clock(settings: Settings, now: datetime) -> list[Mended]:
    """A clock that is behind what was received: what comes in now is dated by the last receipt."""
    latest = max((r.received_at for r in archive.receipts(settings.archive, settings.plan)), default=now)
    if latest <= now:
        return []
    clock, last = registry.clock(now), registry.clock(latest)
    return [
        Mended(
            f"de klok van de machine ({clock}) loopt achter op de laatste ontvangst ({last}); wat nu binnenkomt, "
            "krijgt dat laatste tijdstip",
            f"the clock of the machine ({clock}) is behind the last receipt ({last}); what comes in now gets the "
            "moment of that receipt",
        )
    ]
