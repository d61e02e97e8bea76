"""The release as DCAT-AP VL: a catalogue with one dataset series, this release as its newest dataset, a file each.

Every node has an address of its own, so that the same release always gives the same file.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rdflib import DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef

from flows.forms import changes, dictionary, publication
from flows.forms.contents import Mart
from flows.forms.edition import Edition, missed, period
from flows.forms.names import DATABASE, HEADLINES, WORKBOOK
from flows.warehouse import docs

TURTLE, JSON_LD = "catalogue.ttl", "catalogue.jsonld"
SHAPES = Path(__file__).with_name("shapes.ttl")

# Version 3 of DCAT; the one that comes with rdflib knows no series yet.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
_MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
_SHA256 = SPDX.checksumAlgorithm_sha256
_PREFIXES = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "vcard": VCARD, "adms": ADMS, "spdx": SPDX, "xsd": XSD}

# ending -> (EU file type where the list has it, media type)
_KINDS = {
    ".parquet": ("PARQUET", "application/vnd.apache.parquet"),
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".json": ("JSON", "application/json"),
    ".duckdb": (None, "application/octet-stream"),
}
_CLASSES = ("Catalog", "CatalogRecord", "DatasetSeries", "Dataset", "Distribution")
# What explains the data, and belongs to the release as much as the data.
_PAGES = {
    dictionary.PAGE: {"nl": "Gegevenswoordenboek", "en": "Data dictionary"},
    changes.PAGE: {"nl": "Wat er wijzigde sinds de uitgave ervoor", "en": "What changed since the release before"},
    docs.PAGE: {"nl": "Hoe de cijfers gemaakt worden", "en": "How the figures are made"},
}


class NotValid(Exception):
    """The catalogue lacks what DCAT-AP VL demands; nothing was published."""


def write(
    folder: Path,
    edition: Edition,
    marts: Sequence[Mart],
    files: Sequence[Mapping[str, Any]],
    contents: str,
    kept: Sequence[Mapping[str, Any]],
) -> None:
    """Write the catalogue in Turtle and in JSON-LD, checked against the shapes.

    Args:
        files: path, bytes and sha256 of every data file but the database.
        contents: the checksum of the contents of the database.
        kept: the publication calendar with its missed dates.

    Raises:
        NotValid: naming what is missing.
    """
    graph = describe(edition, marts, files, contents, kept, period(folder / DATABASE))
    problems = violations(graph)
    if problems:
        raise NotValid("; ".join(problems))
    (folder / TURTLE).write_text(graph.serialize(format="longturtle"), encoding="utf-8")
    context = {prefix: str(namespace) for prefix, namespace in _PREFIXES.items()}
    document = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=False))
    (folder / JSON_LD).write_text(json.dumps(_ordered(document), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def violations(graph: Graph) -> list[str]:
    """What the shapes find wrong, each naming class and property; empty when all is well."""
    from pyshacl import validate

    shacl = Namespace("http://www.w3.org/ns/shacl#")
    conforms, report, _ = validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle", inplace=True)
    # Shapes say what a node must have; that there is one at all they do not.
    absent = [f"dcat:{name}: there is none" for name in _CLASSES if (None, RDF.type, DCAT[name]) not in graph]
    if conforms:
        return absent
    assert isinstance(report, Graph)
    return absent + sorted(
        f"{report.value(result, shacl.focusNode)}: {report.value(result, shacl.resultMessage)}"
        for result in report.subjects(RDF.type, shacl.ValidationResult)
    )


def describe(
    edition: Edition,
    marts: Sequence[Mart],
    files: Sequence[Mapping[str, Any]],
    contents: str,
    kept: Sequence[Mapping[str, Any]],
    covered: tuple[Any, Any] | None,
) -> Graph:
    """The graph of the catalogue, the series, every release of it, and the files of this one."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        graph.bind(prefix, namespace)
    base = publication.value("base_uri")
    catalogue, series = URIRef(f"{base}/catalogue"), URIRef(f"{base}/series")
    published = {
        URIRef(publication.release_uri(release_id)): _moment(at)
        for release_id, at in (*edition.earlier.items(), (edition.release_id, edition.published_at.isoformat()))
    }
    dataset, moment = list(published.items())[-1]

    _described(graph, catalogue, DCAT.Catalog, "catalog_title", "catalog_description")
    graph.add((catalogue, DCTERMS.license, URIRef(publication.value("catalog_licence"))))
    graph.add((catalogue, DCTERMS.modified, moment))
    _described(graph, series, DCAT.DatasetSeries, "title", "description")
    graph.add((series, DCTERMS.accrualPeriodicity, URIRef(publication.value("periodicity"))))
    graph.add((series, DCTERMS.modified, moment))
    graph.add((series, DCAT.first, next(iter(published))))
    graph.add((series, DCAT.last, dataset))
    before = None
    for member, at in published.items():
        _release(graph, member, series, at, before)
        before = member
    _this_release(graph, dataset, kept, covered)
    for member, at in {series: moment, **published}.items():
        graph.add((catalogue, DCAT.dataset, member))
        record = URIRef(f"{member}#record")
        graph.add((catalogue, DCAT.record, record))
        graph.add((record, RDF.type, DCAT.CatalogRecord))
        graph.add((record, DCTERMS.identifier, Literal(str(record))))
        graph.add((record, DCTERMS.modified, at))
        graph.add((record, FOAF.primaryTopic, member))
        graph.add((record, DCTERMS.conformsTo, URIRef(publication.value("profile"))))
    titles = {mart.name: mart.description for mart in marts}
    for file in files:
        _distribution(graph, dataset, edition, str(file["path"]), titles, file, _SHA256)
    whole = {"sha256": contents}
    _distribution(graph, dataset, edition, DATABASE, titles, whole, URIRef(f"{base}/id/contents-sha256"))
    return graph


