"""What changed between two releases, or between what was known on two days.

The list comes from the mart ``what_changed`` of the later release: what was received after the one and until the other,
netted, so that a value that went there and back is no change. Beside it stands what a plain comparison of the files of
the two releases finds per mart, which also shows what a change of registry or code did.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from flows import registry
from flows.history.rebuild import moment_of, published_at, release_at
from flows.publish.release import Release, current, published
from flows.settings import Settings

# The first value before and the last value after; a record that came and went, or a value that came back, is no change.
_NET_CHANGES = """
    with received as (
        select * from what_changed where known_from > $after and known_from <= $until
    ),
    netted as (
        select
            comparison, meetmoment_key, previous_meetmoment_key, project_key, record, record_key, field,
            arg_min(struct_pack(v := old_value, s := old_state), known_from) as before,
            arg_max(struct_pack(v := new_value, s := new_state), known_from) as after,
            arg_min(kind, known_from) as first_kind,
            arg_max(kind, known_from) as kind,
            arg_max(is_form_only, known_from) as is_form_only,
            arg_max(struct_pack(v := reason, s := reason_source), known_from) as accounted,
            max(known_from) as known_from
        from received
        group by comparison, meetmoment_key, previous_meetmoment_key, project_key, record, record_key, field
    )
    select
        comparison, meetmoment_key, previous_meetmoment_key, project_key, record, record_key, field, kind,
        before.v as old_value, after.v as new_value, before.s as old_state, after.s as new_state, is_form_only,
        accounted.v as reason, accounted.s as reason_source, known_from
    from netted
    where before is distinct from after and not (first_kind = 'added' and kind = 'dropped')
    order by comparison desc, meetmoment_key, record, record_key, field, known_from
"""


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
    """What changed after one moment and until another (UTC), as the later release knows it."""

    after: datetime
    until: datetime
    before_release: str | None
    after_release: str
    changes: list[dict[str, Any]]
    tables: list[TableDifference]
    notes: list[str]

    def counts(self) -> list[tuple[str, str, int]]:
        """(comparison, kind, number of changes), restatements first."""
        counted = Counter((change["comparison"], change["kind"]) for change in self.changes)
        return [(*key, count) for key, count in sorted(counted.items(), key=lambda c: (c[0][0] != "restatement", c[0]))]

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self) | {
            "counts": [{"comparison": c, "kind": k, "count": n} for c, k, n in self.counts()],
        }


def diff(settings: Settings, earlier: str, later: str) -> Difference:
    """Compare two releases by their id, or what was known at the end of two days (ISO dates, in UTC).

    Raises:
        LookupError: when there is no such release, or none that early.
        ValueError: when the second is not after the first.
    """
    first, second = _side(settings, earlier), _side(settings, later)
    if first[0] >= second[0]:
        raise ValueError(f"{later} is not after {earlier}")
    before, after = first[1], second[1] or current(settings)
    if after is None:
        raise LookupError("no release yet")
    with duckdb.connect(str(after.database), read_only=True) as con:
        moments = {"after": first[0].replace(tzinfo=None), "until": second[0].replace(tzinfo=None)}
        answer = con.execute(_NET_CHANGES, moments)
        columns = [name for name, *_ in answer.description or []]
        changes = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    return Difference(
        first[0],
        second[0],
        before.release_id if before else None,
        after.release_id,
        changes,
        table_differences(before, after) if before else [],
        _notes(before, after),
    )


def table_differences(before: Release, after: Release) -> list[TableDifference]:
    """Per mart that differs, how many rows; by the Parquet files of the two releases."""
    found = []
    with duckdb.connect() as con:
        for table in sorted(before.manifest["tables"].keys() | after.manifest["tables"].keys()):
            sides = [release.folder / "parquet" / f"{table}.parquet" for release in (before, after)]
            rows = [release.manifest["tables"].get(table, 0) for release in (before, after)]
            if all(path.exists() for path in sides) and _columns(con, sides[0]) == _columns(con, sides[1]):
                gone, new = (_count_except(con, one, other) for one, other in (sides, sides[::-1]))
            else:
                gone, new = rows
            if gone or new:
                found.append(TableDifference(table, rows[0], rows[1], gone, new))
    return found


def labels() -> dict[str, tuple[str, str]]:
    """Kind of change -> its label in Dutch and in English."""
    return {row["kind"]: (row["label_nl"], row["label_en"]) for row in registry.rows("history/change_kind")}


def _side(settings: Settings, text: str) -> tuple[datetime, Release | None]:
    """The moment that a release id or a day means, and the release that was current then."""
    for release in published(settings):
        if release.release_id == text:
            return published_at(release), release
    try:
        date.fromisoformat(text)
    except ValueError:
        known = ", ".join(release.release_id for release in published(settings)) or "none"
        raise LookupError(f"{text} is no release and no date; releases: {known}") from None
    moment = moment_of(text)
    return moment, release_at(settings, moment)


def _notes(before: Release | None, after: Release) -> list[str]:
    notes = []
    if before and before.manifest["registry_sha256"] != after.manifest["registry_sha256"]:
        notes.append("the registry changed between the two releases")
    if before and before.manifest["code"]["sha256"] != after.manifest["code"]["sha256"]:
        notes.append("the code changed between the two releases")
    return notes


def _columns(con: duckdb.DuckDBPyConnection, path: object) -> Sequence[str]:
    return con.read_parquet(str(path)).columns


def _count_except(con: duckdb.DuckDBPyConnection, one: object, other: object) -> int:
    counted = con.execute(
        "select count(*) from (select * from read_parquet(?) except all select * from read_parquet(?))",
        [str(one), str(other)],
    ).fetchall()
    return int(counted[0][0])
