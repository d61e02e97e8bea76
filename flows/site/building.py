"""Building: every declared page in both languages, and an account for every figure that any of them shows."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from flows import pictures, wording
from flows.forms import changes, publication, sizes
from flows.forms.edition import Edition
from flows.forms.names import CHARTS, COMPRESSED, CSV, PARQUET, csv_of, parquet_of
from flows.site import accounts, answers, assets, declared, documents, figures, in_parts
from flows.site.answers import Row
from flows.site.declared import SHARED, SITE, Page

ASSETS = "assets"
_WIDTHS = {"": 1074, "-midden": 690, "-smal": 312}
"""Every chart is drawn as wide as a page, a tablet and a telephone: one that shrinks has letters nobody reads."""


@dataclass(frozen=True)
class Site:
    """What every page is made with."""

    target: Path
    declared: tuple[Page, ...]
    edition: Edition
    con: duckdb.DuckDBPyConnection
    environment: jinja2.Environment
    plan: Row
    has_details: bool
    codes: dict[tuple[str, str], Row]
    """Code list and code -> what it is called."""
    asked: Mapping[str, Mapping[str, list[Row]]]
    """Page -> query -> its rows, of both languages."""
    files: tuple[str, ...]
    """The CSV and Parquet files of the release, by their path."""
    project_parts: Sequence[str]
    """The first code in each file with facts of projects; none where each project has a page."""

    @property
    def share(self) -> str | None:
        """The picture that stands for the whole site where its address is shared."""
        of_all = ((page, page.share) for page in self.declared if page.share)
        return next((_image(page.address, chart) for page, chart in of_all if self.asked[page.name][chart]), None)


def build_site(
    release: Path, folder: Path, edition: Edition, site: Path = SITE, memory: Mapping[str, str] | None = None
) -> int:
    """Build the site of a release; the number of its pages. The same release always gives the same bytes.

    Args:
        release: the folder with its marts and its dictionary.
        folder: where ``index.html`` comes; it may be the release itself.
        site: the folder of the declared pages.
        memory: what DuckDB is told of it (`Settings.memory_beside`).
    """
    with answers.opened(release, site / SHARED / "views.sql", memory) as con:
        has_details = con.sql("select count(*) from dim_project").fetchall()[0][0] <= declared.MOST_PROJECTS
        found = tuple(
            page for page in declared.pages(site) if not (page.is_for_many if has_details else page.is_detail)
        )
        asked = {page.name: _asked(con, page) for page in found}
        files = [path for form in (CSV, PARQUET) for path in release.glob(f"{form}/**/*")]
        named = tuple(path.relative_to(release).as_posix() for path in files)
        plan, codes = _plan(con), _codes(con)
        parts = [] if has_details else in_parts.write(con, folder, site)
        whole = Site(folder, found, edition, con, _environment(site), plan, has_details, codes, asked, named, parts)
        assets.write(folder / ASSETS, site / SHARED)
        if not has_details:
            shutil.copyfile(site / SHARED / in_parts.SCRIPT, folder / ASSETS / in_parts.SCRIPT)
        known = accounts.Known()
        return sum(_in_language(whole, known, language, release, site) for language in wording.LANGUAGES)


def _in_language(
    whole: Site,
    known: accounts.Known,
    language: str,
    release: Path,
    site: Path,
) -> int:
    """All pages of one language: those that are declared, then the accounts of what they show."""
    said = declared.accounts(site)
    shown = figures.Figures(said["elsewhere"], said["apart"], whole.has_details)
    count = 0
    for page in whole.declared:
        rows = {name: answers.in_language(found, language) for name, found in whole.asked[page.name].items()}
        for address, of_page in _pages(page, rows):
            _write(whole, page, address, of_page, language, shown, site)
            count += 1
    for address, context in accounts.pages(whole.con, known, shown, said, language, release, site):
        page = _account_page(context)
        text = _rendered(whole, page, f"{SHARED}/account.html.j2", address, context, language, shown, site)
        _put(whole.target, address, language, text)
        count += 1
    return count


def _asked(con: duckdb.DuckDBPyConnection, page: Page) -> dict[str, list[Row]]:
    return {name: answers.asked(con, sql, f"{page.name}/{name}.sql") for name, sql in page.queries.items()}


def _pages(page: Page, rows: Mapping[str, list[Row]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The address and the rows of each page of a kind."""
    if page.each is None or page.by is None:
        yield page.address, dict(rows)
        return
    by = page.by
    apart = {
        name: answers.split(found, by) for name, found in rows.items() if found and by in found[0] and name != page.each
    }
    for row in rows[page.each]:
        own = {name: apart[name].get(row[by], []) if name in apart else found for name, found in rows.items()}
        yield (
            page.address.format(**{name: figures.file_name(value) for name, value in row.items()}),
            own | {"this": row},
        )


