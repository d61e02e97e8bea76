"""A release beyond the limits of its files: the small plan's, with limits set low, read back as readers would."""

import gzip
import json
import re
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import frictionless
import openpyxl
import pandas as pd
import polars as pl
import pytest
from conftest import DemoRun
from playwright.sync_api import sync_playwright
from rdflib import Graph, URIRef
from site_reading import broken_links, pages

from flows.account import figure
from flows.account.diff import table_differences
from flows.forms import catalogue, contents, names, packages, publication, sizes, tables, workbook
from flows.forms.edition import Edition
from flows.intake import archive
from flows.release import kept, postgres, publishing, serving, verify, writing
from flows.release.kept import Release
from flows.reports import making, questions
from flows.settings import Settings
from flows.site import declared, in_parts
from flows.warehouse import docs

PARTED = "fct_milestone_status_as_returned"
"""A mart of the small plan with more rows than the limit below, of several meetmomenten."""
ROWS, CSV_BYTES, PROJECTS, CELLS = 100, 20_000, 5, 500
MEMORY: dict[str, list[str | None]] = {}
"""Which limit each module gave to the connections it opened while the release was written."""


@pytest.fixture(scope="module")
def small_one(small: DemoRun) -> Release:
    found = kept.current(small.settings)
    assert found
    return found


def _opened(database: str = ":memory:", **named: Any) -> duckdb.DuckDBPyConnection:
    asking = sys._getframe(1).f_globals["__name__"].rpartition(".")[2]
    MEMORY.setdefault(asking, []).append(named.get("config", {}).get("memory_limit"))
    return CONNECT(database, **named)


CONNECT = duckdb.connect


@pytest.fixture(scope="module")
def large(small: DemoRun, small_one: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """The last release of the small plan as one that is too large for single files."""
    folder = tmp_path_factory.mktemp("large") / "veerkracht" / "releases" / small_one.release_id
    this, receipts = Edition.of_manifest(small_one.manifest), archive.receipts(small.settings.archive, "veerkracht")
    with (
        patch.object(sizes, "MOST_PARQUET_ROWS", ROWS),
        patch.object(sizes, "MOST_CSV_BYTES", CSV_BYTES),
        patch.object(sizes, "SHEET_ROWS", ROWS),
        patch.object(tables, "_MANY_ROWS", 1),
        patch.object(workbook, "_MANY_CELLS", CELLS),
        patch.object(declared, "MOST_PROJECTS", PROJECTS - 1),
        patch.object(in_parts, "PROJECTS", PROJECTS),
        patch.object(in_parts, "FILES_AT_ONCE", 2),
        patch.object(making, "write", lambda *_: None),
        patch.object(docs, "write", lambda *_: None),
        patch.object(duckdb, "connect", _opened),
    ):
        writing.write(small.settings, small.settings.warehouse, folder, this, receipts, None)
        yield kept.opened(folder, small_one.keys)


def test_what_asks_all_rows_while_a_release_is_written_keeps_to_the_memory_of_the_night(
    large: Release, small: DemoRun
) -> None:
    with questions.subject(large.database, memory=small.settings.memory_beside(small.settings.warehouse)):
        limit = small.settings.memory_limit
    assert {MEMORY[asking][0] for asking in ("tables", "workbook", "changes", "answers", "questions")} == {limit}
    assert not list(large.folder.glob("*.tmp"))


def test_what_is_written_beside_the_database_is_what_is_written_before_it(large: Release, small_one: Release) -> None:
    whole = {path.name for path in (large.folder / names.PARQUET).glob("*.parquet")}
    assert len(whole) > 50
    assert [
        name
        for name in whole
        if (large.folder / names.PARQUET / name).read_bytes() != (small_one.folder / names.PARQUET / name).read_bytes()
    ] == []


@pytest.fixture
def whole(large: Release) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(large.database), read_only=True) as con:
        yield con


def parted(release: Release) -> list[str]:
    return sorted(path.name for path in (release.folder / names.PARQUET).iterdir() if path.is_dir())


