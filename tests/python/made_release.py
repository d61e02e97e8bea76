"""A release made by hand: what the list of changes is read from, and no more."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from kept_homes import copied, own

from flows.forms.names import DATABASE
from flows.release import kept, publishing
from flows.release.kept import MANIFEST, Release
from flows.release.sign import SUFFIX, Signer
from flows.settings import Settings

COLUMNS = (
    *("comparison", "meetmoment_code", "previous_meetmoment_code", "project_code", "record", "record_key", "field"),
    *("kind", "old_value", "new_value", "old_state", "new_state", "is_form_only", "reason", "reason_source"),
    "known_from",
)
_TYPES = {"is_form_only": "boolean", "known_from": "timestamp"}


def manifest(release_id: str, published_at: datetime) -> dict[str, Any]:
    """What every manifest says."""
    return {
        "release_id": release_id,
        "published_at": published_at.isoformat(),
        "previous_release": None,
        "earlier_releases": {},
        "registry_sha256": "r",
        "content_sha256": "m",
        "code": {"version": "v", "sha256": "c"},
        "signing": {"public_key": "k", "is_demo_key": True},
        "database": {"contents_sha256": "d"},
        "calendar": [],
        "tables": {"what_changed": 0},
        "records": {},
        "submissions": [],
        "withdrawals": [],
        "files": [],
    }


def make_release(
    settings: Settings, release_id: str, published_at: datetime, changes: Iterable[dict[str, Any]]
) -> Release:
    """Write a release that holds these changes, of which only what matters need be named."""
    folder = settings.releases / release_id
    folder.mkdir(parents=True)
    said = manifest(release_id, published_at)
    (folder / MANIFEST).write_text(json.dumps(said), encoding="utf-8")
    with duckdb.connect(str(folder / DATABASE)) as con:
        columns = [f"{column} {_TYPES.get(column, 'varchar')}" for column in COLUMNS]
        con.execute(f"create table what_changed ({', '.join(columns)})")
        rows = [[change.get(column) for column in COLUMNS] for change in changes]
        if rows:
            con.executemany(f"insert into what_changed values ({', '.join('?' * len(COLUMNS))})", rows)
    sign(settings, folder)
    publishing.switch(settings, folder)
    return kept.find(settings, release_id)


def with_releases_of(other: Settings, home: Path) -> Settings:
    """A home that holds the releases of another and nothing else, and serves the last of them."""
    settings = Settings(home=home)
    settings.releases.mkdir(parents=True)
    for published in kept.published(other):
        copied(published.folder, settings.releases / published.release_id)
    publishing.switch(settings, kept.published(settings)[-1].folder)
    return settings


def sign(settings: Settings, folder: Path) -> None:
    """Sign a release as it lies now."""
    for name in (MANIFEST, DATABASE):
        if (folder / name).exists():
            (folder / f"{name}{SUFFIX}").unlink(missing_ok=True)  # of a copy it is also that of the original
            Signer.of(settings).sign(folder / name)


def change_a_byte(path: Path) -> None:
    """Turn one bit of a file of a copy, in its middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    own(path).write_bytes(content)
