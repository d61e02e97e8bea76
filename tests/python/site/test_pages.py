"""The site of a release, read as it stands: every figure is that of the marts and leads to its account."""

import csv
import random
import re
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun
from markupsafe import escape
from site_reading import Page, broken_links, pages

from flows import wording
from flows.forms.edition import Edition
from flows.release import kept
from flows.release.kept import Release
from flows.site import answers, declared, figures
from flows.site.building import build_site
from flows.site.declared import SHARED, SITE

MOST_BYTES, MOST_A_ROW = 150_000, 1_000
SAMPLE = 200


@pytest.fixture(scope="module")
def release(released: DemoRun) -> Release:
    found = kept.current(released.settings)
    assert found
    return found


@pytest.fixture(scope="module")
def read(release: Release) -> list[Page]:
    return list(pages(release.folder))


def test_every_link_leads_to_a_place_that_is_there(read: list[Page]) -> None:
    assert broken_links(read) == set()


def test_both_languages_have_every_page_of_the_site(release: Release, read: list[Page]) -> None:
    site = {page.path.relative_to(release.folder).as_posix() for page in read}
    english = {path.removeprefix("en/") for path in site if path.startswith("en/")}
    assert english == {path for path in site if not path.startswith("en/")} - {"dictionary.html", "what_changed.html"}


def test_200_figures_of_any_page_are_those_of_the_marts(release: Release, read: list[Page]) -> None:
    every = [(page, figure) for page in read for figure in page.figures if figure.value is not None]
    with duckdb.connect(str(release.database), read_only=True) as con:
        for page, figure in random.Random(12).sample(every, min(SAMPLE, len(every))):
            language = "en" if "en" in page.path.relative_to(release.folder).parts else "nl"
            mart = figure.trace_key.split("/")[1]
            ((value,),) = con.execute(
                f"select {figure.column} from {mart} where trace_key = ?", [figure.trace_key]
            ).fetchall()
            assert figure.value == figures.plain(value), figure
            assert figure.text in ways_to_write(value, language), figure


def ways_to_write(value: Decimal | int, language: str) -> set[str]:
    """Every form of a value that a page may take."""
    forms = (form for name, form in wording.FORMATS.items() if name not in ("day", "short_day", "month", "moment"))
    with_decimals = [(form, decimals) for form in forms for decimals in (0, 1, 2)]
    return {form(value, language, decimals) for form, decimals in with_decimals} | {
        wording.number(value, language),
        wording.euro(value, language),
    }


def test_each_headline_figure_stands_with_its_own_scope(release: Release) -> None:
    """Money may be of other projects than the counts beside it."""
    page = (release.folder / "index.html").read_text(encoding="utf-8")
    rows = dict(re.findall(r'<tr data-term="([^"]+)"><th scope="row">(.*?)</th>', page, re.DOTALL))
    with duckdb.connect(str(release.database), read_only=True) as con:
        scopes = con.execute(
            "select distinct measure || '/' || item, label_nl from agg_headline_figure "
            "inner join dim_scope using (scope_code)"
        ).fetchall()
    shown = [(term, label) for term, label in scopes if term in rows]
    assert shown and [(term, label) for term, label in shown if label.lower() not in rows[term].lower()] == []


def test_every_figure_has_an_account_that_names_its_key(release: Release, read: list[Page]) -> None:
    texts = {page.path.resolve(): page.path.read_text(encoding="utf-8") for page in read}
    for page in read:
        for figure in page.figures:
            target, _, place = figure.href.partition("#")
            account = texts[(page.path.parent / target).resolve()]
            assert f'id="{place}"' in account, figure


def test_an_account_says_the_parts_and_that_they_add_up(release: Release) -> None:
    page = next(release.folder.glob("cijfers/agg_headline_figure/*.html")).read_text(encoding="utf-8")
    account = page[page.index("committed/total") :]
    account = account[: account.index("</section>")]
    shown = re.findall(r"€\xa0[\d.,]+", account)
    assert len(shown) >= 2 and "De teller is de som van" in account and "fct_finance_as_returned" in account
    assert shown[0] in shown[1:], "what the rows come to together"