def test_a_large_mart_is_a_file_per_meetmoment_and_a_small_one_is_one(
    large: Release, small_one: Release, whole: duckdb.DuckDBPyConnection
) -> None:
    assert PARTED in parted(large) and parted(small_one) == []
    for mart, count in large.manifest["tables"].items():
        codes = whole.execute("select column_name from duckdb_columns() where table_name = ?", [mart]).fetchall()
        if mart in parted(large):
            assert count > ROWS
            of = whole.execute(f"select distinct meetmoment_code from {mart} order by 1").fetchall()
            assert [Path(path).stem for path in large.parquet(mart)] == [code for (code,) in of]
        elif ("meetmoment_code",) in codes and count <= ROWS:
            assert [Path(path).name for path in large.parquet(mart)] in ([f"{mart}.parquet"], [])
    assert large.parquet("no_such_mart") == []


def test_duckdb_pandas_and_polars_read_its_parts_as_one_table(
    large: Release, small_one: Release, whole: duckdb.DuckDBPyConnection
) -> None:
    folder = large.folder / names.PARQUET / PARTED
    told = whole.sql(f"select * from {PARTED} order by all").fetchall()
    with duckdb.connect() as con:
        assert con.sql(f"select * from '{folder}/*.parquet' order by all").fetchall() == told
        (before,) = small_one.parquet(PARTED)
        kinds = [con.sql(f"describe from '{path}'").fetchall() for path in (f"{folder}/*.parquet", before)]
        assert kinds[0] == kinds[1], "every column as in the one file"
    frame = pd.read_parquet(folder)
    assert len(frame) == len(told) and sorted(frame["meetmoment_code"].unique()) == ["m5", "m6", "m7"]
    scanned = pl.scan_parquet(folder / "*.parquet").filter(pl.col("meetmoment_code") == "m5").collect()
    of_m5 = pl.read_parquet(folder / "m5.parquet")
    assert scanned.equals(of_m5) and 0 < len(of_m5) < len(told)
    assert of_m5["project_code"].is_sorted()


def test_its_compressed_csv_holds_what_the_plain_one_did(large: Release, small_one: Release) -> None:
    plain = {path.name: path.read_bytes() for path in (small_one.folder / names.CSV).iterdir()}
    now = {path.name: path for path in (large.folder / names.CSV).iterdir()}
    packed = {name.removesuffix(names.COMPRESSED) for name in now if name.endswith(names.COMPRESSED)}
    assert packed == {name for name, content in plain.items() if len(content) > CSV_BYTES} and len(packed) > 5
    for name, content in plain.items():
        path = now[f"{name}.gz" if name in packed else name]
        read = gzip.decompress(path.read_bytes()) if name in packed else path.read_bytes()
        # Of a mart in parts the rows stand in the order of the parts.
        assert sorted(read.splitlines()) == sorted(content.splitlines()), name
    assert pd.read_csv(now[f"{PARTED}.csv.gz"]).shape[0] == large.manifest["tables"][PARTED]
    with zipfile.ZipFile(large.folder / names.CSV_ZIP) as container:
        assert container.testzip() is None
        assert sorted(container.namelist()) == sorted(plain)
        assert container.read(f"{PARTED}.csv") == gzip.decompress(now[f"{PARTED}.csv.gz"].read_bytes())
    for path in (now[f"{PARTED}.csv.gz"],):
        assert path.read_bytes()[4:8] == bytes(4), "no moment of writing"


def test_what_is_too_long_for_a_sheet_is_said_where_people_look(large: Release) -> None:
    book = openpyxl.load_workbook(large.folder / names.WORKBOOK, read_only=True)
    readme = {row[0]: str(row[2]) for row in book["Leesmij"].iter_rows(values_only=True)}
    assert PARTED not in book.sheetnames and "too many rows for a sheet" in readme[PARTED]
    assert not (large.folder / names.CSV_EXCEL_NL / f"{PARTED}.csv").exists()
    assert (large.folder / names.CSV_EXCEL_NL / "dim_meetmoment.csv").exists()
    page = (large.folder / "open-data.html").read_text(encoding="utf-8")
    for sentence in ("een bestand per meetmoment", "gecomprimeerd (gzip)", "meer rijen dan een werkblad"):
        said = page[page.index(sentence) :].partition("</p>")[0]
        assert PARTED in said and "dim_meetmoment" not in said
    assert f'href="csv/{PARTED}.csv.gz"' in page and 'href="csv/dim_meetmoment.csv"' in page


