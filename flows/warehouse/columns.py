"""Completes the parsed project with what ``models/_columns.yml`` says of the name of a column."""

from functools import cache
from typing import TYPE_CHECKING, Any

from flows.project import read_yaml
from flows.settings import PROJECT

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

FILE = "models/_columns.yml"
_MEANING = ("description", "description_nl")


def complete(manifest: "Manifest") -> None:
    """Give each column of a parsed project what is said of its name, where its own model says nothing else of it.

    What a column means is said in both languages in one place: where its model says it itself, it says it in Dutch too.
    """
    shared = _shared()
    for node in manifest.nodes.values():
        if node.resource_type == "model":
            for column in node.columns.values():
                said = shared.get(column.name, {})
                meaning = {} if column.description else {name: said[name] for name in _MEANING if name in said}
                column.description = column.description or meaning.pop("description", "")
                column.meta = {**said.get("meta", {}), **meaning, **column.meta}
                column.config.meta = column.meta


@cache
def marts() -> tuple[dict[str, Any], ...]:
    """Every mart as its YAML has it, without what stands in ``models/_columns.yml``."""
    return tuple(
        mart for path in sorted(PROJECT.glob("models/marts/*/*__models.yml")) for mart in read_yaml(path)["models"]
    )


def _shared() -> dict[str, dict[str, Any]]:
    return {said["name"]: said for said in read_yaml(PROJECT / FILE)["anchors"]}