def _write(
    whole: Site, page: Page, address: str, rows: dict[str, Any], language: str, shown: figures.Figures, site: Path
) -> None:
    template = f"{page.name}/{declared.TEMPLATE}"
    _put(whole.target, address, language, _rendered(whole, page, template, address, rows, language, shown, site))
    for name in page.lists:
        template = f"{page.name}/{declared.rows_template(name)}"
        text = _rendered(whole, page, template, address, rows, language, shown, site)
        script = f"veerkracht.list({json.dumps(name)}, {json.dumps(text, ensure_ascii=False)});\n"
        _put(whole.target, list_address(address, name), language, script)


def list_address(address: str, name: str) -> str:
    """Where the rows of a long list stand, beside their page."""
    return f"{address.removesuffix('.html')}.{name}.js"


def _rendered(
    whole: Site,
    page: Page,
    template: str,
    address: str,
    rows: Mapping[str, Any],
    language: str,
    shown: figures.Figures,
    site: Path,
) -> str:
    depth = address.count("/")
    root = "../" * depth
    top = root + ("" if language == "nl" else "../")
    below = "" if language == "nl" else "en/"
    words = {name: partial(_said, form, language) for name, form in wording.FORMATS.items()}
    this = rows.get("this", {})
    context: dict[str, Any] = (
        words
        | dict(rows)
        | {
            "language": language,
            "root": root,
            "top": top,
            "assets": f"{top}{ASSETS}/",
            "address": address,
            "other_address": f"{top}{'en/' if language == 'nl' else ''}{address}",
            "base": f"{publication.value('base_uri')}/{below}",
            "permanent": f"{publication.value('base_uri')}/{below}{address}",
            "cite": f"{publication.release_uri(whole.edition.release_id)}/{below}{address}",
            "publisher": _property("publisher_name", language),
            "licence": publication.value("licence"),
            "title": _filled(page.title[language], this),
            "about": _filled(page.about[language], this),
            "page_name": page.name,
            "menu": _menu(whole.declared, language),
            "edition": whole.edition,
            "plan": answers.in_language([whole.plan], language)[0] | {"note": publication.note(whole.plan, language)},
            "say": lambda nl, en: nl if language == "nl" else en,
            "has_details": whole.has_details,
            "code": partial(_code, whole.codes, language),
            "received": partial(changes.shown, language=language),
            "key_shown": partial(changes.key_shown, language=language),
            "term": partial(_term, declared.terms(site), language),
            "terms": [
                {"term": key, "label": row[f"label_{language}"], "meaning": row[f"meaning_{language}"]}
                for key, row in declared.terms(site).items()
            ],
            "figure": partial(shown.figure, language=language, root=root),
            "places": {"elsewhere": shown.elsewhere, "apart": shown.apart},
            "account": lambda key, column=None: root + shown.address(key, column),
            "document": partial(documents.rendered, page, whole.declared, root),
            "picture": partial(_picture, whole, page, address, rows, language, shown, site),
            "share_image": next((_image(address, chart) for chart in page.charts if rows.get(chart)), whole.share),
            "list_file": lambda name: list_address(address.rsplit("/", 1)[-1], name),
            "csv_file": lambda mart: csv_of(mart, whole.files) or f"{CSV}/{mart}.csv",
            "large": partial(_large, whole),
            "project_parts": whole.project_parts,
            "counted": partial(_counted, language),
            "listed": lambda items: wording.listed(list(items), language),
        }
    )
    return whole.environment.get_template(template).render(context) + "\n"


def _large(whole: Site, marts: Sequence[Row]) -> dict[str, list[str]]:
    """The marts that go out otherwise because of their size: in parts, compressed, in no sheet."""
    names = [row["mart"] for row in marts]
    return {
        "parted": [name for name in names if len(parquet_of(name, whole.files)) > 1],
        "compressed": [name for name in names if (csv_of(name, whole.files) or "").endswith(COMPRESSED)],
        "in_no_sheet": [row["mart"] for row in marts if row["row_count"] >= sizes.SHEET_ROWS],
    }


