"""The site in a real browser, from a file share and over http: Debian's Chromium, without a window.

A few pages of each kind, and in the fast suite the dearer questions of one page of each make; VEERKRACHT_PICTURES names
a folder in which the pictures of these are kept, to be looked at.
"""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import DemoRun
from playwright.sync_api import Browser, Page, sync_playwright

from flows.release import kept, serving
from flows.release.kept import Release
from flows.site import figures

CHROMIUM = shutil.which("chromium")
PAGES = (
    *("index.html", "plan.html", "projecten.html", "mijlpalen.html", "indicatoren.html", "eu.html", "wijzigingen.html"),
    *("jaarrekening.html", "kwaliteit.html", "open-data.html", "woordenboek.html", "methode.html", "begrippen.html"),
    *("zoeken.html", "bestanden.html", "projecten/VV001.html", "herkomst/VV001.html", "rijen/m7.html"),
    *("speerpunten/1.html", "clusters/1.html", "beleidsdomeinen/OMG.html", "indicatoren/IND01.html"),
    *("cijfers/agg_headline_figure/m7.html", "dictionary.html", "what_changed.html", "en/index.html", "en/eu.html"),
)
# Figures and charts, a long list, one project, an account of figures, rows, a search, plain text.
SAMPLE = (
    *("index.html", "projecten.html", "projecten/VV001.html", "herkomst/VV001.html", "rijen/m7.html", "zoeken.html"),
    "begrippen.html",
)
SAMPLE_OR_ALL = pytest.mark.parametrize("pages", [SAMPLE, pytest.param(PAGES, marks=pytest.mark.slow)], ids=len)
WIDTHS = (360, 768, 1440)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")


@pytest.fixture(scope="module")
def release(released: DemoRun) -> Release:
    found = kept.current(released.settings)
    assert found
    return found


@pytest.fixture(scope="module")
def served(released: DemoRun) -> Iterator[str]:
    with serving.server(released.settings, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{serving.HOST}:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nl-BE", viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def watched(page: Page) -> list[str]:
    """What goes wrong in the page from now on: an error, or a request to another host."""
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(("file:", "blob:", f"http://{serving.HOST}")) else wrong.append(asked.url)
        ),
    )
    return wrong


def test_pages_load_without_an_error_or_another_host_and_are_no_wider_than_their_window(
    page: Page, served: str
) -> None:
    wrong, wide = watched(page), []
    pictures = os.environ.get("VEERKRACHT_PICTURES")
    for name in PAGES:
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(f"{served}/{name}", wait_until="load")
        assert wrong == [], name
        assert page.locator("h1").count() == 1, name
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((name, width))
            if pictures and name in SAMPLE:
                target = Path(pictures) / f"{name.removesuffix('.html').replace('/', '-')}-{width}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=target, full_page=True)
    assert wide == []


@SAMPLE_OR_ALL
def test_pages_load_from_a_file_share(page: Page, release: Release, pages: tuple[str, ...]) -> None:
    wrong = watched(page)
    for name in pages:
        page.goto(f"{release.folder.resolve().as_uri()}/{name}", wait_until="load")
        assert wrong == [], name
        assert page.locator("h1").count() == 1, name


@SAMPLE_OR_ALL
def test_axe_finds_nothing_serious(page: Page, served: str, pages: tuple[str, ...]) -> None:
    found = {}
    for name in pages:
        page.goto(f"{served}/{name}", wait_until="load")
        # Its script is put into the page by the browser itself, as no page could under the policy it is served with.
        violations = Axe().run(page).response["violations"]
        grave = [v["id"] for v in violations if v["impact"] in ("serious", "critical")]
        if grave:
            found[name] = [(v["id"], v["nodes"][0]["html"][:150]) for v in violations if v["id"] in grave]
    assert found == {}


def projects(release: Release, domain: str = "") -> int:
    """How many projects there are, or how many of a policy domain."""
    with duckdb.connect(str(release.database), read_only=True) as con:
        of = "select count(*) from dim_project where starts_with(policy_domain_code, $1)"
        ((count,),) = con.execute(of, [domain]).fetchall()
    return int(count)


