"""The documents as they are declared: a folder each in ``reports/``, with its questions, words and page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flows.project import read_yaml
from flows.settings import PROJECT

FOLDER = PROJECT / "reports"
DECLARATION = "document.yml"
PAGE = "document.typ"


class NoSuchDocument(Exception):
    """Nothing in ``reports/`` has this name."""


@dataclass(frozen=True)
class Document:
    """One document: what it is called, in which forms and languages it is made, and what it asks of a release."""

    name: str
    title: Mapping[str, str]
    forms: tuple[str, ...]
    languages: tuple[str, ...] = ("nl",)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Language -> word of the page -> how it is written."""
    grouped: tuple[str, ...] = ()
    """Questions whose rows the page takes by the value of their first column."""
    sections: tuple[str, ...] = ()
    """Its sections of sentences, in order."""
    charts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sheets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Question -> label and explanation of its sheet, in order."""
    office: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Section -> tables (question -> column -> word above it) and charts, of a form that has no page."""
    money: tuple[str, ...] = ()
    """What its head says of the published money in it: its ``scope``, and its ``execution`` where no row says it."""
    most_projects: int | None = None
    """Of a plan with more projects it is not made, since nobody would read it."""

    @property
    def declared_in(self) -> Path:
        return FOLDER / self.name

    @property
    def questions(self) -> dict[str, str]:
        """Name -> SQL of what it asks of a release."""
        return {path.stem: path.read_text(encoding="utf-8") for path in sorted(self.declared_in.glob("*.sql"))}

    def file(self, form: str, language: str) -> str:
        """Name of its file; the first language of a document is not in it."""
        suffix = "" if language == self.languages[0] else f".{language}"
        return f"{self.name}{suffix}.{form}"


def names() -> tuple[str, ...]:
    """The documents there are."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob(f"*/{DECLARATION}")))


@cache
def document(name: str) -> Document:
    """The document with this name.

    Raises:
        NoSuchDocument: naming those there are.
    """
    if name not in names():
        raise NoSuchDocument(f"{name} is geen document; er zijn / is no document; there are {', '.join(names())}")
    said = read_yaml(FOLDER / name / DECLARATION)
    said |= {key: tuple(said[key]) for key in ("forms", "languages", "grouped", "sections", "money") if key in said}
    return Document(name=name, **said)
