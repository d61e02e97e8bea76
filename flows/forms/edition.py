"""An edition: which release of the series this is, and how it keeps to the declared publication calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows import registry
from flows.forms.names import DATABASE, WHOLE


@dataclass(frozen=True)
class Edition:
    """What sets one release apart from the others of the series."""

    release_id: str
    published_at: datetime
    """UTC."""
    earlier: Mapping[str, str] = field(default_factory=dict)
    """Id -> moment of publication (ISO, UTC) of the releases before it, oldest first."""
    first_published: Mapping[str, str] | None = None
    """Meetmoment -> day on which an earlier release first held all of it."""
    kept: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Id -> path, bytes and sha256 of the files that hold everything, of the releases kept beside it."""
    last_meetmoments: Mapping[str, str] = field(default_factory=dict)
    """Id -> last meetmoment that was delivered, of the releases before it."""
    database: Mapping[str, Any] | None = None
    """Bytes and sha256 of the database file as it was published, the one that a rebuild makes otherwise."""
    rules: Mapping[str, Any] | None = None
    """What changed in registry and code since the release before, and what moved by it (flows/release/rules.py)."""

    @property
    def previous(self) -> str | None:
        return next(reversed(list(self.earlier)), None)

    @property
    def day(self) -> date:
        return self.published_at.astimezone(registry.TIME_ZONE).date()

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> "Edition":
        """The edition a manifest tells of, as it was when it was published."""
        published_at = datetime.fromisoformat(manifest["published_at"])
        edition = cls(manifest["release_id"], published_at, manifest["earlier_releases"])
        return cls(
            edition.release_id,
            published_at,
            edition.earlier,
            {
                _meetmoment(entry): entry["first_published_on"]
                for entry in manifest["calendar"]
                if entry["first_published_on"] and entry["first_published_on"] < edition.day.isoformat()
            },
            manifest.get("kept_releases", {}),
            manifest.get("last_meetmoments", {}),
            manifest["database"],
            manifest.get("rules_changed"),
        )

    @classmethod
    def after(cls, manifest: Mapping[str, Any] | None, release_id: str, published_at: datetime) -> "Edition":
        """The edition that follows a manifest; the first of the series where there is none."""
        if manifest is None:
            return cls(release_id, published_at)
        return cls(
            release_id,
            published_at,
            {**manifest["earlier_releases"], manifest["release_id"]: manifest["published_at"]},
            {_meetmoment(e): e["first_published_on"] for e in manifest["calendar"] if e["first_published_on"]},
            last_meetmoments=manifest.get("last_meetmoments", {}),
        )


def _meetmoment(entry: Mapping[str, Any]) -> str:
    """The code in an entry of a published calendar; releases of before 2027 name it with the plan in front."""
    return str(entry.get("meetmoment_code") or entry["meetmoment_code"].partition("/")[2])


def calendar(folder: Path, edition: Edition) -> list[dict[str, Any]]:
    """Per meetmoment: the announced day, the day a release first held all of it, whether that was missed.

    A day that passed without a complete release counts as missed from then on.
    """
    kept = []
    with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
        rows = con.execute(
            "select meetmoment_code, cast(publication_on as varchar), is_complete from dim_meetmoment"
            " order by meetmoment_number"
        ).fetchall()
    for code, publication_on, is_complete in rows:
        first = (edition.first_published or {}).get(code) or (edition.day.isoformat() if is_complete else None)
        kept.append(
            {
                "meetmoment_code": code,
                "publication_on": publication_on,
                "first_published_on": first,
                "is_missed": (first or edition.day.isoformat()) > publication_on,
            }
        )
    return kept


def missed(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """The meetmomenten whose announced day was missed."""
    return [str(entry["meetmoment_code"]) for entry in entries if entry["is_missed"]]


def whole_files(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Path, bytes and sha256 of the files of a release that hold all of it, as its manifest has them."""
    listed = {entry["path"]: entry for entry in [*manifest["files"], manifest["database"]] if "path" in entry}
    return [
        {name: listed[path][name] for name in ("path", "bytes", "sha256")}
        for path in WHOLE
        if "sha256" in listed.get(path, {})
    ]


def named(database: Path) -> dict[str, tuple[str, str, date]]:
    """Meetmoment -> its name in Dutch and in English and its cut-off, in the order of the calendar."""
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            "select meetmoment_code, label_nl, label_en, cutoff_date from dim_meetmoment order by meetmoment_number"
        ).fetchall()
    return {code: (label_nl, label_en, cutoff) for code, label_nl, label_en, cutoff in rows}


def last_meetmoments(folder: Path, edition: Edition) -> dict[str, str]:
    """Id -> last meetmoment that was delivered, of every release of the series up to this one."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
        ((last,),) = con.execute(
            "select max_by(meetmoment_code, meetmoment_number) from dim_meetmoment where delivered_project_count > 0"
        ).fetchall()
    return {**edition.last_meetmoments, **({edition.release_id: last} if last else {})}


def period(database: Path) -> tuple[date, date] | None:
    """First and last cut-off date of the meetmomenten that were delivered; None where nothing was."""
    with duckdb.connect(str(database), read_only=True) as con:
        first, last = con.execute(
            "select min(cutoff_date), max(cutoff_date) from dim_meetmoment where delivered_project_count > 0"
        ).fetchall()[0]
    return (first, last) if first else None
