"""What a release holds: its marts and columns, in which form each goes out, and what each means.

Declared on the dbt exposure ``open_data``, which is read from dbt's manifest, and in
``seeds/publication/publishable_column.csv``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import registry
from flows.publish import parts
from flows.warehouse import transform

EXPOSURE = "open_data"
FORMS = ("duckdb", "parquet", "csv", "csv_excel_nl", "xlsx", "json")
TRACE_KEY = "trace_key"
_STAY = ((False, "person"), (False, "free_text"))
_TRACE_KEY_MEANING = "Key of the row for `veerkracht trace`, which leads to file, sheet, cell and checksum"


@dataclass(frozen=True)
class Column:
    """A column of a published mart."""

    name: str
    data_type: str
    """As DuckDB writes it, for example DECIMAL(18,2)."""
    description: str


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values are keys of another published mart."""

    column: str
    mart: str
    parent_column: str


@dataclass(frozen=True)
class Mart:
    """A published mart."""

    name: str
    description: str
    columns: tuple[Column, ...]
    """What goes out, in order; ``trace_key``, where it has one, last."""
    values_of_fields: tuple[str, ...]
    """Columns that hold the value of the field their row names."""
    withheld_fields: tuple[str, ...]
    """Fields of returns whose values stay in the archive, under whatever column."""
    withheld: tuple[str, ...]
    """Columns that stay in the warehouse."""
    unlisted: tuple[str, ...]
    """Columns that the list of publishable columns does not name; the gate holds the release."""
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    forms: frozenset[str]
    records: tuple[str, ...]
    """The record of the submission contract that a row states, where it states one: the first that its sheet holds."""
    is_place: bool
    """Whether a row is about a file, or a place in it, without stating a record."""

    @property
    def has_trace_key(self) -> bool:
        return any(column.name == TRACE_KEY for column in self.columns)

    def select(self, relation: str) -> str:
        """The published columns of a warehouse relation, with the trace key made from the key of the row."""
        names = [self._outgoing(column.name) for column in self.columns if column.name != TRACE_KEY]
        if self.has_trace_key:
            names.append(f"{self._trace_key()} as {TRACE_KEY}")
        return f"select {', '.join(names)} from {relation}"

    def _outgoing(self, name: str) -> str:
        if name not in self.values_of_fields or not self.withheld_fields:
            return name
        # The row of a whole record repeats every field of it, those that stay included.
        fields = ", ".join(f"'{field}'" for field in (*self.withheld_fields, "record"))
        return f"case when field not in ({fields}) then {name} end as {name}"

    def _trace_key(self) -> str:
        """Name of the mart and the parts of its key; the plan is in the first part and left out of the others."""
        parts = []
        for position, name in enumerate(self.key):
            text = f"coalesce(cast({name} as varchar), '')"
            if position and name.endswith("_key"):
                text = f"regexp_replace({text}, '^[^/]+/', '')"
            parts.append(text)
        return " || '/' || ".join([f"'{self.name}'", *parts])


def declared(warehouse: Path) -> tuple[Mart, ...]:
    """The published marts as the dbt manifest beside ``warehouse`` declares them, by name."""
    return from_manifest(json.loads(transform.manifest_path(warehouse).read_text(encoding="utf-8")))


def from_manifest(manifest: Mapping[str, Any]) -> tuple[Mart, ...]:
    """The published marts that a dbt manifest declares, by name.

    Raises:
        ValueError: when the exposure names a form, or a mart under a form, that is not there.
    """
    exposure = next(e for e in manifest["exposures"].values() if e["name"] == EXPOSURE)
    nodes = {unique_id: manifest["nodes"][unique_id] for unique_id in exposure["depends_on"]["nodes"]}
    names = {node["name"] for node in nodes.values()}
    meta = exposure["config"]["meta"]
    destinations, records, places = meta["destinations"], meta["records"], meta["places"]
    if set(destinations) != set(FORMS):
        raise ValueError(f"exposure {EXPOSURE} names forms {sorted(destinations)}; there are {sorted(FORMS)}")
    named = {name for rule in destinations.values() for chosen in rule.values() for name in chosen}
    named |= {*records, *places}
    if named - names:
        raise ValueError(f"exposure {EXPOSURE} names {sorted(named - names)}, which it does not depend on")
    tests = list(_tests(manifest))
    listed = _listed()
    return tuple(
        _mart(
            node,
            tests,
            names,
            {form for form in FORMS if _goes(node["name"], destinations[form])},
            records,
            places,
            listed,
        )
        for node in sorted(nodes.values(), key=lambda node: str(node["name"]))
    )


def _goes(name: str, rule: Mapping[str, list[str]]) -> bool:
    return name in rule["only"] if "only" in rule else name not in rule.get("except", ())


def _tests(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(model name, kind of test, its arguments) of every generic test on all rows of a model."""
    for node in manifest["nodes"].values():
        is_generic = node["resource_type"] == "test" and node.get("test_metadata") and node.get("attached_node")
        if is_generic and not node["config"].get("where"):
            yield node["attached_node"].split(".")[-1], node["test_metadata"]["name"], node["test_metadata"]["kwargs"]


def _mart(
    node: Mapping[str, Any],
    tests: list[tuple[str, str, dict[str, Any]]],
    published: set[str],
    forms: set[str],
    records: Mapping[str, list[str]],
    places: Sequence[str],
    listed: Mapping[tuple[str, str], tuple[bool, str]],
) -> Mart:
    name = node["name"]
    entries = {column: listed.get((column, name), listed.get((column, ""))) for column in node["columns"]}
    verdicts = {column: entry and entry[0] for column, entry in entries.items()}
    columns = [
        Column(column, str(entry["data_type"]).upper().replace(", ", ","), entry["description"])
        for column, entry in node["columns"].items()
        if verdicts[column]
    ]
    key = next(tuple(arguments["columns"]) for of, kind, arguments in tests if (of, kind) == (name, "unique_key"))
    if name in records or name in places or parts.has_figures(name):
        columns.append(Column(TRACE_KEY, "VARCHAR", _TRACE_KEY_MEANING))
    outgoing = {column.name for column in columns}
    foreign_keys = [
        ForeignKey(arguments["column_name"], parent, arguments["field"])
        for of, kind, arguments in tests
        if (of, kind) == (name, "relationships")
        and (parent := str(arguments["to"]).split("'")[1]) in published
        and arguments["column_name"] in outgoing
    ]
    return Mart(
        name=name,
        description=node["description"],
        columns=tuple(columns),
        values_of_fields=tuple(column for column, entry in entries.items() if entry == (True, "value_of_field")),
        withheld_fields=tuple(sorted({column for (column, _), entry in listed.items() if entry in _STAY})),
        withheld=tuple(column for column, verdict in verdicts.items() if verdict is False),
        unlisted=tuple(column for column, verdict in verdicts.items() if verdict is None),
        key=key,
        foreign_keys=tuple(sorted(foreign_keys, key=lambda fk: (fk.column, fk.mart))),
        forms=frozenset(forms),
        records=tuple(records.get(name, ())),
        is_place=name in places,
    )


def _listed() -> dict[tuple[str, str], tuple[bool, str]]:
    """(column, mart or nothing) -> whether it may go out and what it holds, as the registry lists it."""
    return {
        (row["column_name"], row["mart"]): (row["is_published"] == "true", row["contains"])
        for row in registry.rows("publication/publishable_column")
    }
