"""Trace: from a published figure to the cell of the file it was read from, or to the parts that add up to it.

The key of a figure is the ``trace_key`` of its row, and after a colon the column where the row has several figures:
``veerkracht/fct_finance_as_returned/m3/VV014/provisional/committed``,
``veerkracht/agg_finance_by_meetmoment/m3:paid_eur``. A short key, as documents print it beside their figures,
stands for a trace key.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from flows.account import cells as cells_of
from flows.account.cells import Cell, NotTraceable, Origin
from flows.forms import dictionary, short_keys
from flows.forms import parts as parts_of
from flows.forms.parts import Part, Row
from flows.release.kept import Release
from flows.settings import Settings

__all__ = ["Cell", "NotTraceable", "Origin", "Trace", "trace"]

# The figures of rows that state a record, as people would read them first.
FIRST_FIGURES = ("amount_eur", "actual", "account_eur")
# What is claimed of a value without a cell: of a row of a return its own cells were looked through, of a row that was
# made nothing was, and what it shows may well stand in a cell that another mart leads to.
_IN_ITS_ROW = ("Staat in geen cel van zijn rij", "Stands in no cell of its row")
_BY_ITSELF = ("Leidt zelf naar geen cel", "Leads to no cell by itself")


@dataclass(frozen=True)
class Trace:
    """Where a figure comes from: a row has an origin and cells, an aggregate has parts."""

    key: str
    release_id: str
    value: Any
    unit: str | None = None
    """EUR, %, ...; none for a row as a whole and for counts without a unit."""
    origin: Origin | None = None
    cells: tuple[Cell, ...] = ()
    numerator: Any = None
    denominator: Any = None
    parts: tuple[Part, ...] = ()
    reason: str | None = None
    """Why the parts do not add up to the figure, where they need not: it is a mean, a largest value, a ratio."""

    def count(self, side: str) -> int:
        """How many parts a side has."""
        return sum(part.side == side for part in self.parts)

    def sums(self) -> list[tuple[str, Decimal, Decimal]]:
        """(side, what is published for it, what its parts add up to), of the sides that the figure has."""
        if self.reason:
            return []
        return [
            (side, Decimal(str(total)), sum((part.amount for part in self.parts if part.side == side), Decimal(0)))
            for side, total in (("numerator", self.numerator), ("denominator", self.denominator))
            if total is not None
        ]

    @property
    def adds_up(self) -> bool:
        """Whether the parts of each side add up to that side."""
        return all(total == added for _, total, added in self.sums())


def trace(settings: Settings | None, of: Release, key: str) -> Trace:
    """Where the figure with this key comes from.

    Args:
        settings: where the archive is, from which the text of a cell is read; without it a cell is named by its place.
        of: the release the figure is in.
        key: see the module.

    Raises:
        NotTraceable: naming what is missing.
    """
    if short_keys.is_short(key):
        key = _in_full(of, key)
    _, _, within_plan = key.partition("/")
    mart = within_plan.split("/")[0]
    if mart not in of.manifest["tables"]:
        raise NotTraceable(
            f"{key}: die mart heeft uitgave {of.release_id} niet; een sleutel begint met het plan en de mart"
            f" / release {of.release_id} has no such mart; a key begins with the plan and the mart"
        )
    with duckdb.connect(str(of.database), read_only=True) as con:
        row_key, column, row = row_of(con, mart, key)
        if column and (parts_of.declared(mart, column) or parts_of.reason(con, row, column)):
            return _trace_aggregate(of, con, row_key, column, row)
        if mart in of.manifest.get("places", ()):
            return _trace_place(of, con, row_key, column, row)
        if mart in of.manifest["records"]:
            return _trace_row(settings, of, con, row_key, column, row)
        return _trace_aggregate(of, con, row_key, column, row)


def _in_full(of: Release, key: str) -> str:
    """The trace key that a short key stands for.

    Raises:
        NotTraceable: when no figure of the release has it, or more than one.
    """
    with duckdb.connect(str(of.database), read_only=True) as con:
        found = short_keys.found(con, key)
    if not found:
        raise NotTraceable(
            f"geen cijfer van uitgave {of.release_id} heeft de korte sleutel {key}"
            f" / no figure of release {of.release_id} has the short key {key}"
        )
    if len(found) > 1:
        raise NotTraceable(
            f"{key} staat voor meer dan één cijfer; noem er een / stands for several figures; name one of them: "
            f"{', '.join(found)}"
        )
    return found[0]


def row_of(con: duckdb.DuckDBPyConnection, mart: str, key: str) -> tuple[str, str | None, Row]:
    """The key of the row that a key is of, the column it names, and the row.

    Raises:
        NotTraceable: when there is no such row, or it has no such column.
    """
    table = con.table(mart)
    types = dict(zip(table.columns, map(str, table.types), strict=True))
    before, colon, column = key.rpartition(":")
    is_column = bool(colon) and column in types
    row_key = before if is_column else key
    found = _with_key(con, mart, row_key)
    if not found and not is_column and _with_key(con, mart, before):
        there = ", ".join(name for name in types if name != "trace_key")
        raise NotTraceable(f"{mart} heeft geen kolom / has no column {column}; wel / it has {there}")
    if not found:
        raise NotTraceable(f"geen rij van {mart} heeft de sleutel / no row of {mart} has the key {row_key}")
    return row_key, column if is_column else None, Row(mart, dict(zip(types, found[0], strict=True)), types)


def _with_key(con: duckdb.DuckDBPyConnection, mart: str, row_key: str) -> list[tuple[Any, ...]]:
    _, is_row, value = named_by(con, mart, row_key)
    return con.execute(f"select * from {mart} where {is_row}", [value]).fetchall()


def named_by(con: duckdb.DuckDBPyConnection, mart: str, row_key: str) -> tuple[set[str], str, str]:
    """The columns that a key names a row of a mart by, the condition on them, and the value that it asks for.

    Without a trace key they are the primary key, its columns in their order between slashes; without one no row is.
    """
    if "trace_key" in con.table(mart).columns:
        return {"trace_key"}, "trace_key = ?", row_key
    found = con.execute(
        "select unnest(constraint_column_names) from duckdb_constraints()"
        " where table_name = ? and constraint_type = 'PRIMARY KEY'",
        [mart],
    ).fetchall()
    names = [name for (name,) in found]
    text = f"concat_ws('/', {', '.join(f'{name}::varchar' for name in names)})" if names else "null"
    return set(names), f"{text} = ?", row_key.split("/", 2)[-1]


def _trace_place(of: Release, con: duckdb.DuckDBPyConnection, key: str, column: str | None, row: Row) -> Trace:
    """A file, or a place in it that a finding is about; what stands there stays in the archive."""
    values = row.values
    if not values["submission_id"]:
        raise NotTraceable(
            f"{key} staat in geen rapportering: het register heeft het / is in no return: the registry has it (seeds/)"
        )
    header = values.get("column_name")
    cells = (Cell(header or "", header, values["cell"], None, None),) if values.get("cell") else ()
    named, value = (f"{key}:{column}", values[column]) if column else (key, None)
    return Trace(named, of.release_id, value, origin=cells_of.origin(con, values), cells=cells)


def _trace_row(
    settings: Settings | None,
    of: Release,
    con: duckdb.DuckDBPyConnection,
    key: str,
    column: str | None,
    row: Row,
) -> Trace:
    """A row with the cells it was read from; of one column its cell, or that no cell holds it."""
    values = row.values
    origin, cells = cells_of.of_row(settings, of, con, row)
    named = tuple(cell for cell in cells if column and column in (cell.field, cells_of.column_of(values, cell.field)))
    shown = column or next((name for name in FIRST_FIGURES if name in values), None)
    value, unit = values[shown] if shown else None, _unit(values, shown)
    if column and not named:
        return Trace(
            f"{key}:{column}", of.release_id, value, unit, reason=_in_no_cell(of, row.mart, column, _IN_ITS_ROW)
        )
    return Trace(f"{key}:{column}" if column else key, of.release_id, value, unit, origin=origin, cells=named or cells)


def _in_no_cell(of: Release, mart: str, column: str, said_nl_en: tuple[str, str]) -> str:
    """That no cell was found, as far as it was looked for, and what the dictionary of the release says a value is."""
    path = of.file(dictionary.TABLE)
    said = _dictionary(path, path.stat().st_mtime_ns)[mart, column]
    nl, en = (": ".join(filter(None, pair)) for pair in _meanings(said))
    return f"{said_nl_en[0]}. {nl} / {said_nl_en[1]}. {en}"


@lru_cache(maxsize=2)
def _dictionary(path: Path, _written_at: int) -> dict[tuple[str, str], dict[str, str]]:
    """(mart, column) -> what the dictionary of a release says of it."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["mart"], row["column"]): row for row in csv.DictReader(file)}


