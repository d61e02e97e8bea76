"""What came in since the inbox was last looked at, and of it what is a receipt.

Files stay in the inbox. Which of them a night has dealt with, and how they lay there, is kept beside it: so a file that
was sent once more can be told from one that still lies where it lay. Lost, it is made again from the receipts.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from flows.intake import archive, file_names
from flows.intake.archive import Receipt, Withdrawal
from flows.intake.inbox import UNRECEIVED, placed, told
from flows.intake.waiting import opened, readable_name
from flows.settings import Settings

LOOKED_AT = "inbox.json"
_FRESH_SECONDS = 5
"""A file written less than this ago may still be growing: it is looked at twice."""
_BETWEEN_SECONDS = 0.3

State = tuple[int, int]
"""When a file was last written, in nanoseconds, and how long it is."""
Looked = dict[str, tuple[State, str]]
"""Place in the inbox -> how the file lay there, and its sha256."""


@dataclass
class Arrivals:
    """What a look at the inbox says."""

    received: Sequence[Receipt] = ()
    """What was received before."""
    receipts: list[tuple[Path, Receipt]] = field(default_factory=list)
    """What is to be received, in the order in which it counts."""
    again: list[tuple[Path, Receipt]] = field(default_factory=list)
    """What came in and is what was received last already."""
    waiting: list[Path] = field(default_factory=list)
    """What cannot be read, or is still being written."""
    crowds: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Meetmoment -> how many new files lie there, and their bytes, where these are more than one night receives."""
    looked_at: Looked = field(default_factory=dict)
    """How everything lies there that could be read."""

    def forget(self, settings: Settings, path: Path) -> None:
        """A file that could not be kept arrives once more."""
        self.looked_at.pop(_place(settings, path), None)

    def damaged(self, kept: Path) -> list[tuple[Path, Receipt]]:
        """What came in again and is no longer whole in the archive."""
        return [(path, receipt) for path, receipt in self.again if not archive.is_whole(kept, receipt.sha256)]


def arrivals(settings: Settings, now: datetime) -> Arrivals:
    """Look at the inbox; nothing is kept yet.

    The same bytes as the latest receipt of their series are nothing new, the same bytes after something else are a
    receipt again. A whole folder that is sent again, up to the file that was the last one, is nothing new either,
    whatever comes after it.
    """
    found = Arrivals(archive.receipts(settings.archive, settings.plan))
    known, before = _Known.of(found.received), _read(settings)
    moment = known.no_earlier(now)
    arrived = []
    for meetmoment_code, path, (state, sha256) in _looked_at(settings, found, before or {}):
        place = _place(settings, path)
        receipt = Receipt(settings.plan, meetmoment_code, sha256, readable_name(path), state[1], moment)
        found.looked_at[place] = (state, sha256)
        if _has_arrived(place, receipt, before, known, (state, sha256)):
            arrived.append((path, receipt))
    arrived = list(_without_crowds(settings, arrived, found))
    arrived.sort(key=lambda pair: (*_first_named(pair[1], known), _declared(pair[1]), pair[0]))
    for _, group in groupby(arrived, key=lambda pair: _series(pair[1])):
        _tell_apart(list(group), known, found)
    found.receipts.sort(key=lambda pair: pair[0])
    return found


def without_copies(sent: Sequence[tuple[Receipt, Path]], received: Sequence[Receipt]) -> list[tuple[Receipt, Path]]:
    """Of files that are sent together those that would be received: of the same bytes one."""
    known, kept = _Known.of(received), dict[str, tuple[Receipt, Path]]()
    for receipt, path in sorted(sent, key=lambda pair: (*_first_named(pair[0], known), pair[1])):
        kept.setdefault(receipt.sha256, (receipt, path))
    return [(receipt, path) for receipt, path in sent if kept[receipt.sha256][1] == path]


def _without_crowds(
    settings: Settings, arrived: Sequence[tuple[Path, Receipt]], found: Arrivals
) -> Iterator[tuple[Path, Receipt]]:
    """What arrived, but for meetmomenten with more than one night receives: of these nothing is kept for ever before
    somebody has looked. The others go on."""
    by_meetmoment: dict[str, list[tuple[Path, Receipt]]] = {}
    for path, receipt in arrived:
        by_meetmoment.setdefault(receipt.meetmoment_code, []).append((path, receipt))
    for meetmoment_code, group in by_meetmoment.items():
        size = sum(receipt.byte_count for _, receipt in group)
        if len(group) <= settings.max_night_files and size <= settings.max_night_mb * 1024**2:
            yield from group
            continue
        found.crowds[meetmoment_code] = len(group), size
        for path, _ in group:
            found.forget(settings, path)