@pytest.mark.parametrize("over", ["file", "http"])
def test_a_list_sorts_filters_is_searched_and_downloaded(page: Page, release: Release, served: str, over: str) -> None:
    start = release.folder.resolve().as_uri() if over == "file" else served
    page.goto(f"{start}/projecten.html")
    rows = page.locator("#lijst-projecten tbody tr")
    every, of_omgeving = projects(release), projects(release, "OMG")
    assert rows.count() == every > of_omgeving > 1 and page.locator("output").inner_text() == f"{every} van {every}"

    amounts = page.locator("#lijst-projecten tbody td:nth-child(9)")
    page.locator("#lijst-projecten thead th").nth(8).click()
    numbers = [re.sub(r"[^\d,]", "", text) for text in amounts.all_inner_texts()]
    shown = [float(number.replace(",", ".")) for number in numbers]
    assert shown == sorted(shown) and len(set(shown)) > 3

    page.locator("select[name=Beleidsdomein]").select_option(label="Omgeving")
    assert rows.count() == of_omgeving and page.locator("output").inner_text() == f"{of_omgeving} van {every}"
    page.locator("input[type=search]").fill("VV001")
    assert rows.count() == 1
    assert "Beleidsdomein=Omgeving" in page.url and "zoek=VV001" in page.url

    with page.expect_download() as waiting:
        page.locator(".tools button").click()
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2 and lines[0].startswith('"Code";"Titel"') and lines[1].startswith('"VV001"')
    with duckdb.connect(str(release.database), read_only=True) as con:
        sql = "select committed_eur from fct_finance_by_execution where project_code = 'VV001' and committed_eur > 0"
        whole = {f'"{figures.plain(amount).replace(".", ",")}"' for (amount,) in con.sql(sql).fetchall()}
    assert whole & set(lines[1].split(";")), "an amount is whole and without its unit, for a spreadsheet"

    deep = page.url
    page.goto("about:blank")
    page.goto(deep)
    assert page.locator("#lijst-projecten tbody tr").count() == 1, "the address says what was asked"


def test_a_long_list_comes_in_and_the_search_finds_without_accents(page: Page, release: Release) -> None:
    start = release.folder.resolve().as_uri()
    page.goto(f"{start}/mijlpalen.html")
    assert page.locator("#lijst-mijlpalen tbody tr").count() >= 50
    page.goto(f"{start}/zoeken.html#q=VV001")
    assert page.locator("#gevonden li").first.inner_text().startswith("VV001")
    page.locator("#zoekwoord").fill("fietsinfrastructuur")
    assert page.locator("#gevonden li").count() >= 1
    page.locator("#zoekwoord").fill("zzzz")
    assert page.locator("#zoekstand").inner_text() == "0 gevonden"


def test_a_key_is_searched_and_leads_where_its_figure_leads(page: Page, release: Release) -> None:
    """A trace key of any make, as the pages lead to its account, and the short key beside a figure in a document."""
    folder = release.folder.resolve()
    keys = {}
    for name in ("index.html", "projecten/VV001.html", "indicatoren/IND01.html", "eu.html"):
        page.goto((folder / name).as_uri())
        for figure in page.locator("a[data-trace-key]").all():
            mart = (figure.get_attribute("data-trace-key") or "").split("/")[1]
            keys[mart] = (figure.get_attribute("data-trace-key"), figure.evaluate("link => link.href"))
    assert len(keys) > 5
    page.goto((folder / "zoeken.html").as_uri())
    for key, address in keys.values():
        page.fill("#zoekwoord", str(key))
        assert page.locator("#gevonden a").first.evaluate("link => link.href") == address, key
    page.fill("#zoekwoord", "h0rgmcyz")
    assert page.locator("#gevonden a").first.get_attribute("href") == "sleutels/h.html#h0rgmcyz"
    page.fill("#zoekwoord", "mijlpaal")
    assert "sleutels" not in (page.locator("#gevonden a").first.get_attribute("href") or "")


def test_a_figure_leads_to_its_row_and_cell_by_keyboard_alone(page: Page, served: str) -> None:
    page.goto(f"{served}/projecten/VV001.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip", "the first stop skips the menu"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('figure')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/herkomst/VV001\.html#"))
    assert page.locator("h1").inner_text().startswith("Herkomst")


def test_without_a_script_everything_is_said(browser: Browser, release: Release, served: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(f"{served}/projecten.html")
    assert opened.locator("#lijst-projecten tbody tr").count() == projects(release)
    opened.goto(f"{served}/index.html")
    opened.locator(".figure").first.click()
    assert "/cijfers/" in opened.url and opened.locator(".account").count() >= 1
    context.close()


def test_the_print_of_a_project_leaves_out_what_a_screen_needs(page: Page, served: str) -> None:
    page.goto(f"{served}/projecten/VV001.html")
    page.emulate_media(media="print")
    assert not page.locator(".top nav").is_visible() and not page.locator(".crumbs").is_visible()
    assert page.locator("h1").is_visible()
