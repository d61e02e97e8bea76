"""Documents of the project that are pages of a release: readable as they stand, with no link that leads out of it."""

import re

import pytest

from flows import registry
from flows.settings import PROJECT
from flows.site import declared, documents
from flows.site.declared import Page

PAGES = declared.pages()
WITH_DOCUMENT = [page for page in PAGES if page.document]


def shown(text: str) -> str:
    """A page as it shows a document of this text."""
    folder = PROJECT / "docs"
    page = Page("written", folder, "written.html", {}, {}, document="docs/written.md")
    return documents.text_rendered(text, page, PAGES, "")


@pytest.mark.parametrize("page", WITH_DOCUMENT, ids=lambda page: page.name)
def test_every_link_of_a_document_stays_in_the_release(page: Page) -> None:
    text = str(documents.rendered(page, PAGES, "../"))
    addresses = {f"../{other.address}" for other in PAGES}
    links = [link for link in re.findall(r'href="([^"]*)"', text) if not link.startswith("https://")]
    assert set(links) <= addresses
    assert "<h1" not in text and text.count("<h2") >= 3 and text.count("<p") > 3


def test_the_guide_to_bi_tools_and_the_questions_are_pages() -> None:
    assert {page.document for page in WITH_DOCUMENT} >= {"docs/connect-bi.md", "docs/questions.md"}
    (guide,) = (page for page in WITH_DOCUMENT if page.document == "docs/connect-bi.md")
    assert 'href="vragen.html"' in documents.rendered(guide, PAGES, "")


def test_a_link_to_what_no_release_holds_becomes_its_text() -> None:
    assert shown("See [ADR 23](adr/0023-x.md) and [**questions**](questions.md#a).") == (
        '<p>See ADR 23 and <a href="vragen.html#a"><strong>questions</strong></a>.</p>\n'
    )


def test_what_a_document_says_is_text_and_what_is_wide_scrolls_by_itself() -> None:
    assert "<script>" not in shown("<script>alert(1)</script>")
    assert shown("| a |\n|---|\n| b |").startswith('<div class="scroll" tabindex="0"><table>')


def test_a_document_that_changes_is_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild is equal where the code is; what a release shows of docs/ is part of it."""
    before = registry.code_checksum()
    read = type(PROJECT).read_bytes
    monkeypatch.setattr(
        type(PROJECT), "read_bytes", lambda path: read(path) + (b" " if path.name == "connect-bi.md" else b"")
    )
    assert registry.code_checksum() != before