def _described(graph: Graph, node: URIRef, kind: URIRef, title: str, description: str) -> None:
    """What every catalogue, series and dataset must say of itself."""
    publisher, contact = (
        URIRef(publication.value("publisher_uri")),
        URIRef(f"{publication.value('base_uri')}/id/contact"),
    )
    graph.add((node, RDF.type, kind))
    graph.add((node, DCTERMS.identifier, Literal(str(node))))
    graph.add((node, DCTERMS.publisher, publisher))
    graph.add((node, DCAT.contactPoint, contact))
    for predicate, name in ((DCTERMS.title, title), (DCTERMS.description, description)):
        for text, language in publication.values(name):
            graph.add((node, predicate, Literal(text, lang=language)))
    graph.add((publisher, RDF.type, FOAF.Agent))
    for text, language in publication.values("publisher_name"):
        graph.add((publisher, FOAF.name, Literal(text, lang=language)))
    graph.add((contact, RDF.type, VCARD.Organization))
    for text, language in publication.values("contact_name"):
        graph.add((contact, VCARD.fn, Literal(text, lang=language)))
    graph.add((contact, VCARD.hasEmail, URIRef(f"mailto:{publication.value('contact_email')}")))
    graph.add((contact, VCARD.hasURL, URIRef(publication.value("contact_url"))))


def _moment(iso: str) -> Literal:
    return Literal(datetime.fromisoformat(iso).strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime)


def _release(graph: Graph, dataset: URIRef, series: URIRef, moment: Literal, before: URIRef | None) -> None:
    """What is said of every release of the series, the earlier ones too."""
    _described(graph, dataset, DCAT.Dataset, "title", "description")
    graph.add((series, DCAT.seriesMember, dataset))
    graph.add((dataset, DCAT.inSeries, series))
    graph.add((dataset, DCAT.version, Literal(str(dataset).rpartition("/")[2])))
    graph.add((dataset, DCTERMS.issued, moment))
    graph.add((dataset, DCTERMS.modified, moment))
    graph.add((dataset, DCTERMS.accessRights, URIRef(publication.value("access_rights"))))
    graph.add((dataset, DCTERMS.accrualPeriodicity, URIRef(publication.value("periodicity"))))
    graph.add((dataset, DCAT.landingPage, dataset))
    for name, predicate in (("theme", DCAT.theme), ("data_language", DCTERMS.language)):
        for text, _ in publication.values(name):
            graph.add((dataset, predicate, URIRef(text)))
    for text, language in publication.values("keyword"):
        graph.add((dataset, DCAT.keyword, Literal(text, lang=language)))
    if before:
        graph.add((dataset, DCAT.previousVersion, before))
        graph.add((dataset, DCAT.prev, before))


