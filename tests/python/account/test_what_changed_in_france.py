"""France's barometer: every publication of some indicators replayed; what changed equals a straight comparison."""

import csv
import itertools
import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from kept_homes import kept
from made_release import make_release, sign
from replay import Received, replay

from flows.account import diff
from flows.forms import contents
from flows.settings import Settings

PLAN, MEETMOMENT = "fr_barometre", "baro"
FIELDS = {"indic_vi": "baseline", "indic_va": "actual", "indic_vc": "target"}
SERIES = ("ind-200", "ind-307")
OFTEN = "ind-323"
"""Published four times as often as the others together; replayed in `make slow`."""

Key = tuple[str, str, str]
Change = tuple[str, Key, str, float | None, float | None, str]
"""kind, key, field, old value, new value, file that brought it."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(SERIES, id="two"), pytest.param((*SERIES, OFTEN), id="three", marks=pytest.mark.slow)],
)
def publications(request: pytest.FixtureRequest, real_files: Path) -> list[list[Path]]:
    """The files of each series in the order of publication."""
    folder = real_files / "fr_barometre" / "versions"
    return [sorted(folder.glob(f"{series}__*.csv")) for series in request.param]


def received(publications: list[list[Path]]) -> list[Received]:
    """Each publication after the one before it, on or soon after its day."""
    return [
        Received(path, PLAN, MEETMOMENT, published_on(path) + timedelta(hours=place))
        for files in publications
        for place, path in enumerate(files)
    ]


def published_on(path: Path) -> datetime:
    return datetime.fromisoformat(path.name.split("__")[1]).replace(tzinfo=UTC)


def rows(path: Path) -> dict[Key, dict[str, str]]:
    """(indicator, territory, day) -> what the file writes, read without the software."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = [
            ((row["indic_id"], row["enforce_zone_id"], row["metric_enforce_date"]), row) for row in csv.DictReader(file)
        ]
    assert len(dict(found)) == len(found), path.name
    return dict(found)


def number(text: str) -> float | None:
    return float(text) if text else None


def same(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and math.isclose(one, other, rel_tol=1e-9))


def straight(files: list[Path]) -> Iterator[Change]:
    """Each file beside the one before it, values compared as numbers."""
    for earlier, later in itertools.pairwise(files):
        before, after = rows(earlier), rows(later)
        yield from (("dropped", key, "record", None, None, later.name) for key in before.keys() - after.keys())
        yield from (("added", key, "record", None, None, later.name) for key in after.keys() - before.keys())
        for key in before.keys() & after.keys():
            for column, field in FIELDS.items():
                old, new = number(before[key][column]), number(after[key][column])
                if not same(old, new):
                    yield ("value", key, field, old, new, later.name)


def cells_written_otherwise(files: list[Path]) -> int:
    """Cells of the same key that two successive files write with other characters."""
    pairs = [(rows(earlier), rows(later)) for earlier, later in itertools.pairwise(files)]
    return sum(
        before[key][column] != after[key][column]
        for before, after in pairs
        for key in before.keys() & after.keys()
        for column in FIELDS
    )


@pytest.fixture(scope="module")
def warehouse(publications: list[list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        replay(folder / "home", received(publications), ["what_changed"])

    files = [file.path for file in received(publications)]
    home = kept("france", make, tmp_path_factory.mktemp("france") / "kept", files) / "home"
    return Settings(home=home, plan=PLAN).warehouse


@pytest.fixture(scope="module")
def changes(warehouse: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.sql(
            "select kind, record_key, field, old_value, new_value, known_from, comparison, is_form_only"
            " from marts.what_changed"
        ).fetchall()


def test_the_list_equals_a_straight_comparison_of_the_files(
    publications: list[list[Path]], changes: list[tuple[Any, ...]]
) -> None:
    brought_by = {(f.at.replace(tzinfo=None), f.path.name[:7].upper()): f.path.name for f in received(publications)}
    ours: Counter[Change] = Counter()
    for kind, record_key, field, old, new, known_from, comparison, _ in changes:
        indicator, territory, day = record_key.split("|")
        came_or_went = kind in ("added", "dropped")
        values = (None, None) if came_or_went else (number(old or ""), number(new or ""))
        assert comparison == "restatement"
        shown = kind if came_or_went else "value"
        ours[(shown, (indicator, territory, day), field, *values, brought_by[(known_from, indicator)])] += 1
    theirs = Counter(change for files in publications for change in straight(files))
    assert ours == theirs
    assert len(theirs) > 7_000


def test_no_difference_of_form_only_is_in_the_list(
    publications: list[list[Path]], changes: list[tuple[Any, ...]]
) -> None:
    assert not any(change[-1] for change in changes)
    listed = sum(kind not in ("added", "dropped") for kind, *_ in changes)
    written_otherwise = sum(cells_written_otherwise(files) for files in publications)
    assert written_otherwise > listed, "the files also write the same number in other forms"


def test_a_diff_over_several_publications_equals_the_first_file_beside_the_last(
    publications: list[list[Path]], warehouse: Path, tmp_path: Path
) -> None:
    """As released: the values of what came or went are left empty."""
    settings = Settings(home=tmp_path)
    (mart,) = (mart for mart in contents.declared(warehouse) if mart.name == "what_changed")
    made = make_release(settings, "2099-01-01.1", datetime(2099, 1, 1, tzinfo=UTC), [])
    with duckdb.connect(str(made.database)) as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        con.execute(f"create or replace table what_changed as {mart.select('warehouse.marts.what_changed')}")
    sign(settings, made.folder)
    everything = received(publications)
    first, last = min(f.at for f in everything), max(f.at for f in everything)
    for after, until in itertools.pairwise([first, first + (last - first) / 2, last]):
        ours: Counter[Any] = Counter()
        for one in diff.diff(settings, after.isoformat(), until.isoformat()).changes:
            came_or_went = one["field"] == "record"
            values = (None, None) if came_or_went else (number(one["old_value"] or ""), number(one["new_value"] or ""))
            key = tuple(one["record_key"].split("|"))
            ours[(one["kind"] if came_or_went else "value", key, one["field"], *values)] += 1
        theirs: Counter[Any] = Counter()
        for files in publications:
            before, now = ([f.path for f in everything if f.path in files and f.at <= at] for at in (after, until))
            if before:
                theirs.update(change[:-1] for change in straight([before[-1], now[-1]]))
        assert ours == theirs
        assert len(theirs) > 500