def _picture(
    whole: Site,
    page: Page,
    address: str,
    rows: Mapping[str, Any],
    language: str,
    shown: figures.Figures,
    site: Path,
    name: str,
) -> dict[str, Any] | None:
    """A declared chart of a page, drawn, with a page of its own to share and to embed; None where it has no rows."""
    of_chart = rows[name]
    if not of_chart:
        return None
    spec = _in_words(page.charts[name], language)
    said = spec.pop("usermeta", {})
    said["legend"] = _legend(said.pop("legend", []), of_chart)
    stem = _stem(address, name)
    target = whole.target / ("" if language == "nl" else language) / CHARTS
    target.mkdir(parents=True, exist_ok=True)
    sizes = []
    for suffix, width in _WIDTHS.items():
        drawn = pictures.svg(
            spec,
            of_chart,
            name=stem + suffix,
            title=said["title"],
            language=language,
            description=said.get("description", ""),
            width=width,
        )
        (target / f"{stem}{suffix}.svg").write_text(drawn, encoding="utf-8")
        width_height = pictures.size(drawn)
        sizes.append({"file": f"{CHARTS}/{stem}{suffix}.svg", "width": width_height[0], "height": width_height[1]})
        if not suffix:
            (target / f"{stem}.png").write_bytes(pictures.png(drawn))
    answers.write_csv(target / f"{stem}.csv", of_chart)
    picture = {
        "name": name,
        "page": address,
        "sizes": dict(zip(("wide", "middle", "narrow"), sizes, strict=True)),
        "data": f"{CHARTS}/{stem}.csv",
        "image": _image(address, name),
        "own": f"{CHARTS}/{stem}.html",
        **said,
    }
    template, own = f"{SHARED}/chart.html.j2", picture["own"]
    text = _rendered(whole, page, template, own, {"drawn": picture}, language, shown, site)
    _put(whole.target, own, language, text)
    return picture


def _stem(address: str, chart: str) -> str:
    """The name of the files of a chart: that of its page and its own."""
    return f"{address.removesuffix('.html').replace('/', '-')}-{chart}"


def _legend(said: Any, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The entries of a legend: as they are declared, or those of the rows, by the columns that are named."""
    if not isinstance(said, Mapping):
        return list(said)
    entries = {
        row[said["label"]]: {part: row[column] for part, column in said.items()}
        for row in sorted(rows, key=lambda row: row[said["order"]])
        if row[said["where"]]
    }
    return list(entries.values())


def _image(address: str, chart: str) -> str:
    """Where the picture of a chart stands that is shown where an address is shared."""
    return f"{CHARTS}/{_stem(address, chart)}.png"


def _in_words(spec: Any, language: str) -> Any:
    """A declaration in one language: what stands in both, in this one."""
    if isinstance(spec, Mapping):
        if set(spec) == {"nl", "en"}:
            return spec[language]
        return {key: _in_words(value, language) for key, value in spec.items()}
    return [_in_words(part, language) for part in spec] if isinstance(spec, list) else spec


def _put(folder: Path, address: str, language: str, text: str) -> None:
    path = folder / ("" if language == "nl" else language) / address
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class _OfRows(jinja2.Environment):
    """Templates that name the columns of rows, two million of them in a site: a name is looked for there first."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def _environment(site: Path) -> jinja2.Environment:
    environment = _OfRows(
        loader=jinja2.FileSystemLoader(site),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.filters["path"] = lambda value: figures.file_name(value)
    environment.filters["plain"] = figures.plain
    environment.filters["anchor"] = figures.anchor
    environment.filters["letters"] = wording.letters
    environment.filters["cell"] = wording.cell
    return environment


def _menu(pages: tuple[Page, ...], language: str) -> list[dict[str, Any]]:
    found = [page for page in pages if page.menu]
    return [
        {
            "address": page.address,
            "label": (page.menu or {})["label"][language],
            "name": page.name,
            "place": (page.menu or {}).get("place", "main"),
        }
        for page in sorted(found, key=lambda page: (page.menu or {})["order"])
    ]


def _account_page(context: Mapping[str, Any]) -> Page:
    return Page(
        name="account",
        folder=SITE / SHARED,
        address="",
        title={language: context["heading"] for language in wording.LANGUAGES},
        about={"nl": "Waar elk cijfer vandaan komt", "en": "Where each figure comes from"},
    )


def _plan(con: duckdb.DuckDBPyConnection) -> Row:
    return answers.asked(con, "select * from dim_plan", "dim_plan")[0]


def _codes(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Row]:
    rows = answers.asked(con, "select code_list, code, label_nl, label_en from dim_code", "dim_code")
    return {(row["code_list"], row["code"]): row for row in rows}


def _code(codes: Mapping[tuple[str, str], Row], language: str, code_list: str, code: str | None) -> str:
    """What a code is called; a code that no list has stands as it is."""
    if code is None:
        return wording.MISSING
    row = codes.get((code_list, code))
    return row[f"label_{language}"] if row else code


def _property(name: str, language: str) -> str:
    for wanted in (language, None, "nl"):
        try:
            return publication.value(name, wanted)
        except KeyError:
            continue
    return ""


def _said(form: Callable[..., str], language: str, value: Any, *arguments: Any, **options: Any) -> str:
    return form(value, language, *arguments, **options)


def _counted(language: str, count: int, nl: tuple[str, str], en: tuple[str, str]) -> str:
    return wording.counted(count, *(nl if language == "nl" else en), language)


def _term(terms: Mapping[str, Mapping[str, str]], language: str, key: str, what: str = "label") -> str:
    """The label or the meaning of a term; of one that nobody explained, its own name."""
    return terms[key][f"{what}_{language}"] if key in terms else key if what == "label" else ""


def _filled(text: str, row: Mapping[str, Any]) -> str:
    return text.format(**row) if row else text
