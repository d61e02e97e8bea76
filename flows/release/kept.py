"""The releases that are kept: which there are, and which one is served; known from folders and manifests alone."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from flows.forms.names import DATABASE
from flows.settings import Settings

MANIFEST = "manifest.json"
RETIRED = ".retired"
"""Folder of the manifests of releases whose files were not kept."""


_ID = re.compile(r"\d{4}-\d{2}-\d{2}\.\d{1,6}")


class NotReadBack(Exception):
    """What is read back from disk is not what was written."""


class _Listed(BaseModel):
    path: str
    sha256: str
    bytes: int


class _Submission(BaseModel):
    submission_id: str


class _Before(BaseModel):
    release_id: str
    manifest_sha256: str


class _Signing(BaseModel):
    public_key: str
    is_demo_key: bool


class _Code(BaseModel):
    version: str
    sha256: str


class _Database(BaseModel):
    contents_sha256: str


class _Manifest(BaseModel):
    """What every manifest says; the rest of it is nobody's business here."""

    release_id: str = Field(pattern=rf"^{_ID.pattern}$")
    published_at: datetime
    previous_release: _Before | None
    earlier_releases: dict[str, str]
    code: _Code
    registry_sha256: str
    content_sha256: str
    signing: _Signing
    calendar: list[dict[str, Any]]
    tables: dict[str, int]
    submissions: list[_Submission]
    withdrawals: list[_Submission]
    database: _Database
    files: list[_Listed]


@dataclass(frozen=True)
class Release:
    """A published release."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def release_id(self) -> str:
        return str(self.manifest["release_id"])

    @property
    def published_at(self) -> datetime:
        """The moment of publication (UTC)."""
        return datetime.fromisoformat(self.manifest["published_at"]).astimezone(UTC)

    @property
    def database(self) -> Path:
        return self.folder / DATABASE


def current(settings: Settings) -> Release | None:
    """The release that ``current`` points to."""
    return opened(settings.current.resolve()) if settings.current.exists() else None


def published(settings: Settings) -> list[Release]:
    """Every release whose files are kept, oldest first."""
    return _in(settings.releases)


def ids(settings: Settings) -> list[str]:
    """The id of every release whose files are kept, oldest first."""
    return [folder.name for folder in _folders(settings.releases)]


def retired(settings: Settings) -> list[Release]:
    """Every release of which only the manifest is kept, oldest first."""
    return _in(settings.releases / RETIRED)


def find(settings: Settings, release_id: str) -> Release:
    """A release by its id, retired ones too.

    Raises:
        LookupError: naming the releases there are.
    """
    known = {folder.name: folder for folder in folders(settings)}
    if release_id not in known:
        raise LookupError(f"no release {release_id}; there are {', '.join(known) or 'none'}")
    return opened(known[release_id])


def folders(settings: Settings) -> list[Path]:
    """The folder of every release, those of which only the manifest is kept first, each oldest first."""
    return [*_folders(settings.releases / RETIRED), *_folders(settings.releases)]


def sequence(release_id: str) -> tuple[str, int]:
    """What releases are ordered by: the day of publication, and the number on that day."""
    day, _, number = release_id.partition(".")
    return day, int(number)


def _in(folder: Path) -> list[Release]:
    return [opened(path) for path in _folders(folder)]


def manifest_sha256(release: Release) -> str:
    """Checksum of its manifest: what the release after it, and the anchor, know it by."""
    return hashlib.sha256((release.folder / MANIFEST).read_bytes()).hexdigest()


def _folders(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("*") if _ID.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]
    return sorted(found, key=lambda path: sequence(path.name))


def opened(folder: Path) -> Release:
    """The release in a folder, as its manifest tells of it; nobody has looked who signed that.

    Raises:
        NotReadBack: when the manifest cannot be read, or does not say what every manifest says.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise NotReadBack(
            f"{folder.name}: {MANIFEST} is missing or is no manifest; put the release back from a copy"
        ) from None
    try:
        _Manifest.model_validate(manifest)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "which release it is"
        raise NotReadBack(
            f"{folder.name}: {MANIFEST} is no manifest: it does not say {place}; put the release back from a copy"
        ) from None
    return Release(folder, manifest)
