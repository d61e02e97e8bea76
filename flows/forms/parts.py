"""What a figure is made of: the rows of other marts that add up to it, or the reason why none do.

A figure says its parts in the YAML of its mart (``parts`` in the column's ``meta``); what no column can say, of
headline figures or of several marts together, is a row of ``seeds/publication/aggregate_part.csv``.
``figure_without_parts.csv`` has the reasons.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from re import sub
from typing import Any

import duckdb

from flows import registry
from flows.warehouse import columns

_HEADLINES = "agg_headline_figure*"
# Keys that a part shares with its aggregate are equal, unless the aggregate leaves them empty.
_SHARED_KEYS = (
    *("speerpunt_code", "cluster_code", "policy_domain_code", "project_code", "indicator_code"),
    *("execution", "closing_date"),
)
_IN_SCOPE = """
    and (
        exists (
            select 1 from bridge_scope_project as scope
            where scope.scope_code = {scope_code} and scope.meetmoment_code = part.meetmoment_code
                and scope.project_code = part.project_code
        )
        -- What is of no project counts in the scope that is the whole plan.
        or part.project_code is null and exists (
            select 1 from dim_scope as scope
            where scope.scope_code = {scope_code} and scope.funding_type is null and scope.is_rrf is null
                and scope.member_of_meetmoment is null
        )
    )
"""
_MEETMOMENT = {
    "this": "and part.meetmoment_code = {meetmoment_code}",
    "first": "and part.meetmoment_code = {first_meetmoment_code}",
    "any": "",
}
_PREVIOUS = "and part.meetmoment_code = {previous_meetmoment_code}"
_PREVIOUS_OF_CALENDAR = """
    and part.meetmoment_code = (
        select previous_meetmoment_code from dim_meetmoment where meetmoment_code = {meetmoment_code}
    )
"""


@dataclass(frozen=True)
class Part:
    """One row that counts in an aggregate."""

    side: str
    trace_key: str
    amount: Decimal


@dataclass(frozen=True)
class Row:
    """A row of a published mart, with the types of its columns, so that a condition can name its values."""

    mart: str
    values: Mapping[str, Any]
    types: Mapping[str, str]

    def filled(self, sql: str) -> str:
        """The condition with every ``{column}`` replaced by the value of the row."""
        return sub(r"\{(\w+)\}", lambda found: self._literal(found[1]), sql)

    def _literal(self, column: str) -> str:
        value = self.values[column]
        text = "null" if value is None else "'" + str(value).replace("'", "''") + "'"
        return f"cast({text} as {self.types[column]})"


def has_figures(mart: str) -> bool:
    """Whether the registry says of any figure of a mart what it is made of, or why it is not.

    A row of a dimension goes by its own key: it states no figure, even where it counts what is said of it.
    """
    return not mart.startswith("dim_") and any(
        fnmatchcase(mart, row["aggregate"]) for row in _declared() if row["aggregate"] != "*"
    )


def is_headlines(mart: str) -> bool:
    """Whether the figures of a mart are its rows: measure and item name them, not columns."""
    return fnmatchcase(mart, _HEADLINES)


def figures(mart: str, columns: Collection[str]) -> list[str]:
    """Columns of a mart whose parts are declared, in the order of the registry."""
    named = [row["figure"] for row in _part_rows() if fnmatchcase(mart, row["aggregate"]) and row["figure"] in columns]
    return list(dict.fromkeys(named))


@cache
def declared(mart: str, figure: str) -> tuple[dict[str, str], ...]:
    """The declarations of a figure's parts: of each side those of the first figure of the registry that fits."""
    sides: dict[str, list[dict[str, str]]] = {}
    for row in _part_rows():
        # A pattern of several marts also fits those that are parts of the others; these are no parts of themselves.
        is_own_part = row["part_mart"] == mart and row["aggregate"] != mart
        if fnmatchcase(mart, row["aggregate"]) and fnmatchcase(figure, row["figure"]) and not is_own_part:
            of_side = sides.setdefault(row["side"], [])
            if not of_side or (of_side[0]["aggregate"], of_side[0]["figure"]) == (row["aggregate"], row["figure"]):
                of_side.append(row)
    return tuple(row for of_side in sides.values() for row in of_side)


@cache
def reasons(mart: str, figure: str) -> tuple[dict[str, str], ...]:
    """Why a figure has no parts that add up to it; a reason with a condition holds for some rows only."""
    return tuple(
        row
        for row in registry.rows("publication/figure_without_parts")
        if fnmatchcase(mart, row["aggregate"]) and fnmatchcase(figure, row["figure"])
    )


