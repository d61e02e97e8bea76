"""The publication as the registry describes it: publisher, licence, themes and address (``seeds/publication``)."""

from collections.abc import Iterator, Mapping
from typing import Any

from flows import registry


def values(name: str) -> Iterator[tuple[str, str | None]]:
    """(value, language or None) of every value of a property."""
    for row in registry.rows("publication/publication"):
        if row["property"] == name:
            yield row["value"], row["language"] or None


def value(name: str, language: str | None = None) -> str:
    """The one value of a property, in a language where it has one.

    Raises:
        KeyError: naming the property that the registry lacks.
    """
    for text, written_in in values(name):
        if written_in == language:
            return text
    raise KeyError(f"seeds/publication/publication.csv has no {name} {language or ''}".strip())


def release_uri(release_id: str) -> str:
    """Where a release is published: stable, one folder per release."""
    return f"{value('base_uri')}/releases/{release_id}"


def note(plan: Mapping[str, Any], language: str) -> str:
    """What readers must know of a plan, as its publication says it in their language, else as the plan itself does.

    Args:
        plan: its row of ``dim_plan``.
    """
    if plan["plan_code"] == value("plan_code"):
        return value("description", language)
    # A release of before has its notes in English alone.
    return (plan.get("note_nl") if language == "nl" else None) or plan["note"] or ""
