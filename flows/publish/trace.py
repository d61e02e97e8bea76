"""Trace: from a published figure to the cell of the file it was read from, or to the parts that add up to it.

The key of a figure is the ``trace_key`` of its row, and after a colon the column where the row has several figures:
``fct_finance/veerkracht/m3/VV014/provisional/committed``,
``agg_finance_by_meetmoment/veerkracht/m3/one_off/provisional:paid_eur``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows import registry
from flows.publish.release import Release
from flows.receive import archive
from flows.receive.archive import Receipt
from flows.receive.child import Job, parse_all
from flows.settings import Settings
from flows.warehouse.load import parsed_folder

HEADLINES = "agg_headline_figure"
# Keys that a part shares with its aggregate are equal; the scope is a set of projects at a meetmoment.
_SHARED_KEYS = ("speerpunt_key", "cluster_key", "project_key", "execution", "status")


class NotTraceable(Exception):
    """No figure of the release has this key, or nothing says what it is made of."""


@dataclass(frozen=True)
class Origin:
    """The file a row was read from, and where in it."""

    submission_id: str
    file_name: str
    sha256: str
    received_at: str
    sheet: str
    row_number: int


@dataclass(frozen=True)
class Cell:
    """One value of a row: its cell, the text that stands there, and what was published."""

    field: str
    header: str | None
    cell: str | None
    """Column letter and row; none where the layout itself says the value."""
    text: str | None
    published: Any


@dataclass(frozen=True)
class Part:
    """One row that counts in an aggregate."""

    side: str
    trace_key: str
    amount: Decimal


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

    def count(self, side: str) -> int:
        """How many parts a side has."""
        return sum(part.side == side for part in self.parts)

    def sums(self) -> list[tuple[str, Decimal, Decimal]]:
        """(side, what is published for it, what its parts add up to), of the sides that the figure has."""
        return [
            (side, Decimal(str(total)), sum((part.amount for part in self.parts if part.side == side), Decimal(0)))
            for side, total in (("numerator", self.numerator), ("denominator", self.denominator))
            if total is not None
        ]

    @property
    def adds_up(self) -> bool:
        """Whether the parts of each side add up to that side."""
        return all(total == added for _, total, added in self.sums())


def trace(settings: Settings, of: Release, key: str) -> Trace:
    """Where the figure with this key comes from.

    Args:
        settings: where the archive is; the text of a cell is read from it.
        of: the release the figure is in.
        key: see the module.

    Raises:
        NotTraceable: naming what is missing.
    """
    if not of.database.exists():
        raise NotTraceable(
            f"the files of release {of.release_id} were not kept; veerkracht releases rebuild makes them again, apart"
        )
    mart = key.split("/")[0]
    if mart not in of.manifest["tables"]:
        raise NotTraceable(f"release {of.release_id} has no mart {mart}")
    with duckdb.connect(str(of.database), read_only=True) as con:
        row_key, column, row = _row(con, mart, key)
        if mart in of.manifest["records"]:
            return _trace_row(settings, of, con, mart, row_key, column, row)
        return _trace_aggregate(of, con, mart, row_key, column, row)


def _row(con: duckdb.DuckDBPyConnection, mart: str, key: str) -> tuple[str, str | None, dict[str, Any]]:
    """The row of a key, and the column it names."""
    columns = [name for (name, *_) in con.sql(f"describe {mart}").fetchall()]
    if "trace_key" not in columns:
        raise NotTraceable(f"rows of {mart} have no trace: nothing says what they are made of")
    row_key, colon, column = key.rpartition(":")
    if not colon or column not in columns:
        row_key, column = key, ""
    found = con.execute(f"select * from {mart} where trace_key = ?", [row_key]).fetchall()
    if not found:
        raise NotTraceable(f"no row of {mart} has the key {row_key}")
    return row_key, column or None, dict(zip(columns, found[0], strict=True))


def _trace_row(
    settings: Settings,
    of: Release,
    con: duckdb.DuckDBPyConnection,
    mart: str,
    key: str,
    column: str | None,
    row: Mapping[str, Any],
) -> Trace:
    file_name, sha256, received_at = con.execute(
        "select file_name, sha256, cast(received_at as varchar) from dim_submission where submission_id = ?",
        [row["submission_id"]],
    ).fetchall()[0]
    origin = Origin(row["submission_id"], file_name, sha256, received_at, row["sheet"], row["row_number"])
    fields = _source_columns(con, of.manifest["records"][mart], row)
    texts = _texts(settings, origin)
    cells = tuple(
        Cell(
            field=field,
            header=header,
            cell=f"{letter}{origin.row_number}" if letter else None,
            text=texts[_column_number(letter) - 1] if letter and _column_number(letter) <= len(texts) else constant,
            published=_published(row, field),
        )
        for field, letter, header, constant in fields
        if _is_in(row, field) and column in (None, field)
    )
    shown = column or ("amount_eur" if "amount_eur" in row else None)
    return Trace(
        key if not column else f"{key}:{column}",
        of.release_id,
        row[shown] if shown else None,
        unit=_unit(row, shown),
        origin=origin,
        cells=cells,
    )


def _unit(row: Mapping[str, Any], column: str | None) -> str | None:
    """Euro by the name of the column, else what the row says of itself."""
    return "EUR" if column and column.endswith("_eur") else row.get("unit")


def _source_columns(
    con: duckdb.DuckDBPyConnection, record: str, row: Mapping[str, Any]
) -> list[tuple[str, str | None, str | None, str | None]]:
    """(field, column letter, header, constant) of the record a row states, of the instance whose constants it has."""
    found = con.execute(
        "select instance, field, column_letter, source_header, constant from dim_source_column"
        " where submission_id = ? and sheet = ? and record = ? order by all",
        [row["submission_id"], row["sheet"], record],
    ).fetchall()
    instances: dict[str, list[tuple[str, str | None, str | None, str | None]]] = {}
    for instance, *rest in found:
        instances.setdefault(instance, []).append(tuple(rest))
    fitting = [
        fields
        for fields in instances.values()
        if all(letter or not _is_in(row, field) or _published(row, field) == said for field, letter, _, said in fields)
    ]
    if len(fitting) != 1:
        raise NotTraceable(f"{len(fitting)} instances of {record} fit the row; one must")
    return fitting[0]


def _is_in(row: Mapping[str, Any], field: str) -> bool:
    """Whether a field of the record went out; what stays in the archive is not shown by a trace either."""
    return field in row or f"{field.removesuffix('_code')}_key" in row


def _published(row: Mapping[str, Any], field: str) -> Any:
    return row[field] if field in row else row[f"{field.removesuffix('_code')}_key"]


def _texts(settings: Settings, origin: Origin) -> list[str | None]:
    """The cells of the row as the archived file has them, read again in the limited child where need be."""
    receipt = _receipt(settings, origin)
    folder = parsed_folder(settings, receipt)
    if not (folder / "parsed.json").exists():
        content = archive.content_path(settings.archive, receipt.sha256)
        parse_all([Job(content, receipt.plan_code, folder)], settings)
    rows = pq.read_table(folder / "rows.parquet")
    is_row = pc.and_(pc.equal(rows["sheet"], origin.sheet), pc.equal(rows["row_number"], origin.row_number))
    (texts,) = rows.filter(is_row)["texts"].to_pylist()
    return [text or None for text in texts]


def _receipt(settings: Settings, origin: Origin) -> Receipt:
    for receipt in archive.receipts(settings.archive):
        if receipt.submission_id == origin.submission_id and receipt.sha256 == origin.sha256:
            return receipt
    raise NotTraceable(f"the archive lacks {origin.submission_id} ({origin.file_name})")


def _column_number(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _trace_aggregate(
    of: Release, con: duckdb.DuckDBPyConnection, mart: str, key: str, column: str | None, row: Mapping[str, Any]
) -> Trace:
    if mart == HEADLINES:
        name = f"{row['measure']}/{row['item']}"
        value, numerator, denominator = row["figure"], row["numerator"], row["denominator"]
    elif column:
        name, value, numerator, denominator = column, row[column], row[column], None
    else:
        raise NotTraceable(f"{key} has several figures; name one after a colon, for example {key}:committed_eur")
    declared = _declared_parts(mart, name)
    if not declared:
        raise NotTraceable(f"nothing says what {mart} {name} is made of (seeds/publication/aggregate_part.csv)")
    parts = tuple(part for of_side in declared for part in _parts(con, of_side, row))
    full_key = key if mart == HEADLINES else f"{key}:{column}"
    return Trace(
        full_key,
        of.release_id,
        value,
        unit=_unit(row, column),
        numerator=numerator,
        denominator=denominator,
        parts=parts,
    )


def _declared_parts(mart: str, figure: str) -> list[dict[str, str]]:
    """The first row of the registry that fits, for each side."""
    sides: dict[str, dict[str, str]] = {}
    for row in registry.rows("publication/aggregate_part"):
        fits = fnmatchcase(mart, row["aggregate"]) and fnmatchcase(figure, row["figure"])
        if fits and row["part_mart"] != mart:
            sides.setdefault(row["side"], row)
    return list(sides.values())


def _parts(con: duckdb.DuckDBPyConnection, declared: Mapping[str, str], row: Mapping[str, Any]) -> Iterator[Part]:
    """The rows of the registry's condition that share the keys of the aggregate and are in its scope."""
    mart = declared["part_mart"]
    columns = {name for (name, *_) in con.sql(f"describe {mart}").fetchall()}
    shared = [name for name in _SHARED_KEYS if name in columns and name in row and row[name] != "not_applicable"]
    condition = (declared["condition"] or "true").replace("{item}", "$item")
    in_scope = (
        "exists (select 1 from bridge_scope_project as scope where scope.scope_key = $scope_key"
        " and scope.meetmoment_key = part.meetmoment_key and scope.project_key = part.project_key)"
    )
    query = f"""
        select part.trace_key, cast($sign * ({declared["amount"]}) as decimal(20, 2))
        from {mart} as part
        where part.meetmoment_key = $meetmoment_key and ({condition})
        {"".join(f" and part.{name} is not distinct from ${name}" for name in shared)}
        {f" and {in_scope}" if "scope_key" in row else ""}
        order by all
    """
    values: dict[str, Any] = {name: row[name] for name in shared}
    if "scope_key" in row:
        values["scope_key"] = row["scope_key"]
    if "$item" in condition:
        values["item"] = row["item"]
    for sign, meetmoment in _meetmomenten(con, row["meetmoment_key"], declared["change"] == "true"):
        found = con.execute(query, values | {"sign": sign, "meetmoment_key": meetmoment}).fetchall()
        yield from (Part(declared["side"], key, amount) for key, amount in found if amount is not None)


def _meetmomenten(con: duckdb.DuckDBPyConnection, key: str, is_change: bool) -> Iterator[tuple[int, str]]:
    """(sign, meetmoment): this one, and for a change less the one before."""
    yield 1, key
    if is_change:
        yield from (
            (-1, before)
            for (before,) in con.execute(
                "select before.meetmoment_key from dim_meetmoment as this inner join dim_meetmoment as before"
                " on this.plan_code = before.plan_code and this.meetmoment_number - 1 = before.meetmoment_number"
                " where this.meetmoment_key = ?",
                [key],
            ).fetchall()
        )
