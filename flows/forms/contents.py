"""What a release holds: its marts and columns, in which form each goes out, and what each means.

Declared on the dbt exposure ``open_data`` and on the columns of the marts, which are read from dbt's manifest.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from flows.forms import parts
from flows.warehouse import transform

EXPOSURE = "open_data"
FORMS = ("duckdb", "parquet", "csv", "csv_excel_nl", "xlsx", "json")
TRACE_KEY = "trace_key"
CONTENTS = {
    *("key", "code", "number", "count", "amount", "date", "flag", "label", "place", "digest", "reference"),
    *("public_text", "value_of_field", "free_text", "person"),
}
"""What a column may contain (``contains`` in its ``meta``): an ``amount`` or a ``count`` adds up over the rows of its
mart, a ``number`` (a share, a largest value, a denominator) does not; ``public_text`` is text written for readers;
``free_text`` and ``person`` stay in the warehouse; ``value_of_field`` is the value of the field that the row names,
left empty where that field stays. A column that says none of these, lacks a label, or is published without saying in
Dutch what it means, holds the release."""
_STAY = {"free_text", "person"}
_ADD_UP = {"amount", "count"}
_TRACE_KEY_LABELS = ("Herkomstsleutel", "Trace key")
_TRACE_KEY_MEANING = "Key of the row for `veerkracht trace`, which leads to file, sheet, cell and checksum"
_TRACE_KEY_MEANING_NL = "Sleutel van de rij voor `veerkracht trace`, dat naar bestand, blad, cel en controlegetal leidt"


@dataclass(frozen=True)
class Column:
    """A column of a published mart."""

    name: str
    data_type: str
    """As DuckDB writes it, for example DECIMAL(18,2)."""
    description: str
    label_nl: str
    label_en: str
    is_filled: bool
    """Whether its contract says that every row has a value."""
    contains: str
    codes: str | None = None
    """The list of `dim_code` that its codes are of."""
    description_nl: str = ""
    """What it means, in Dutch."""

    @property
    def meaning_nl(self) -> str:
        """What people read of it in Dutch: what it is called and what it means."""
        return f"{self.label_nl}. {self.description_nl}"

    @property
    def comment(self) -> str:
        """What the database says of it: Dutch first."""
        return f"{self.meaning_nl} / {self.description}"

    @property
    def adds_up(self) -> bool:
        """Whether its sum over the rows of a meetmoment is a figure; of a mart with a filter, after the filter."""
        return self.contains in _ADD_UP


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
    """Columns that do not say what they contain; the gate holds the release."""
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    forms: frozenset[str]
    records: tuple[str, ...]
    """The record of the submission contract that a row states, where it states one: the first that its sheet holds."""
    is_place: bool
    """Whether a row is about a file, or a place in it, without stating a record."""
    plan_code: str
    """The plan that the release is of."""
    filter: tuple[str, ...]
    """Columns of which a sum or a count takes one value each; none where it is right as it stands (docs/adr/0023)."""
    within: str | None
    """The mart that a sum or a count is joined with first, since it says what counts; none where all rows do."""
    label_nl: str = ""
    label_en: str = ""
    description_nl: str = ""
    """The grain and, where it needs one, the filter; in Dutch."""
    is_for_audit: bool = False
    """Whether only an auditor needs it (``audience: audit``): it stands after the others where marts are listed."""

    @property
    def comment(self) -> str:
        """What the database says of it: the filter to use first, Dutch before English."""
        return f"{self.description_nl} / {self.description}"

    @property
    def has_filled_key(self) -> bool:
        """Whether its key is one that a database takes for a primary key: no part of it is ever empty."""
        filled = {column.name for column in self.columns if column.is_filled}
        return filled.issuperset(self.key)

    @property
    def has_trace_key(self) -> bool:
        return any(column.name == TRACE_KEY for column in self.columns)

    def select(self, relation: str) -> str:
        """The published columns of a warehouse relation, with the trace key made from the key of the row."""
        names = [f"{self.leaving(c.name)} as {c.name}" for c in self.columns if c.name != TRACE_KEY]
        if self.has_trace_key:
            names.append(f"{self._trace_key()} as {TRACE_KEY}")
        return f"select {', '.join(names)} from {relation}"

    def leaving(self, name: str) -> str:
        """The value of a column that leaves: that of a field that stays is left empty."""
        if name not in self.values_of_fields or not self.withheld_fields:
            return name
        # The row of a whole record repeats every field of it, those that stay included.
        fields = ", ".join(f"'{field}'" for field in (*self.withheld_fields, "record"))
        return f"case when field not in ({fields}) then {name} end"

    def _trace_key(self) -> str:
        """The plan, the name of the mart and the parts of its key."""
        parts = [f"coalesce(cast({name} as varchar), '')" for name in self.key]
        return " || '/' || ".join([f"'{self.plan_code}/{self.name}'", *parts])


def declared(warehouse: Path) -> tuple[Mart, ...]:
    """The published marts as the dbt manifest beside ``warehouse`` declares them, by name."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        plans = con.sql("select plan_code from registry.reg_plan").fetchall()
    ((plan_code,),) = plans
    return from_manifest(json.loads(transform.manifest_path(warehouse).read_text(encoding="utf-8")), plan_code)


