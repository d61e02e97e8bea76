"""A figure of the small plan on one screen, and how it is found: what an account claims is held against the release."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest
from conftest import DemoRun
from typer.testing import CliRunner

from flows.account.figure import Account, Large, account
from flows.account.search import Found, search
from flows.account.trace import trace
from flows.cli import app
from flows.commands.figure import offer
from flows.forms.short_keys import short
from flows.release import kept
from flows.release.kept import Release

FIGURE = "veerkracht/agg_headline_figure/m7/paid_share/total"
ROW = "veerkracht/fct_finance_as_returned/m7/VV014/provisional/paid"


@pytest.fixture(scope="module")
def last(small: DemoRun) -> Release:
    found = kept.current(small.settings)
    assert found
    return found


@pytest.fixture(scope="module")
def told(small: DemoRun, last: Release) -> Account:
    return account(small.settings, last, FIGURE)


@pytest.fixture(scope="module", autouse=True)
def con(last: Release) -> duckdb.DuckDBPyConnection:
    """Held open: each look would open it anew, at ten times its own cost."""
    return duckdb.connect(str(last.database), read_only=True)


def test_a_share_is_its_sides_and_these_are_their_parts(told: Account, last: Release) -> None:
    paid, budget = told.sides
    assert [side.side for side in told.sides] == ["numerator", "denominator"] and told.trace.adds_up
    assert (told.key, told.short_key, told.release_id, told.unit) == (FIGURE, short(FIGURE), last.release_id, "percent")
    assert told.numerator == paid.added and told.denominator == budget.added and paid.is_eur and budget.is_eur
    assert round(100 * paid.added / budget.added, 2) == round(told.value, 2)
    for side in told.sides:
        parts = {part.trace_key.split(":")[0]: part.amount for part in told.trace.parts if part.side == side.side}
        assert (side.count, side.added) == (len(parts), sum(parts.values()))
        amounts = [part.amount for part in side.largest]
        assert amounts == sorted(parts.values(), key=abs, reverse=True)[: len(amounts)] and len(amounts) == 10
        assert all(parts[part.trace_key] == part.amount for part in side.largest)


def test_the_largest_parts_are_named_with_the_cell_and_the_text_they_were_read_from(
    told: Account, last: Release
) -> None:
    of_workbooks = 0
    for part in told.sides[0].largest[::4]:
        cell = next(cell for cell in trace(None, last, part.trace_key).cells if cell.field == "amount_eur")
        assert part.cell == cell.cell and part.sheet and part.text
        assert part.name.startswith(part.trace_key.split("/")[3] + " ")
        if (part.file_name or "").endswith(".xlsx"):
            assert Decimal(part.text) == part.amount
            of_workbooks += 1
    assert of_workbooks
    alone = account(None, last, FIGURE)
    assert [replace(part, text=None) for part in told.sides[0].largest] == [*alone.sides[0].largest]
    assert (alone.releases, alone.releases_not_kept) == ([], None)
    assert isinstance(alone.sides[0].largest[0], Large)


def test_files_and_warnings_are_those_of_the_parts(told: Account, con: duckdb.DuckDBPyConnection) -> None:
    parts = {part.trace_key for part in told.trace.parts}
    sql = "select submission_id, sheet, row_number from fct_finance_as_returned where trace_key in (select unnest(?))"
    con.execute(f"create or replace temp table place as {sql}", [sorted(parts)])
    files = con.sql("select submission_id, sheet, count(*) from place group by all").fetchall()
    assert {(row["submission_id"], row["sheet"], row["count"]) for row in told.files} == set(files) != set()
    counts = [row["count"] for row in told.files]
    assert counts == sorted(counts, reverse=True) and con.sql("select count(*) from place").fetchall() == [
        (sum(counts),)
    ]
    found = con.sql(
        "select rule_id, count(*) from fct_finding semi join place using (submission_id, sheet, row_number)"
        " where severity in ('warning', 'error') and not is_waived group by all"
    ).fetchall()
    assert {(row["rule_id"], row["count"]) for row in told.warnings} == set(found)


def test_a_figure_is_named_meant_and_held_beside_its_other_scopes(told: Account) -> None:
    assert told.label_nl.startswith("Vereffend, in % van het initiële budget") and "paid" in told.label_en.lower()
    assert told.meaning_nl and told.meaning_en and told.meaning_nl != told.meaning_en
    asked = [row for row in told.scopes if row["is_asked"] and not row["is_constant"]]
    assert [(row["meetmoment_code"], row["value"]) for row in asked] == [("m7", told.value)]
    assert {row["meetmoment_code"] for row in told.scopes} == {"m5", "m6", "m7"}
    (since,) = told.since_previous
    assert since["change"] is None or abs(since["previous_figure"] + since["change"] - told.value) <= Decimal("0.01")
    plain = told.plain()
    assert "trace" not in plain and plain["adds_up"] is True and (plain["origin"], plain["cells"]) == (None, ())


def test_the_releases_in_which_a_figure_differs_are_told_from_the_first(small: DemoRun, last: Release) -> None:
    releases = kept.published(small.settings)
    key = "veerkracht/agg_headline_figure/m5/paid_share/total"
    found = account(small.settings, last, key)
    values = []
    for release in releases:
        with duckdb.connect(str(release.database), read_only=True) as con:
            sql = "select figure from agg_headline_figure where trace_key = ?"
            values.append((release.release_id, con.execute(sql, [key]).fetchall()[0][0]))
    differing = [each for n, each in enumerate(values) if n == 0 or each[1] != values[n - 1][1]]
    assert [(row["release_id"], row["value"]) for row in found.releases] == differing
    assert found.releases_not_kept == 0
    first = account(small.settings, releases[0], key)
    assert [row["release_id"] for row in first.releases] == [releases[0].release_id], "later ones are not asked"


def test_a_row_and_a_column_of_it_are_named_by_the_dictionary(small: DemoRun, last: Release) -> None:
    whole, one = (account(small.settings, last, key) for key in (ROW, f"{ROW}:amount_eur"))
    named = "VV014 Fietsinfrastructuur aan gemeentewegen (Plan Kopenhagen)"
    assert (
        whole.label_nl.endswith(f": Meting 7 (december 2024), {named}, Voorlopig, Vereffend (VEK)") and whole.meaning_nl
    )
    assert whole.label_en.endswith(f": Measurement 7 (December 2024), {named}, Provisional, Paid (VEK)")
    assert whole.label_en.startswith("fct_finance_as_returned: ") and one.label_en != whole.label_en
    assert one.label_nl.endswith(f": Meting 7 (december 2024), {named}, Voorlopig, Vereffend (VEK)")
    assert one.value == whole.value
    assert sum(row["count"] for row in whole.files) == 1 and whole.sides == []
    assert [row["value"] for row in whole.releases][-1] == whole.value
    assert one.key == f"{ROW}:amount_eur" and one.releases == whole.releases


def test_what_a_release_does_not_count_is_not_told_as_nought(small: DemoRun, last: Release) -> None:
    counted = account(small.settings, last, "veerkracht/fct_finance/m7/VV014:paid_eur")
    assert counted.warning_count is not None
    assert account(small.settings, last, ROW).set_apart_count is None


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (short(FIGURE), FIGURE),
        (FIGURE, FIGURE),
        ("agg_headline_figure/m7/paid_share/total", FIGURE),
        ("agg_headline_figure/m7/paid_share/tot", FIGURE),
        (f" {ROW}:amount_eur ", f"{ROW}:amount_eur"),
        ("paid_share total", FIGURE),
        ("no_mart/m7", "veerkracht/no_mart/m7"),
        ("geen enkel woord hiervan", None),
        ("?!", None),
    ],
)
def test_a_figure_is_found_by_its_key_the_beginning_of_it_or_its_name(
    last: Release, asked: str, key: str | None
) -> None:
    assert search(last, asked).key == key


def test_the_short_key_that_an_account_prints_is_understood(small: DemoRun, last: Release) -> None:
    """It is that of the row, with the column behind it, since no mart has a row of the two together."""
    told = account(None, last, f"{ROW}:amount_eur")
    assert told.short_key == f"{short(ROW)}:amount_eur" == told.plain()["short_key"]
    assert search(last, told.short_key).key == trace(None, last, told.short_key).key == told.key


def test_a_row_without_a_trace_key_is_accounted_for_by_the_key_of_its_mart(small: DemoRun, last: Release) -> None:
    told = account(small.settings, last, "veerkracht/dim_meetmoment/m7:delivered_project_count")
    assert told.label_nl == "Aangeleverde projecten: Meting 7 (december 2024)"
    assert [row["value"] for row in told.releases] == [0, told.value] == [0, 11]
    assert (told.warning_count, told.sides, told.files) == (None, [], [])


@pytest.mark.parametrize("measure", ["committed", "paid"])
def test_an_account_has_the_warnings_on_its_own_amount_alone(last: Release, measure: str) -> None:
    told = account(None, last, f"veerkracht/fct_account_difference/2022-12-31/VV002/{measure}")
    assert sum(row["count"] for row in told.warnings) == told.warning_count == (measure == "paid")


@pytest.mark.parametrize(("asked", "is_gone"), [("m7/VV159/VV159-M01", True), ("m7/VV999", False)])
def test_what_is_gone_is_told_so_to_a_program_too(
    small: DemoRun, monkeypatch: pytest.MonkeyPatch, asked: str, is_gone: bool
) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(small.settings.home))
    ran = CliRunner().invoke(app, ["trace", f"fct_milestone_status/{asked}", "--json"])
    told = json.loads(ran.stdout)
    assert ran.exit_code == 1 and (told["is_exact"], told["is_gone"]) == (False, is_gone) and told["candidates"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", r"miljoen: geen cijfer, en niets dat erop lijkt; vraag een .* naam \(vereffend m3\)\n"),
        ("en", r"miljoen: no such figure, and nothing near it; ask for a .* name \(paid m3\)\n"),
        (None, r"miljoen: geen cijfer, .* \(vereffend m3\) / no such figure, .* \(paid m3\)\n"),
    ],
)
def test_where_nothing_is_near_what_can_be_asked_is_told(
    capsys: pytest.CaptureFixture[str], language: str | None, said: str
) -> None:
    offer(Found(None, is_exact=False), "miljoen", language)
    assert re.fullmatch(said, capsys.readouterr().out)


def test_a_figure_is_found_by_its_value_exact_rounded_or_in_millions(last: Release, told: Account) -> None:
    written = f"{told.value:.2f}".replace(".", ",")
    for asked in (f"{written} %", f"{told.value:f}"):
        found = search(last, asked)
        assert found.is_exact and FIGURE in [each.key for each in found.candidates], asked
        assert found.candidates[0].value == told.value
    by_name = search(last, told.label_nl.upper())
    assert by_name.is_exact and FIGURE in [each.key for each in by_name.candidates]
    millions = f"{told.numerator / 1_000_000:.2f}".replace(".", ",")
    near = search(last, f"{millions} mln")
    assert near.is_exact and near.candidates[0].value == told.numerator


def test_parts_of_every_mart_are_named_for_people(last: Release, con: duckdb.DuckDBPyConnection) -> None:
    sql = "select trace_key from agg_headline_figure where starts_with(measure, 'milestone') and figure > 1"
    ((milestones,), *_) = con.sql(f"{sql} order by trace_key desc").fetchall()
    part = account(None, last, milestones).sides[0].largest[0]
    code = part.trace_key.rpartition("/")[2]
    assert part.amount == 1 and part.name.startswith(f"{code} ") and len(part.name) > len(code) + 1


def test_what_adds_up_to_nothing_says_why_and_names_no_file(last: Release, con: duckdb.DuckDBPyConnection) -> None:
    ((key,), *_) = con.sql("select trace_key from agg_finance_first_complete order by trace_key").fetchall()
    found = account(None, last, f"{key}:first_complete_eur")
    assert found.reason and (found.sides, found.files, found.warnings) == ([], [], [])
    by_itself = trace(None, last, f"{FIGURE}:scope_code").reason or ""
    assert by_itself.startswith("Leidt zelf naar geen cel. ") and " / Leads to no cell by itself. " in by_itself


def test_what_is_only_near_is_offered_and_not_taken(last: Release, told: Account) -> None:
    near = search(last, f"{told.value + Decimal('0.03'):.4f}")
    assert near.key is None and not near.is_exact and FIGURE in [each.key for each in near.candidates]
    assert len(near.candidates) == 12
    first = near.candidates[0]
    assert (first.label("nl"), first.label("en")) == (first.label_nl, first.label_en)
    begun = search(last, "agg_headline_figure/m7/paid")
    assert begun.key is None and begun.is_exact and FIGURE in [each.key for each in begun.candidates]
    unknown = search(last, "veerkracht/fct_finance/m7/VV999")
    assert unknown.key is None and not unknown.is_exact
    assert all(each.key.startswith("veerkracht/fct_finance/m7/") for each in unknown.candidates)
    words = search(last, "paid_share onbestaand")
    assert words.key is None and not words.is_exact and "paid_share" in words.candidates[0].key


def test_a_short_key_of_several_figures_offers_them(last: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.forms.short_keys.found", lambda con, asked: [FIGURE, ROW])
    found = search(last, "00000000")
    assert (found.key, [each.key for each in found.candidates], found.is_exact) == (None, [FIGURE, ROW], True)
    monkeypatch.setattr("flows.forms.short_keys.found", lambda con, asked: [])
    assert isinstance(search(last, "00000000"), Found)