def _this_release(
    graph: Graph, dataset: URIRef, kept: Sequence[Mapping[str, Any]], covered: tuple[Any, Any] | None
) -> None:
    """What only the release itself can say: what it covers, its pages, and how it kept to the calendar."""
    if covered:
        time = URIRef(f"{dataset}#period")
        graph.add((dataset, DCTERMS.temporal, time))
        graph.add((time, RDF.type, DCTERMS.PeriodOfTime))
        graph.add((time, DCAT.startDate, Literal(covered[0])))
        graph.add((time, DCAT.endDate, Literal(covered[1])))
    for path, titles in _PAGES.items():
        page = URIRef(f"{dataset}/{path}")
        graph.add((dataset, FOAF.page, page))
        graph.add((page, RDF.type, FOAF.Document))
        graph.add((page, DCTERMS["format"], URIRef(f"{_FILE_TYPE}HTML")))
        for language, title in titles.items():
            graph.add((page, DCTERMS.title, Literal(title, lang=language)))
    late = ", ".join(missed(kept))
    notes = {
        "nl": f"Aangekondigde publicatiedatum gemist voor: {late}" if late else "Geen publicatiedatum gemist",
        "en": f"Announced publication date missed for: {late}" if late else "No publication date missed",
    }
    for language, note in notes.items():
        graph.add((dataset, ADMS.versionNotes, Literal(note, lang=language)))


def _distribution(
    graph: Graph,
    dataset: URIRef,
    edition: Edition,
    path: str,
    titles: Mapping[str, str],
    file: Mapping[str, Any],
    algorithm: URIRef,
) -> None:
    node, address = URIRef(f"{dataset}#{path}"), URIRef(f"{dataset}/{path}")
    file_type, media_type = _KINDS[Path(path).suffix]
    graph.add((dataset, DCAT.distribution, node))
    graph.add((node, RDF.type, DCAT.Distribution))
    graph.add((node, DCTERMS.identifier, Literal(f"{edition.release_id}/{path}")))
    graph.add((node, DCTERMS.title, Literal(path, lang="nl")))
    whole = {DATABASE: "All marts in one DuckDB file", WORKBOOK: "Marts in one workbook", HEADLINES: "Headline figures"}
    text = whole.get(path) or titles[Path(path).stem]
    graph.add((node, DCTERMS.description, Literal(text, lang="en")))
    graph.add((node, DCAT.accessURL, dataset))
    graph.add((node, DCAT.downloadURL, address))
    graph.add((node, DCTERMS.license, URIRef(publication.value("licence"))))
    graph.add((node, DCAT.mediaType, URIRef(_MEDIA_TYPE + media_type)))
    if file_type:
        graph.add((node, DCTERMS["format"], URIRef(_FILE_TYPE + file_type)))
    if "bytes" in file:
        graph.add((node, DCAT.byteSize, Literal(file["bytes"], datatype=XSD.nonNegativeInteger)))
    checksum = URIRef(f"{node}-checksum")
    graph.add((node, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, algorithm))
    graph.add((checksum, SPDX.checksumValue, Literal(file["sha256"], datatype=XSD.hexBinary)))


def _ordered(node: Any) -> Any:
    """The same document with keys and lists in one order; order means nothing in JSON-LD without @list."""
    if isinstance(node, dict):
        return {key: _ordered(node[key]) for key in sorted(node)}
    if isinstance(node, list):
        return sorted((_ordered(item) for item in node), key=lambda item: json.dumps(item, sort_keys=True))
    return node
