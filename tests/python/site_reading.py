"""Pages of the site as a program reads them: links, places, figures, and what they ask a browser to load."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Figure:
    """A figure as it stands on a page."""

    trace_key: str
    column: str
    value: str | None
    href: str
    text: str = ""


@dataclass
class Page(HTMLParser):
    """What of a page is asked after."""

    path: Path
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of the table of headline figures: term -> meetmoment -> what is shown."""
    is_inline: bool = False
    """Whether a script or a style stands in the page itself, which a strict policy does not run."""

    def __post_init__(self) -> None:
        super().__init__()
        self._in_figure: Figure | None = None
        self._term = self._moment = ""
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if "style" in said or any(name.startswith("on") for name in said) or (tag == "script" and "src" not in said):
            self.is_inline = True
        if tag == "style":
            self.is_inline = True
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag in ("script", "img", "source", "iframe") or (tag == "link" and said.get("rel") != "canonical"):
            self.loads.append(said.get("src") or said.get("srcset") or said.get("href") or "")
        if tag == "a" and "data-trace-key" in said:
            figure = Figure(said["data-trace-key"], said["data-column"], said.get("data-value"), said["href"])
            self.figures.append(figure)
            self._in_figure = figure
        if tag == "tr":
            self._term = said.get("data-term", "")
        if tag == "td":
            self._moment = said.get("data-meetmoment", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._in_figure = None

    def handle_data(self, data: str) -> None:
        if self._in_figure:
            self._in_figure.text += data
        if self._term and self._moment and data.strip():
            self.rows.setdefault(self._term, {})[self._moment] = data.strip()


def pages(folder: Path) -> Iterator[Page]:
    """Every page below a folder but dbt's own."""
    for path in sorted(folder.rglob("*.html")):
        if path.name != "dbt_docs.html":
            yield Page(path)


def broken_links(read: list[Page]) -> set[str]:
    """What pages lead to that is not there: a file, or a place in a page."""
    places = {page.path.resolve(): set(page.ids) for page in read}
    broken = set()
    for page in read:
        for link in {*page.links, *page.loads}:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
            if not target.is_file():
                broken.add(f"{page.path.name}: {link}")
            elif parts.fragment and "=" not in parts.fragment and target in places:
                named = {parts.fragment, unquote(parts.fragment)}
                broken |= set() if named & places[target] else {f"{page.path.name}: {link}"}
    return broken