def identical_copies(settings: Settings, found: Arrivals) -> list[dict[str, Any]]:
    """Files in the inbox whose bytes were received under another name, and no longer count or are nothing new."""
    received = _Known.of(found.received)
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    copies = []
    for place, (_, sha256) in found.looked_at.items():
        path = settings.inbox / place
        before = received.of_bytes.get((path.parent.name, sha256), [])
        name = readable_name(path)
        if not before or (before[-1].submission_id not in withdrawn and name in {r.file_name for r in before}):
            continue
        copies.append(_as_received(name, before[-1], withdrawn))
    return copies


def as_sent(
    sent: Sequence[tuple[Receipt, Path]], received: Sequence[Receipt], withdrawn: Mapping[str, Withdrawal]
) -> tuple[list[tuple[Receipt, Path]], list[dict[str, Any]]]:
    """Files as they would be judged if they were received, and of those of them that would not be, what was received.

    Bytes that were withdrawn are judged as a receipt of their own, for which nothing was withdrawn; those of which
    nothing is new stay received when they were.
    """
    known = _Known.of(received)
    there = [known.there(one) for one, _ in sent]

    def as_judged(one: Receipt, before: Receipt | None) -> Receipt:
        if one.submission_id in withdrawn:
            return replace(one, number=max(r.number for r in known.before(one)) + 1)
        return replace(one, received_at=before.received_at) if before else one

    judged = [(as_judged(one, before), path) for (one, path), before in zip(sent, there, strict=True)]
    nothing_new = [(one, before) for (one, _), before in zip(sent, there, strict=True) if before]
    return judged, [_as_received(one.file_name, before, withdrawn) for one, before in nothing_new]


def _as_received(file_name: str, before: Receipt, withdrawn: Mapping[str, Withdrawal]) -> dict[str, Any]:
    return {
        "file_name": file_name,
        "submission_id": before.submission_id,
        "received_as": before.file_name,
        "received_at": before.received_at.isoformat(),
        "is_withdrawn": before.submission_id in withdrawn,
    }


def unreceived(found: Arrivals) -> list[dict[str, str]]:
    """What a look after the receiving still finds to be received, each with why; a crowd is told once."""
    return [told(path, UNRECEIVED) for path in (*found.waiting, *(path for path, _ in found.receipts))]


def crowded(settings: Settings, found: Arrivals) -> list[dict[str, str]]:
    """Of each meetmoment that lies too full to be received, one line that says so."""
    most = settings.max_night_files, settings.max_night_mb
    return [
        {
            "file_name": f"{count} x",
            "folder": str(settings.inbox / meetmoment_code),
            "remedy_nl": f"{count} nieuwe bestanden ({size / 1024**2:.0f} MB) is meer dan een nacht van een meetmoment"
            f" ontvangt ({most[0]} bestanden, {most[1]} MB); geen ervan is ontvangen. Haal weg wat geen rapportering"
            " is, of verhoog VEERKRACHT_MAX_NIGHT_FILES of VEERKRACHT_MAX_NIGHT_MB",
            "remedy_en": f"{count} new files ({size / 1024**2:.0f} MB) are more than a night receives of a meetmoment"
            f" ({most[0]} files, {most[1]} MB); none of them was received. Take away what is no return, or raise"
            " VEERKRACHT_MAX_NIGHT_FILES or VEERKRACHT_MAX_NIGHT_MB",
        }
        for meetmoment_code, (count, size) in found.crowds.items()
    ]


def remember(settings: Settings, looked_at: Looked) -> None:
    """Leave word of how the inbox lies; what is not there will have arrived when it is."""
    path = settings.plan_home / LOOKED_AT
    archive.write_durably(path, json.dumps(looked_at).encode())


