"""Every figure of the presentation of meting 3 can be read off the page that people see first."""

import shutil
from pathlib import Path

import pytest
from conftest import DemoRun
from site_reading import Page

from flows.forms.edition import Edition
from flows.release import kept
from flows.site.building import build_site
from flows.site.declared import SHARED, SITE

# page, term of the row, what stands in the column of meting 3: as printed, or more exact
SLIDES = [
    ("index.html", "project_count/total", "180"),
    ("index.html", "project_count/niet_gestart", "2"),
    ("index.html", "project_count/opgestart", "17"),
    ("index.html", "project_count/opgestart_na_agendering", "153"),
    ("index.html", "project_count/gerealiseerd", "1"),
    ("index.html", "project_count/oranje", "7"),
    ("index.html", "project_count/rood", "0"),
    ("index.html", "project_count/on_schedule_or_realised", "171"),
    ("index.html", "project_share/on_schedule_or_realised", "95,00\xa0%"),
    ("index.html", "committed/total", "€\xa01.523,7\xa0mln."),
    ("index.html", "committed_share/total", "35,41\xa0%"),
    ("index.html", "paid/total", "€\xa0218,6\xa0mln."),
    ("index.html", "paid_share/total", "5,08\xa0%"),
    ("index.html", "paid_change/total", "€\xa0141,7\xa0mln."),
    ("index.html", "rrf_project_count/total", "55"),
]


@pytest.fixture(scope="module")
def site(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two kinds of page that show them, of the release of the demonstration, and what they lead to."""
    release = kept.current(demo.settings)
    assert release
    folder = tmp_path_factory.mktemp("slides")
    for part in (SHARED, "index", "speerpunt"):
        shutil.copytree(SITE / part, folder / "declared" / part)
    build_site(release.folder, folder / "site", Edition.of_manifest(release.manifest), folder / "declared")
    return folder / "site"


@pytest.fixture(scope="module")
def read(site: Path) -> dict[str, Page]:
    return {name: Page(site / name) for name in {page for page, *_ in SLIDES}}


@pytest.mark.parametrize(("page", "term", "shown"), SLIDES)
def test_a_figure_of_the_slides_of_meting_3(read: dict[str, Page], page: str, term: str, shown: str) -> None:
    assert read[page].rows[term]["m3"] == shown


def test_what_the_slides_say_of_speerpunten_shows(site: Path) -> None:
    """The order of speerpunten by share committed, as the page of each tells it for meting 3."""
    shares = {}
    for number in range(1, 8):
        page = Page(site / "speerpunten" / f"{number}.html")
        (share,) = [
            figure.value
            for figure in page.figures
            if figure.column == "committed_of_initial_pct" and "/m3/" in figure.trace_key
        ]
        shares[number] = float(share or 0)
    assert {number for number, share in shares.items() if share >= 38} == {1, 2, 4}
