"""The diary of a plan: a line per night, whether it published, held, found nothing new or failed.

A night that nobody wrote down and a night that nobody ran look the same; a monitor must know them apart. Nothing here
needs a heavy library: most nights are quiet ones.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from flows import sights
from flows.intake import archive
from flows.log import moment_of_run
from flows.settings import Settings
from flows.standing import AnotherNight, Outcome, last_run

DIARY = "nights.jsonl"
VERIFIED = "archive_verified.json"
"""When `veerkracht archive verify` last found every file whole, beside the diary."""


@dataclass(frozen=True)
class Entry:
    """One night, as it was written down when it ended."""

    ended_at: str
    """When it ended by the clock of the machine (UTC)."""
    night: str
    """The moment the night is of; the demonstration replays nights of other years."""
    verdict: str
    """published, nothing_new, held or failed."""
    release_id: str | None = None
    since: str | None = None
    """The night that held first, where this one only found that hold again."""
    error: str | None = None
    """What failed, by the name of its kind."""
    said: str | None = None
    """What it said of it."""
    page: str | None = None
    """The page of the runbook about that."""

    def hours_ago(self, now: datetime) -> float:
        """How long ago it ended."""
        return (now - datetime.fromisoformat(self.ended_at)).total_seconds() / 3600


def told(settings: Settings, now: datetime, night: Callable[[], Outcome | None]) -> Outcome | None:
    """Run a night, or the quick look that may stand for it, and write down how it ended; None when it did not end.

    Raises:
        Exception: what the night raised, once it is written down. Another night that is running writes its own line.
    """
    try:
        outcome = night()
    except Exception as error:
        if not isinstance(error, AnotherNight):
            failed(settings, now, error)
        raise
    if outcome is not None:
        _write(settings, now, outcome.verdict, release_id=outcome.release_id, since=outcome.since)
    return outcome


def failed(settings: Settings, now: datetime, error: Exception) -> None:
    """Write down a night that failed; a disk that is full does not hide why."""
    with suppress(OSError):
        _write(settings, now, "failed", error=type(error).__name__, said=str(error), page=sights.of_failure(error).path)


def last(settings: Settings) -> Entry | None:
    """The night written down last; in a home of before there was a diary, what the last run left."""
    for entry in _latest_first(settings):
        return entry
    left = last_run(settings)
    return Entry(left["at"], left["at"], left["outcome"]["verdict"], left["outcome"]["release_id"]) if left else None


def unfinished(settings: Settings) -> Path | None:
    """The log of a night that began after the last one ended and has no line: it still runs, or was killed."""
    nights = {datetime.fromisoformat(entry.night) for entry in _latest_first(settings)}
    ended = last(settings)
    since = datetime.fromisoformat(ended.ended_at).timestamp() if ended else 0
    left = {
        path: path.stat().st_mtime
        for path in settings.logs.glob("*.jsonl")
        if (begun := moment_of_run(path.stem)) and begun not in nights
    }
    return max((path for path in left if left[path] > since), key=lambda path: left[path], default=None)


def verified(settings: Settings, now: datetime) -> None:
    """Write down that every file of the archive was held against its checksum, and none was damaged."""
    said = json.dumps({"at": now.isoformat(timespec="seconds")})
    archive.write_durably(settings.plan_home / VERIFIED, said.encode())


def last_read(settings: Settings) -> datetime | None:
    """When the whole archive was last held against its checksums: by that command, or by a night, which loads it."""
    loaded = (e for e in _latest_first(settings) if e.verdict == "published" or (e.verdict == "held" and not e.since))
    moments = [datetime.fromisoformat(entry.ended_at) for entry in islice(loaded, 1)]
    with suppress(OSError, ValueError, TypeError, KeyError):
        said = json.loads((settings.plan_home / VERIFIED).read_text(encoding="utf-8"))
        moments.append(datetime.fromisoformat(said["at"]))
    return max(moments, default=None)


def homes_of_any(home: Path) -> list[str]:
    """The plans that have a home, by the names of folders alone: also where the registry cannot be read."""
    return sorted(
        {room.parent.name for part in ("archive", "inbox") for room in home.glob(f"*/{part}") if room.is_dir()}
    )


def _latest_first(settings: Settings) -> Iterator[Entry]:
    with suppress(OSError):
        for line in reversed((settings.plan_home / DIARY).read_text(encoding="utf-8").splitlines()):
            with suppress(ValueError, TypeError):  # torn when the machine stopped
                yield Entry(**json.loads(line))


def _write(settings: Settings, now: datetime, verdict: str, **facts: Any) -> None:
    entry = Entry(datetime.now(UTC).isoformat(timespec="seconds"), now.isoformat(timespec="seconds"), verdict, **facts)
    line = json.dumps({key: value for key, value in asdict(entry).items() if value is not None}, ensure_ascii=False)
    settings.plan_home.mkdir(parents=True, exist_ok=True)
    path = settings.plan_home / DIARY
    with path.open("ab") as file:  # one write: lines of two processes do not mix
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())
