"""Sentences: rows of the registry with figures in them, said only when their condition holds.

A placeholder is ``{measure.item}``, ``{measure.item.previous}`` or ``{measure.item.change|points}``: a fact of
``reports/facts.sql``, which of its values, and how it is written. A condition is SQL on the same facts, by the macros
``figure``, ``previous``, ``change`` and ``trend``. What lacks a figure is left out, and listed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flows import registry, wording
from flows.reports.declared import FOLDER
from flows.reports.questions import KEY, Subject

SEED = "publication/sentence"
_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+\.[a-z0-9_]+)(?:\.([a-z_]+))?(?:\|([^{}]*))?\}")
_QUOTED = re.compile(r"'([a-z0-9_]+\.[a-z0-9_]+)'")
_NAMED = 12
"""So many things a sentence names; of a large plan thousands would be pages of names."""
_FIGURES = {"figure", "previous", "numerator", "denominator"}
_MACROS = ("figure", "previous", "change", "trend", "denominator", "reason_nl")


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; what is a figure has a key."""

    text: str
    key: str | None = None


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is said."""

    code: str
    section: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True)
class LeftOut:
    """A sentence that is not said since a figure of it is missing."""

    code: str
    missing: tuple[str, ...]


class Missing(Exception):
    """The facts lack what a sentence names."""


def told(subject: Subject, document: str, language: str) -> tuple[list[Sentence], list[LeftOut]]:
    """The sentences of a document in a language, and those that are left out with what they lack."""
    rows = [row for row in registry.rows(SEED) if row["document"] == document]
    rows.sort(key=lambda row: int(row["sentence_order"]))
    if not rows:
        return [], []
    facts = _facts(subject)
    said, left_out = [], []
    for row, holds in zip(rows, _hold(subject, [row["condition"] for row in rows]), strict=True):
        if holds is False:
            continue
        parts, missing = _written(row[language], facts, language)
        if holds is None or missing:
            named = missing or tuple(dict.fromkeys(_QUOTED.findall(row["condition"])))
            left_out.append(LeftOut(row["sentence_code"], named))
        else:
            said.append(Sentence(row["sentence_code"], row["section"], parts))
    return said, left_out


def _facts(subject: Subject) -> Mapping[str, Mapping[str, Any]]:
    """The facts by name; asked once of a subject, and a table for conditions."""
    if subject.facts is None:
        remember(subject, (FOLDER / "facts.sql").read_text(encoding="utf-8"))
    return subject.facts or {}


def remember(subject: Subject, asked: str) -> None:
    """Make the facts of a subject what a question answers, for its sentences and their conditions."""
    subject.con.execute(f"create or replace table memory.fact as {asked}")
    for macro in _MACROS:
        subject.con.execute(
            f"create or replace macro memory.{macro}(name)"
            f" as (select fact.{macro} from memory.fact where fact.fact = name)"
        )
    subject.facts = {row["fact"]: row for row in subject.rows("from memory.fact")}


def named(row: Mapping[str, str]) -> set[str]:
    """The facts that a sentence of the registry names, in its condition or in a language."""
    written = " ".join((row["nl"], row["en"]))
    return set(_QUOTED.findall(row["condition"])) | {found[1] for found in _PLACEHOLDER.finditer(written)}


def _hold(subject: Subject, conditions: list[str]) -> tuple[bool | None, ...]:
    """Whether each condition holds; None where it cannot be said. None at all is one that always holds."""
    asked = ", ".join(f"({condition or 'true'})::boolean" for condition in conditions)
    (row,) = subject.con.execute(f"select {asked}").fetchall()
    return tuple(row)


def _written(
    template: str, facts: Mapping[str, Mapping[str, Any]], language: str
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    parts: list[Part] = []
    missing: list[str] = []
    at = 0
    for found in _PLACEHOLDER.finditer(template):
        parts.append(Part(template[at : found.start()]))
        at = found.end()
        name, which, how = found[1], found[2] or "figure", found[3] or ""
        try:
            parts.append(_figure(facts, name, which, how, language))
        except Missing:
            missing.append(f"{name}.{which}")
    rest = template[at:]
    # A unit that ends in a full stop ends the sentence as well.
    parts.append(Part(rest[1:] if rest.startswith(".") and parts and parts[-1].text.endswith(".") else rest))
    return tuple(part for part in parts if part.text), tuple(dict.fromkeys(missing))


def _figure(facts: Mapping[str, Mapping[str, Any]], name: str, which: str, how: str, language: str) -> Part:
    """A value of a fact as it is written.

    Raises:
        Missing: when the fact or its value is not there.
    """
    fact = facts.get(name, {})
    column = f"{which}_{language}" if which in {"words", "reason"} else "change" if which == "abs" else which
    value = fact.get(column)
    if value is None or value == []:
        raise Missing(f"{name}.{which}")
    form, _, rest = how.partition(":")
    arguments = rest.split(":") if rest else []
    if which == "abs":
        value = abs(value)
    if form in {"plural", "counted"}:
        one, other = arguments
        count = len(value) if isinstance(value, list) else int(value)
        text = getattr(wording, form)(count, one, other, language)
        return Part(text, None if form == "plural" else fact.get(KEY))
    if isinstance(value, list):
        return Part(wording.listed(value, language, _NAMED), fact.get(KEY))
    if isinstance(value, str):
        return Part(value)
    text = _form(form, arguments, fact, which)(value, language)
    return Part(text, fact.get(KEY) if which in _FIGURES | {"change", "abs"} else None)


def _form(form: str, arguments: list[str], fact: Mapping[str, Any], which: str) -> Callable[..., str]:
    """The form that is asked for, else the one that the unit of the fact has."""
    unit = fact.get("unit")
    if not form:
        if which == "day":
            form = "day"
        elif unit == "EUR" or (which in {"numerator", "denominator"} and fact.get("parts_unit") == "EUR"):
            form = "euro_millions"
        elif unit == "percent" and which in {"figure", "previous"}:
            return lambda value, language: wording.percent(value, language, _decimals(value))
        else:
            return lambda value, language: wording.number(_short(value), language)
    decimals = int(arguments[0]) if arguments else None
    chosen = wording.FORMATS[form]
    return (
        (lambda value, language: chosen(value, language))
        if decimals is None
        else (lambda value, language: chosen(value, language, decimals))
    )


def _decimals(value: Any) -> int:
    """How many decimals a figure has, of the two that are printed at most."""
    return max(0, -int(_short(value).normalize().as_tuple().exponent))


def _short(value: Any) -> Any:
    """A figure of at most two decimals, as figures are printed."""
    return round(Decimal(value), 2) if isinstance(value, Decimal | float) else value


def by_section(sentences: list[Sentence], sections: tuple[str, ...]) -> dict[str, list[Sentence]]:
    """The sentences by section, of every section."""
    return {section: [s for s in sentences if s.section == section] for section in sections}
