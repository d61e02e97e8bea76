"""The release as DCAT-AP VL: a catalogue with one dataset series, this release as its newest dataset, a file each.

Every node has an address of its own, so that the same release always gives the same file.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rdflib import DCTERMS, FOAF, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef

from flows.forms import changes, dictionary, publication
from flows.forms.contents import Mart
from flows.forms.edition import Edition, last_meetmoments, missed, named, period
from flows.forms.names import (
    COMPRESSED,
    CSV,
    CSV_EXCEL_NL,
    CSV_ZIP,
    DATABASE,
    HEADLINES,
    PARQUET,
    WHOLE,
    WORKBOOK,
    mart_of,
    part_of,
)
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
_PREFIXES = {
    "dcat": DCAT,
    "dct": DCTERMS,
    "foaf": FOAF,
    "vcard": VCARD,
    "adms": ADMS,
    "spdx": SPDX,
    "xsd": XSD,
    "skos": SKOS,
}

# ending -> (EU file type where the list has it, media type)
_KINDS = {
    ".parquet": ("PARQUET", "application/vnd.apache.parquet"),
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".json": ("JSON", "application/json"),
    ".duckdb": (None, "application/octet-stream"),
    ".zip": ("ZIP", "application/zip"),
}
_CLASSES = ("Catalog", "CatalogRecord", "DatasetSeries", "Dataset", "Distribution")
# What holds everything, or the headlines: title and description, Dutch and English.
_WHOLE = {
    WORKBOOK: (
        ("Alle tabellen in één Excel-werkboek", "Een leesmij en een werkblad per tabel, met types."),
        ("All tables in one Excel workbook", "A readme and a sheet per table, typed."),
    ),
    CSV_ZIP: (
        ("Alle tabellen als CSV in één zipbestand", "Een CSV-bestand per tabel, voor machines."),
        ("All tables as CSV in one zip file", "A CSV file per table, for machines."),
    ),
    DATABASE: (
        (
            "Alle tabellen in één DuckDB-bestand",
            "Voor BI-tools: met sleutels, en met wat elke tabel en kolom betekent.",
        ),
        ("All tables in one DuckDB file", "For BI tools: with keys, and with what each table and column means."),
    ),
    HEADLINES: (
        ("Kerncijfers als JSON", "De kerncijfers van elk meetmoment, elk met zijn herkomstsleutel."),
        ("Headline figures as JSON", "The headline figures of each meetmoment, each with its trace key."),
    ),
}
_FORMS = {
    PARQUET: ("Parquet", "Parquet"),
    CSV: ("CSV", "CSV"),
    CSV_EXCEL_NL: ("CSV voor een Nederlandstalige Excel", "CSV for a Dutch Excel"),
}
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
# What a harvester must find typed in the file itself: class -> properties that lead to it.
_TYPED = {
    DCTERMS.Standard: (DCTERMS.conformsTo,),
    DCTERMS.LicenseDocument: (DCTERMS.license,),
    DCTERMS.RightsStatement: (DCTERMS.accessRights,),
    DCTERMS.LinguisticSystem: (DCTERMS.language,),
    DCTERMS.Frequency: (DCTERMS.accrualPeriodicity,),
    DCTERMS.Location: (DCTERMS.spatial,),
    DCTERMS.MediaTypeOrExtent: (DCTERMS["format"],),
    DCTERMS.MediaType: (DCAT.mediaType, DCAT.compressFormat),
    SKOS.Concept: (DCAT.theme,),
}
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
    kept: Sequence[Mapping[str, Any]],
) -> None:
    """Write the catalogue in Turtle and in JSON-LD, checked against the shapes.

    Args:
        files: path, bytes and sha256 of every data file, the database included.
        kept: the publication calendar with its missed dates.

    Raises:
        NotValid: naming what is missing.
    """
    calendar, last = named(folder / DATABASE), last_meetmoments(folder, edition)
    held = {release_id: calendar[code] for release_id, code in last.items() if code in calendar}
    graph = describe(edition, marts, files, kept, held, period(folder / DATABASE))
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
    kept: Sequence[Mapping[str, Any]],
    held: Mapping[str, tuple[str, str, date]],
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

    first = next(iter(published.values()))
    _described(graph, catalogue, DCAT.Catalog, "catalog_title", "catalog_description", first)
    graph.add((catalogue, DCTERMS.license, URIRef(publication.value("catalog_licence"))))
    graph.add((catalogue, DCTERMS.modified, moment))
    _described(graph, series, DCAT.DatasetSeries, "title", "description", first)
    graph.add((series, ADMS.identifier, URIRef(f"{series}#identifier")))
    graph.add((URIRef(f"{series}#identifier"), RDF.type, ADMS.Identifier))
    graph.add((URIRef(f"{series}#identifier"), SKOS.notation, Literal(str(series), datatype=XSD.anyURI)))
    graph.add((series, DCTERMS.accrualPeriodicity, URIRef(publication.value("periodicity"))))
    graph.add((series, DCTERMS.modified, moment))
    graph.add((series, DCAT.first, next(iter(published))))
    graph.add((series, DCAT.last, dataset))
    before = None
    for member, at in published.items():
        _release(graph, member, series, at, before, held.get(str(member).rpartition("/")[2]))
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
    of = {mart.name: mart for mart in marts}
    for file in files:
        _distribution(graph, dataset, moment, str(file["path"]), of, file)
    for release_id, of_release in edition.kept.items():
        member = URIRef(publication.release_uri(release_id))
        for file in of_release:
            _distribution(graph, member, published[member], str(file["path"]), of, file)
    for kind, predicates in _TYPED.items():
        for predicate in predicates:
            for told in set(graph.objects(None, predicate)):
                graph.add((told, RDF.type, kind))
    return graph


def _described(
    graph: Graph,
    node: URIRef,
    kind: URIRef,
    title: str,
    description: str,
    issued: Literal,
    added: Mapping[str | None, str] | None = None,
) -> None:
    """What every catalogue, series and dataset must say of itself.

    Args:
        added: language -> what the title says besides, of the release that it is of.
    """
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
            more = (added or {}).get(language, "") if predicate == DCTERMS.title else ""
            graph.add((node, predicate, Literal(f"{text}{more}", lang=language)))
    graph.add((node, DCTERMS.issued, issued))
    for predicate, name in ((DCTERMS.language, "data_language"), (DCTERMS.spatial, "spatial")):
        for text, _ in publication.values(name):
            graph.add((node, predicate, URIRef(text)))
    graph.add((publisher, RDF.type, FOAF.Agent))
    graph.add((publisher, RDF.type, DCTERMS.Agent))
    for text, language in publication.values("publisher_name"):
        graph.add((publisher, FOAF.name, Literal(text, lang=language)))
    graph.add((contact, RDF.type, VCARD.Organization))
    graph.add((contact, RDF.type, VCARD.Kind))
    for text, language in publication.values("contact_name"):
        graph.add((contact, VCARD.fn, Literal(text, lang=language)))
    graph.add((contact, VCARD.hasEmail, URIRef(f"mailto:{publication.value('contact_email')}")))
    graph.add((contact, VCARD.hasURL, URIRef(publication.value("contact_url"))))


def _moment(iso: str) -> Literal:
    return Literal(datetime.fromisoformat(iso).strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime)


def _release(
    graph: Graph,
    dataset: URIRef,
    series: URIRef,
    moment: Literal,
    before: URIRef | None,
    held: tuple[str, str, date] | None,
) -> None:
    """What is said of every release of the series, the earlier ones too, with the last meetmoment that it held."""
    added: dict[str | None, str] = {}
    if held:
        label_nl, label_en, cutoff = held
        added = {
            "nl": f" - {label_nl}, stand op {cutoff.day} {_MONTHS[cutoff.month - 1]} {cutoff.year}",
            "en": f" - {label_en}, as of {cutoff.isoformat()}",
        }
    _described(graph, dataset, DCAT.Dataset, "title", "description", moment, added)
    graph.add((series, DCAT.seriesMember, dataset))
    graph.add((dataset, DCAT.inSeries, series))
    graph.add((dataset, DCAT.version, Literal(str(dataset).rpartition("/")[2])))
    graph.add((dataset, DCTERMS.modified, moment))
    graph.add((dataset, DCTERMS.accessRights, URIRef(publication.value("access_rights"))))
    graph.add((dataset, DCTERMS.accrualPeriodicity, URIRef(publication.value("periodicity"))))
    graph.add((dataset, DCAT.landingPage, dataset))
    for text, _ in publication.values("theme"):
        graph.add((dataset, DCAT.theme, URIRef(text)))
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
    graph: Graph, dataset: URIRef, issued: Literal, path: str, marts: Mapping[str, Mart], file: Mapping[str, Any]
) -> None:
    # What holds everything comes before the rest, also where files are sorted by their address.
    place = f"all/{WHOLE.index(path) + 1}/{path}" if path in WHOLE else path
    node, address = URIRef(f"{dataset}#{place}"), URIRef(f"{dataset}/{path}")
    file_type, media_type = _KINDS[Path(path.removesuffix(COMPRESSED)).suffix]
    graph.add((dataset, DCAT.distribution, node))
    graph.add((node, RDF.type, DCAT.Distribution))
    graph.add((node, DCTERMS.identifier, Literal(f"{str(dataset).rpartition('/')[2]}/{path}")))
    for language, (title, description) in zip(("nl", "en"), _told(path, marts), strict=True):
        graph.add((node, DCTERMS.title, Literal(title, lang=language)))
        graph.add((node, DCTERMS.description, Literal(description, lang=language)))
    graph.add((node, DCAT.accessURL, dataset))
    graph.add((node, DCAT.downloadURL, address))
    graph.add((node, DCTERMS.issued, issued))
    graph.add((node, DCTERMS.license, URIRef(publication.value("licence"))))
    graph.add((node, DCAT.mediaType, URIRef(_MEDIA_TYPE + media_type)))
    for text, _ in publication.values("data_language"):
        graph.add((node, DCTERMS.language, URIRef(text)))
    if path.endswith(COMPRESSED):
        graph.add((node, DCAT.compressFormat, URIRef(f"{_MEDIA_TYPE}application/gzip")))
    if file_type:
        graph.add((node, DCTERMS["format"], URIRef(_FILE_TYPE + file_type)))
    if "bytes" in file:
        graph.add((node, DCAT.byteSize, Literal(file["bytes"], datatype=XSD.nonNegativeInteger)))
    if "sha256" in file:
        checksum = URIRef(f"{node}-checksum")
        graph.add((node, SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, SPDX.Checksum))
        graph.add((checksum, SPDX.algorithm, _SHA256))
        graph.add((checksum, SPDX.checksumValue, Literal(file["sha256"], datatype=XSD.hexBinary)))


def _told(path: str, marts: Mapping[str, Mart]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Title and description of a file, in Dutch and in English."""
    if path in _WHOLE:
        return _WHOLE[path]
    mart, (form_nl, form_en) = marts[mart_of(path)], _FORMS[path.partition("/")[0]]
    part = f", {part_of(path)}" if part_of(path) else ""
    return (
        (f"{mart.label_nl} ({form_nl}{part})", mart.description_nl),
        (f"{mart.label_en} ({form_en}{part})", mart.description),
    )


def _ordered(node: Any) -> Any:
    """The same document with keys and lists in one order; order means nothing in JSON-LD without @list."""
    if isinstance(node, dict):
        return {key: _ordered(node[key]) for key in sorted(node)}
    if isinstance(node, list):
        return sorted((_ordered(item) for item in node), key=lambda item: json.dumps(item, sort_keys=True))
    return node
