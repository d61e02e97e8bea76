"""What is declared in ``site/``: a folder per page, with its queries, its template and its charts.

``page.yml`` says the address and the title of a page, and where there is a page for each row of a query (``each``), the
column that tells the pages apart (``by``). Everything else is found by its name: ``<name>.sql`` is a query that the
template knows as ``<name>``, ``<name>.vl.json`` the chart of that query, ``<name>.rows.html.j2`` its rows as a list
that is too long for the page, and ``page.html.j2`` the page.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flows.pictures import loads
from flows.project import read_yaml
from flows.settings import PROJECT

SITE = PROJECT / "site"
SHARED = "_shared"
TEMPLATE = "page.html.j2"
_ROWS = ".rows.html.j2"
_CHART = ".vl.json"
MOST_PROJECTS = 2_000
"""A plan of more projects has no list of all of them, which no browser would open, and no page for each, of which there
would be hundreds of thousands: one page reads the facts of any project (`in_parts`)."""


class NotDeclared(Exception):
    """A page says of itself what it may not, or lacks what it needs."""


@dataclass(frozen=True)
class Page:
    """A page, or the pages of one kind."""

    name: str
    folder: Path
    address: str
    """From the root of the site; with the columns of a row of ``each`` in braces."""
    title: Mapping[str, str]
    about: Mapping[str, str]
    """What is on it, in a sentence."""
    each: str | None = None
    by: str | None = None
    menu: Mapping[str, Any] | None = None
    is_detail: bool = False
    """Whether it goes down to a project, and so is left out of the site of a plan that has too many."""
    is_for_many: bool = False
    """Whether it stands in the place of those, in the site of such a plan alone."""
    document: str | None = None
    """The document of ``docs/`` that it shows, by its path in the project."""
    share: str | None = None
    """The chart that stands for the whole site where its address is shared."""
    queries: Mapping[str, str] = field(default_factory=dict)
    charts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    """Queries whose rows stand in a file beside the page, which a script takes in."""


@cache
def pages(site: Path = SITE) -> tuple[Page, ...]:
    """The pages of a site, by name.

    Raises:
        NotDeclared: naming the folder and what is wrong.
    """
    folders = sorted(path.parent for path in site.glob("*/page.yml") if path.parent.name != SHARED)
    return tuple(_page(folder) for folder in folders)


def _page(folder: Path) -> Page:
    said = read_yaml(folder / "page.yml")
    unknown = set(said) - {
        "address",
        "title",
        "about",
        "each",
        "by",
        "menu",
        "is_detail",
        "is_for_many",
        "share",
        "document",
    }
    if unknown:
        raise NotDeclared(f"{folder.name}/page.yml: {', '.join(sorted(unknown))} is nothing that a page says")
    for name in ("address", "title", "about"):
        if name not in said:
            raise NotDeclared(f"{folder.name}/page.yml says no {name}")
    for name in ("title", "about"):
        if set(said[name]) != {"nl", "en"}:
            raise NotDeclared(f"{folder.name}/page.yml: the {name} stands in nl and in en")
    if not (folder / TEMPLATE).is_file():
        raise NotDeclared(f"{folder.name} has no {TEMPLATE}")
    queries = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}
    charts = {
        path.name.removesuffix(_CHART): loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob(f"*{_CHART}"))
    }
    lists = tuple(path.name.removesuffix(_ROWS) for path in sorted(folder.glob(f"*{_ROWS}")))
    for name in (*charts, *lists, *(said[part] for part in ("each", "share") if part in said)):
        if name not in queries:
            raise NotDeclared(f"{folder.name} has no {name}.sql")
    if ("each" in said) != ("by" in said):
        raise NotDeclared(f"{folder.name}/page.yml: each and by go together")
    return Page(name=folder.name, folder=folder, queries=queries, charts=charts, lists=lists, **said)


def rows_template(name: str) -> str:
    """The file that holds the rows of a list."""
    return f"{name}{_ROWS}"


@cache
def terms(site: Path = SITE) -> Mapping[str, Mapping[str, str]]:
    """The words of the trade, by key: their label and meaning in both languages."""
    with (site / SHARED / "terms.csv").open(encoding="utf-8", newline="") as file:
        return {row["term"]: row for row in csv.DictReader(file)}


@cache
def accounts(site: Path = SITE) -> Mapping[str, Any]:
    """Where the account of a figure stands, and what its values are called."""
    said: Mapping[str, Any] = read_yaml(site / SHARED / "accounts.yml")
    return said
