"""A release: the marts as DuckDB, Parquet and CSV under one id, with a manifest; earlier ones stay.

It is written beside the others under an unfinished name, read back from disk, renamed, and only then does ``current``
point to it, in one atomic step. Whoever reads ``current`` sees the old release or the new one, never a mixture.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from flows import registry
from flows.receive.archive import Receipt
from flows.settings import PROJECT, Settings

DATABASE = "marts.duckdb"
MANIFEST = "manifest.json"


class NotReadBack(Exception):
    """What was read back from disk is not what was written; nothing was published."""


@dataclass(frozen=True)
class Release:
    """A published release."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def release_id(self) -> str:
        return str(self.manifest["release_id"])

    @property
    def database(self) -> Path:
        return self.folder / DATABASE


def current(settings: Settings) -> Release | None:
    """The release that ``current`` points to."""
    return _open(settings.current.resolve()) if settings.current.exists() else None


def published(settings: Settings) -> list[Release]:
    """Every release, oldest first."""
    folders = sorted(settings.releases.glob(f"[!.]*/{MANIFEST}"), key=lambda path: _sequence(path.parent.name))
    return [_open(path.parent) for path in folders]


def publish(settings: Settings, warehouse: Path, receipts: Sequence[Receipt], now: datetime) -> Release | None:
    """Publish the marts of ``warehouse``; nothing, and None, when they equal the current release to the byte.

    Args:
        warehouse: a built and judged warehouse; it is only read.
        receipts: the submissions it stands on.
        now: the moment of publication (UTC); it appears in the release id and the manifest only.
    """
    previous = current(settings)
    release_id = _next_id(settings, now)
    unfinished = settings.releases / f".{release_id}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    tables = write_tables(warehouse, unfinished)
    content = _content_checksum(unfinished)
    if previous and previous.manifest["content_sha256"] == content:
        shutil.rmtree(unfinished)
        return None
    manifest = {
        "release_id": release_id,
        "published_at": now.isoformat(),
        "previous_release": _reference(previous),
        "code": {"version": _code_version(), "sha256": registry.code_checksum()},
        "registry_sha256": registry.checksum(),
        "content_sha256": content,
        "tables": tables,
        "submissions": [_submission(receipt) for receipt in receipts],
        "files": [_file(path, unfinished) for path in _files(unfinished)],
    }
    (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    read_back(unfinished)
    for path in [
        *_files(unfinished),
        unfinished / MANIFEST,
        *(p for p in unfinished.rglob("*") if p.is_dir()),
        unfinished,
    ]:
        _sync(path)
    folder = settings.releases / release_id
    unfinished.rename(folder)
    _sync(settings.releases)
    _switch(settings, folder)
    return Release(folder, manifest)


def read_back(folder: Path) -> None:
    """Read a release from disk and compare every file with its manifest, and every table with its Parquet file.

    Raises:
        NotReadBack: naming the first file or table that differs.
    """
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    listed = {entry["path"]: entry for entry in manifest["files"]}
    present = {path.relative_to(folder).as_posix() for path in _files(folder)}
    if present != set(listed):
        raise NotReadBack(f"files and manifest differ: {sorted(present ^ set(listed))}")
    for name, entry in listed.items():
        if _file(folder / name, folder) != entry:
            raise NotReadBack(f"{name} is not what the manifest says")
    with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
        for table, row_count in manifest["tables"].items():
            parquet = str(folder / "parquet" / f"{table}.parquet")
            differing = con.execute(
                f"select count(*) from ((from {table} except all from read_parquet(?)) union all"
                f" (from read_parquet(?) except all from {table}))",
                [parquet, parquet],
            ).fetchone()
            counted = con.execute(f"select count(*) from {table}").fetchone()
            if differing != (0,) or counted != (row_count,):
                raise NotReadBack(f"table {table} in {DATABASE} is not what its Parquet file says")


def write_tables(warehouse: Path, folder: Path) -> dict[str, int]:
    """Write every mart in its three forms, rows in a total order; the number of rows of each."""
    for form in ("parquet", "csv"):
        (folder / form).mkdir()
    counts = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        # Older readers must open the file: storage version v1.0.0 is read by every DuckDB 1.x and 2.x.
        con.execute(f"attach '{folder / DATABASE}' as release (storage_version 'v1.0.0')")
        names = con.execute(
            "select table_name from information_schema.tables"
            " where table_catalog = 'warehouse' and table_schema = 'marts' order by all"
        ).fetchall()
        for (name,) in names:
            rows = f"select * from warehouse.marts.{name} order by all"
            con.execute(f"create table release.main.{name} as {rows}")
            con.execute(f"copy ({rows}) to '{folder / 'parquet' / name}.parquet' (format parquet, compression zstd)")
            con.execute(f"copy ({rows}) to '{folder / 'csv' / name}.csv' (format csv, header)")
            counts[name] = con.execute(f"select count(*) from warehouse.marts.{name}").fetchall()[0][0]
        con.execute("detach release")
    if (folder / f"{DATABASE}.wal").exists():
        raise NotReadBack("a write-ahead log was left beside the database")
    return counts


def _content_checksum(folder: Path) -> str:
    """sha256 over the Parquet files: the same content always gives the same one."""
    digest = hashlib.sha256()
    for path in sorted((folder / "parquet").iterdir()):
        digest.update(f"{path.name} {_sha256(path)}\n".encode())
    return digest.hexdigest()


def _next_id(settings: Settings, now: datetime) -> str:
    """Day of publication and its number on that day, for example 2022-02-11.1."""
    day = f"{now:%Y-%m-%d}"
    taken = [_sequence(path.name)[1] for path in settings.releases.glob(f"{day}.*") if path.is_dir()]
    return f"{day}.{max(taken, default=0) + 1}"


def _sequence(release_id: str) -> tuple[str, int]:
    day, _, number = release_id.partition(".")
    return day, int(number)


def _switch(settings: Settings, folder: Path) -> None:
    """Point ``current`` to a release, atomically."""
    pointer = settings.home / ".current.next"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(folder.relative_to(settings.home))
    pointer.replace(settings.current)
    _sync(settings.home)


def _open(folder: Path) -> Release:
    return Release(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def _reference(release: Release | None) -> dict[str, str] | None:
    if release is None:
        return None
    return {"release_id": release.release_id, "manifest_sha256": _sha256(release.folder / MANIFEST)}


def _submission(receipt: Receipt) -> dict[str, Any]:
    return {
        "submission_id": receipt.submission_id,
        "sha256": receipt.sha256,
        "file_name": receipt.file_name,
        "received_at": receipt.received_at.isoformat(),
    }


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def _file(path: Path, folder: Path) -> dict[str, Any]:
    return {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _code_version() -> str:
    """The commit the code is at, where the project is a git checkout."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
