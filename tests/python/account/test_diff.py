"""The difference between two moments: nothing that changed is left out, nothing that came back is told."""

import itertools
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_release import make_release, sign

from flows.account import diff, figure, known
from flows.intake import archive
from flows.intake.archive import Receipt
from flows.release.kept import MANIFEST, RETIRED, Release, find, sha256
from flows.release.sign import SUFFIX
from flows.settings import Settings


def day(number: int, hour: int = 1) -> datetime:
    """A moment in March; the night is at one o'clock."""
    return datetime(2022, 3, number, hour, tzinfo=UTC)


def change(key: str, kind: str, at: datetime, old: str | None = None, new: str | None = None) -> dict[str, Any]:
    """A row of what_changed as a release has it: the values of a whole record are left empty."""
    field, state = ("record", None) if kind in ("added", "dropped", "merged") else ("amount_eur", "reported")
    return {
        **{"comparison": "restatement", "meetmoment_code": "m1", "previous_meetmoment_code": "m1"},
        **{"record": "finance", "record_key": key, "field": field, "kind": kind, "old_value": old, "new_value": new},
        **{"old_state": state, "new_state": state, "is_form_only": False, "reason_source": "not_given"},
        "known_from": at.replace(tzinfo=None),
    }


def told(found: diff.Difference) -> set[tuple[str, str, str | None, str | None]]:
    return {(c["record_key"], c["kind"], c["old_value"], c["new_value"]) for c in found.changes}


def keep(settings: Settings, name: str, at: datetime) -> None:
    """Receive a file at a moment."""
    path = settings.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name, encoding="utf-8")
    archive.keep(settings.archive, path, archive.receipt_for(path, settings.plan, "m1", at))