def test_a_sheet_that_may_pass_two_gigabytes_says_so_before_it_is_written(large: Release, small_one: Release) -> None:
    """Since its XML is written as it comes, and the place of its length would be too small for it."""
    with_room = []
    for release in (large, small_one):
        with zipfile.ZipFile(release.folder / names.WORKBOOK) as book:
            assert book.testzip() is None
            parts = [part for part in book.infolist() if "worksheets" in part.filename]
            with_room.append([part for part in parts if part.extract_version >= 45])
    assert with_room[0] and not with_room[1]


def test_catalogue_and_packages_know_every_file_of_it(large: Release) -> None:
    graph = Graph().parse(large.folder / catalogue.TURTLE)
    base = publication.release_uri(large.release_id)
    listed = {str(url).removeprefix(f"{base}/") for url in graph.objects(None, catalogue.DCAT.downloadURL)}
    forms = (names.PARQUET, names.CSV, names.CSV_EXCEL_NL)
    assert {e["path"] for e in large.manifest["files"] if e["path"].partition("/")[0] in forms} <= listed
    node = next(graph.subjects(catalogue.DCAT.downloadURL, URIRef(f"{base}/csv/{PARTED}.csv.gz")))
    told = {str(value) for value in graph.objects(node)}
    assert {f"{catalogue._MEDIA_TYPE}text/csv", f"{catalogue._MEDIA_TYPE}application/gzip"} <= told
    node = next(graph.subjects(catalogue.DCAT.downloadURL, URIRef(f"{base}/parquet/{PARTED}/m5.parquet")))
    assert any(str(title).endswith("(Parquet, m5)") for title in graph.objects(node, catalogue.DCTERMS.title))
    package = frictionless.Package.from_descriptor(str(large.folder / packages.DATA_PACKAGE))
    assert (resource := package.get_resource(PARTED)).path == f"csv/{PARTED}.csv.gz"
    assert len(resource.read_rows()) == large.manifest["tables"][PARTED]
    assert resource.validate().valid
    described = json.loads((large.folder / packages.CSVW).read_text(encoding="utf-8"))
    assert all((large.folder / table["url"]).is_file() for table in described["tables"])


def test_checksums_cover_every_part_and_a_part_that_changed_is_found(large: Release, tmp_path: Path) -> None:
    assert verify.own_problems(large) == []
    copy = tmp_path / large.release_id
    shutil.copytree(large.folder, copy)
    part = copy / names.PARQUET / PARTED / "m5.parquet"
    part.write_bytes((copy / names.PARQUET / PARTED / "m6.parquet").read_bytes())
    (problem,) = verify.own_problems(kept.opened(copy, large.keys))
    assert problem == f"parquet/{PARTED}/m5.parquet is niet wat het manifest zegt / is not what the manifest says"
    assert tables.contents_checksum(large.folder, "parquet") == tables.contents_checksum(large.folder, "duckdb")
    assert tables.contents_checksum(copy, "parquet") != tables.contents_checksum(copy, "duckdb")


def test_the_same_rows_always_give_the_same_parts(small: DemoRun, large: Release, tmp_path: Path) -> None:
    marts = [mart for mart in contents.declared(small.settings.warehouse) if mart.name == PARTED]
    tables.write(small.settings, small.settings.warehouse, tmp_path, marts)
    for path in [p for p in tmp_path.rglob("*") if p.is_file() and names.DATABASE not in p.name]:
        assert path.read_bytes() == (large.folder / path.relative_to(tmp_path)).read_bytes(), path.name


def test_one_release_in_parts_and_one_in_single_files_hold_the_same(large: Release, small_one: Release) -> None:
    of_one = {"tables": {mart: large.manifest["tables"][mart] for mart in (PARTED, "dim_meetmoment")}}
    before, after = (replace(release, manifest=release.manifest | of_one) for release in (small_one, large))
    assert table_differences(before, after) == []


