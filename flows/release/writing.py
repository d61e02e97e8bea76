"""Writing a release into a folder: its tables in every form, then all that is said beside them, and the manifest.

What the tables hold is known when these alone are written, so that nothing more is made of what is served already.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from flows import profile, registry, wording
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
from flows.forms.contents import Mart
from flows.forms.edition import Edition
from flows.intake.archive import Receipt
from flows.release.kept import DATABASE, MANIFEST, sha256
from flows.release.sign import PUBLIC_KEY, SUFFIX, Signer
from flows.reports import making
from flows.settings import Settings
from flows.site.building import build_site
from flows.warehouse import docs

_part = partial(profile.of_part, profile.PUBLISH)
_PARTS_BESIDE_TABLES = 4
"""What is told of the progress after the tables: workbook, checksum, documents, site with all else."""


class NotListed(Exception):
    """A column about to be published is not on the list of publishable columns; nothing was published."""


@dataclass(frozen=True)
class Begun:
    """A release of which the tables are written, in every form but the workbook."""

    settings: Settings
    warehouse: Path
    folder: Path
    signer: Signer
    marts: Sequence[Mart]
    counts: Mapping[str, int]
    """Rows of each mart."""
    listed: Mapping[Path, dict[str, Any]]
    """Its files so far."""
    content_sha256: str
    on_done: Callable[[int, int], None]


def write(
    settings: Settings,
    warehouse: Path,
    folder: Path,
    this: Edition,
    receipts: Sequence[Receipt],
    previous: Mapping[str, str] | None,
) -> None:
    """Write a whole release into ``folder``, made anew, and sign it. The same arguments always give the same bytes.

    Args:
        previous: id and manifest checksum of the release before.

    Raises:
        NotListed: when a column is not on the list of publishable columns.
    """
    finish(begin(settings, warehouse, folder), this, receipts, previous)


def begin(
    settings: Settings,
    warehouse: Path,
    folder: Path,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> Begun:
    """Write the tables of a release into ``folder``, made anew.

    Args:
        warehouse: a built and judged warehouse; it is only read.
        on_done: told (parts written, all parts of the release) as the writing goes on; each mart is one.

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
    parts = len(marts) + _PARTS_BESIDE_TABLES
    with _part("tables"):
        counts = tables.write(settings, warehouse, folder, marts, lambda done, _: on_done(done, parts))
        told = {path: listed(path, folder) for path in files(folder)}
    content_sha256 = _content_checksum(list(told.values()))
    return Begun(settings, warehouse, folder, signer, marts, counts, told, content_sha256, on_done)


def finish(begun: Begun, this: Edition, receipts: Sequence[Receipt], previous: Mapping[str, str] | None) -> None:
    """Write all that a release says beside its tables, and sign it."""
    warehouse, folder, marts, signer = begun.warehouse, begun.folder, begun.marts, begun.signer
    done = count(len(marts) + 1)

    def part_written() -> None:
        begun.on_done(next(done), len(marts) + _PARTS_BESIDE_TABLES)

    head = {"release_id": this.release_id, "published_at": this.published_at.isoformat()}
    carried.write_csv(folder)
    tables.write_headlines(folder, marts, head | {"licence": publication.value("licence")})
    memory = begun.settings.memory_beside(warehouse)
    with _part("workbook"):
        workbook.write(folder, marts, _readme(this), this.published_at, memory)
    part_written()
    told = {path: begun.listed.get(path) or listed(path, folder) for path in files(folder)}
    data = list(told.values())
    with _part("checksum"):
        whole = tables.contents_checksum(folder, "parquet")
    part_written()
    # A database file is never the same twice, so what is said of it is what it was when it was published.
    database = this.database or listed(folder / DATABASE, folder)
    database = {"path": DATABASE, "contents_sha256": whole} | {
        name: database[name] for name in ("bytes", "sha256") if name in database
    }
    announced = edition.calendar(folder, this)
    address = publication.release_uri(this.release_id)
    documents = making.Head(this.release_id, this.published_at, begun.content_sha256, address)
    with _part("documents"):
        making.write(folder / DATABASE, folder / making.FOLDER, documents, memory)
    part_written()
    with _part("catalogue"):
        catalogue.write(folder, this, marts, [*data, database], announced)
        packages.write(folder, this, marts, data, announced)
        dictionary.write(folder, this, marts)
        changes.write(folder, this, memory)
        docs.write(warehouse, folder)
    with _part("site"):
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
        "content_sha256": begun.content_sha256,
        "signing": {"algorithm": "Ed25519", "public_key": signer.public_pem, "is_demo_key": signer.is_demo_key},
        "calendar": announced,
        "tables": dict(begun.counts),
        "records": {mart.name: list(mart.records) for mart in marts if mart.records},
        "places": [mart.name for mart in marts if mart.is_place],
        "submissions": [_submission(receipt) for receipt in receipts],
        "withdrawals": _withdrawals(folder),
        "kept_releases": dict(this.kept),
        "last_meetmoments": edition.last_meetmoments(folder, this),
        "database": database,
        "files": [told.get(path) or listed(path, folder) for path in files(folder)],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name in (DATABASE, MANIFEST):
        signer.sign(folder / name)


def files(folder: Path) -> Iterator[Path]:
    """The files the manifest lists: all but itself, the database (signed on its own) and their signatures."""
    apart = {name for stem in (MANIFEST, DATABASE) for name in (stem, stem + SUFFIX)}
    yield from sorted(
        path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).as_posix() not in apart
    )


def listed(path: Path, folder: Path) -> dict[str, Any]:
    """A file of a release as the manifest lists it."""
    return {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}


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