def test_what_came_or_went_is_told_though_its_values_are_left_empty(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    make_release(settings, "2022-03-01.1", day(1), [])
    changes = [
        change("came", "added", day(2)),
        change("went", "dropped", day(2)),
        change("merged", "merged", day(2)),
        change("came and went", "added", day(2)),
        change("came and went", "dropped", day(3)),
        change("went and came back", "dropped", day(2)),
        change("went and came back", "added", day(3)),
    ]
    keep(settings, "second", day(2))
    make_release(settings, "2022-03-04.1", day(4), changes)
    found = diff.diff(settings, "2022-03-01.1", "2022-03-04.1")
    listed = {"came": "added", "went": "dropped", "merged": "merged"}
    assert told(found) == {(key, kind, None, None) for key, kind in listed.items()}
    (note,) = found.notes
    assert note.startswith("1 rij was een tijd weg") and " / 1 record was gone for a while" in note
    half = diff.diff(settings, "2022-03-01.1", "2022-03-02")
    assert {(key, kind) for key, kind, *_ in told(half)} == {(c["record_key"], c["kind"]) for c in changes[:4]} | {
        ("went and came back", "dropped")
    }


def test_a_value_is_told_from_its_first_to_its_last(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    make_release(settings, "2022-03-01.1", day(1), [])
    changes = [
        change("there and back", "restated_value", day(2), "1", "2"),
        change("there and back", "restated_value", day(3), "2", "1"),
        change("further", "restated_value", day(2), "1", "2"),
        change("further", "restated_value", day(3), "2", "3"),
        change("stays in the archive", "restated_value", day(2)),
        change("came", "added", day(2)),
        change("came", "restated_value", day(3), "1", "2"),
        change("went", "restated_value", day(2), "1", "2"),
        change("went", "dropped", day(3)),
        change("closed", "added", day(2)),
        change("closed", "made_final", day(2), "1", "2"),
        change("closed", "restated_value", day(3), "2", "3"),
    ]
    make_release(settings, "2022-03-04.1", day(4), changes)
    assert told(diff.diff(settings, "2022-03-01.1", "2022-03-04.1")) == {
        ("further", "restated_value", "1", "3"),
        ("stays in the archive", "restated_value", None, None),
        ("came", "added", None, None),
        ("went", "dropped", None, None),
        ("closed", "added", None, None),
        ("closed", "made_final", "1", "3"),
    }


def of_projects(tmp_path: Path) -> Settings:
    """A window in which A came back, B was recoded to C (which D was before), and E is gone from every mart."""
    settings = Settings(home=tmp_path)
    make_release(settings, "2022-03-01.1", day(1), [])
    keep(settings, "second", day(2))
    recoded = {"comparison": "movement", "record": "project", "field": "project_code", "old_state": "reported"}
    changes = [
        change("A|paid", "dropped", day(2)) | {"project_code": "A"},
        change("A|paid", "added", day(3)) | {"project_code": "A"},
        change("B", "dropped", day(2)) | {"project_code": "B"},
        change("C", "added", day(2)) | {"project_code": "C"},
        change("C", "recoded", day(2), "B", "C") | recoded | {"project_code": "C"},
        change("C", "recoded", day(1), "D", "B") | recoded | {"project_code": "C"},
        change("E", "dropped", day(2)) | {"project_code": "E"},
    ]
    release = make_release(settings, "2022-03-04.1", day(4), changes)
    with duckdb.connect(str(release.folder / "marts.duckdb")) as con:
        con.execute("create table dim_project as from (values ('A'), ('C')) as t(project_code)")
    sign(settings, release.folder)
    return settings


def test_a_project_that_was_recoded_or_is_gone_is_asked_by_the_code_it_had(tmp_path: Path) -> None:
    settings = of_projects(tmp_path)
    window = ("2022-03-01.1", "2022-03-04.1")
    recoded = ("C", "recoded", "B", "C")
    old = diff.diff(settings, *window, "b")
    assert (old.project, told(old)) == ("B", {("B", "dropped", None, None), recoded})
    (note,) = old.notes
    assert note.startswith("B heeft nu de code C;") and " / B now has the code C;" in note
    new = diff.diff(settings, *window, "C")
    assert told(new) == {("C", "added", None, None), recoded} and new.notes == []
    (note,) = diff.diff(settings, *window, "D").notes
    assert note.startswith("D heeft nu de code C;"), "it was recoded twice, the first time before the window"
    gone = diff.diff(settings, *window, "E")
    assert told(gone) == {("E", "dropped", None, None)} and gone.notes == []
    with pytest.raises(LookupError, match="knows no project F"):
        diff.diff(settings, *window, "F")


def test_of_one_project_nothing_is_said_of_another(tmp_path: Path) -> None:
    settings = of_projects(tmp_path)
    notes = {
        project: diff.diff(settings, "2022-03-01.1", "2022-03-04.1", project).notes for project in (None, "A", "C")
    }
    (note,) = notes["A"]
    assert note.startswith("1 rij was een tijd weg") and notes[None] == [note] and notes["C"] == []


def test_windows_that_follow_each_other_add_up_to_the_whole(tmp_path: Path) -> None:
    """Something came in after the night of the 2nd, and on the 3rd, when the night was held."""
    settings = Settings(home=tmp_path)
    moments = {"a": day(2), "b": day(2, 15), "c": day(3), "d": day(4), "e": day(5, 15), "f": day(6)}
    for name, at in moments.items():
        keep(settings, name, at)
    changes = [change(name, "restated_value", at, "1", "2") for name, at in moments.items()]
    for number in (1, 2, 4, 6):
        known = [c for c in changes if c["known_from"] <= day(number).replace(tzinfo=None)]
        make_release(settings, f"2022-03-0{number}.1", day(number), known)
    days = [f"2022-03-0{number}" for number in range(1, 7)]
    windows = [diff.diff(settings, one, other) for one, other in itertools.pairwise(days)]
    assert ["".join(c["record_key"] for c in window.changes) for window in windows] == ["ab", "c", "d", "e", "f"]
    whole = diff.diff(settings, days[0], days[-1])
    assert sum((Counter(told(window)) for window in windows), Counter()) == Counter(told(whole))
    assert [(w.after_release, w.list_release) for w in windows] == [
        ("2022-03-02.1", "2022-03-04.1"),
        ("2022-03-02.1", "2022-03-04.1"),
        ("2022-03-04.1", "2022-03-04.1"),
        ("2022-03-04.1", "2022-03-06.1"),
        ("2022-03-06.1", "2022-03-06.1"),
    ]
    (note,) = windows[0].notes
    assert note.startswith(
        "de lijst is die van uitgave 2022-03-04.1: na 2022-03-02.1 kwam nog 1 inzending of intrekking"
    )
    assert " / the list is that of release 2022-03-04.1: after 2022-03-02.1, 1 submission or withdrawal came in" in note


def test_what_changed_at_the_very_moment_asked_is_of_the_window_that_ends_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    make_release(settings, "2022-03-01.1", day(1), [])
    for number in (1, 2, 3):
        keep(settings, f"of the {number}", day(number))
    changes = [change(f"of the {number}", "restated_value", day(number), "1", "2") for number in (1, 2, 3)]
    make_release(settings, "2022-03-03.1", day(3), changes)
    one, two, three = (day(number).isoformat() for number in (1, 2, 3))
    windows = {(a, b): told(diff.diff(settings, a, b)) for a, b in ((one, two), (two, three), (one, three))}
    named = {window: sorted(key for key, *_ in changed) for window, changed in windows.items()}
    assert named == {
        (one, two): ["of the 2"],
        (two, three): ["of the 3"],
        (one, three): ["of the 2", "of the 3"],
    }


def test_what_came_at_the_very_moment_asked_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    for name, at in (("before", day(1)), ("at", day(2)), ("after", day(2) + timedelta(microseconds=1))):
        keep(settings, name, at)
    for receipt in archive.receipts(settings.archive, settings.plan):
        if receipt.file_name != "at":
            archive.withdraw(settings.archive, receipt, max(day(2), receipt.received_at), "verkeerd bestand", "sender")
    seen: list[tuple[list[str], list[str]]] = []

    def made(
        _: Settings, receipts: Sequence[Receipt], withdrawn: Mapping[str, Any], warehouse: Path, *__: object
    ) -> None:
        seen.append(([receipt.file_name for receipt in receipts], list(withdrawn)))
        warehouse.parent.mkdir(parents=True)

    monkeypatch.setattr(known, "build_as_known", made)
    known.as_known_on(settings, day(2))
    before = archive.receipts(settings.archive, settings.plan)[0]
    assert seen == [(["before", "at"], [before.submission_id])]


def test_marts_that_differ_are_counted_by_the_rows_that_went_and_came(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    sides = []
    for number, tables in enumerate(
        (
            {"same": "select 1 as a", "other": "from range(3) as t(a)", "gone": "from range(2) as t(a)"},
            {"same": "select 1 as a", "other": "from range(1, 6) as t(a)", "new": "from range(4) as t(a)"},
        ),
        start=1,
    ):
        # Another column makes every row another one.
        said = tables | {"wider": "select 1 as a" if number == 1 else "select 1 as a, 2 as b union all select 3, 4"}
        sides.append(with_tables(settings, f"2022-03-0{number}.1", day(number), said))
    assert [tuple(asdict(each).values()) for each in diff.table_differences(*sides)] == [
        ("gone", 2, 0, 2, 0),
        ("new", 0, 4, 0, 4),
        ("other", 3, 5, 1, 3),
        ("wider", 1, 2, 1, 2),
    ]
    found = diff.diff(settings, "2022-03-01.1", "2022-03-02.1")
    assert [note.partition(" / ")[2] for note in found.notes] == []
    assert found.plain()["counts"] == [] and len(found.plain()["tables"]) == 4
    other = replace(sides[1], manifest=sides[1].manifest | {"registry_sha256": "x", "code": {"sha256": "y"}})
    assert [note.partition(" / ")[2] for note in diff._compared(sides[0], other)[1]] == [
        "the registry changed between the two releases",
        "the code changed between the two releases",
    ]
    assert diff._compared(None, other) == diff._compared(other, None) == ([], [])


def with_tables(settings: Settings, release_id: str, at: datetime, tables: Mapping[str, str]) -> Release:
    """A release with these marts, each by a query."""
    folder = make_release(settings, release_id, at, []).folder
    (folder / "parquet").mkdir()
    said = json.loads((folder / MANIFEST).read_text())
    said |= {"tables": {}, "files": []}
    for name, query in tables.items():
        path = folder / "parquet" / f"{name}.parquet"
        with duckdb.connect() as con:
            con.execute(f"copy ({query}) to '{path}'")
            ((said["tables"][name],),) = con.execute(f"select count(*) from '{path}'").fetchall()
        said["files"].append({"path": f"parquet/{name}.parquet", "sha256": sha256(path), "bytes": path.stat().st_size})
    (folder / MANIFEST).write_text(json.dumps(said))
    sign(settings, folder)
    return find(settings, release_id)


def test_a_figure_is_told_by_each_release_that_has_it_and_where_it_changed(tmp_path: Path) -> None:
    """Releases whose files are gone are counted; those without the table, the column or the row say nothing."""
    settings = Settings(home=tmp_path)
    row = "select 'k' as trace_key, {} as paid_eur"
    said = {
        1: {},
        2: {"m": "select 'k' as trace_key, 1 as other"},
        3: {"m": "select 'z' as trace_key, 9 as paid_eur"},
        4: {"m": row.format("null::int")},
        5: {"m": row.format(1)},
        6: {"m": row.format(1)},
        7: {"m": row.format(2)},
        8: {"m": row.format(1)},
        9: {"m": row.format(3)},
    }
    releases = [with_tables(settings, f"2022-03-0{n}.1", day(n), tables) for n, tables in said.items()]
    let_go(settings, 7)
    by_key = ({"trace_key"}, "trace_key = ?", "k")
    told, gone = figure._in_releases(settings, releases[7], "m", by_key, "paid_eur")
    assert [(each["release_id"], each["value"]) for each in told] == [("2022-03-05.1", 1)] and gone == 1
    assert [each["unread_before"] for each in told] == [0]
    told, gone = figure._in_releases(settings, releases[8], "m", by_key, "paid_eur")
    assert [(each["published_at"], each["value"]) for each in told] == [(day(5), 1), (day(9), 3)] and gone == 1
    assert [each["unread_before"] for each in told] == [0, 1]
    assert figure._in_releases(settings, releases[8], "m", by_key, None) == ([], 1), "no column of it is a figure"


def test_what_each_release_between_tells_of_other_rules_is_told_in_their_order(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    releases = []
    for number in (1, 2, 3, 4):
        folder = make_release(settings, f"2022-03-0{number}.1", day(number), []).folder
        said = json.loads((folder / MANIFEST).read_text())
        told = {"moved_count": number} if number != 2 else None
        (folder / MANIFEST).write_text(json.dumps(said | {"rules_changed": told}))
        sign(settings, folder)
        releases.append(find(settings, folder.name))
    first, second, _, last = releases
    between = [{"release": f"2022-03-0{n}.1", "moved_count": n} for n in (3, 4)]
    assert diff._rules(settings, first, last) == between
    assert diff._rules(settings, first, second) == diff._rules(settings, None, last) == []
    assert diff._rules(settings, last, None) == []


def let_go(settings: Settings, number: int) -> None:
    """Keep of a release its manifest alone."""
    folder = settings.releases / f"2022-03-0{number}.1"
    (settings.releases / RETIRED / folder.name).mkdir(parents=True)
    for name in (MANIFEST, MANIFEST + SUFFIX):
        shutil.copyfile(folder / name, settings.releases / RETIRED / folder.name / name)
    shutil.rmtree(folder)


def test_what_no_release_knows_yet_is_said(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(LookupError, match="no release yet"):
        diff.diff(settings, "2022-03-01", "2022-03-02")
    make_release(settings, "2022-03-01.1", day(1), [])
    keep(settings, "late", day(2))
    found = diff.diff(settings, "2022-03-01", "2022-03-02")
    assert (found.list_release, found.changes) == ("2022-03-01.1", [])
    (note,) = found.notes
    assert note.startswith("1 inzending of intrekking") and "came in after release 2022-03-01.1" in note
    assert diff.diff(settings, "2022-02-01", "2022-03-01T12:00").notes == []
    before_any = diff.diff(settings, "2022-02-01", "2022-02-02")
    assert (before_any.list_release, before_any.after_release, before_any.notes) == ("2022-03-01.1", None, [])


def test_a_release_of_which_only_the_manifest_is_left_still_is_a_moment(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for number in (1, 2, 3):
        listed = [change("x", "restated_value", day(2), "1", "2")] if number > 1 else []
        make_release(settings, f"2022-03-0{number}.1", day(number), listed)
    for number in (1, 2):
        let_go(settings, number)
    found = diff.diff(settings, "2022-03-01.1", "2022-03-02.1")
    assert told(found) == {("x", "restated_value", "1", "2")}
    assert (found.before_release, found.after_release, found.list_release) == (
        "2022-03-01.1",
        "2022-03-02.1",
        "2022-03-03.1",
    )
    assert [note.partition(" / ")[2] for note in found.notes] == [
        "the list is that of release 2022-03-03.1: of 2022-03-02.1 the files were not kept",
        "the files of release 2022-03-01.1 were not kept, so that its marts are not compared",
        "the files of release 2022-03-02.1 were not kept, so that its marts are not compared",
    ]
    at = known.release_at(settings, day(2) + timedelta(hours=1))
    assert at and at.release_id == "2022-03-02.1"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-03-01", datetime(2022, 3, 1, 23, 59, 59, 999999, UTC)),
        ("20220301", datetime(2022, 3, 1, 23, 59, 59, 999999, UTC)),
        ("2022-03-01T02", datetime(2022, 3, 1, 2, tzinfo=UTC)),
        ("2022-03-01T02:17+01:00", datetime(2022, 3, 1, 1, 17, tzinfo=UTC)),
    ],
)
def test_a_day_means_its_end_and_a_moment_itself(text: str, moment: datetime) -> None:
    assert known.moment_of(text) == moment