@dataclass
class _Known:
    """The receipts there are, by their bytes and by their series."""

    of_bytes: dict[tuple[str, str], list[Receipt]] = field(default_factory=dict)
    latest: dict[tuple[str, str], Receipt] = field(default_factory=dict)

    @classmethod
    def of(cls, receipts: Sequence[Receipt]) -> "_Known":
        known = cls()
        for receipt in sorted(receipts, key=lambda r: (r.received_at, _declared(r), r.file_name, r.number)):
            known.add(receipt)
        return known

    def add(self, receipt: Receipt) -> None:
        self.of_bytes.setdefault((receipt.meetmoment_code, receipt.sha256), []).append(receipt)
        self.latest[_series(receipt)] = receipt

    def no_earlier(self, now: datetime) -> datetime:
        """The moment for what comes in now: after what came in before, also where the clock went back."""
        latest = max((r.received_at for receipts in self.of_bytes.values() for r in receipts), default=now)
        return now if latest <= now else latest + timedelta(microseconds=1)

    def before(self, receipt: Receipt) -> list[Receipt]:
        """The receipts of these bytes."""
        return self.of_bytes.get((receipt.meetmoment_code, receipt.sha256), [])

    def is_latest(self, receipt: Receipt) -> bool:
        """Whether these bytes were the last that came in, under this name or under the one they had before.

        Under another version they are something new: so does a sender say that they are to count after all.
        """
        if latest := self.latest.get(_series(receipt)):
            return latest.sha256 == receipt.sha256 and _said(latest) == _said(receipt)
        before = self.before(receipt)
        return bool(before) and self.latest[_series(before[-1])].sha256 == receipt.sha256

    def there(self, receipt: Receipt) -> Receipt | None:
        """What these bytes were received as, where nothing in them is new."""
        before = self.before(receipt)
        return before[-1] if before and self.is_latest(receipt) else None


def _tell_apart(group: Sequence[tuple[Path, Receipt]], known: _Known, found: Arrivals) -> None:
    """Of the arrivals of one series, in the order in which they count: which are receipts."""
    latest = max((number for number, (_, receipt) in enumerate(group, 1) if known.is_latest(receipt)), default=0)
    of_before = latest if all(known.before(receipt) for _, receipt in group[:latest]) else 0
    for number, (path, receipt) in enumerate(group):
        before = known.before(receipt)
        if before and (number < of_before or known.is_latest(receipt)):
            found.again.append((path, before[-1]))
            continue
        numbered = replace(receipt, number=before[-1].number + 1) if before else receipt
        known.add(numbered)
        found.receipts.append((path, numbered))


def _has_arrived(place: str, receipt: Receipt, before: Looked | None, known: _Known, lies: tuple[State, str]) -> bool:
    """Whether a file came in since the last look. Where that was lost, what was received under this name did not."""
    received = known.before(receipt)
    if not received:
        return True
    if before is None:
        return all(earlier.file_name != receipt.file_name for earlier in received)
    return before.get(place) != lies


def _looked_at(settings: Settings, found: Arrivals, before: Looked) -> Iterator[tuple[str, Path, tuple[State, str]]]:
    """(meetmoment_code, path, how it lies) of every file in place that can be read and has stopped growing."""
    files = list(placed(settings))
    fresh: dict[Path, State] = {}
    for _, path in files:
        with suppress(OSError):  # it is looked at below, and told
            if (state := _state(path)) and _is_fresh(settings, path, state, before):
                fresh[path] = state
    if fresh:
        time.sleep(_BETWEEN_SECONDS)
    for meetmoment_code, path in files:
        try:
            state = _state(path)
            if state is None:
                continue
            lies = before.get(_place(settings, path))
            if not lies or lies[0] != state:
                with opened(path) as file:
                    lies = state, hashlib.file_digest(file, "sha256").hexdigest()
                if _state(path) != state or fresh.get(path, state) != state:
                    found.waiting.append(path)
                    continue
        except OSError:
            found.waiting.append(path)
            continue
        yield meetmoment_code, path, lies


def _is_fresh(settings: Settings, path: Path, state: State, before: Looked) -> bool:
    looked = before.get(_place(settings, path))
    is_looked_at = looked is not None and looked[0] == state
    return not is_looked_at and abs(time.time_ns() - state[0]) < _FRESH_SECONDS * 10**9


def _place(settings: Settings, path: Path) -> str:
    return path.relative_to(settings.inbox).as_posix()


def _state(path: Path) -> State | None:
    """None where it was taken away meanwhile; that the machine cannot say how it lies is an error."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_mtime_ns, found.st_size


def _series(receipt: Receipt) -> tuple[str, str]:
    return receipt.meetmoment_code, receipt.series


def _first_named(receipt: Receipt, known: _Known) -> tuple[bool, int, tuple[str, str]]:
    """The order of series of which files with the same bytes are one: known before, then the name that adds least."""
    return _series(receipt) not in known.latest, len(receipt.series), _series(receipt)


def _said(receipt: Receipt) -> int | None:
    return file_names.sent_version(receipt.file_name)


def _declared(receipt: Receipt) -> tuple[int, int]:
    return receipt.declared_version or 1, receipt.declared_order or 0


def _read(settings: Settings) -> Looked | None:
    """How the inbox lay; nothing where that is not known, or cannot be read: it is made again."""
    try:
        said = json.loads((settings.plan_home / LOOKED_AT).read_text(encoding="utf-8"))
        return {place: ((int(state[0]), int(state[1])), str(sha256)) for place, (state, sha256) in said.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None
