"""The releases that are kept: which there are, which one is served, and the one way to read anything of them.

A `Release` is made here alone, once its manifest is known to be signed with a key that is trusted, and it gives a file
of it once the bytes of that file are those that were signed. So nobody reads what nobody has looked at.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from flows.forms.names import DATABASE, parquet_of
from flows.settings import Settings

MANIFEST = "manifest.json"
RETIRED = ".retired"
"""Folder of the manifests of releases whose files were not kept."""


_ID = re.compile(r"\d{4}-\d{2}-\d{2}\.\d{1,6}")
_COPY = (
    "zet de uitgave terug uit een reservekopie, of neem een andere in gebruik"
    " / put the release back from a copy, or serve another: veerkracht releases rollback ID; "
    "welke kloppen, zegt / which hold, says veerkracht releases verify --all"
)
_AGAIN = (
    "zet het bestand terug uit een reservekopie, of uit wat het opnieuw maakt"
    " / put the file back from a copy, or from what makes it again: veerkracht releases rebuild {0}; "
    "neem intussen een andere in gebruik / meanwhile serve another: veerkracht releases rollback ID; "
    "wat er nog mis is, zegt / what else is wrong, says veerkracht releases verify {0}"
)
_NO_MANIFEST = "{0} ontbreekt of is geen manifest / {0} is missing or is no manifest"


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
    bytes: int | None = None
    sha256: str | None = None
    """Of the file as it was published; releases of before December 2026 do not say."""


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
    """A published release whose manifest is signed with a key that is trusted."""

    folder: Path
    """Where it lies; what is read of it is asked of `file` and `database`."""
    manifest: dict[str, Any]
    keys: tuple[str, ...] = field(repr=False)
    """The keys (PEM) that were trusted when it was opened."""
    _whole: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def release_id(self) -> str:
        return str(self.manifest["release_id"])

    @property
    def published_at(self) -> datetime:
        """The moment of publication (UTC)."""
        return datetime.fromisoformat(self.manifest["published_at"]).astimezone(UTC)

    @property
    def has_files(self) -> bool:
        """Whether its files were kept, and not its manifest alone."""
        return self.folder.parent.name != RETIRED

    @property
    def database(self) -> Path:
        """Its database, whose signature was held against it; where it was made again, its contents too.

        Raises:
            NotReadBack: when it is gone, is not the one that was signed, or is that of another release.
        """
        from flows.release.sign import is_signed_with

        if DATABASE not in self._whole:
            if not is_signed_with(self.folder / DATABASE, self.keys):
                raise self._broken(
                    DATABASE,
                    "is weg of niet ondertekend met een sleutel die hier vertrouwd is"
                    " / is gone or is not signed with a key that is trusted here",
                )
            if not self._is_its_own():
                raise self._broken(
                    DATABASE,
                    "is ondertekend en niet die van deze uitgave / is signed and not that of this release",
                )
            self._whole.add(DATABASE)
        return self.folder / DATABASE

    def _is_its_own(self) -> bool:
        """Whether a signed database is that of this release: as long as it was, or with the same contents.

        Of a release of before December 2026, which does not say how long it was, `releases verify` alone asks that.
        """
        import duckdb

        from flows.forms import tables

        told = self.manifest["database"]
        if told.get("bytes") in (None, _length(self.folder / DATABASE)):
            return True
        try:
            return tables.contents_checksum(self.folder, "duckdb") == told.get("contents_sha256")
        except duckdb.Error:
            return False

    def lists(self, name: str) -> bool:
        """Whether it has a file of this name."""
        return any(entry["path"] == name for entry in self.manifest["files"])

    def file(self, name: str) -> Path:
        """A file of it by its path, once its bytes are those that the manifest lists.

        Raises:
            NotReadBack: when it is gone, is not listed, or has other bytes.
        """
        if name not in self._whole:
            listed = {entry["path"]: entry["sha256"] for entry in self.manifest["files"]}
            path = self.folder / name
            if name not in listed:
                raise self._broken(name, "staat niet in haar manifest / is not in its manifest")
            if not path.is_file() or path.is_symlink() or sha256(path) != listed[name]:
                raise self._broken(
                    name, "is weg of niet wat haar manifest zegt / is gone or is not what its manifest says"
                )
            self._whole.add(name)
        return self.folder / name

    def parquet(self, mart: str) -> list[str]:
        """The Parquet files of a mart, of which a large one has several, in the order of its rows; none without any.

        Raises:
            NotReadBack: as `file` does.
        """
        return [str(self.file(path)) for path in parquet_of(mart, (entry["path"] for entry in self.manifest["files"]))]

    def misfits(self) -> list[str]:
        """Its files that are gone, or not as long as the manifest says; none is opened, so that it may be asked often.

        A database that was made again is of another length than the one that was published: that one is held against
        its signature and its contents. Other bytes of the same length are found by reading, as `file` and `releases
        verify` do.
        """
        listed = {entry["path"]: entry["bytes"] for entry in self.manifest["files"]}
        if length := self.manifest["database"].get("bytes"):
            listed[DATABASE] = length
        found = [name for name, length in listed.items() if _length(self.folder / name) != length]
        return [name for name in found if name != DATABASE or not self._has_its_database()]

    def _has_its_database(self) -> bool:
        try:
            return bool(self.database)
        except NotReadBack:
            return False

    def _broken(self, name: str, how: str) -> NotReadBack:
        return NotReadBack(f"uitgave / release {self.release_id}: {name} {how}; {_AGAIN.format(self.release_id)}")


def may_differ(settings: Settings) -> bool:
    """Whether the release that is served may be another than the one that was published, by names and lengths alone.

    It is what a night that finds nothing new can afford: neither signature nor checksum is asked, so a yes is to be
    looked into.
    """
    if not settings.current.exists():
        return bool(ids(settings))
    folder = settings.current.resolve()
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        listed = {entry["path"]: entry["bytes"] for entry in manifest["files"]}
        listed[DATABASE] = manifest["database"].get("bytes") or _length(folder / DATABASE) or 0
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return True
    return any(_length(folder / name) != length for name, length in listed.items())


def _length(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() and not path.is_symlink() else None


def served_id(settings: Settings) -> str | None:
    """The id of the release that ``current`` points to, by its name alone."""
    return settings.current.resolve().name if settings.current.exists() else None


def current(settings: Settings) -> Release | None:
    """The release that ``current`` points to.

    Raises:
        NotReadBack: when its manifest is not signed with a key that is trusted, or it is no release of this plan.
    """
    if not settings.current.exists():
        return None
    folder = settings.current.resolve()
    if folder.parent != settings.releases.resolve():
        raise NotReadBack(
            f"current wijst naar iets dat geen uitgave is van {settings.plan}"
            f" / current points to what is no release of {settings.plan}: {folder}; {_COPY}"
        )
    return _release(settings, settings.releases / folder.name)


def published(settings: Settings) -> list[Release]:
    """Every release whose files are kept, oldest first.

    Raises:
        NotReadBack: when one of them is not signed with a key that is trusted.
    """
    return [_release(settings, folder) for folder in _folders(settings.releases)]


def ids(settings: Settings) -> list[str]:
    """The id of every release whose files are kept, oldest first."""
    return [folder.name for folder in _folders(settings.releases)]


def latest_first(settings: Settings) -> Iterator[Release]:
    """Every release, the latest first, each opened when it is asked for: one that is broken stops only who needs it."""
    for folder in sorted(folders(settings), key=lambda folder: sequence(folder.name), reverse=True):
        yield _release(settings, folder)


def find(settings: Settings, release_id: str, keys: Sequence[str] = ()) -> Release:
    """A release by its id, retired ones too.

    Args:
        keys: trusted (PEM) beside those that are configured.

    Raises:
        LookupError: naming the releases there are.
    """
    known = {folder.name: folder for folder in folders(settings)}
    if release_id not in known:
        raise LookupError(
            f"er is geen uitgave {release_id}; wel / there is no release {release_id}; there are "
            f"{', '.join(known) or 'geen / none'}"
        )
    return _release(settings, known[release_id], keys)


def folders(settings: Settings) -> list[Path]:
    """The folder of every release, those of which only the manifest is kept first, each oldest first."""
    return [*_folders(settings.releases / RETIRED), *_folders(settings.releases)]


def sequence(release_id: str) -> tuple[str, int]:
    """What releases are ordered by: the day of publication, and the number on that day."""
    day, _, number = release_id.partition(".")
    return day, int(number)


def sha256(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_sha256(release: Release) -> str:
    """Checksum of its manifest: what the release after it, and the anchor, know it by."""
    return sha256(release.folder / MANIFEST)


def _folders(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("*") if _ID.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]
    return sorted(found, key=lambda path: sequence(path.name))


def _release(settings: Settings, folder: Path, keys: Sequence[str] = ()) -> Release:
    """The release in one of the folders of a plan."""
    from flows.release.sign import trusted_keys

    found = opened(folder, [*keys, *trusted_keys(settings)])
    if found.release_id != folder.name:
        raise NotReadBack(
            f"uitgave / release {folder.name}: haar map heet zo, haar {MANIFEST} is dat van {found.release_id}"
            f" / its folder is called so, its {MANIFEST} is that of {found.release_id}; {_COPY}"
        )
    return found


def opened(folder: Path, keys: Sequence[str]) -> Release:
    """The release in a folder, once its manifest is known to be signed with one of these keys (PEM).

    Raises:
        NotReadBack: when it is not, or when it does not say what every manifest says.
    """
    from flows.release.sign import signed_with

    if not (folder / MANIFEST).is_file():
        raise NotReadBack(f"uitgave / release {folder.name}: {_NO_MANIFEST.format(MANIFEST)}; {_COPY}")
    content = signed_with(folder / MANIFEST, keys)
    if content is None:
        raise NotReadBack(
            f"uitgave / release {folder.name}: {MANIFEST} is niet ondertekend met een sleutel die hier vertrouwd is"
            " / is not signed with a key that is trusted here; werd de sleutel vervangen, dan noemt "
            "VEERKRACHT_TRUSTED_KEYS de publieke sleutels van voordien / where the key was changed, "
            f"VEERKRACHT_TRUSTED_KEYS names the public keys of before; anders / else {_COPY}"
        )
    try:
        manifest = json.loads(content)
        _Manifest.model_validate(manifest)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "release_id"
        raise NotReadBack(
            f"uitgave / release {folder.name}: {MANIFEST} is geen manifest: het zegt niet / is no manifest: it does "
            f"not say {place}; {_COPY}"
        ) from None
    except (ValueError, RecursionError):
        raise NotReadBack(f"uitgave / release {folder.name}: {_NO_MANIFEST.format(MANIFEST)}; {_COPY}") from None
    return Release(folder, manifest, tuple(keys))
