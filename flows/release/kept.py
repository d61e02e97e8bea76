"""The releases that are kept: which there are, and which one is served; known from folders and manifests alone."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.forms.names import DATABASE
from flows.settings import Settings

MANIFEST = "manifest.json"
RETIRED = ".retired"
"""Folder of the manifests of releases whose files were not kept."""


class NotReadBack(Exception):
    """What is read back from disk is not what was written."""


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
    """Every release whose files are kept, oldest first."""
    return _in(settings.releases)


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
    return _open(known[release_id])


def folders(settings: Settings) -> list[Path]:
    """The folder of every release, those of which only the manifest is kept first, each oldest first."""
    return [*_folders(settings.releases / RETIRED), *_folders(settings.releases)]


def sequence(release_id: str) -> tuple[str, int]:
    """What releases are ordered by: the day of publication, and the number on that day."""
    day, _, number = release_id.partition(".")
    return day, int(number)


def _in(folder: Path) -> list[Release]:
    return [_open(path) for path in _folders(folder)]


def _folders(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("[!.]*.*") if path.is_dir()]
    return sorted(found, key=lambda path: sequence(path.name))


def _open(folder: Path) -> Release:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        assert manifest["release_id"]
    except (OSError, ValueError, LookupError, TypeError, AssertionError):
        raise NotReadBack(
            f"{folder.name}: {MANIFEST} is missing or is no manifest; put the release back from a copy"
        ) from None
    return Release(folder, manifest)
