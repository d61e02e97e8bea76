"""History: what changed, the identity of projects, like for like, and each release as it was known then."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun
from replay import without_dbt
from typer.testing import CliRunner

from flows import registry
from flows.account import asof, diff, known
from flows.cli import app
from flows.forms import contents, names, tables
from flows.forms.changes import net_changes
from flows.release import kept
from flows.settings import PROJECT, Settings


@dataclass(frozen=True)
class Restated:
    """A home, two releases of it, and the meetmoment of which a corrected return came in between them."""

    settings: Settings
    before: str
    after: str
    meetmoment: str
    between: str
    """A day between the two releases, before the corrected return came."""
    counts: set[tuple[str, int]]
    """What it restates."""
    fewer_than: int
    """Movements dated anew; of the small plan those of the amounts made final are among them."""


RESTATED = {
    "small": ("2024-01-22.1", "2025-01-20.1", "m6", "2024-12-31", {("moved_date", 1), ("restated_value", 1)}, 20),
    "every_night": (
        "2021-10-19.1",
        "2022-01-24.1",
        "m2",
        "2021-12-31",
        {("moved_date", 3), ("restated_value", 2), ("explained", 9)},
        10,
    ),
}


@pytest.fixture(params=["small", pytest.param("every_night", marks=pytest.mark.slow)])
def restated(request: pytest.FixtureRequest) -> Restated:
    home: DemoRun = request.getfixturevalue(request.param)
    return Restated(home.settings, *RESTATED[request.param])


def query(demo: DemoRun, sql: str) -> list[tuple[Any, ...]]:
    current = kept.current(demo.settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        return con.sql(sql).fetchall()


def test_every_record_of_the_contract_is_compared() -> None:
    macro = (PROJECT / "macros" / "contract.sql").read_text(encoding="utf-8")
    listed = re.search(r"macro record_types\(\).*?return\(\[(.*?)\]\)", macro, re.DOTALL)
    assert listed
    assert set(re.findall(r"'(\w+)'", listed[1])) == {row["record"] for row in registry.rows("contract/record")}
    for model in ("int_record_version", "int_field_difference"):
        compared = (PROJECT / "models" / "intermediate" / "history" / f"{model}.sql").read_text(encoding="utf-8")
        assert re.search(r"for record in record_types\(\) -?%\}", compared), model


def test_the_corrected_return_restates_two_amounts_and_three_dates_with_reason(demo: DemoRun) -> None:
    rows = query(
        demo,
        "select kind, old_value, new_value, reason, cast(known_from as date) from what_changed"
        " where comparison = 'restatement' and kind not in ('explained', 'made_final')",
    )
    assert Counter(row[0] for row in rows) == {"moved_date": 3, "restated_value": 2}
    assert query(demo, "select count(*) from what_changed where kind = 'explained'") == [(9,)]
    assert all(row[3] and row[3].startswith(("Gecorrigeerd", "Geplande datum gecorrigeerd")) for row in rows)
    assert {str(row[4]) for row in rows} == {"2022-01-24"}
    money = [(float(old), float(new)) for kind, old, new, *_ in rows if kind == "restated_value"]
    assert sum(new - old for old, new in money) == pytest.approx(0), "paid money moved from one project to the other"


def test_final_amounts_restate_provisional_ones_and_both_stay(demo: DemoRun) -> None:
    (listed,) = query(demo, "select count(*) from what_changed where kind = 'made_final'")
    (differing,) = query(
        demo,
        "select count(*) from fct_finance_as_returned as closed inner join fct_finance_as_returned as provisional"
        " using (meetmoment_code, project_code, measure) where closed.execution = 'final'"
        " and provisional.execution = 'provisional' and closed.amount_eur <> provisional.amount_eur",
    )
    assert listed == differing and listed[0] > 0


def test_no_listed_number_is_the_same_number(demo: DemoRun) -> None:
    rows = query(
        demo, "select old_value, new_value from what_changed where field in ('amount_eur', 'actual', 'target')"
    )
    assert rows
    assert all(old is None or new is None or float(old) != float(new) for old, new in rows)


def test_events_of_identity(demo: DemoRun) -> None:
    events = query(
        demo,
        "select right(meetmoment_code, 2), event_type, right(project_code, 5), reason_source from fct_project_event",
    )
    assert Counter((m, kind) for m, kind, *_ in events if kind != "stopped") == {
        ("m1", "added"): 180,
        ("m4", "renamed"): 1,
        ("m5", "added"): 1,
        ("m6", "moved_cluster"): 2,
        ("m7", "dropped"): 22,
    }
    assert ("m4", "renamed", "VV064", "not_given") in events
    assert ("m5", "added", "VV181", "register") in events
    assert {project for _, kind, project, _ in events if kind == "moved_cluster"} == {"VV152", "VV181"}
    assert {source for _, kind, _, source in events if kind == "dropped"} == {"register"}


def test_a_ratio_is_compared_on_the_same_projects_only(demo: DemoRun) -> None:
    rows = query(
        demo,
        "select scope_code, previous_figure, figure, change from agg_headline_change"
        " where meetmoment_code = 'm7' and measure = 'project_count' and item = 'gerealiseerd'",
    )
    by_scope = {scope: values for scope, *values in rows}
    assert by_scope["all"] == [33, 53, None]
    assert by_scope["one_off_m7"] == [28, 53, 25]
    assert query(
        demo, "select count(*) from agg_headline_change where not is_like_for_like and change is not null"
    ) == [(0,)]


def test_diff_of_two_releases_is_what_was_received_in_between(
    restated: Restated, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = diff.diff(restated.settings, restated.before, restated.after)
    counts = {(kind, count) for comparison, kind, count in found.counts() if comparison == "restatement"}
    assert {kind for kind, _ in counts} - {"made_final"} == {"moved_date", "restated_value", "explained"}
    assert counts >= restated.counts
    assert {t.table for t in found.tables} >= {
        "fct_finance_as_returned",
        "fct_milestone_status_as_returned",
        "what_changed",
    }
    assert all(c["reason"] for c in found.changes if c["kind"] in ("moved_date", "restated_value"))
    assert found.notes == []
    compared = without_tables(monkeypatch)
    by_day = diff.diff(restated.settings, restated.between, restated.after.removesuffix(".1"))
    assert by_day.changes == found.changes
    assert (by_day.before_release, by_day.after_release) == (restated.before, restated.after)
    assert compared == [(restated.before, restated.after)]


def without_tables(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Ask for the list of changes alone: of which two releases every mart would be compared besides."""
    asked: list[tuple[str, str]] = []

    def compared(before: kept.Release, after: kept.Release) -> list[diff.TableDifference]:
        asked.append((before.release_id, after.release_id))
        return []

    monkeypatch.setattr(diff, "table_differences", compared)
    return asked


