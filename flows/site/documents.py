"""Documents of ``docs/`` as pages of the site: their Markdown as HTML, with links that stay inside the release.

A page whose ``page.yml`` names a ``document`` shows it by ``{{ document() }}``. A link to another document that is a
page becomes a link to that page; one to what no release holds, such as a decision, becomes its text.
"""

from collections.abc import Sequence
from os.path import normpath
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from flows.settings import PROJECT
from flows.site.declared import Page

# What a document says is text: HTML in it is shown as it stands.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_OUTSIDE = ("http:", "https:", "mailto:")


def rendered(page: Page, pages: Sequence[Page], root: str) -> Markup:
    """The document of a page, without its own title, which the page has.

    Args:
        pages: every page of the site; those that have a document can be linked to.
        root: the way from the page to the root of its language.
    """
    if not page.document:
        raise ValueError(f"{page.name}/page.yml names no document")
    return text_rendered((PROJECT / page.document).read_text(encoding="utf-8"), page, pages, root)


def text_rendered(text: str, page: Page, pages: Sequence[Page], root: str) -> Markup:
    """A text as the document of a page, whose links are followed from where that document stands."""
    addresses = {other.document: other.address for other in pages if other.document}
    tokens = _MARKDOWN.parse(text)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        del tokens[:3]
    folder = PurePosixPath(page.document or "").parent
    for token in tokens:
        if token.children:
            token.children = _inside(token.children, folder, addresses, root)
        elif token.type == "fence":
            token.info = ""
    # What is wider than a telephone scrolls by itself, also for who has a keyboard only.
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    for tag in ("table", "pre"):
        html = html.replace(f"<{tag}>", f'<div class="scroll" tabindex="0"><{tag}>').replace(
            f"</{tag}>", f"</{tag}></div>"
        )
    return Markup(html)


def _inside(tokens: Sequence[Token], folder: PurePosixPath, addresses: dict[str, str], root: str) -> list[Token]:
    kept: list[Token] = []
    drops: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            path, _, part = str(token.attrs["href"]).partition("#")
            drops.append(False)
            if not path.startswith(_OUTSIDE):
                address = addresses.get(normpath(folder / path))
                drops[-1] = address is None
                token.attrs["href"] = f"{root}{address}{'#' + part if part else ''}"
        if not (token.type == "link_open" and drops[-1]) and not (token.type == "link_close" and drops.pop()):
            kept.append(token)
    return kept
