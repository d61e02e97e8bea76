"""Traces on the small plan: the place of a value and its text, the parts of a figure, and what is not there."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from conftest import DemoRun
from trace_reading import Archived, keys, same
from typer.testing import CliRunner

from flows.account import cells
from flows.account.trace import NotTraceable, Trace, trace
from flows.cli import app
from flows.forms.short_keys import short
from flows.intake import archive
from flows.release import kept
from flows.release.kept import MANIFEST, RETIRED, Release
from flows.settings import Settings

PAID = "veerkracht/fct_finance_as_returned/m7/VV014/provisional/paid"


@pytest.fixture(scope="module")
def last(small: DemoRun) -> Iterator[Release]:
    """The release, held open: each trace would open it anew, at ten times its own cost."""
    found = kept.current(small.settings)
    assert found
    with duckdb.connect(str(found.database), read_only=True):
        yield found


def test_a_row_of_every_fact_leads_to_the_cells_that_it_was_read_from(small: DemoRun, last: Release) -> None:
    archived, read = Archived(small.settings.archive), 0
    for mart in last.manifest["records"]:
        for key in keys(last, mart)[:2]:
            found = trace(small.settings, last, key)
            assert found.origin and found.origin.sheet and found.key == key and not found.parts
            for cell in found.cells:
                if cell.cell:
                    assert cell.cell.endswith(str(found.origin.row_number)), key
                    there = archived.text(found.origin.sha256, found.origin.sheet, cell.cell)
                    assert same(there, cell.text), (key, cell, there)
                    read += 1
    assert read > 60


def test_one_figure_of_a_row_leads_to_its_own_cell(small: DemoRun, last: Release) -> None:
    whole, one = (trace(small.settings, last, key) for key in (PAID, f"{PAID}:amount_eur"))
    (amount,) = one.cells
    assert amount in whole.cells and len(whole.cells) > 1
    assert (amount.field, whole.value, one.value) == ("amount_eur", amount.published, amount.published)
    assert whole.unit == one.unit == "EUR" and Decimal(str(amount.text)) == amount.published
    assert one.key == f"{PAID}:amount_eur" and one.release_id == last.release_id and one.origin == whole.origin


def test_each_field_of_a_row_has_its_cell_and_what_the_layout_says_has_none(small: DemoRun, last: Release) -> None:
    cells = {cell.field: cell for cell in trace(small.settings, last, PAID).cells}
    assert set(cells) == {"project_code", "measure", "execution", "amount_eur", "explanation"}
    assert (cells["measure"].cell, cells["measure"].text, cells["measure"].published) == (None, "paid", "paid")
    assert (cells["execution"].text, cells["execution"].published) == ("Voorlopig", "provisional")
    (account, *_) = keys(last, "fct_account_difference")
    shown = {cell.field: cell for cell in trace(small.settings, last, account).cells}
    assert set(shown) == {"project_code", "closing_date", "committed_eur"}, "of the measure of this row alone"
    assert shown["committed_eur"].published == Decimal(str(shown["committed_eur"].text))


def test_without_the_archive_a_cell_is_named_by_its_place(last: Release, small: DemoRun) -> None:
    with_texts, without = (trace(settings, last, PAID) for settings in (small.settings, None))
    assert [(c.cell, c.header, c.published) for c in without.cells] == [
        (c.cell, c.header, c.published) for c in with_texts.cells
    ]
    assert {cell.text for cell in without.cells if cell.cell} == {None}
    assert without.origin == with_texts.origin


def test_what_stands_in_no_cell_of_its_row_says_so(last: Release, small: DemoRun) -> None:
    found = trace(small.settings, last, f"{PAID}:speerpunt_code")
    assert found.reason and found.reason.startswith("Staat in geen cel van zijn rij. ")
    assert " / Stands in no cell of its row. " in found.reason
    assert (found.cells, found.origin, found.sums()) == ((), None, [])


def test_a_figure_is_the_sum_of_its_parts(small: DemoRun, last: Release) -> None:
    paid = trace(small.settings, last, "veerkracht/agg_headline_figure/m7/paid/total")
    ((side, published, added),) = paid.sums()
    assert (side, published, paid.unit) == ("numerator", added, "EUR") and paid.adds_up
    assert paid.count("numerator") == len(paid.parts) > 5 and paid.count("denominator") == 0
    share = trace(small.settings, last, "veerkracht/agg_headline_figure/m7/paid_share/total")
    assert [side for side, *_ in share.sums()] == ["numerator", "denominator"] and share.adds_up
    assert share.count("numerator") and share.count("denominator")
    short = Trace(paid.key, "", paid.value, numerator=paid.numerator, parts=paid.parts[1:])
    assert not short.adds_up and paid.parts[0].amount


def test_a_row_with_several_figures_asks_which_one(small: DemoRun, last: Release) -> None:
    (key, *_) = keys(last, "agg_finance_by_meetmoment")
    with pytest.raises(NotTraceable, match=r"name one after a colon: .*paid_eur"):
        trace(small.settings, last, key)
    found = trace(small.settings, last, f"{key}:paid_eur")
    assert found.adds_up and found.key == f"{key}:paid_eur" and found.parts


def test_a_row_without_figures_names_what_can_be_asked_of_it(small: DemoRun, last: Release) -> None:
    with duckdb.connect(str(last.database), read_only=True) as con:
        columns = [name for (name, *_) in con.sql("describe dim_scope").fetchall()]
    with pytest.raises(NotTraceable) as told:
        trace(small.settings, last, "veerkracht/dim_scope/all")
    assert str(told.value).endswith(f"name one after a colon: {', '.join(columns)}")


def test_a_finding_leads_to_its_place_and_shows_nothing_of_it(small: DemoRun, last: Release) -> None:
    with duckdb.connect(str(last.database), read_only=True) as con:
        sql = "select trace_key, sheet, row_number, cell from fct_finding where cell is not null order by all limit 1"
        key, sheet, row_number, place = con.sql(sql).fetchall()[0]
    found = trace(small.settings, last, key)
    assert found.origin and (found.origin.sheet, found.origin.row_number, found.value) == (sheet, row_number, None)
    assert [(cell.cell, cell.text, cell.published) for cell in found.cells] == [(place, None, None)]
    (submission, *_) = keys(last, "dim_submission")
    file = trace(small.settings, last, f"{submission}:byte_count")
    assert file.origin and file.origin.sheet is None and file.cells == () and file.value > 0


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("veerkracht/fct_finance_as_returned/m7/VV999/provisional/paid", "no row of fct_finance_as_returned"),
        ("veerkracht/no_mart/x", "has no such mart"),
        ("no_mart", "has no such mart"),
        ("veerkracht/dim_scope/none", "no row of dim_scope"),
        (f"{PAID}:no_column", "fct_finance_as_returned heeft geen kolom / has no column no_column; .* amount_eur"),
        ("zzzz-zzzz", "zzzz-zzzz"),
    ],
)
def test_what_is_not_there_is_named(small: DemoRun, last: Release, key: str, named: str) -> None:
    with pytest.raises(NotTraceable, match=named):
        trace(small.settings, last, key)


@pytest.mark.parametrize("command", ["figure", "trace", "report"])
def test_a_release_without_its_files_leads_nowhere_and_says_how_they_come_back(
    last: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """In a home and by its folder: that they were let go of is no sign of tampering."""
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    retired = Settings(home=tmp_path).releases / RETIRED / last.release_id
    retired.mkdir(parents=True)
    for name in (MANIFEST, f"{MANIFEST}.sig"):
        shutil.copy2(last.folder / name, retired / name)
    said = f"files of release {last.release_id} were not kept; veerkracht releases rebuild {last.release_id} makes them"
    for named in (last.release_id, *([str(retired)] if command != "report" else [])):
        ran = CliRunner().invoke(app, [command, PAID, "--release", named])
        assert ran.exit_code == 1 and isinstance(ran.exception, LookupError) and said in str(ran.exception)


def test_a_short_key_stands_for_its_figure_and_takes_a_column(small: DemoRun, last: Release) -> None:
    whole, one = (trace(small.settings, last, key) for key in (short(PAID), f"{short(PAID).upper()}:amount_eur"))
    assert (whole.key, one.key) == (PAID, f"{PAID}:amount_eur") and one.value == whole.value
    with pytest.raises(NotTraceable, match=r"no figure of release .* has the short key 00000000"):
        trace(small.settings, last, "00000000")


@pytest.fixture
def copied(small: DemoRun, tmp_path: Path) -> Settings:
    """A home with the archive of the small plan and nothing that was made of it."""
    settings = Settings(home=tmp_path)
    shutil.copytree(small.settings.archive, settings.archive)
    return settings


def test_what_was_read_of_a_file_is_read_again_where_it_is_gone(
    copied: Settings, small: DemoRun, last: Release
) -> None:
    assert trace(copied, last, PAID) == trace(small.settings, last, PAID)
    assert not list(copied.build.glob("parsed/*/rows.parquet")), "what is asked about a home leaves nothing in it"
    with patch.object(cells, "parse_all") as read:
        assert trace(copied, last, f"{PAID}:amount_eur") == trace(small.settings, last, f"{PAID}:amount_eur")
    read.assert_not_called()


def test_an_archive_that_lacks_the_file_or_has_another_is_told(copied: Settings, last: Release) -> None:
    origin = trace(None, last, PAID).origin
    assert origin
    content = archive.content_path(copied.archive, origin.sha256)
    content.write_bytes(content.read_bytes() + b" ")
    with pytest.raises(archive.Damaged, match=origin.sha256):
        trace(copied, last, PAID)
    shutil.rmtree(content.parent)
    with pytest.raises(NotTraceable, match=f"the archive lacks {origin.submission_id}"):
        trace(copied, last, PAID)
