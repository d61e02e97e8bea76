"""What a document lists: all that there is, or how many there are; of an earlier meetmoment what was known then."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import docx
import duckdb
import pdf_reading
import pytest
from conftest import DemoRun

from flows.forms import publication
from flows.release import kept
from flows.release.kept import Release
from flows.reports import making, office


@pytest.fixture(scope="module")
def release(released: DemoRun) -> Release:
    found = kept.current(released.settings)
    assert found
    return found


@pytest.fixture
def changed(release: Release, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database of a release, to be changed."""
    shutil.copy(release.database, tmp_path / "marts.duckdb")
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as con:
        yield con


def letters_of(
    changed: duckdb.DuckDBPyConnection, release: Release, tmp_path: Path, document: str, moment: str | None = None
) -> str:
    """The letters of a document made of the changed database, which is closed for it."""
    changed.close()
    about = (release.release_id, release.published_at, release.manifest["content_sha256"])
    head = making.Head(*about, publication.release_uri(release.release_id))
    made = making.make(tmp_path / "marts.duckdb", document, head, moment).files
    (pdf,) = (file for name, file in made.items() if name.endswith(".pdf"))
    (tmp_path / "made.pdf").write_bytes(pdf())
    return pdf_reading.letters(tmp_path / "made.pdf")


def delivered(changed: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        code
        for (code,) in changed.sql(
            "select meetmoment_code from dim_meetmoment where delivered_project_count > 0 order by meetmoment_number"
        ).fetchall()
    ]


def test_a_list_that_is_cut_says_of_how_many_and_leaves_the_others_theirs(
    changed: duckdb.DuckDBPyConnection, release: Release, tmp_path: Path
) -> None:
    """One indicator of many territories took the room of all that come after it."""
    ((crowded, last, there),) = changed.execute(
        "select indicator_code, meetmoment_code, count(*) from fct_indicator_value where meetmoment_code = ?"
        " group by all",
        [delivered(changed)[-1]],
    ).fetchall()
    one = "from fct_indicator_value where meetmoment_code = ? and indicator_code = ? limit 1"
    changed.execute(
        "insert into fct_indicator_value"
        " select * exclude (n) replace ('T' || n as territory, trace_key || n as trace_key)"
        f" from (select * {one}) cross join range(600) as numbers (n)",
        [last, crowded],
    )
    other = "(select max(indicator_code) from dim_indicator) as indicator_code, trace_key || 'x' as trace_key"
    changed.execute(
        f"insert into fct_indicator_value select * replace ({other}, 'ZZ9' as territory) {one}", [last, crowded]
    )
    changed.execute(
        f"insert into agg_indicator_progress select * replace ({other}) from agg_indicator_progress"
        " where meetmoment_code = ? and indicator_code = ? and scope_code <> 'all'",
        [last, crowded],
    )
    letters = letters_of(changed, release, tmp_path, "output_indicators")
    assert f"Deeerste500van{there + 600}." in letters and letters.count("Deeerste") == 1
    assert "ZZ9" in letters


@pytest.mark.parametrize(("there_are", "says"), [("2", ""), ("61", "The first 2 of 61.")])
def test_a_table_that_officials_edit_says_of_how_many_rows_it_is(there_are: str, says: str) -> None:
    written = docx.Document()
    rows = [{"label": name, "all_rows_count": there_are} for name in ("Roads", "Houses")]
    office._table(written, rows, {"label": "cluster"}, {"cluster": "Cluster"}, "en")
    assert written.paragraphs[-1].text == says


def test_a_fiche_of_an_earlier_meetmoment_says_nothing_of_what_came_later(
    changed: duckdb.DuckDBPyConnection, release: Release, tmp_path: Path
) -> None:
    first, *_, last = delivered(changed)
    changed.execute("update dim_project set objective = 'Doel van later', end_date = date '2039-12-31'")
    ((project, indicator),) = changed.execute(
        "select project_code, indicator_code from fct_indicator_value"
        " where meetmoment_code = ? and project_code in"
        " (select project_code from dim_project_history where meetmoment_code = ?)"
        " order by all limit 1",
        [last, first],
    ).fetchall()
    changed.execute(
        "delete from fct_indicator_value where (project_code, indicator_code, meetmoment_code) = (?, ?, ?)",
        [project, indicator, first],
    )
    changed.execute(
        "delete from bridge_project_indicator where (project_code, indicator_code) = (?, ?)", [project, indicator]
    )
    changed.execute(
        "insert into bridge_project_indicator by name select ? as project_code, ? as indicator_code,"
        " true as is_in_register, false as is_in_objective, true as has_values, ? as first_meetmoment_code,"
        " ? as last_meetmoment_code",
        [project, indicator, first, last],
    )
    letters = letters_of(changed, release, tmp_path, "fiches", first)
    assert "Doelvanlater" not in letters and "2039" not in letters
    assert "(inhetregister)." in letters and "eerdergerapporteerd" not in letters


@pytest.mark.parametrize(
    ("direction", "baseline", "target", "actual", "is_far"),
    [("up", 0, 100, 151, True), ("up", 100, 110, 116, False), ("down", 100, 90, 70, False)],
)
def test_far_above_its_target_is_a_value_and_no_progress(
    direction: str,
    baseline: int,
    target: int,
    actual: int,
    is_far: bool,
    changed: duckdb.DuckDBPyConnection,
    release: Release,
    tmp_path: Path,
) -> None:
    """Progress from 100 to 110 is 160 % at 116, which is no tenth above the target."""
    changed.execute(
        "update agg_indicator_progress set baseline = ?, target = ?, actual = ?, progress_pct = 160,"
        " is_target_reached = true, value_state = 'reported', progress_state = 'computed'",
        [baseline, target, actual],
    )
    changed.execute("update dim_indicator set direction = ?", [direction])
    letters = letters_of(changed, release, tmp_path, "output_indicators")
    assert ("verbovendestreefwaarde:tebekijken" in letters, "streefwaardebereikt" in letters) == (is_far, not is_far)
