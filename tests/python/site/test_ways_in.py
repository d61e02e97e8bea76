"""Ways into the site from elsewhere: the keys on paper, a chart that is shared; and what a figure was before."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pikepdf
import pytest
from conftest import DemoRun
from site_reading import Page

from flows.release import kept
from flows.release.kept import Release
from flows.site import answers, made_of
from flows.site.declared import SHARED, SITE


@pytest.fixture(scope="module")
def release(released: DemoRun) -> Release:
    found = kept.current(released.settings)
    assert found
    return found


def printed_keys(release: Release) -> dict[str, str]:
    with (release.folder / "reports" / "keys.csv").open(encoding="utf-8", newline="") as file:
        return {row["short_key"]: row["trace_key"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("language", ["", "en"])
def test_each_key_of_a_document_has_an_address_that_follows_from_it(release: Release, language: str) -> None:
    keys = printed_keys(release)
    folder = release.folder / language / "sleutels"
    there = {(path.stem, place) for path in folder.glob("*.html") for place in Page(path).ids}
    assert keys and {key for key in keys if (key[0], key) not in there} == set()


def test_a_key_on_paper_is_a_link_to_its_address(release: Release) -> None:
    with pikepdf.open(release.folder / "reports" / "fiches.pdf") as pdf:
        links = {
            str(note.A.URI)
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        }
    keys = printed_keys(release)
    found = {link: re.search(r"/sleutels/(.)\.html#(.{8})$", link) for link in links}
    assert links and all(place and place[1] == place[2][0] and place[2] in keys for place in found.values())


def test_a_chart_has_a_page_and_a_picture_of_its_own_to_share(release: Release) -> None:
    for path in sorted(release.folder.glob("index.html")) + sorted(release.folder.glob("en/index.html")):
        text = path.read_text(encoding="utf-8")
        drawn = re.findall(r'id="grafiek-(\w+)"', text)
        assert len(drawn) == 3
        for name in drawn:
            own = path.parent / "grafieken" / f"index-{name}.html"
            alone = own.read_text(encoding="utf-8")
            image = re.search(r'og:image" content="[^"]*/(grafieken/[^"]+\.png)"', alone)
            assert image and (path.parent / image[1]).read_bytes().startswith(b"\x89PNG")
            assert "<script" not in alone and f"#grafiek-{name}" in alone, "it leads back to where its figures are"
            assert f"grafieken/index-{name}.html" in text and "&lt;iframe" in text


def test_the_account_of_a_figure_says_what_its_rows_were_when_first_received(release: Release) -> None:
    with duckdb.connect(str(release.database), read_only=True) as con:
        restated = con.sql(
            "select meetmoment_code, project_code, split_part(record_key, '|', 2), old_value, new_value"
            " from what_changed where comparison = 'restatement' and field = 'amount_eur' and kind = 'restated_value'"
            " and split_part(record_key, '|', 2) in ('committed', 'paid') and ends_with(record_key, '|provisional')"
        ).fetchall()
    assert restated
    for meetmoment, project, measure, old, new in restated:
        page = release.folder / "cijfers" / "agg_headline_figure" / f"{meetmoment}.html"
        account = page.read_text(encoding="utf-8").partition(f'id="{meetmoment}/{measure}/total"')[2]
        history = account.partition("</section>")[0].partition("Sindsdien herzien")[2]
        assert f"{meetmoment}/{project}/provisional/{measure}" in history
        shown = [Decimal(x.replace(".", "").replace(",", ".")) for x in re.findall(r"€\xa0([\d.]+,\d\d)", history)]
        assert Decimal(old) in shown and Decimal(new) in shown
        first, now = shown[:2]
        of_measure = [row for row in restated if row[0] == meetmoment and row[2] == measure]
        assert first - now == sum(Decimal(row[3]) - Decimal(row[4]) for row in of_measure)


def test_the_latest_of_what_was_restated_is_named_and_all_of_it_counted(release: Release) -> None:
    """A figure of a large plan stands on more restated values than anybody reads, or memory holds."""
    figure, many = "committed/total", 30
    with answers.opened(release.folder, SITE / SHARED / "views.sql") as con:
        wholes = answers.asked(con, "from agg_headline_figure where measure = 'committed' order by trace_key", "")
        there = [name for (name,) in con.sql("select table_name from duckdb_tables()").fetchall()]
        (key, (before,)), *_ = made_of.sides(con, "agg_headline_figure", figure, wholes[:1], there).items()
        part = f"veerkracht/{before.mart}/{wholes[0]['meetmoment_code']}/VV001/provisional/committed"
        con.execute(
            "insert into site_restated by name select $1 as trace_key, $2 as column_name, '0' as old_value, 1 as delta,"
            " i::varchar as new_value, date '2100-01-01' + i::integer as known_on from range($3) as days(i)",
            [part, before.amount, many],
        )
        (after,) = made_of.sides(con, "agg_headline_figure", figure, wholes[:1], there)[key]
    assert [one["became"] for one in after.restated] == [str(many - 1 - place) for place in range(12)]
    assert after.restated_count == before.restated_count + many
    assert after.first_total == (before.first_total or before.total) + many and after.total == before.total


def test_the_account_of_a_headline_says_what_it_is_on_the_same_projects_throughout(release: Release) -> None:
    page = next(iter(sorted(release.folder.glob("cijfers/agg_headline_figure/*.html"), reverse=True)))
    account = page.read_text(encoding="utf-8").partition("/project_count/total")[2].partition("</section>")[0]
    assert "Constant: " in account


def test_a_page_names_fields_in_words(release: Release) -> None:
    for place in ("wijzigingen.html", *(f"projecten/VV00{n}.html" for n in (1, 2))):
        page = Path(release.folder / place).read_text(encoding="utf-8")
        assert not re.search(r"<td>(planned_date|actual_date|amount_eur|status|vr_document|replaced_by)</td>", page)