def _meanings(said: Mapping[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (said["label_nl"], said["meaning_nl"]), (said["label_en"], said["meaning"])


def _unit(row: Mapping[str, Any], column: str | None) -> str | None:
    """Euro by the name of the column, else what the row says of itself."""
    if column and column.endswith("_count"):
        return None
    return "EUR" if column and column.endswith("_eur") else row.get("unit")


def _trace_aggregate(of: Release, con: duckdb.DuckDBPyConnection, key: str, column: str | None, row: Row) -> Trace:
    values, mart = row.values, row.mart
    if not column and not parts_of.figures(mart, values) and (why := parts_of.reasons(mart, "")):
        return Trace(key, of.release_id, None, reason=f"{why[0]['reason_nl']} / {why[0]['reason_en']}")
    if parts_of.is_headlines(mart) and column in (None, "figure", "numerator", "denominator"):
        figure, column = f"{values['measure']}/{values['item']}", None
        value, numerator, denominator = values["figure"], values["numerator"], values["denominator"]
    else:
        column = column or _only_figure(key, row)
        figure, value, numerator, denominator = column, values[column], values[column], None
    reason = parts_of.reason(con, row, figure)
    if not parts_of.declared(mart, figure) and not reason:
        reason = _in_no_cell(of, mart, figure, _BY_ITSELF)
    return Trace(
        f"{key}:{column}" if column else key,
        of.release_id,
        value,
        unit=_unit(values, column),
        numerator=numerator,
        denominator=denominator,
        parts=parts_of.parts(con, row, figure),
        reason=reason,
    )


def _only_figure(key: str, row: Row) -> str:
    """The figure of a row that has but one; else an answer that names those it has."""
    found = parts_of.figures(row.mart, row.values)
    if len(found) == 1:
        return found[0]
    named = found or [name for name in row.values if name != "trace_key"]
    raise NotTraceable(
        f"{key} heeft meer dan één cijfer; noem er een na een dubbelepunt"
        f" / has several figures; name one after a colon: {', '.join(named)}"
    )
