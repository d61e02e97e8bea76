"""What changed between two releases, or between what was known on two days.

The list comes from the mart ``what_changed`` of a release that knows all that was received until the later moment: what
was received after the one and until the other, netted, so that a value that went there and back is no change. Windows
that follow each other leave nothing out and tell nothing twice. Beside it stands what a plain comparison of the files
of the two releases finds per mart, which also shows what a change of registry or code did.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

import duckdb

from flows.account import recoded
from flows.account.known import moment_of, release_at
from flows.forms.changes import count_came_back, counts, net_changes
from flows.intake import archive
from flows.release.kept import Release, find, folders, latest_first
from flows.settings import Settings
from flows.wording import Language, counted


@dataclass(frozen=True)
class TableDifference:
    """How the rows of one mart differ between two releases, by their Parquet files."""

    table: str
    rows_before: int
    rows_after: int
    rows_gone: int
    """Rows of the earlier release that the later one does not have as they were."""
    rows_new: int
    """Rows of the later release that the earlier one does not have as they are."""


@dataclass(frozen=True)
class Difference:
    """What changed after one moment and until another (UTC)."""

    after: datetime
    until: datetime
    before_release: str | None
    after_release: str | None
    """The latest releases of the two moments, whose files are compared."""
    list_release: str
    """The release whose list of changes this is."""
    changes: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    """Per release between the two that was made with other rules or code: which files, and what moved by them."""
    tables: list[TableDifference]
    notes: list[str]
    project: str | None = None
    """Whose changes these are alone; of every project where empty."""

    def counts(self) -> list[tuple[str, str, int]]:
        """(comparison, kind, number of changes), restatements first."""
        return counts(self.changes)

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self) | {
            "counts": [{"comparison": c, "kind": k, "count": n} for c, k, n in self.counts()],
        }


def diff(settings: Settings, earlier: str, later: str, project: str | None = None) -> Difference:
    """Compare two releases by their id, or what was known at two moments or at the end of two days (ISO, UTC).

    Args:
        project: the code of one, to have its changes alone; of rules and whole marts nothing is said then.

    Raises:
        LookupError: when there is no such release, or none yet.
        ValueError: when the second is not after the first.
    """
    (moment, before), (until, after) = _side(settings, earlier), _side(settings, later)
    if moment >= until:
        raise ValueError(f"{later} komt niet na {earlier} / {later} is not after {earlier}")
    listing, notes = _listing(settings, until, after)
    with duckdb.connect(str(listing.database), read_only=True) as con:
        code, code_now = _known_project(con, listing, project) if project else (None, None)
        changes = net_changes(con, moment, until, project=code)
        came_back = count_came_back(con, moment, until, project=code)
    if came_back:
        rows_nl = counted(came_back, "rij was", "rijen waren", "nl")
        rows_en = counted(came_back, "record was", "records were", "en")
        notes.append(
            f"{rows_nl} een tijd weg; de lijst zegt niet welke waarden sindsdien verschillen"
            f" / {rows_en} gone for a while; the list does not say which values differ since"
        )
    sides = (before.release_id if before else None, after.release_id if after else None, listing.release_id)
    if code_now:
        notes.append(
            f"{code} heeft nu de code {code_now}; de andere wijzigingen van het project staan bij die code"
            f" / {code} now has the code {code_now}; the other changes of the project are told of that code"
        )
    if code:
        return Difference(moment, until, *sides, changes, [], [], notes, code)
    compared, what_stands_between = _compared(before, after)
    rules = _rules(settings, before, after)
    return Difference(moment, until, *sides, changes, rules, compared, [*notes, *what_stands_between])


# A code that was replaced, or of which every row is gone, is in the list of changes alone.
_PROJECT = f"""
    with
    recoded as ({recoded.CODES}),
    known as (
        select project_code from dim_project
        union
        select project_code from what_changed
        union
        select project_code from recoded
    )
    select project_code, arg_max(code_now, known_from) filter (code_now <> project_code)
    from known
    left join recoded using (project_code)
    where lower(project_code) = lower(?)
    group by project_code