def reason(con: duckdb.DuckDBPyConnection, row: Row, figure: str) -> str | None:
    """Why the parts of this row's figure do not add up to it, in Dutch and in English; none where they do."""
    has_parts = bool(declared(row.mart, figure))
    for found in reasons(row.mart, figure):
        holds = (
            con.sql(f"select {row.filled(found['condition'])}").fetchall()[0][0]
            if found["condition"]
            else not has_parts
        )
        if holds:
            return f"{found['reason_nl']} / {found['reason_en']}"
    return None


def parts(con: duckdb.DuckDBPyConnection, row: Row, figure: str) -> tuple[Part, ...]:
    """The rows that a figure is made of, with what each counts for."""
    return tuple(part for of_side in declared(row.mart, figure) for part in _parts(con, of_side, row))


def _parts(con: duckdb.DuckDBPyConnection, declaration: Mapping[str, str], row: Row) -> Iterator[Part]:
    """The rows of the registry's condition that share the keys of the aggregate and are in its scope."""
    mart = declaration["part_mart"]
    columns = set(con.table(mart).columns)
    query = f"""
        select part.trace_key, cast({declaration["amount"]} as decimal(32, 6))
        from {mart} as part
        where {which(declaration, columns, row.values)}
        order by all
    """
    found = con.sql(row.filled(query)).fetchall()
    column = _figure_of_part(mart, declaration["amount"], columns)
    yield from (Part(declaration["side"], key + column, _plain(amount)) for key, amount in found if amount is not None)


def which(declaration: Mapping[str, str], columns: Collection[str], values: Mapping[str, Any]) -> str:
    """The condition that a part meets, with the columns of its aggregate in braces.

    Args:
        columns: those of the mart of the parts.
        values: those of the aggregate's row: what is left empty there is not asked of a part.
    """
    shared = [name for name in _SHARED_KEYS if name in columns and values.get(name) not in (None, "not_applicable")]
    return f"""
        ({declaration["condition"] or "true"})
        {"".join(f" and part.{name} = {{{name}}}" for name in shared)}
        {_meetmoment(declaration["meetmoment"], values)}
        {_scope(columns) if "scope_code" in values else ""}
    """


def shared_keys(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that a part of this aggregate must share with it."""
    return tuple(name for name in _SHARED_KEYS if values.get(name) not in (None, "not_applicable"))


def _plain(amount: Decimal) -> Decimal:
    """In cents, where that is all there is."""
    cents = round(amount, 2)
    return cents if cents == amount else amount


def _figure_of_part(mart: str, amount: str, columns: set[str]) -> str:
    """What the key of a part ends in, so that it can be traced on as it stands: the figure that it counts for."""
    figure = amount.removeprefix("-")
    return f":{figure}" if figure in columns and declared(mart, figure) and not is_headlines(mart) else ""


def _meetmoment(which: str, values: Mapping[str, Any]) -> str:
    if which == "previous":
        return _PREVIOUS if "previous_meetmoment_code" in values else _PREVIOUS_OF_CALENDAR
    return _MEETMOMENT[which]


def _scope(columns: Collection[str]) -> str:
    if "scope_code" in columns:
        return "and part.scope_code = {scope_code}"
    return _IN_SCOPE if "project_code" in columns else ""


def declarations() -> list[dict[str, str]]:
    """Every declaration of parts: those of the columns, then those of the registry."""
    return list(_part_rows())


@cache
def _part_rows() -> tuple[dict[str, str], ...]:
    return (*_of_columns(), *registry.rows("publication/aggregate_part"))


def _of_columns() -> Iterator[dict[str, str]]:
    """What the columns of the marts say, in the form of the registry's rows.

    What the mart says of all parts (``of``, ``where``) holds for each that names no other mart. A row counts for one
    in a figure that is called a count, and for its column of the same name in any other.
    """
    for mart in columns.marts():
        common = _meta(mart).get("parts", {})
        for column in mart["columns"]:
            said = _meta(column).get("parts", [])
            for part in said if isinstance(said, list) else [said]:
                figure = column["name"]
                conditions = ["" if "of" in part else common.get("where", ""), part.get("where", "")]
                yield {
                    "aggregate": mart["name"],
                    "figure": figure,
                    "side": part.get("side", "numerator"),
                    "part_mart": part.get("of") or common["of"],
                    "amount": str(part.get("amount", "1" if figure.endswith("_count") else figure)),
                    "condition": " and ".join(filter(None, conditions)),
                    "meetmoment": part.get("meetmoment", "this"),
                }


def _meta(entry: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = entry.get("config", {}).get("meta", {})
    return found


def _declared() -> list[dict[str, str]]:
    return [*_part_rows(), *registry.rows("publication/figure_without_parts")]