def test_an_account_says_what_its_figures_mean_in_the_language_of_the_page(release: Release) -> None:
    with (release.folder / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        said = {(row["mart"], row["column"]): row for row in csv.DictReader(file)}
    meant = said["agg_headline_figure", "figure"]
    for folder, column in (("", "meaning_nl"), ("en", "meaning")):
        page = next((release.folder / folder).glob("cijfers/agg_headline_figure/*.html")).read_text(encoding="utf-8")
        assert escape(meant[column]) in page and escape(meant[f"mart_{column}"]) in page, column
        assert 'lang="en"' not in page.partition("<main")[2]


def test_what_a_rule_expected_is_said_in_the_language_of_the_page(release: Release) -> None:
    with duckdb.connect(str(release.database), read_only=True) as con:
        words = con.execute(
            "select distinct expected, expected_en from fct_finding"
            " where expected <> expected_en and severity <> 'info'"
        ).fetchall()
    assert words
    for folder, own, other in (("", 0, 1), ("en", 1, 0)):
        said = "".join(path.read_text(encoding="utf-8") for path in (release.folder / folder).glob("kwaliteit*"))
        for pair in words:
            assert escape(pair[own]) in said and escape(pair[other]) not in said


def test_a_page_stays_small_with_many_accounts_and_long_explanations(release: Release, tmp_path: Path) -> None:
    """A meaning stands once, a key in its heading alone; a long explanation is read on in the sheet of its project."""
    changed, of_long = tmp_path / "site", tmp_path / "release"
    of_long.mkdir()
    shutil.copyfile(release.database, of_long / "marts.duckdb")
    shutil.copyfile(release.folder / "dictionary.csv", of_long / "dictionary.csv")
    with duckdb.connect(str(of_long / "marts.duckdb")) as con:
        con.execute(
            "update fct_project_status set status_group = 'attention', explanation = repeat('een lang verhaal ', 10000)"
        )
    for part in (SHARED, "index"):
        shutil.copytree(SITE / part, changed / part)
    said = (changed / SHARED / "accounts.yml").read_text(encoding="utf-8")
    (changed / SHARED / "accounts.yml").write_text(said.replace("most_accounts: 24", "most_accounts: 1"), "utf-8")
    build_site(of_long, tmp_path / "made", Edition.of_manifest(release.manifest), changed)
    overview = (tmp_path / "made" / "index.html").read_text(encoding="utf-8")
    assert len(overview) < MOST_BYTES and "Lees verder in de fiche" in overview
    hold_next_milestones(overview, of_long / "marts.duckdb")
    page = (tmp_path / "made" / "cijfers" / "agg_headline_figure" / "m7.html").read_text(encoding="utf-8")
    with (release.folder / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        (meaning,) = (
            row["meaning_nl"]
            for row in csv.DictReader(file)
            if row["mart"] == "agg_headline_figure" and row["column"] == "figure"
        )
    assert page.count(escape(meaning)) == 1 and page.count('href="#kolom-figure"') > 1
    assert "<dt>Meetmoment</dt>" not in page


def hold_next_milestones(overview: str, database: Path) -> None:
    """What asks attention names the next milestone as the fiche does: what was due before the cut-off is overdue."""
    cards = overview[overview.index('id="aandachtslijst"') :].partition("</ul>")[0].split("<li>")[1:]
    with duckdb.connect(str(database), read_only=True) as con:
        known = con.execute(
            "select project_code, next_milestone_date, overdue_count from project_fiche where meetmoment_code = ("
            "select max_by(meetmoment_code, meetmoment_number) from dim_meetmoment where delivered_project_count > 0)"
        ).fetchall()
    due = {code: [wording.day(day, "nl")] if day else [] for code, day, _ in known}
    late = {code for code, _, count in known if count}
    shown = {re.findall(r"projecten/(\w+)\.html", card)[0]: card for card in cards}
    said = {code: re.findall(r"Volgende mijlpaal: [^<]*, ([^<,]+)</p>", card) for code, card in shown.items()}
    assert said == {code: due[code] for code in shown} and any(said.values())
    assert {code for code, card in shown.items() if "Te laat: " in card} == late & set(shown)


def test_the_address_of_a_figure_is_of_as_many_parts_of_its_key_as_its_mart_asks() -> None:
    shown = figures.Figures({}, {"fct_indicator_value": 2})
    address = shown.address("p/fct_indicator_value/m7/IND 05/VV088/", "actual")
    assert address == "cijfers/fct_indicator_value/m7/IND~2005.html#m7/IND%2005/VV088/"
    assert shown.address("p/agg_headline_figure/m7/paid/total") == "cijfers/agg_headline_figure/m7.html#m7/paid/total"
    assert shown.address("p/agg_one/m7") == "cijfers/agg_one/alle.html#m7"


def test_a_row_says_its_file_sheet_row_and_cell(release: Release) -> None:
    page = (release.folder / "herkomst" / "VV001.html").read_text(encoding="utf-8")
    row = next(row for row in page.split("<tr ") if 'id="m7/VV001/provisional/committed"' in row)
    assert re.search(r"OMG_return_m7\.xlsx, Financien, rij \d+", row) and re.search(r"cel D\d+", row)
    assert "20 jan 2025" in row


def test_a_page_is_small_and_asks_nothing_of_another_host(read: list[Page]) -> None:
    """A list of all there is grows with the plan, by so much a row."""
    large = {page.path: size for page in read if (size := page.path.stat().st_size) > MOST_BYTES}
    rows = {path: path.read_text(encoding="utf-8").count("<tr") for path in large}
    assert {path: size for path, size in large.items() if size > MOST_A_ROW * rows[path]} == {}
    assert {load for page in read for load in page.loads if "//" in load} == set()
    assert [page.path.name for page in read if page.is_inline] == [], "a strict policy runs no script in a page"


def test_no_file_of_the_site_names_a_host_to_load_from(release: Release) -> None:
    for path in (release.folder / "assets").iterdir():
        if path.name != "datatables.js":
            assert not re.search(r"(url\(|import |@import|src=).{0,3}https?:", path.read_text(encoding="utf-8")), path
    for path in release.folder.rglob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text and not re.search(r'(href|src)="(?!#)', text), path


def test_places_of_a_page_are_told_apart(read: list[Page]) -> None:
    assert [page.path for page in read if len(set(page.ids)) < len(page.ids)] == []


def test_the_site_is_the_same_when_it_is_made_again(release: Release, tmp_path: Path) -> None:
    build_site(release.folder, tmp_path, Edition.of_manifest(release.manifest))
    made = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(made) > 50
    assert [name for name, text in made.items() if (release.folder / name).read_bytes() != text] == []


EVIL = """"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7 * 7 }}"""


def test_what_strangers_wrote_stays_text(release: Release, tmp_path: Path) -> None:
    """Every text of every mart is made hostile; no page gets an element, an attribute or an expression of it."""
    changed = tmp_path / "release"
    changed.mkdir()
    shutil.copyfile(release.database, changed / "marts.duckdb")
    shutil.copyfile(release.folder / "dictionary.csv", changed / "dictionary.csv")
    with duckdb.connect(str(changed / "marts.duckdb")) as con:
        texts = con.sql(
            "select table_name, column_name from information_schema.columns where data_type = 'VARCHAR' and column_name"
            " in ('title', 'objective', 'explanation', 'description', 'file_name', 'sheet', 'label_nl', 'label_en',"
            " 'reason_nl', 'reason', 'old_value', 'new_value', 'unit_label_nl', 'note', 'vr_document', 'owner')"
        ).fetchall()
        for table, column in texts:
            con.execute(f"update {table} set {column} = ? where {column} is not null", [EVIL])
    out = tmp_path / "site"
    build_site(changed, out, Edition.of_manifest(release.manifest))
    written = [
        path for path in out.rglob("*") if path.suffix in (".html", ".js", ".svg") and path.parent.name != "assets"
    ]
    assert len(written) > 50
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text and "<img src=x" not in text and "'49" not in text, path


def test_a_plan_that_has_nothing_but_its_name_has_a_site(release: Release, tmp_path: Path) -> None:
    empty = tmp_path / "release"
    empty.mkdir()
    shutil.copyfile(release.folder / "dictionary.csv", empty / "dictionary.csv")
    with duckdb.connect(str(empty / "marts.duckdb")) as con:
        con.execute(f"attach '{release.database}' as whole (read_only)")
        for (table,) in con.sql("select table_name from duckdb_tables() where database_name = 'whole'").fetchall():
            con.execute(f"create table {table} as from whole.{table} limit {1 if table == 'dim_plan' else 0}")
    out = tmp_path / "site"
    build_site(empty, out, Edition.of_manifest(release.manifest))
    assert "Er kwam nog geen enkele rapportering binnen" in (out / "index.html").read_text(encoding="utf-8")
    assert broken_links([page for page in pages(out) if page.path.name == "index.html"]) == set()


@pytest.mark.slow
def test_a_plan_of_too_many_projects_is_shown_without_them(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared, "MOST_PROJECTS", 5)
    build_site(release.folder, tmp_path, Edition.of_manifest(release.manifest))
    assert not (tmp_path / "herkomst").exists()
    assert [path.name for path in (tmp_path / "projecten").iterdir()] == ["delen"]
    for entry in release.folder.iterdir():  # what else a release holds
        is_page = entry.suffix in (".html", ".js") and entry.name not in ("what_changed.html", "dictionary.html")
        if entry.name in ("csv", "reports", "dbt_docs.html") or (entry.is_file() and not is_page):
            (tmp_path / entry.name).symlink_to(entry)
    made = [
        page for page in pages(tmp_path) if not page.path.is_symlink() and "loose" not in page.path.read_text("utf-8")
    ]
    assert len(made) > 50 and broken_links(made) == set()


def test_every_query_stands_in_an_order(release: Release) -> None:
    """So that the same release gives the same bytes on any machine: no page may depend on the order of a plan."""
    unordered = [
        f"{path.parent.name}/{path.name}"
        for path in sorted(SITE.glob("*/*.sql"))
        if path.parent.name != SHARED and "order by" not in path.read_text(encoding="utf-8")
    ]
    with answers.opened(release.folder, SITE / SHARED / "views.sql") as con:
        several = [
            name for name in unordered if len(answers.asked(con, (SITE / name).read_text(encoding="utf-8"), name)) > 1
        ]
    assert several == []


def test_the_place_of_a_row_in_a_sheet_that_lies_on_its_side_is_a_column(release: Release, tmp_path: Path) -> None:
    """There the columns of a record are rows of the file: row 4 of the sheet as read is column D of the file."""
    for name in (release.database.name, "dictionary.csv"):
        shutil.copy(release.folder / name, tmp_path)
    with duckdb.connect(str(tmp_path / release.database.name)) as con:
        con.execute("update dim_source_column set column_letter = '7' where sheet = 'Financien'")
    with answers.opened(tmp_path, SITE / SHARED / "views.sql") as con:
        for query, on_its_side in {"finance": True, "milestones": False}.items():
            found = answers.asked(con, (SITE / "origin" / f"{query}.sql").read_text("utf-8"), query)
            places = [row for row in found if row["row_number"] == 4 and row["sheet"] in ("Financien", "Mijlpalen")]
            assert places and {row["is_on_its_side"] for row in places} == {on_its_side}
            if on_its_side:
                assert {wording.cell(row["column_letter"], row["row_number"]) for row in places} == {"D7"}
                assert {wording.letters(row["row_number"]) for row in places} == {"D"}


def test_what_the_last_meetmoment_does_not_say_is_not_shown_as_if_it_did(release: Release, tmp_path: Path) -> None:
    """A milestone that is not in it says so, and the list of projects has no status or amount of an earlier one."""
    changed, site = tmp_path / "release", tmp_path / "site"
    changed.mkdir()
    for name in (release.database.name, "dictionary.csv"):
        shutil.copy(release.folder / name, changed)
    for part in (SHARED, "project", "projects"):
        shutil.copytree(SITE / part, site / part)
    with duckdb.connect(str(changed / release.database.name)) as con:
        project, milestone, last, before = con.sql("""
            select fact.project_code, fact.milestone_code, last_meetmoment_code, max(fact.meetmoment_code)
            from fct_milestone_status_as_returned as fact
            inner join dim_project using (project_code)
            where fact.meetmoment_code < last_meetmoment_code
                and (project_code, milestone_code, last_meetmoment_code) in (
                    select (project_code, milestone_code, meetmoment_code) from fct_milestone_status_as_returned
                )
            group by all
            order by all
        """).fetchall()[0]
        for table in ("fct_milestone_status_as_returned", "fct_project_status_as_returned", "fct_finance_by_execution"):
            of_milestone = f"and milestone_code = '{milestone}'" if "milestone" in table else ""
            con.execute(
                f"delete from {table} where project_code = ? and meetmoment_code = ? {of_milestone}", [project, last]
            )
    build_site(changed, tmp_path / "made", Edition.of_manifest(release.manifest), site)
    sheet = (tmp_path / "made" / "projecten" / f"{project}.html").read_text(encoding="utf-8")
    told = f"zoals gemeld op {before.upper()}; niet in de cijfers van {last.upper()}"
    assert sheet.count("niet in de cijfers van") == 1
    assert told in sheet.split(f'<tr id="{milestone}">')[1].split("</tr>")[0]
    assert "niet in de cijfers van" not in (release.folder / "projecten" / f"{project}.html").read_text(
        encoding="utf-8"
    )
    row = (
        (tmp_path / "made" / "projecten.html")
        .read_text(encoding="utf-8")
        .split(f"/{project}.html")[1]
        .split("</tr>")[0]
    )
    assert row.count("€") == 0 and "<td>–</td>" in row, "no status and no amount of a meetmoment before it"
