"""Pages as they are declared: one is added as docs/adding-a-page.md says, and what is amiss is said with its place."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import DemoRun
from site_reading import Page, broken_links

from flows.forms.edition import Edition
from flows.release import kept
from flows.release.kept import Release
from flows.settings import PROJECT
from flows.site import answers, declared, figures
from flows.site.building import build_site

GUIDE = PROJECT / "docs" / "adding-a-page.md"


@pytest.fixture(scope="module")
def release(small: DemoRun) -> Release:
    found = kept.current(small.settings)
    assert found
    return found


def as_the_guide_says(folder: Path) -> None:
    """The files that the guide goes through, each the first block after its name in backquotes."""
    text = GUIDE.read_text(encoding="utf-8")
    folder.mkdir(parents=True)
    for name in ("page.yml", "late.sql", "page.html.j2", "late.vl.json"):
        step = text[text.index(f": `{name}`") :]
        block = re.search(r"```\w+\n(.*?)```", step, re.DOTALL)
        assert block, name
        (folder / name).write_text(block[1], encoding="utf-8")


def test_a_page_with_a_chart_is_one_folder(release: Release, tmp_path: Path) -> None:
    site = tmp_path / "site"
    for part in (declared.SHARED, "index"):
        shutil.copytree(declared.SITE / part, site / part)
    as_the_guide_says(site / "late_senders")
    out = tmp_path / "out"
    build_site(release.folder, out, Edition.of_manifest(release.manifest), site)
    dutch, english = (out / place / "te-laat.html" for place in ("", "en"))
    assert "<h1>Wie te laat leverde</h1>" in dutch.read_text(encoding="utf-8")
    assert "<h1>Who delivered late</h1>" in english.read_text(encoding="utf-8")
    assert 'href="te-laat.html">Te laat</a>' in (out / "index.html").read_text(encoding="utf-8"), "it is in the menu"
    page = Page(dutch)
    assert page.figures and "Files delivered late" in english.read_text(encoding="utf-8")
    drawn = (out / "grafieken" / "te-laat-late.svg").read_text(encoding="utf-8")
    assert "<title>Te laat geleverde bestanden</title>" in drawn and "bestanden" in drawn
    accounts = [Page(path) for path in out.glob("cijfers/agg_quality_by_submitter/*.html")]
    files = {link for link in broken_links([page, *accounts]) if "/csv/" not in link and "what_changed" not in link}
    assert {link for link in files if link.startswith("te-laat.html")} == set()


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def saying(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("amiss", "said"),
    [
        (without("page.html.j2"), "late_senders has no page.html.j2"),
        (without("late.sql"), "late_senders has no late.sql"),
        (saying("page.yml", "address:", "adress:"), "adress is nothing that a page says"),
        (
            saying("page.yml", "about: {nl: Leveringen na de uiterste dag., en: Deliveries after the last day.}\n", ""),
            "says no about",
        ),
        (saying("page.yml", "en: Who delivered late", "fr: En retard"), "the title stands in nl and in en"),
        (saying("page.yml", "address:", "each: late\naddress:"), "each and by go together"),
    ],
)
def test_what_a_page_lacks_is_said_with_its_folder(tmp_path: Path, amiss: Callable[[Path], None], said: str) -> None:
    as_the_guide_says(tmp_path / "late_senders")
    amiss(tmp_path / "late_senders")
    with pytest.raises(declared.NotDeclared, match=re.escape(said)):
        declared.pages(tmp_path)


def test_a_query_that_fails_is_said_with_its_file(release: Release) -> None:
    views = declared.SITE / declared.SHARED / "views.sql"
    with (
        answers.opened(release.folder, views) as con,
        pytest.raises(answers.QueryFailed, match=r"late_senders/late\.sql: .*nowhere"),
    ):
        answers.asked(con, "select * from nowhere", "late_senders/late.sql")


def test_a_pair_of_labels_becomes_one_of_the_language() -> None:
    rows: list[answers.Row] = [
        {"code": "a", "label_nl": "ja", "label_en": "yes"},
        {"code": "b", "label_nl": "nee", "label_en": None},
    ]
    assert [row["label"] for row in answers.in_language(rows, "nl")] == ["ja", "nee"]
    assert [row["label"] for row in answers.in_language(rows, "en")] == ["yes", "nee"], "the other one, where it lacks"


def test_every_declared_page_is_whole() -> None:
    assert len(declared.pages()) > 15


def test_a_code_that_is_no_file_name_becomes_one() -> None:
    assert figures.file_name("VV001") == "VV001" and figures.file_name("M1C1-2.3_a") == "M1C1-2.3_a"
    assert figures.file_name("../a b") == "..~2fa~20b" and figures.file_name("a~b") == "a~7eb"