def test_postgres_gets_the_rows_of_a_compressed_file(large: Release) -> None:
    lines = b"".join(postgres._blocks(large, PARTED)).splitlines()
    assert lines[0].startswith(b"project_code") or b"project_code" in lines[0]
    assert len(lines) >= large.manifest["tables"][PARTED] + 1


def test_a_figure_of_it_is_accounted_for_by_its_folder_alone_and_in_its_home(large: Release) -> None:
    with duckdb.connect() as con:
        key, status = con.read_parquet(large.parquet(PARTED)).project("trace_key, status").fetchmany(1)[0]
    alone = figure.account(None, large, f"{key}:status")
    assert (alone.value, alone.releases) == (status, [])
    by_key = ({"trace_key"}, "trace_key = ?", key)
    told, _ = figure._in_releases(Settings(home=large.folder.parents[2]), large, PARTED, by_key, "status")
    assert [one["value"] for one in told] == [status]


def test_the_facts_of_all_projects_stand_in_few_files(large: Release, whole: duckdb.DuckDBPyConnection) -> None:
    files = sorted((large.folder / in_parts.FOLDER).iterdir())
    told = dict(
        one
        for path in files
        for one in json.loads(re.sub(r"^veerkracht.part\(\d+, |\);$", "", path.read_text("utf-8")))
    )
    rows = whole.sql("select project_code, title, budget_initial_eur, trace_key from dim_project order by 1").fetchall()
    assert [path.stem for path in files] == [str(number) for number in range(-(-len(rows) // PROJECTS))]
    assert [
        (code, f["project_title"], Decimal(str(f["budget_initial_eur"])), f["trace_key"]) for code, f in told.items()
    ] == [(code, title or code, budget, key) for code, title, budget, key in rows]
    for fact, table in (("money", "fct_finance_by_execution"), ("statuses", "fct_project_status_as_returned")):
        counted = whole.sql(f"select project_code, count(*) from {table} group by 1").fetchall()
        assert {code: len(facts[fact]) for code, facts in told.items() if facts[fact]} == dict(counted)
    assert not (large.folder / "herkomst").exists()
    read = [one for one in pages(large.folder) if one.path.name in ("projecten.html", "index.html", "wijzigingen.html")]
    assert len(read) == 6 and broken_links(read) == set()
    assert any("projecten.html#project=VV" in link for one in read for link in one.links)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed: apt-get install chromium")
def test_one_page_shows_any_project_under_strict_headers_and_from_a_file_share(
    large: Release, whole: duckdb.DuckDBPyConnection
) -> None:
    settings = Settings(home=large.folder.parents[2])
    publishing.switch(settings, large.folder)
    whole.close()
    with serving.server(settings, 0) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(20_000)
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        with duckdb.connect(str(large.database), read_only=True) as con:
            rows = con.sql("select project_code, title from dim_project order by 1").fetchall()
        (first, last), root = (rows[0], rows[-1]), f"http://{serving.HOST}:{server.server_address[1]}"
        for place in (root, large.folder.as_uri()):
            for language, word in (("", "Vastgelegd"), ("en/", "Committed")):
                page.goto(f"{place}/{language}projecten.html#project={last[0]}")
                page.locator("#project h2", has_text=f"{last[0]} {last[1]}").wait_for()
                money = page.locator('[data-rows="money"]')
                assert word.lower() in money.inner_text().lower() and "€" in money.inner_text()
                assert f"/{last[0]}" in page.locator('[data-rows="statuses"] td').last.inner_text()
                page.locator("#projectcode").fill(first[0])
                page.locator("#projectcode").press("Enter")
                page.locator("#project h2", has_text=f"{first[0]} {first[1]}").wait_for()
        page.locator("#projectcode").fill("VV")
        page.locator("#projectcode").press("Enter")
        page.locator("#codes a").first.click()
        page.locator("#project h2", has_text=first[0]).wait_for()
        page.locator("#projectcode").fill("none such")
        page.locator("#projectcode").press("Enter")
        page.get_by_text("No project of that code.").wait_for()
        assert not page.locator("#project").is_visible() and wrong == []
        browser.close()
        server.shutdown()
