"""Making the documents of a release: each question asked once, each form written, and what was left out told."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from flows import pictures, registry, wording
from flows.forms import publication
from flows.forms.names import KEY_PAGES
from flows.reports import declared, sentences
from flows.reports.declared import Document
from flows.reports.questions import NothingDelivered, Row, Subject, shown, subject
from flows.reports.sentences import LeftOut, Sentence

FOLDER = "reports"
"""Where the documents of a release are, within it."""
TOLD = "documents.json"
KEYS = "keys.csv"
File = Callable[[], bytes]
"""What a file holds, once it is written."""
Typeset = Callable[[Path, Mapping[str, Any], datetime], File]
"""How a PDF is made of a template, its data and its moment (`typesetting.pdf`)."""


@dataclass(frozen=True)
class Head:
    """What a document says of the release it is made from."""

    release_id: str
    published_at: datetime
    """UTC; the only moment a document tells of."""
    content_sha256: str
    address: str
    """Where the release is published."""


@dataclass
class Made:
    """One document: its files, or why it was not made, and which sentences it leaves out."""

    name: str
    title: Mapping[str, str]
    meetmoment_code: str | None
    files: dict[str, File] = field(default_factory=dict)
    sentences: dict[str, list[str]] = field(default_factory=dict)
    """Language -> what is said."""
    left_out: list[LeftOut] = field(default_factory=list)
    not_made: str | None = None


def write(database: Path, folder: Path, head: Head, memory: Mapping[str, str] | None = None) -> list[Made]:
    """Write every document of a release into ``folder``, with what each leaves out and what its short keys stand for.

    The same arguments always give the same bytes. Where nothing was delivered there is nothing to tell, and no folder.
    """
    # Typst keeps what it has worked out until its process ends: of the sheets of 181 projects half a gigabyte.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        try:
            with subject(database, memory=memory) as of:
                typeset = partial(_typeset_by, beside)
                documents = [_make(of, declared.document(name), head, typeset) for name in declared.names()]
                keys = dict(of.keys)
        except NothingDelivered:
            return []
        folder.mkdir(parents=True, exist_ok=True)
        for document in documents:
            for name, content in document.files.items():
                (folder / name).write_bytes(content())
    (folder / TOLD).write_text(_told(documents), encoding="utf-8")
    with (folder / KEYS).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("short_key", "trace_key"), *sorted(keys.items())])
    return documents


def _typeset_by(beside: ProcessPoolExecutor, page: Path, data: Mapping[str, Any], moment: datetime) -> File:
    return beside.submit(_pdf, page, data, moment).result


def _pdf(page: Path, data: Mapping[str, Any], moment: datetime) -> bytes:
    from flows.reports import typesetting

    return typesetting.pdf(page, data, moment)


def make(
    database: Path,
    name: str,
    head: Head,
    meetmoment_code: str | None = None,
    memory: Mapping[str, str] | None = None,
) -> Made:
    """One document of a release, at a meetmoment or the last one.

    Raises:
        declared.NoSuchDocument: naming those there are.
        NothingDelivered: of that meetmoment.
    """
    document = declared.document(name)
    with subject(database, meetmoment_code, memory) as of:
        return _make(of, document, head, lambda *of_page: partial(_pdf, *of_page))


def _make(of: Subject, document: Document, head: Head, typeset: Typeset) -> Made:
    made = Made(document.name, document.title, of.meetmoment["meetmoment_code"])
    if document.most_projects is not None:
        ((count,),) = of.con.sql("select count(*) from dim_project").fetchall()
        if count > document.most_projects:
            made.not_made = (
                f"{count} projecten zijn er meer dan de {document.most_projects} van dit document"
                f" / {count} projects are more than the {document.most_projects} of this document"
            )
            return made
    rows = {name: of.rows(sql) for name, sql in document.questions.items()}
    for language in document.languages:
        said, left_out = sentences.told(of, document.name, language)
        made.sentences |= {language: [one.text for one in said]} if said else {}
        made.left_out += [one for one in left_out if one not in made.left_out]
        data = page(of, document, head, language, rows, said, left_out)
        for form in document.forms:
            made.files[document.file(form, language)] = _form(
                document, form, language, data, rows, head.published_at, typeset
            )
    return made


def _form(
    document: Document,
    form: str,
    language: str,
    data: Mapping[str, Any],
    rows: Mapping[str, list[Row]],
    moment: datetime,
    typeset: Typeset,
) -> File:
    # Each form is loaded by who writes it: what sets pages and what draws are engines of their own.
    if form == "xlsx":
        from flows.reports import sheets

        return partial(sheets.book, document, data["head"], rows, moment)
    if form == "docx":
        from flows.reports import office

        return partial(office.document, document, data, language, moment)
    return typeset(document.declared_in / declared.PAGE, data, moment)


def page(
    of: Subject,
    document: Document,
    head: Head,
    language: str,
    rows: Mapping[str, list[Row]],
    said: list[Sentence],
    left_out: list[LeftOut],
) -> dict[str, Any]:
    """All that a page is filled with, as text."""
    return {
        "head": page_head(of, document, head, language),
        "words": document.words.get(language, {}),
        "rows": {
            name: _grouped(asked, language) if name in document.grouped else shown(asked, language)
            for name, asked in rows.items()
        },
        "sentences": {
            section: [{"code": one.code, "parts": [asdict(part) for part in one.parts]} for one in among]
            for section, among in sentences.by_section(said, document.sections).items()
        },
        "left_out": [{"code": one.code, "missing": ", ".join(one.missing)} for one in left_out],
        "charts": {name: _chart(name, chart, rows, language) for name, chart in document.charts.items()},
    }


def page_head(of: Subject, document: Document, head: Head, language: str) -> dict[str, str]:
    """What stands at the head of a document in a language."""
    return {
        "title": document.title[language],
        "name": document.name,
        "plan": of.plan[f"name_{language}"],
        "plan_note": publication.note(of.plan, language),
        "meetmoment": of.meetmoment[f"label_{language}"],
        "cutoff": wording.day(of.meetmoment["cutoff_date"], language),
        "scope": _scope(of, document.money, language),
        "release_id": head.release_id,
        "published": wording.moment(head.published_at, language),
        "day": f"{head.published_at.astimezone(registry.TIME_ZONE):%Y-%m-%d}",
        "sha256": head.content_sha256,
        "address": f"{head.address}/{FOLDER}/{KEYS}",
        "site": f"{head.address}/{'' if language == 'nl' else 'en/'}{KEY_PAGES}/",
        "language": language,
    }


def _scope(of: Subject, money: tuple[str, ...], language: str) -> str:
    """What is counted and, of a document with money, what that is of where it is of something else."""
    found = of.con.execute(
        f"""
        select
            counted.label_{language} as counted,
            if(money.scope_code = counted.scope_code, null, scopes.label_{language}) as scope,
            lower(word_{language}('finance_execution', money.execution)) as execution
        from dim_scope as counted
        left join agg_finance_by_meetmoment as money on money.meetmoment_code = getvariable('meetmoment')
        left join dim_scope as scopes on money.scope_code = scopes.scope_code
        where counted.scope_code = getvariable('scope')
        """
    ).fetchone()
    if not found:
        return ""
    counted, *of_money = found
    said = [text for name, text in zip(("scope", "execution"), of_money, strict=True) if text and name in money]
    label = {"nl": "Geld", "en": "Money"}[language]
    return f"{counted} · {label}:\u00a0{', '.join(said)}" if said else str(counted)


def _grouped(asked: list[Row], language: str) -> dict[str, list[dict[str, str]]]:
    """The rows by the value of their first column."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for row, texts in zip(asked, shown(asked, language), strict=True):
        grouped.setdefault(str(next(iter(row.values()))), []).append(texts)
    return grouped


def _chart(name: str, chart: Mapping[str, Any], rows: Mapping[str, list[Row]], language: str) -> dict[str, str] | None:
    """A chart as SVG and what it shows in words; none where there is nothing to draw."""
    asked = rows[chart["question"]]
    if not asked:
        return None
    spec = pictures.loads(json.dumps(chart["spec"][language] if language in chart["spec"] else chart["spec"]))
    drawn = pictures.svg(spec, asked, name=name, title=chart["title"][language], language=language)
    return {"svg": drawn, "title": chart["title"][language], "alt": _in_words(chart, asked, language)}


def _in_words(chart: Mapping[str, Any], asked: Iterable[Row], language: str) -> str:
    """What a chart shows, for who hears it: its rows, read out."""
    said = []
    for row in shown(list(asked), language):
        said.append(chart["alt"][language].format(**row))
    return f"{chart['title'][language]}: {'; '.join(said)}."


def _told(documents: Iterable[Made]) -> str:
    told = [
        {
            "name": made.name,
            "title": made.title,
            "meetmoment_code": made.meetmoment_code,
            "files": sorted(made.files),
            "sentences": made.sentences,
            "left_out": [asdict(one) for one in made.left_out],
            "not_made": made.not_made,
        }
        for made in documents
    ]
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