"""


def _known_project(con: duckdb.DuckDBPyConnection, listing: Release, asked: str) -> tuple[str, str | None]:
    """The code of a project, in whatever case it is asked for, and the one that took its place, if one did.

    Raises:
        LookupError: when the release knows no such project.
    """
    found = con.execute(_PROJECT, [asked]).fetchone()
    if found is None:
        raise LookupError(
            f"uitgave {listing.release_id} kent geen project {asked} / release {listing.release_id} knows no project"
            f" {asked}"
        )
    code, code_now = found
    return code, code_now


def table_differences(before: Release, after: Release) -> list[TableDifference]:
    """Per mart that differs, how many rows; by the Parquet files of the two releases."""
    found = []
    with duckdb.connect() as con:
        for table in sorted(before.manifest["tables"].keys() | after.manifest["tables"].keys()):
            rows = [release.manifest["tables"].get(table, 0) for release in (before, after)]
            sides = [files for release in (before, after) if (files := release.parquet(table))]
            if len(sides) == 2 and _columns(con, sides[0]) == _columns(con, sides[1]):
                gone, new = (_count_except(con, one, other) for one, other in (sides, sides[::-1]))
            else:
                gone, new = rows
            if gone or new:
                found.append(TableDifference(table, rows[0], rows[1], gone, new))
    return found


def _side(settings: Settings, text: str) -> tuple[datetime, Release | None]:
    """The moment that a release id, a day or a moment means, and the latest release of then."""
    known = [folder.name for folder in folders(settings)]
    if text in known:
        release = find(settings, text)
        return release.published_at, release
    try:
        moment = moment_of(text)
    except ValueError:
        raise LookupError(
            f"{text} is geen uitgave en geen datum / is no release and no date; "
            f"uitgaven / releases: {', '.join(known) or 'geen / none'}"
        ) from None
    return moment, release_at(settings, moment)


def _listing(settings: Settings, until: datetime, then: Release | None) -> tuple[Release, list[str]]:
    """The release to read the list of changes from, and what is to be noted about it.

    The latest one of the moment, unless something came in after it, in the hours after a night or on a night that was
    held; then the first later one, which knows it too.

    Raises:
        LookupError: when no release is there yet.
    """
    is_kept = then is not None and then.has_files
    came_in = _came_in(settings, then, until)
    if then and is_kept and not came_in:
        return then, []
    with_files = (release for release in latest_first(settings) if release.has_files)
    last = next(with_files, None)
    if last is None:
        raise LookupError("nog geen uitgave / no release yet")
    if last.published_at >= until:
        *_, first = (last, *takewhile(lambda release: release.published_at >= until, with_files))
        if then is None:
            return first, []
        nl, en = (
            f"van {then.release_id} zijn de bestanden niet bewaard",
            f"of {then.release_id} the files were not kept",
        )
        if came_in:
            is_one = came_in == 1
            nl = f"na {then.release_id} {'kwam' if is_one else 'kwamen'} nog {_sent(came_in, 'nl')} binnen"
            en = f"after {then.release_id}, {_sent(came_in, 'en')} came in"
        return first, [
            f"de lijst is die van uitgave {first.release_id}: {nl}"
            f" / the list is that of release {first.release_id}: {en}"
        ]
    unknown = _came_in(settings, last, until)
    return last, [
        f"{_sent(unknown, 'nl')} van na uitgave {last.release_id}: nog in geen enkele uitgave"
        f" / {_sent(unknown, 'en')} that came in after release {last.release_id}: in no release yet"
    ]


def _sent(count: int, language: Language) -> str:
    """How many returns and withdrawals, in words."""
    if language == "nl":
        return counted(count, "inzending of intrekking", "inzendingen of intrekkingen", language)
    return counted(count, "submission or withdrawal", "submissions or withdrawals", language)


def _came_in(settings: Settings, release: Release | None, until: datetime) -> int:
    """How many submissions and withdrawals came in after a release and until a moment."""
    known = release.published_at if release else datetime.min.replace(tzinfo=UTC)
    received = [receipt.received_at for receipt in archive.receipts(settings.archive, settings.plan)]
    withdrawn = [w.withdrawn_at for w in archive.withdrawals(settings.archive, settings.plan).values()]
    return sum(known < moment <= until for moment in (*received, *withdrawn))


def _compared(before: Release | None, after: Release | None) -> tuple[list[TableDifference], list[str]]:
    """The marts that differ between the files of two releases, and what else differs between the two."""
    if not before or not after:
        return [], []
    notes = [
        f"de bestanden van uitgave {release.release_id} zijn niet bewaard; haar tabellen zijn niet vergeleken"
        f" / the files of release {release.release_id} were not kept, so that its marts are not compared"
        for release in (before, after)
        if not release.has_files
    ]
    tables = [] if notes else table_differences(before, after)
    if before.manifest["registry_sha256"] != after.manifest["registry_sha256"]:
        notes.append("het register wijzigde tussen de twee uitgaven / the registry changed between the two releases")
    if before.manifest["code"]["sha256"] != after.manifest["code"]["sha256"]:
        notes.append("de code wijzigde tussen de twee uitgaven / the code changed between the two releases")
    return tables, notes


def _rules(settings: Settings, before: Release | None, after: Release | None) -> list[dict[str, Any]]:
    """What the releases after the one and up to the other tell of a change of rules or code."""
    if not before or not after:
        return []
    between = [r for r in latest_first(settings) if before.published_at < r.published_at <= after.published_at]
    return [
        {"release": release.release_id, **told}
        for release in reversed(between)
        if (told := release.manifest.get("rules_changed"))
    ]


def _columns(con: duckdb.DuckDBPyConnection, files: list[str]) -> Sequence[str]:
    return con.read_parquet(files).columns


def _count_except(con: duckdb.DuckDBPyConnection, one: list[str], other: list[str]) -> int:
    counted = con.execute(
        "select count(*) from (select * from read_parquet(?) except all select * from read_parquet(?))",
        [one, other],
    ).fetchall()
    return int(counted[0][0])