def from_manifest(manifest: Mapping[str, Any], plan_code: str) -> tuple[Mart, ...]:
    """The published marts of a plan that a dbt manifest declares, by name.

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
    promises = _promises(manifest)
    withheld = {name for node in nodes.values() for name, entry in node["columns"].items() if _contents(entry) in _STAY}
    referred = referred_to(manifest)
    return tuple(
        _mart(
            node,
            promises[node["name"]],
            {key: mart for key, mart in referred.items() if mart in names},
            {form for form in FORMS if _goes(node["name"], destinations[form])},
            records,
            places,
            withheld,
            plan_code,
        )
        for node in sorted(nodes.values(), key=lambda node: str(node["name"]))
    )


def parents_first(marts: Sequence[Mart]) -> list[Mart]:
    """The marts in an order in which each stands after those that its foreign keys lead to."""
    of = {mart.name: mart for mart in marts}
    parents = {name: [key.mart for key in mart.foreign_keys if key.mart in of] for name, mart in of.items()}
    return [of[name] for name in TopologicalSorter(parents).static_order()]


def _goes(name: str, rule: Mapping[str, list[str]]) -> bool:
    return name in rule["only"] if "only" in rule else name not in rule.get("except", ())


def _promises(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Mart -> what it promises of its rows: the arguments of its test ``sound_mart``."""
    return {
        node["attached_node"].split(".")[-1]: node["test_metadata"]["kwargs"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "sound_mart"
    }


def referred_to(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Key column -> the mart it is the key of, as the macro that tests the references has them."""
    macro = manifest["macros"]["macro.veerkracht.referred_to"]["macro_sql"]
    return dict(re.findall(r"'(\w+)': ref\('(\w+)'\)", macro))


def _contents(entry: Mapping[str, Any]) -> str | None:
    """What a column contains; None where it does not say that, has no label, or is published and has no meaning."""
    meta = entry.get("meta", {})
    found: str | None = meta.get("contains")
    is_named = meta.get("label_nl") and meta.get("label_en")
    is_explained = entry.get("description") and meta.get("description_nl")
    return found if found in CONTENTS and is_named and (is_explained or found in _STAY) else None


def _mart(
    node: Mapping[str, Any],
    promises: Mapping[str, Any],
    referred_to: Mapping[str, str],
    forms: set[str],
    records: Mapping[str, list[str]],
    places: Sequence[str],
    withheld_fields: set[str],
    plan_code: str,
) -> Mart:
    name = node["name"]
    contents = {column: _contents(entry) for column, entry in node["columns"].items()}
    columns = [
        Column(
            column,
            str(entry["data_type"]).upper().replace(", ", ","),
            entry["description"],
            entry["meta"]["label_nl"],
            entry["meta"]["label_en"],
            any(constraint["type"] == "not_null" for constraint in entry["constraints"]),
            str(contents[column]),
            entry["meta"].get("codes"),
            entry["meta"].get("description_nl", ""),
        )
        for column, entry in node["columns"].items()
        if contents[column] and contents[column] not in _STAY
    ]
    if name in records or name in places or parts.has_figures(name):
        said = (_TRACE_KEY_MEANING, *_TRACE_KEY_LABELS)
        columns.append(Column(TRACE_KEY, "VARCHAR", *said, True, "key", description_nl=_TRACE_KEY_MEANING_NL))
    meta = node["config"]["meta"]
    return Mart(
        name=name,
        description=_how_to_filter(meta) + node["description"],
        columns=tuple(columns),
        values_of_fields=tuple(column for column, held in contents.items() if held == "value_of_field"),
        withheld_fields=tuple(sorted(withheld_fields)),
        withheld=tuple(column for column, held in contents.items() if held in _STAY),
        unlisted=tuple(column for column, held in contents.items() if not held),
        key=tuple(promises["key"]),
        foreign_keys=tuple(
            ForeignKey(column.name, mart, key)
            for column in sorted(columns, key=lambda column: column.name)
            for key, mart in referred_to.items()
            if refers(column.name, key) and mart != name and column.name not in promises.get("no_references", ())
        ),
        forms=frozenset(forms),
        records=tuple(records.get(name, ())),
        is_place=name in places,
        plan_code=plan_code,
        filter=tuple(meta.get("filter", ())),
        within=meta.get("within"),
        label_nl=meta.get("label_nl", ""),
        label_en=meta.get("label_en", ""),
        description_nl=_how_to_filter_nl(meta) + meta.get("description_nl", ""),
        is_for_audit=meta.get("audience") == "audit",
    )


def _how_to_filter(meta: Mapping[str, Any]) -> str:
    """The sentence that the description of a mart begins with, where a sum or a count of all its rows is no figure."""
    columns = [column if column.startswith("is_") else f"one {column}" for column in meta.get("filter", ())]
    steps = [f"filter on {' and '.join(columns)}"] if columns else []
    if within := meta.get("within"):
        with_one_scope = " on one scope_code" if within == "bridge_scope_project" else ""
        steps.append(f"join {within}{with_one_scope}")
    return f"To sum or count: {', and '.join(steps)}. " if steps else ""


def _how_to_filter_nl(meta: Mapping[str, Any]) -> str:
    """The same sentence in Dutch."""
    columns = [column if column.startswith("is_") else f"één {column}" for column in meta.get("filter", ())]
    steps = [f"filter op {' en '.join(columns)}"] if columns else []
    if within := meta.get("within"):
        with_one_scope = " op één scope_code" if within == "bridge_scope_project" else ""
        steps.append(f"koppel {within}{with_one_scope}")
    return f"Om op te tellen of te tellen: {', en '.join(steps)}. " if steps else ""


def by_audience(marts: Sequence[Mart]) -> list[Mart]:
    """The marts as they are listed: those for everyone, then those that only an auditor needs."""
    return sorted(marts, key=lambda mart: mart.is_for_audit)


def refers(column: str, key: str) -> bool:
    """Whether a column is a reference to the mart with this key: it is named like it, or its name ends in it."""
    return column == key or column.endswith(f"_{key}")
