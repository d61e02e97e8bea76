"""Trace: from a published figure to the cell of the file it was read from, or to the parts that add up to it.

The key of a figure is the ``trace_key`` of its row, and after a colon the column where the row has several figures:
``veerkracht/fct_finance_as_returned/m3/VV014/provisional/committed``,
``veerkracht/agg_finance_by_meetmoment/m3:paid_eur``. A short key, as documents print it beside their figures,
stands for a trace key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows import registry
from flows.forms import parts as parts_of
from flows.forms import short_keys
from flows.forms.parts import Part, Row
from flows.intake import archive
from flows.intake.archive import Receipt
from flows.intake.reading import Job, parse_all
from flows.release.kept import Release
from flows.settings import Settings
from flows.warehouse.load import is_read, parsed_folder

# The figures of rows that state a record, as people would read them first.
_FIRST_FIGURES = ("amount_eur", "actual", "account_eur")


class NotTraceable(Exception):
    """No figure of the release has this key, or nothing says what it is made of."""


@dataclass(frozen=True)
class Origin:
    """The file a row was read from, and where in it."""

    submission_id: str
    file_name: str
    sha256: str
    received_at: str
    sheet: str | None
    """None where a row is about the file as a whole."""
    row_number: int | None


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


def trace(settings: Settings, of: Release, key: str) -> Trace:
    """Where the figure with this key comes from.

    Args:
        settings: where the archive is; the text of a cell is read from it.
        of: the release the figure is in.
        key: see the module.

    Raises:
        NotTraceable: naming what is missing.
    """
    if not of.has_files:
        raise NotTraceable(
            f"the files of release {of.release_id} were not kept; veerkracht releases rebuild makes them again, apart"
        )
    if short_keys.is_short(key):
        key = _in_full(of, key)
    _, _, within_plan = key.partition("/")
    mart = within_plan.split("/")[0]
    if mart not in of.manifest["tables"]:
        raise NotTraceable(f"{key}: release {of.release_id} has no such mart; a key begins with the plan and the mart")
    with duckdb.connect(str(of.database), read_only=True) as con:
        row_key, column, row = _row(con, mart, key)
        if mart in of.manifest.get("places", ()):
            return _trace_place(of, con, row_key, row)
        states_record = mart in of.manifest["records"]
        if states_record and not (column and parts_of.declared(mart, column)):
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
        raise NotTraceable(f"no figure of release {of.release_id} has the short key {key}")
    if len(found) > 1:
        raise NotTraceable(f"{key} stands for several figures; name one of them: {', '.join(found)}")
    return found[0]


def _row(con: duckdb.DuckDBPyConnection, mart: str, key: str) -> tuple[str, str | None, Row]:
    """The row of a key, and the column it names."""
    types = {name: type_ for name, type_, *_ in con.sql(f"describe {mart}").fetchall()}
    if "trace_key" not in types:
        raise NotTraceable(f"rows of {mart} have no trace: nothing says what they are made of")
    row_key, colon, column = key.rpartition(":")
    if not colon or column not in types:
        row_key, column = key, ""
    found = con.execute(f"select * from {mart} where trace_key = ?", [row_key]).fetchall()
    if not found:
        raise NotTraceable(f"no row of {mart} has the key {row_key}")
    return row_key, column or None, Row(mart, dict(zip(types, found[0], strict=True)), types)


def _trace_place(of: Release, con: duckdb.DuckDBPyConnection, key: str, row: Row) -> Trace:
    """A file, or a place in it that a finding is about; what stands there stays in the archive."""
    values = row.values
    if not values["submission_id"]:
        raise NotTraceable(f"{key} is in no return: the register has it (seeds/)")
    column = values.get("column_name")
    cells = (Cell(column or "", column, values["cell"], None, None),) if values.get("cell") else ()
    return Trace(key, of.release_id, None, origin=_origin(con, values), cells=cells)


def _origin(con: duckdb.DuckDBPyConnection, row: Mapping[str, Any]) -> Origin:
    file_name, sha256, received_at = con.execute(
        "select file_name, sha256, cast(received_at as varchar) from dim_submission where submission_id = ?",
        [row["submission_id"]],
    ).fetchall()[0]
    return Origin(row["submission_id"], file_name, sha256, received_at, row.get("sheet"), row.get("row_number"))


def _trace_row(
    settings: Settings,
    of: Release,
    con: duckdb.DuckDBPyConnection,
    key: str,
    column: str | None,
    row: Row,
) -> Trace:
    values = row.values
    origin = _origin(con, values)
    texts = _texts(settings, origin)
    record, fields = _source_columns(con, _records(of, row.mart), values)
    public = _public(of, con, record)
    cells = tuple(
        Cell(
            field=field,
            header=header,
            cell=_address(letter, origin.row_number) if letter else None,
            text=_text(texts, letter) if letter else constant,
            published=values[name] if (name := _column(values, field)) else None,
        )
        for field, letter, header, constant in fields
        if _column(values, field) or field in public
    )
    named = tuple(cell for cell in cells if column and column in (cell.field, _column(values, cell.field)))
    shown = column or next((name for name in _FIRST_FIGURES if name in values), None)
    return Trace(
        key if not column else f"{key}:{column}",
        of.release_id,
        values[shown] if shown else None,
        unit=_unit(values, shown),
        origin=origin,
        cells=named or cells,
    )


def _unit(row: Mapping[str, Any], column: str | None) -> str | None:
    """Euro by the name of the column, else what the row says of itself."""
    return "EUR" if column and column.endswith("_eur") else row.get("unit")


def _records(of: Release, mart: str) -> tuple[str, ...]:
    """The records a row of the mart may state: the first that its sheet holds."""
    stated = of.manifest["records"][mart]
    return (stated,) if isinstance(stated, str) else tuple(stated)


def _public(of: Release, con: duckdb.DuckDBPyConnection, record: str) -> set[str]:
    """What went out of a record in any mart that states it; the rest is not shown by a trace either."""
    marts = [mart for mart in of.manifest["records"] if record in _records(of, mart)]
    return {name for mart in marts for (name, *_) in con.sql(f"describe {mart}").fetchall()}


Field = tuple[str, str | None, str | None, str | None]


def _source_columns(
    con: duckdb.DuckDBPyConnection, records: tuple[str, ...], row: Mapping[str, Any]
) -> tuple[str, list[Field]]:
    """The record a row states, with (field, column letter, header, constant) of the instance that has its keys."""
    for record in records:
        found = con.execute(
            "select instance, field, column_letter, source_header, constant from dim_source_column"
            " where submission_id = ? and sheet = ? and record = ? order by all",
            [row["submission_id"], row["sheet"], record],
        ).fetchall()
        instances: dict[str, list[Field]] = {}
        for instance, *rest in found:
            instances.setdefault(instance, []).append((rest[0], rest[1], rest[2], rest[3]))
        if not instances:
            continue
        keys = {
            field["field"]
            for field in registry.rows("contract/record_field")
            if field["record"] == record and field["is_key"] == "true"
        }
        fitting = [fields for fields in instances.values() if _has_keys(fields, keys, row)]
        if len(fitting) != 1:
            raise NotTraceable(f"{len(fitting)} instances of {record} fit the row; one must")
        return record, fitting[0]
    raise NotTraceable(f"{row['submission_id']}, sheet {row['sheet']}, holds no {' or '.join(records)}")


def _has_keys(fields: list[Field], keys: set[str], row: Mapping[str, Any]) -> bool:
    """Whether the keys that the layout itself says of an instance are those of the row."""
    said = {field: constant for field, letter, _, constant in fields if field in keys and not letter}
    return all(
        (constant or "").casefold() == str(row[name] or "").casefold()
        for field, constant in said.items()
        if (name := _column(row, field))
    )


def _column(row: Mapping[str, Any], field: str) -> str | None:
    """The column of a row that shows a field of its record, where one does."""
    by_measure = "account_eur" if field == f"{row.get('measure')}_eur" else ""
    for name in (field, f"{field}_code", by_measure):
        if name in row:
            return name
    return None


def _text(texts: list[str | None], letter: str) -> str | None:
    number = int(letter) if letter.isdigit() else _column_number(letter)
    return texts[number - 1] if number <= len(texts) else None


def _texts(settings: Settings, origin: Origin) -> list[str | None]:
    """The cells of the row as the archived file has them, read again in the limited child where need be."""
    receipt = _receipt(settings, origin)
    folder = parsed_folder(settings, receipt)
    content = archive.content_path(settings.archive, receipt.sha256)
    archive.expect_whole({receipt: content})
    if not is_read(folder):
        day = registry.cutoff_date(receipt.plan_code, receipt.meetmoment_code)
        parse_all([Job(content, receipt.plan_code, folder, day)], settings)
    rows = pq.read_table(folder / "rows.parquet")
    is_row = pc.and_(pc.equal(rows["sheet"], origin.sheet), pc.equal(rows["row_number"], origin.row_number))
    (texts,) = rows.filter(is_row)["texts"].to_pylist()
    return [text or None for text in texts]


def _receipt(settings: Settings, origin: Origin) -> Receipt:
    for receipt in archive.receipts(settings.archive, settings.plan):
        if receipt.submission_id == origin.submission_id and receipt.sha256 == origin.sha256:
            return receipt
    raise NotTraceable(f"the archive lacks {origin.submission_id} ({origin.file_name})")


def _address(letter: str, row_number: int | None) -> str:
    """A cell as a spreadsheet names it; in a sheet that lies on its side ``letter`` is the row, the row its column."""
    if not letter.isdigit():
        return f"{letter}{row_number}"
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(row_number or 1)}{letter}"


def _column_number(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _trace_aggregate(of: Release, con: duckdb.DuckDBPyConnection, key: str, column: str | None, row: Row) -> Trace:
    values, mart = row.values, row.mart
    if parts_of.is_headlines(mart) and column in (None, "figure", "numerator", "denominator"):
        figure, column = f"{values['measure']}/{values['item']}", None
        value, numerator, denominator = values["figure"], values["numerator"], values["denominator"]
    else:
        column = column or _only_figure(key, row)
        figure, value, numerator, denominator = column, values[column], values[column], None
    reason = parts_of.reason(con, row, figure)
    if not parts_of.declared(mart, figure):
        why = reason or "nothing says what it is made of (parts, in the YAML of its mart)"
        raise NotTraceable(f"{mart} {figure}: {why}")
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
    if not found and (why := parts_of.reasons(row.mart, "")):
        raise NotTraceable(f"{row.mart}: {why[0]['reason_nl']} / {why[0]['reason_en']}")
    raise NotTraceable(f"{key} has several figures; name one after a colon: {', '.join(found)}")
