"""Publishing: the marts in every form under one id, with metadata and a signed manifest; earlier releases stay.

It is written beside the others under an unfinished name, read back from disk, renamed, and only then does ``current``
point to it, in one atomic step. Whoever reads ``current`` sees the old release or the new one, never a mixture.
"""

import hashlib
import json
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from flows import registry, wording
from flows.forms import (
    carried,
    catalogue,
    changes,
    contents,
    dictionary,
    edition,
    names,
    packages,
    publication,
    tables,
    workbook,
)
from flows.forms.edition import Edition
from flows.intake.archive import Receipt, sync
from flows.release import anchor, kept, rules
from flows.release.kept import (
    DATABASE,
    MANIFEST,
    RETIRED,
    NotReadBack,
    Release,
    sequence,
    sha256,
)
from flows.release.sign import PUBLIC_KEY, SUFFIX, Signer, trusted_keys
from flows.reports import making
from flows.settings import Settings
from flows.site.building import build_site
from flows.warehouse import docs

_FOR_READERS = 2
"""The release that was served until now stays for those who are reading file after file of it."""


class NotListed(Exception):
    """A column about to be published is not on the list of publishable columns; nothing was published."""


def publish(
    settings: Settings,
    warehouse: Path,
    receipts: Sequence[Receipt],
    now: datetime,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> Release | None:
    """Publish the marts of ``warehouse``; nothing, and None, when they equal the current release to the byte.

    Args:
        warehouse: a built and judged warehouse; it is only read.
        receipts: the submissions it stands on.
        now: the moment of publication (UTC); all that is told of time in a release besides its data.
        on_done: told (parts written, all parts) as the writing goes on; each mart is one.
    """
    # The chain follows the order of publication: a release that was rolled back stays a link of it.
    before = next(kept.latest_first(settings), None)
    # Nor does a clock that went back put a release before it.
    release_id = _next_id(settings, max(now, before.published_at) if before else now)
    unfinished = settings.releases / f".{release_id}.unfinished"
    this = Edition.after(before.manifest if before else None, release_id, now)
    this = replace(
        this, kept={release.release_id: edition.whole_files(release.manifest) for release in _staying(settings)}
    )
    if before:
        this = replace(this, rules=rules.changed(settings, before, warehouse, receipts))
    manifest = write(settings, warehouse, unfinished, this, receipts, _reference(before), on_done)
    served = kept.current(settings)
    if served and served.manifest["content_sha256"] == manifest["content_sha256"]:
        shutil.rmtree(unfinished)
        return None
    written = kept.opened(unfinished, trusted_keys(settings))
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


def write(
    settings: Settings,
    warehouse: Path,
    folder: Path,
    this: Edition,
    receipts: Sequence[Receipt],
    previous: dict[str, str] | None,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Write a whole release into ``folder`` and sign it; its manifest. The same arguments always give the same bytes.

    Args:
        folder: made anew.
        previous: id and manifest checksum of the release before.
        on_done: told (parts written, all parts) as the writing goes on; each mart is one.

    Raises:
        NotListed: when a column is not on the list of publishable columns.
    """
    marts = contents.declared(warehouse)
    unlisted = [f"{mart.name}.{column}" for mart in marts for column in mart.unlisted]
    if unlisted:
        raise NotListed(", ".join(unlisted))
    signer = Signer.of(settings)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    written, parts = count(1), len(marts) + 4

    def part_written(*_: int) -> None:
        on_done(next(written), parts)

    counts = tables.write(settings, warehouse, folder, marts, part_written)
    head = {"release_id": this.release_id, "published_at": this.published_at.isoformat()}
    carried.write_csv(folder)
    tables.write_headlines(folder, marts, head | {"licence": publication.value("licence")})
    memory = settings.memory_beside(warehouse)
    workbook.write(folder, marts, _readme(this), this.published_at, memory)
    part_written()
    told = {path: _file(path, folder) for path in files(folder)}
    data = list(told.values())
    whole = tables.contents_checksum(folder, "parquet")
    part_written()
    # A database file is never the same twice, so what is said of it is what it was when it was published.
    database = this.database or _file(folder / DATABASE, folder)
    database = {"path": DATABASE, "contents_sha256": whole} | {
        name: database[name] for name in ("bytes", "sha256") if name in database
    }
    announced = edition.calendar(folder, this)
    content_sha256 = _content_checksum(data)
    address = publication.release_uri(this.release_id)
    documents = making.Head(this.release_id, this.published_at, content_sha256, address)
    making.write(folder / DATABASE, folder / making.FOLDER, documents, memory)
    part_written()
    catalogue.write(folder, this, marts, [*data, database], announced)
    packages.write(folder, this, marts, data, announced)
    dictionary.write(folder, this, marts)
    changes.write(folder, this, memory)
    docs.write(warehouse, folder)
    build_site(folder, folder, this, memory=memory)
    part_written()
    carried.write_registry(folder)
    (folder / PUBLIC_KEY).write_text(signer.public_pem, encoding="utf-8")
    manifest = head | {
        "previous_release": previous,
        "earlier_releases": dict(this.earlier),
        "code": {
            "version": carried.code_version(),
            "sha256": registry.code_checksum(),
            "files": registry.code_files(),
        },
        "rules_changed": this.rules,
        "registry_sha256": registry.checksum(),
        "content_sha256": content_sha256,
        "signing": {"algorithm": "Ed25519", "public_key": signer.public_pem, "is_demo_key": signer.is_demo_key},
        "calendar": announced,
        "tables": counts,
        "records": {mart.name: list(mart.records) for mart in marts if mart.records},
        "places": [mart.name for mart in marts if mart.is_place],
        "submissions": [_submission(receipt) for receipt in receipts],
        "withdrawals": _withdrawals(folder),
        "kept_releases": dict(this.kept),
        "last_meetmoments": edition.last_meetmoments(folder, this),
        "database": database,
        "files": [told.get(path) or _file(path, folder) for path in files(folder)],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name in (DATABASE, MANIFEST):
        signer.sign(folder / name)
    return manifest


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
    listed = {entry["path"]: entry for entry in checked.manifest["files"]}
    present = {path.relative_to(folder).as_posix() for path in files(folder)}
    return [
        *(f"{name} is weg / is gone" for name in sorted(set(listed) - present)),
        *(f"{name} staat niet in het manifest / is not in the manifest" for name in sorted(present - set(listed))),
        *(
            f"{name} is niet wat het manifest zegt / is not what the manifest says"
            for name, entry in listed.items()
            if name in present and _file(folder / name, folder) != entry
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


def files(folder: Path) -> Iterator[Path]:
    """The files the manifest lists: all but itself, the database (signed on its own) and their signatures."""
    apart = {name for stem in (MANIFEST, DATABASE) for name in (stem, stem + SUFFIX)}
    yield from sorted(
        path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).as_posix() not in apart
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


def _readme(this: Edition) -> dict[str, str]:
    """What the workbook says of the release on its first sheet."""
    return {
        "Titel / title": publication.value("title", "nl"),
        "Inhoud / contents": publication.value("description", "nl"),
        "Uitgave / release": this.release_id,
        "Gepubliceerd / published": f"{wording.here(this.published_at):%d/%m/%Y %H:%M}",
        "Licentie / licence": publication.value("licence"),
        "Adres / address": publication.release_uri(this.release_id),
        "Uitleg / explanation": f"{dictionary.PAGE}: wat elke kolom betekent / what each column means. "
        f"{docs.PAGE}: hoe elk cijfer gemaakt wordt / how each figure is made.",
        "Leeg / empty": "Een lege cel is niet gerapporteerd of niet van toepassing, nooit nul. "
        "/ An empty cell is not reported or not applicable, never zero.",
        "Herkomst / origin": "trace_key leidt met `veerkracht trace` naar bestand, blad en cel "
        "/ leads to file, sheet and cell.",
    }


def _content_checksum(data: Sequence[Mapping[str, Any]]) -> str:
    """sha256 over the checksums of the Parquet files: the same content always gives the same one."""
    digest = hashlib.sha256()
    for file in data:
        form, _, name = str(file["path"]).partition("/")
        if form == names.PARQUET:
            digest.update(f"{name} {file['sha256']}\n".encode())
    return digest.hexdigest()


def _next_id(settings: Settings, now: datetime) -> str:
    """Day of publication and its number on that day, for example 2022-02-11.1."""
    day = f"{now:%Y-%m-%d}"
    folders = [*settings.releases.glob(f"{day}.*"), *settings.releases.glob(f"{RETIRED}/{day}.*")]
    return f"{day}.{max((sequence(path.name)[1] for path in folders if path.is_dir()), default=0) + 1}"


def _reference(release: Release | None) -> dict[str, str] | None:
    if release is None:
        return None
    return {"release_id": release.release_id, "manifest_sha256": kept.manifest_sha256(release)}


def _submission(receipt: Receipt) -> dict[str, Any]:
    return {
        "submission_id": receipt.submission_id,
        "sha256": receipt.sha256,
        "file_name": receipt.file_name,
        "received_at": receipt.received_at.isoformat(),
    }


def _withdrawals(folder: Path) -> list[dict[str, str]]:
    """What no longer counted when the warehouse was made, as the release itself tells; why stays in the archive."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
        rows = con.sql(
            "select submission_id, withdrawn_at from dim_submission where withdrawn_at is not null order by all"
        ).fetchall()
    return [{"submission_id": id_, "withdrawn_at": moment.replace(tzinfo=UTC).isoformat()} for id_, moment in rows]


def _file(path: Path, folder: Path) -> dict[str, Any]:
    return {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}
