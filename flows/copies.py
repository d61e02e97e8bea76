"""A copy of a plan: what cannot be made again, kept elsewhere, and put back on an empty machine.

A copy has the form of a home, so that every command that looks at a home looks at a copy too. The key that signs is in
no file of a home and so in no copy: who steals a copy can sign nothing.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.intake import archive, arrivals
from flows.intake.archive import Receipt
from flows.release import anchor, kept, publishing, verify
from flows.settings import Settings
from flows.standing import alone

ONCE = ("archive", "releases")
"""Folders whose files are written once: what a copy has of them is never written over."""
INBOX = "inbox"
"""A sender may put another file there under the same name, and take it away: a copy has it as it lies."""
AGAIN = (arrivals.LOOKED_AT, "nights.jsonl", anchor.ANCHOR)
"""What changes with the nights; the anchor comes last, once all that it names is there."""


@dataclass(frozen=True)
class Copied:
    """What was copied, and what does not hold of the copy."""

    files: int
    """New ones, or newer."""
    receipts: int
    releases: int
    problems: tuple[str, ...]


def back_up(settings: Settings, folder: Path) -> Copied:
    """Copy what the folder does not have yet, and look whether the whole copy holds.

    Raises:
        AnotherNight: when a night of the plan is running.
        ValueError: when the folder lies in the home itself.
    """
    target = _home(settings, folder)
    if folder.resolve().is_relative_to(settings.home.resolve()):
        raise ValueError(
            f"{folder} ligt in {settings.home} zelf; een kopie hoort op een andere schijf"
            f" / {folder} lies in {settings.home} itself; a copy belongs on another disk"
        )
    with alone(settings):
        for path in _gone(settings, target):
            path.unlink()
        return _copy(settings, target, as_it_lies=True)


def restore(folder: Path, settings: Settings) -> Copied:
    """Put a copy back as the home of its plan; once more where that was broken off.

    Raises:
        AnotherNight: when a night of the plan is running.
        LookupError: when the folder holds no copy of the plan.
        ValueError: when the home has what the copy lacks.
    """
    source = _home(settings, folder)
    if not source.plan_home.is_dir():
        raise LookupError(
            f"{folder} bevat geen kopie van / holds no copy of {settings.plan}; "
            f"er is geen / there is no {source.plan_home}"
        )
    with alone(settings):
        if _lacking(settings, source) or set(kept.ids(settings)) - set(kept.ids(source)):
            raise ValueError(
                f"{settings.plan_home} heeft wat in {folder} ontbreekt; een kopie wordt op een lege map teruggezet"
                f" / {settings.plan_home} has what {folder} lacks; a copy is put back on an empty home"
            )
        return _copy(source, settings, as_it_lies=False)


def _home(settings: Settings, folder: Path) -> Settings:
    """A copy of the plan, as a home."""
    return settings.model_copy(update={"home": folder.absolute()})


def _copy(source: Settings, target: Settings, as_it_lies: bool) -> Copied:
    count = 0
    target.inbox.mkdir(parents=True, exist_ok=True)  # a plan that was just opened has nothing else
    for path in _to_copy(source, target, as_it_lies):
        there = target.plan_home / path.relative_to(source.plan_home)
        if not _is_damaged_content(path):
            _copy_durably(path, there)
            count += 1
    if source.current.is_symlink():
        publishing.switch(target, target.plan_home / source.current.readlink())
    archive.sync(target.plan_home)
    receipts = archive.receipts(target.archive, target.plan)
    return Copied(count, len(receipts), len(kept.ids(target)), tuple(_problems(source, target)))


def _to_copy(source: Settings, target: Settings, as_it_lies: bool) -> Iterator[Path]:
    """Bytes before the receipts that tell of them, and manifests after the files they list.

    Args:
        as_it_lies: a file of the inbox that was replaced since is copied again. What came into the inbox of a home
            meanwhile is not written over when a copy is put back.
    """
    for name in ONCE:
        for path in sorted(_finished(source, name), key=lambda path: (path.suffix == ".json", path)):
            if not (target.plan_home / path.relative_to(source.plan_home)).exists():
                yield path
    for path in sorted(_finished(source, INBOX)):
        there = _state(target.plan_home / path.relative_to(source.plan_home))
        if there is None or (as_it_lies and there != _state(path)):
            yield path
    yield from (path for name in AGAIN if (path := source.plan_home / name).is_file())


def _finished(settings: Settings, name: str) -> list[Path]:
    """The files in a folder of a home, but for what a night left half-way, and what is still coming in."""
    found = (path for path in (settings.plan_home / name).rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in found if _has_its_name(path.relative_to(settings.plan_home))]


def _gone(source: Settings, target: Settings) -> list[Path]:
    """The files in the inbox of a copy that lie in the inbox no more."""
    there = (path.relative_to(target.plan_home) for path in _finished(target, INBOX))
    return [target.plan_home / place for place in there if not (source.plan_home / place).exists()]


def _state(path: Path) -> tuple[int, int] | None:
    """How a file lies there: when it was last written, and how long it is; nothing where there is none."""
    if not path.is_file():
        return None
    told = path.stat()
    return told.st_mtime_ns, told.st_size


def _has_its_name(place: Path) -> bool:
    """What is half-way, or still coming in, begins with a dot."""
    return not any(part.startswith(".") and part != kept.RETIRED for part in place.parts)


def _lacking(source: Settings, target: Settings) -> list[Receipt]:
    """The receipts of a home that another does not have, oldest first."""
    there = set(archive.receipts(target.archive, target.plan))
    return [receipt for receipt in archive.receipts(source.archive, source.plan) if receipt not in there]


def _is_damaged_content(path: Path) -> bool:
    """Whether it is content of an archive that is no longer what its folder is called after: it is not copied."""
    return path.name == "content" and path.parent.parent.name == "archive" and kept.sha256(path) != path.parent.name


def _copy_durably(path: Path, target: Path) -> None:
    """Whole under its name or not at all, with the moment it was last written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copy2(path, unfinished)
    archive.sync(unfinished)
    unfinished.replace(target)
    archive.sync(target.parent)


def _problems(source: Settings, target: Settings) -> Iterator[str]:
    """What does not hold of a copy: files against checksums, releases against signatures and chain."""
    receipts = archive.receipts(target.archive, target.plan)
    for receipt in archive.damaged(archive.sources(target.archive, receipts)):
        yield f"not copied, or damaged in the copy: {archive.told(receipt)}"
    yield from (f"not copied: {archive.told(receipt)}" for receipt in _lacking(source, target))
    for path in sorted(_finished(source, INBOX)):
        if _state(path) != _state(target.plan_home / (place := path.relative_to(source.plan_home))):
            yield f"not copied, or changed meanwhile: {place}"
    for release in kept.folders(target):
        yield from (f"{release.name}: {problem}" for problem in verify.problems(target, release))
    yield from anchor.lost(target)
