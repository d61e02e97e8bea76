"""Publishing: the marts in every form under one id, with metadata and a signed manifest; earlier releases stay.

It is written beside the others under an unfinished name, read back from disk, renamed, and only then does ``current``
point to it, in one atomic step. Whoever reads ``current`` sees the old release or the new one, never a mixture.
"""

import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from flows import profile
from flows.forms import edition, tables
from flows.forms.edition import Edition
from flows.intake.archive import Receipt, sync
from flows.release import anchor, kept, rules, writing
from flows.release.kept import (
    DATABASE,
    MANIFEST,
    RETIRED,
    NotReadBack,
    Release,
    sequence,
)
from flows.release.sign import SUFFIX, trusted_keys
from flows.settings import Settings

_FOR_READERS = 2
"""The release that was served until now stays for those who are reading file after file of it."""


def publish(
    settings: Settings,
    warehouse: Path,
    receipts: Sequence[Receipt],
    now: datetime,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> Release | None:
    """Publish the marts of ``warehouse``; nothing, and None, when they equal the current release to the byte.

    Then no more of the release is made than its tables.

    Args:
        warehouse: a built and judged warehouse; it is only read.
        receipts: the submissions it stands on.
        now: the moment of publication (UTC), all that is told of time in a release besides its data; where that is
            earlier than the release before, or than a receipt or withdrawal that counts in it, the moment of these.
        on_done: told (parts written, all parts) as the writing goes on; each mart is one.
    """
    # The chain follows the order of publication: a release that was rolled back stays a link of it.
    before = next(kept.latest_first(settings), None)
    # Nor does a clock that went back put a release before it, or before what it knows: what changed since is told by
    # moments.
    moment = max(now, _known_until(warehouse), *([before.published_at + timedelta(seconds=1)] if before else []))
    release_id = _next_id(settings, moment)
    unfinished = settings.releases / f".{release_id}.unfinished"
    begun = writing.begin(settings, warehouse, unfinished, on_done)
    served = kept.current(settings)
    if served and served.manifest["content_sha256"] == begun.content_sha256:
        shutil.rmtree(unfinished)
        return None
    this = Edition.after(before.manifest if before else None, release_id, moment)
    this = replace(
        this, kept={release.release_id: edition.whole_files(release.manifest) for release in _staying(settings)}
    )
    if before:
        this = replace(this, rules=rules.changed(settings, before, warehouse, receipts))
    writing.finish(begun, this, receipts, _reference(before))
    written = kept.opened(unfinished, trusted_keys(settings))
    with profile.of_part(profile.PUBLISH, "read back"):
        read_back(written)
        read_back_database(written)
    for path in [*(p for p in unfinished.rglob("*")), unfinished]:
        sync(path)
    folder = settings.releases / release_id
    unfinished.rename(folder)
    sync(settings.releases)
    switch(settings, folder)
    made = kept.opened(folder, written.keys)
    anchor.leave(settings, made, release_id)
    retire(settings)
    return made


def _known_until(warehouse: Path) -> datetime:
    """When the last of what a warehouse stands on came in or was withdrawn."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        ((latest,),) = con.execute(
            "select max(greatest(received_at, coalesce(withdrawn_at, received_at))) from raw.submission"
        ).fetchall()
    return latest.replace(tzinfo=UTC) if latest else datetime.min.replace(tzinfo=UTC)


def read_back(checked: Release) -> None:
    """Compare every file of a release with its manifest, by its bytes; nothing of it is opened.

    Raises:
        NotReadBack: naming every file that differs, or what has no place in a release.
    """
    if found := differing(checked):
        raise NotReadBack("; ".join(found))


def differing(checked: Release) -> list[str]:
    """Each file of a release that is not what its manifest says, by its bytes; where it holds what has no place in a
    release, that alone, since then nothing of it is read."""
    folder = checked.folder
    if strange := list(_strange(folder)):
        return strange
    told = {entry["path"]: entry for entry in checked.manifest["files"]}
    present = {path.relative_to(folder).as_posix() for path in writing.files(folder)}
    return [
        *(f"{name} is weg / is gone" for name in sorted(set(told) - present)),
        *(f"{name} staat niet in het manifest / is not in the manifest" for name in sorted(present - set(told))),
        *(
            f"{name} is niet wat het manifest zegt / is not what the manifest says"
            for name, entry in told.items()
            if name in present and writing.listed(folder / name, folder) != entry
        ),
    ]


def read_back_database(checked: Release) -> None:
    """Compare the contents of the database with its manifest, once it is known who wrote both.

    Raises:
        NotReadBack: when they differ, or the database cannot be read.
    """
    try:
        whole = tables.contents_checksum(checked.folder, "duckdb")
    except duckdb.Error as error:
        raise NotReadBack(f"{DATABASE} is niet te lezen / cannot be read: {error}") from error
    if whole != checked.manifest["database"]["contents_sha256"]:
        raise NotReadBack(
            f"de inhoud van {DATABASE} is niet wat het manifest zegt"
            f" / the contents of {DATABASE} are not what the manifest says"
        )


def _strange(folder: Path) -> Iterator[str]:
    """What no release holds: a link, a pipe, an empty folder, a file that runs or that anybody may write."""
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if stat.S_ISDIR(mode):
            if not any(path.iterdir()):
                yield f"{name} is een lege map / is an empty folder"
        elif not stat.S_ISREG(mode):
            yield f"{name} is geen gewoon bestand / is no regular file"
            continue
        elif mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH | stat.S_ISUID | stat.S_ISGID):
            yield f"{name} kan uitgevoerd worden / can be run"
        if mode & stat.S_IWOTH:
            yield f"{name} kan door iedereen gewijzigd worden / can be written by anybody"


def _staying(settings: Settings) -> list[Release]:
    """The releases whose files will be there beside the next one."""
    releases = kept.published(settings)
    return releases[1 - max(settings.keep_releases, _FOR_READERS) :] if settings.keep_releases else releases


def retire(settings: Settings) -> list[str]:
    """Let go of the files of releases beyond the number to keep, never of the current one or the last two; their ids.

    Their signed manifests stay, so that the chain can be followed and the release rebuilt from the archive.
    """
    releases, served = kept.ids(settings), kept.served_id(settings)
    surplus = releases[: -max(settings.keep_releases, _FOR_READERS)] if settings.keep_releases else []
    gone = []
    for old_id in surplus:
        if old_id == served:
            continue
        try:
            old = kept.find(settings, old_id)
        except NotReadBack:  # what is broken stays as it lies, for whoever puts it back
            continue
        put_by = settings.releases / RETIRED
        unfinished = put_by / f".{old.release_id}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for name in (MANIFEST, MANIFEST + SUFFIX):
            shutil.copyfile(old.folder / name, unfinished / name)
            sync(unfinished / name)
        sync(unfinished)
        unfinished.rename(put_by / old.release_id)
        sync(put_by)
        doomed = settings.releases / f".{old.release_id}.retired"
        old.folder.rename(doomed)
        sync(settings.releases)
        shutil.rmtree(doomed)
        gone.append(old.release_id)
    return gone


def switch(settings: Settings, folder: Path) -> None:
    """Point ``current`` to a release, atomically."""
    pointer = settings.plan_home / ".current.next"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(folder.relative_to(settings.plan_home))
    pointer.replace(settings.current)
    sync(settings.plan_home)


def _next_id(settings: Settings, now: datetime) -> str:
    """Day of publication and its number on that day, for example 2022-02-11.1."""
    day = f"{now:%Y-%m-%d}"
    folders = [*settings.releases.glob(f"{day}.*"), *settings.releases.glob(f"{RETIRED}/{day}.*")]
    return f"{day}.{max((sequence(path.name)[1] for path in folders if path.is_dir()), default=0) + 1}"


def _reference(release: Release | None) -> dict[str, str] | None:
    if release is None:
        return None
    return {"release_id": release.release_id, "manifest_sha256": kept.manifest_sha256(release)}