def test_diff_lists_the_projects_that_went(released: DemoRun, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, before, last = kept.published(released.settings)
    without_tables(monkeypatch)
    found = diff.diff(released.settings, before.release_id, last.release_id)
    sides = [side.folder / "parquet" / "dim_project.parquet" for side in (before, last)]
    with duckdb.connect() as con:
        gone = con.execute(
            "select project_code from read_parquet(?) where project_code in"
            " (select project_code from read_parquet(?) where last_meetmoment_code = 'm6')",
            [str(side) for side in sides],
        ).fetchall()
    went = {c["project_code"] for c in found.changes if (c["record"], c["kind"]) == ("project", "dropped")}
    assert went == {key for (key,) in gone} and went


def test_the_changes_of_one_project_are_all_of_its_own_and_nothing_else_is_told(restated: Restated) -> None:
    moments = tuple(kept.find(restated.settings, side).published_at for side in (restated.before, restated.after))
    with duckdb.connect(str(kept.find(restated.settings, restated.after).database), read_only=True) as con:
        changes = net_changes(con, *moments)
    code, count = Counter(change["project_code"] for change in changes).most_common(1)[0]
    asked = ["releases", "diff", restated.before, restated.after, "--project", code.lower()]
    said = CliRunner(env={"VEERKRACHT_HOME": str(restated.settings.home)}).invoke(app, [*asked, "--json"])
    told = json.loads(said.stdout)
    assert (said.exit_code, told["project"], len(told["changes"])) == (0, code, count)
    assert {change["project_code"] for change in told["changes"]} == {code}
    assert sum(one["count"] for one in told["counts"]) == count < len(changes)
    assert (told["tables"], told["rules"]) == ([], [])
    shown = CliRunner(env={"VEERKRACHT_HOME": str(restated.settings.home)}).invoke(app, asked).stdout
    assert code in shown and "op_schema" not in shown, "codes are shown by their labels"


def test_the_same_return_sent_again_dates_no_movement_anew(restated: Restated) -> None:
    """Of the movements of its meetmoment the corrected return dates anew those it states otherwise, and no others."""
    movements = "select record_key, field, new_value from what_changed where comparison = 'movement'"
    sides = []
    for release_id in (restated.before, restated.after):
        with duckdb.connect(str(kept.find(restated.settings, release_id).database), read_only=True) as con:
            of_it = f"{movements} and meetmoment_code = '{restated.meetmoment}'"
            first_day = f"{of_it} and known_from < '{restated.between}'"
            sides.append((set(con.sql(of_it).fetchall()), set(con.sql(first_day).fetchall())))
    (before, _), (after, dated_before) = sides
    assert after - dated_before == after - before
    assert 0 < len(after - before) < restated.fewer_than


def test_diff_refuses_what_it_cannot_compare(small: DemoRun) -> None:
    before, *_, last = (release.release_id for release in kept.published(small.settings))
    with pytest.raises(ValueError, match="not after"):
        diff.diff(small.settings, last, before)
    with pytest.raises(LookupError, match="no release and no date"):
        diff.diff(small.settings, "last week", last)


def published(demo: DemoRun, release_id: str) -> kept.Release:
    return next(r for r in kept.published(demo.settings) if r.release_id == release_id)


def assert_rebuilds(demo: DemoRun, past: kept.Release, folder: Path) -> None:
    rebuilt = known.as_known_on(demo.settings, past.published_at)
    assert rebuilt.release and rebuilt.release.release_id == past.release_id
    tables.write(demo.settings, rebuilt.warehouse, folder, contents.declared(rebuilt.warehouse))
    forms = (names.PARQUET, names.CSV)
    files = (path for form in forms for path in (folder / form).rglob("*") if path.is_file())
    made = {path.relative_to(folder).as_posix(): kept.sha256(path) for path in files}
    assert made == {f["path"]: f["sha256"] for f in past.manifest["files"] if f["path"].partition("/")[0] in forms}


@pytest.mark.slow
def test_a_release_that_was_restated_is_known_as_it_was(small: DemoRun, tmp_path: Path) -> None:
    past = published(small, "2024-01-22.1")
    table = tmp_path / "fct_finance_as_returned.csv"
    with without_dbt():
        assert_rebuilds(small, past, tmp_path)
        ran = CliRunner().invoke(
            app,
            ["asof", "2024-01-22", "fct_finance_as_returned", "--json", "--csv", str(table)],
            env={"VEERKRACHT_HOME": str(small.settings.home)},
        )
    assert ran.exit_code == 0, ran.output
    answer = json.loads(ran.stdout)
    assert (answer["release"], answer["notes"]) == (past.release_id, [])
    assert len(answer["rows"]) == past.manifest["tables"]["fct_finance_as_returned"]
    assert table.read_bytes() == (past.folder / "csv" / "fct_finance_as_returned.csv").read_bytes()
    with pytest.raises(asof.NoSuchMart, match="fct_finance_as_returned"):
        asof.rows_of(known.as_known_on(small.settings, known.moment_of("2024-01-22")), "fct_finances")


@pytest.mark.slow
def test_each_release_is_known_as_it_was_byte_for_byte(every_night: DemoRun, tmp_path: Path) -> None:
    for past in kept.published(every_night.settings):
        folder = tmp_path / past.release_id
        folder.mkdir()
        assert_rebuilds(every_night, past, folder)


def test_nothing_is_known_before_the_first_receipt(small: DemoRun) -> None:
    first = kept.published(small.settings)[0].published_at
    with pytest.raises(known.NothingKnown):
        known.as_known_on(small.settings, first - timedelta(days=1))
