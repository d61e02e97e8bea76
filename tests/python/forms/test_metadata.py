"""What a release says of itself: valid by DCAT-AP VL, Data Package and CSVW, and true."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import frictionless
import pytest
from conftest import DemoRun
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from flows import registry
from flows.account.diff import diff
from flows.forms import catalogue, changes, contents, dictionary, packages, publication
from flows.forms.catalogue import DCAT, SPDX
from flows.forms.names import CSV, DATABASE
from flows.release import kept, writing
from flows.release.kept import Release


@pytest.fixture(scope="module")
def current(released: DemoRun) -> Release:
    found = kept.current(released.settings)
    assert found
    return found


@pytest.fixture(scope="module")
def graph(current: Release) -> Graph:
    return Graph().parse(current.folder / catalogue.TURTLE)


def mandatory() -> list[tuple[Node, Node]]:
    """(class or property that leads to the node, property) of every property that a shape demands."""
    shapes = Graph().parse(catalogue.SHAPES)
    return sorted(
        (kind, path)
        for target in (SH.targetClass, SH.targetObjectsOf)
        for shape, kind in shapes.subject_objects(target)
        for demanded in shapes.objects(shape, SH.property)
        for path in shapes.objects(demanded, SH.path)
        if (demanded, SH.minCount, None) in shapes
    )


def test_the_catalogue_is_valid_in_both_forms(current: Release, graph: Graph) -> None:
    assert catalogue.violations(graph) == []
    assert set(Graph().parse(current.folder / catalogue.JSON_LD, format="json-ld")) == set(graph)


@pytest.mark.parametrize(
    "kind", sorted({kind for kind, _ in mandatory()}, key=str), ids=lambda of: str(of).rsplit("/")[-1]
)
def test_each_mandatory_property_is_missed_by_its_name(graph: Graph, kind: Node) -> None:
    """All of a kind at once, each of the same node; of another name or node nothing is said to be missing."""
    node = next(iter([*graph.subjects(RDF.type, kind), *graph.objects(None, kind)]))
    lacking, missed = graph + Graph(), set()
    for path in (path for of, path in mandatory() if of == kind):
        lacking.remove((node, path, None))
        missed.add(str(path).replace("#", "/").rsplit("/")[-1])
    problems = catalogue.violations(lacking)
    assert {name for problem in problems for name in missed if f":{name}:" in problem} == missed
    assert all(str(node) in problem and any(f":{name}:" in problem for name in missed) for problem in problems)


def test_a_catalogue_without_its_parts_is_missed(graph: Graph) -> None:
    for kind in ("Catalog", "DatasetSeries", "Dataset", "Distribution"):
        lacking = graph + Graph()
        lacking.remove((None, RDF.type, DCAT[kind]))
        assert f"dcat:{kind}: there is none" in catalogue.violations(lacking)


def test_a_contact_without_address_is_missed(current: Release) -> None:
    graph = Graph().parse(current.folder / catalogue.TURTLE)
    for name in ("hasEmail", "hasURL"):
        graph.remove((None, catalogue.VCARD[name], None))
    assert any("vcard:hasEmail" in problem for problem in catalogue.violations(graph))


def test_text_without_language_is_missed(current: Release) -> None:
    graph = Graph().parse(current.folder / catalogue.TURTLE)
    series = next(graph.subjects(RDF.type, DCAT.DatasetSeries))
    graph.set((series, catalogue.DCTERMS.title, Literal("zonder taal")))
    assert any("dct:title" in problem for problem in catalogue.violations(graph))


def test_the_catalogue_tells_of_every_file_and_the_release_before(
    released: DemoRun, current: Release, graph: Graph
) -> None:
    base = publication.release_uri(current.release_id)
    described = {str(url): node for node, url in graph.subject_objects(DCAT.downloadURL) if str(url).startswith(base)}
    forms = ("parquet/", "csv/", "csv_excel_nl/", "marts.xlsx", "marts_csv.zip", "headline_figures.json")
    data = [f for f in current.manifest["files"] if f["path"].startswith(forms)]
    assert set(described) == {f"{base}/{f['path']}" for f in data} | {f"{base}/{DATABASE}"}
    for file in [*data, current.manifest["database"]]:
        node = described[f"{base}/{file['path']}"]
        assert graph.value(node, DCAT.byteSize) == Literal(file["bytes"], datatype=catalogue.XSD.nonNegativeInteger)
        checksum = graph.value(graph.value(node, SPDX.checksum), SPDX.checksumValue)
        assert str(checksum).lower() == file["sha256"]
    dataset = URIRef(base)
    pages = {str(page).removeprefix(f"{base}/") for page in graph.objects(dataset, catalogue.FOAF.page)}
    assert (
        pages
        == {"dictionary.html", "what_changed.html", "dbt_docs.html"}
        <= {f["path"] for f in current.manifest["files"]}
    )
    before = kept.published(released.settings)[-2]
    assert graph.value(dataset, DCAT.previousVersion) == URIRef(publication.release_uri(before.release_id))
    series = graph.value(dataset, DCAT.inSeries)
    members = {publication.release_uri(r.release_id): r.manifest for r in kept.published(released.settings)}
    assert {str(member) for member in graph.objects(series, DCAT.seriesMember)} == set(members)
    for address, manifest in members.items():
        assert (URIRef(address), RDF.type, DCAT.Dataset) in graph and (None, DCAT.dataset, URIRef(address)) in graph
        issued = graph.value(URIRef(address), catalogue.DCTERMS.issued)
        assert isinstance(issued, Literal)
        assert issued.toPython() == datetime.fromisoformat(manifest["published_at"]).replace(microsecond=0)
    period = graph.value(dataset, catalogue.DCTERMS.temporal)
    first = registry.meetmomenten()["veerkracht", released.nights[0]]
    assert str(graph.value(period, DCAT.startDate)) == first["cutoff_date"]
    assert str(graph.value(period, DCAT.endDate)) == "2024-12-31"


def test_the_data_package_is_valid_with_its_data(current: Release) -> None:
    report = frictionless.Package.from_descriptor(str(current.folder / packages.DATA_PACKAGE)).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "message"])[:10]
    assert len(report.tasks) > 20


def test_the_data_package_is_not_valid_when_the_data_is_not(current: Release, tmp_path: Path) -> None:
    package = json.loads((current.folder / packages.DATA_PACKAGE).read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] == "dim_scope"]
    package["resources"][0]["schema"]["foreignKeys"] = []
    (tmp_path / CSV).mkdir()
    (tmp_path / packages.DATA_PACKAGE).write_text(json.dumps(package), encoding="utf-8")
    text = (current.folder / CSV / "dim_scope.csv").read_text(encoding="utf-8")
    (tmp_path / CSV / "dim_scope.csv").write_text(text.replace(",true,", ",perhaps,"), encoding="utf-8")
    found = frictionless.Package.from_descriptor(str(tmp_path / packages.DATA_PACKAGE)).validate().flatten(["type"])
    assert {"type-error", "hash-count"} & {kind for (kind,) in found}


def test_each_mart_and_file_is_named_in_dutch_and_in_english(current: Release, graph: Graph) -> None:
    for node in graph.subjects(RDF.type, DCAT.Distribution):
        for told in (catalogue.DCTERMS.title, catalogue.DCTERMS.description):
            assert {text.language for text in graph.objects(node, told) if isinstance(text, Literal)} == {"nl", "en"}
    with (current.folder / dictionary.TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["mart_label_nl"] and row["mart_meaning_nl"] for row in rows)
    for_all = {row["mart"] for row in rows if row["audience"] == "all"}
    assert 25 <= len(for_all) <= 35 and {"project_fiche", "fct_finance", "agg_status_by_speerpunt"} <= for_all


def test_csvw_refers_from_no_column_that_may_be_empty(current: Release) -> None:
    """CSV on the Web knows no foreign key on a cell without a value."""
    document = json.loads((current.folder / packages.CSVW).read_text(encoding="utf-8"))
    asked = 0
    for table in document["tables"]:
        with (current.folder / table["url"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for key in table["tableSchema"]["foreignKeys"]:
            asked += 1
            assert all(row[key["columnReference"]] for row in rows), (table["url"], key)
    assert asked > 50


def test_csvw_names_the_columns_that_are_there(current: Release) -> None:
    document = json.loads((current.folder / packages.CSVW).read_text(encoding="utf-8"))
    assert document["@context"][0] == "http://www.w3.org/ns/csvw"
    assert len(document["tables"]) == len(list((current.folder / CSV).iterdir()))
    for table in document["tables"]:
        with (current.folder / table["url"]).open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [column["name"] for column in table["tableSchema"]["columns"]] == header
        assert set(table["tableSchema"]["primaryKey"]) <= set(header)


def test_the_dictionary_explains_every_column(released: DemoRun, current: Release) -> None:
    with (current.folder / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    marts = contents.by_audience(contents.declared(released.settings.warehouse))
    assert [(r["mart"], r["column"]) for r in rows] == [(m.name, c.name) for m in marts for c in m.columns]
    assert all(row["meaning"] for row in rows)
    page = (current.folder / "dictionary.html").read_text(encoding="utf-8")
    assert all(f'id="{mart.name}"' in page for mart in marts)


def test_nothing_that_is_published_names_a_package_index_or_this_machine(current: Release) -> None:
    for path in writing.files(current.folder):
        if path.suffix in (".json", ".ttl", ".jsonld", ".html", ".csv"):
            text = path.read_text(encoding="utf-8-sig")
            assert not any(word in text for word in ("pypi.org", "/simple", str(current.folder.parent))), path.name


def test_the_page_of_changes_tells_what_a_comparison_of_the_releases_tells(released: DemoRun, current: Release) -> None:
    first, *_, before, _ = kept.published(released.settings)
    page = (current.folder / changes.PAGE).read_text(encoding="utf-8")
    found = diff(released.settings, before.release_id, current.release_id)
    words = changes.labels()
    told = re.findall(r'<th scope="row">([^<]+) <span lang="en">/ [^<]+</span></th>\s*<td class="number">(\d+)', page)
    assert told == [(words[kind][0], str(count)) for _, kind, count in found.counts()]
    # Each change that is counted stands in one part of the page, by its key, or is counted where a part ends before it.
    keys = Counter(changes.key_shown(change["record"], change["record_key"]) for change in found.changes)
    shown = Counter(re.findall(r"</span> ([^<]*)<br>", page))
    left_out = [int(of) - int(first) for first, of in re.findall(r"<p>De eerste (\d+) van (\d+) <", page)]
    assert shown <= keys and shown.total() + sum(left_out) == keys.total() and page.count("<h2>") > 3
    assert not left_out or len(found.changes) > 500
    assert "De eerste uitgave" in (first.folder / changes.PAGE).read_text(encoding="utf-8")


# What the official shapes of DCAT-AP VL want typed in the file itself: what leads to it, and its class.
TYPED = [
    (catalogue.DCTERMS.publisher, catalogue.DCTERMS.Agent),
    (DCAT.contactPoint, catalogue.VCARD.Kind),
    (catalogue.DCTERMS.conformsTo, catalogue.DCTERMS.Standard),
    (catalogue.DCTERMS.license, catalogue.DCTERMS.LicenseDocument),
    (catalogue.DCTERMS.language, catalogue.DCTERMS.LinguisticSystem),
    (catalogue.DCTERMS.spatial, catalogue.DCTERMS.Location),
    (DCAT.mediaType, catalogue.DCTERMS.MediaType),
]


@pytest.mark.parametrize(("leads_to_it", "kind"), TYPED, ids=lambda term: str(term).rsplit("/")[-1])
def test_what_the_shapes_want_typed_is_typed_wherever_it_is_named(graph: Graph, leads_to_it: Node, kind: Node) -> None:
    named = set(graph.objects(None, leads_to_it))
    assert named and all((node, RDF.type, kind) in graph for node in named)


def test_a_release_and_its_series_are_told_apart(released: DemoRun, graph: Graph) -> None:
    """One identifier on the series; each release has a title with meting and cut-off, a day, an area and a language."""
    (series,) = graph.subjects(RDF.type, DCAT.DatasetSeries)
    assert len(list(graph.objects(series, catalogue.ADMS.identifier))) == 1
    datasets = list(graph.subjects(RDF.type, DCAT.Dataset))
    titles = [str(title) for node in datasets for title in graph.objects(node, catalogue.DCTERMS.title)]
    assert len(datasets) == len(kept.published(released.settings)) and len(set(titles)) == 2 * len(datasets)
    assert all(re.search(r"[Mm]e(ting|asurement|etmoment) .*\d{4}", title) for title in titles), titles
    for node in datasets:
        for told in (catalogue.DCTERMS.issued, catalogue.DCTERMS.spatial, catalogue.DCTERMS.language):
            assert graph.value(node, told) is not None, (node, told)
