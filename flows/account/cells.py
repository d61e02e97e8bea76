"""Cells: the file, sheet and cells that a row of a mart was read from, by what the release says of its columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows import registry, wording
from flows.forms.parts import Row
from flows.intake import archive
from flows.intake.archive import Receipt
from flows.intake.parse import ROWS
from flows.intake.reading import Job, parse_all
from flows.release.kept import Release
from flows.settings import Settings
from flows.warehouse.load import is_read, parsed_folders


class NotTraceable(LookupError):
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


def origin(con: duckdb.DuckDBPyConnection, row: Mapping[str, Any]) -> Origin:
    file_name, sha256, received_at = con.execute(
        "select file_name, sha256, cast(received_at as varchar) from dim_submission where submission_id = ?",
        [row["submission_id"]],
    ).fetchall()[0]
    return Origin(row["submission_id"], file_name, sha256, received_at, row.get("sheet"), row.get("row_number"))


def of_row(
    settings: Settings | None, of: Release, con: duckdb.DuckDBPyConnection, row: Row
) -> tuple[Origin, tuple[Cell, ...]]:
    """The place of a row of a mart that states a record, and the cells of what went out of that record.

    Args:
        settings: where the archive is; without it the text of a cell is not known.
    """
    values = row.values
    place = origin(con, values)
    texts = _texts(settings, place) if settings else None
    record, fields = _source_columns(con, records(of, row.mart), values)
    public = _public(of, con, record)
    return place, tuple(
        Cell(
            field=field,
            header=header,
            cell=wording.cell(letter, place.row_number) if letter else None,
            text=(_text(texts, letter) if texts else None) if letter else constant,
            published=values[name] if (name := column_of(values, field)) else None,
        )
        for field, letter, header, constant in fields
        if column_of(values, field) or field in public
    )


def records(of: Release, mart: str) -> tuple[str, ...]:
    """The records a row of the mart may state: the first that its sheet holds."""
    stated = of.manifest["records"][mart]
    return (stated,) if isinstance(stated, str) else tuple(stated)


def _public(of: Release, con: duckdb.DuckDBPyConnection, record: str) -> set[str]:
    """What went out of a record in any mart that states it; the rest is not shown by a trace either."""
    marts = [mart for mart in of.manifest["records"] if record in records(of, mart)]
    return {name for mart in marts for name in con.table(mart).columns}


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
            raise NotTraceable(
                f"{len(fitting)} vormen van {record} passen op de rij; het moet er een zijn"
                f" / {len(fitting)} instances of {record} fit the row; one must"
            )
        return record, fitting[0]
    raise NotTraceable(
        f"{row['submission_id']}, blad {row['sheet']}, heeft geen {' of '.join(records)}"
        f" / {row['submission_id']}, sheet {row['sheet']}, holds no {' or '.join(records)}"
    )


def _has_keys(fields: list[Field], keys: set[str], row: Mapping[str, Any]) -> bool:
    """Whether the keys that the layout itself says of an instance are those of the row."""
    said = {field: constant for field, letter, _, constant in fields if field in keys and not letter}
    return all(
        (constant or "").casefold() == str(row[name] or "").casefold()
        for field, constant in said.items()
        if (name := column_of(row, field))
    )


def column_of(row: Mapping[str, Any], field: str) -> str | None:
    """The column of a row that shows a field of its record, where one does."""
    by_measure = "account_eur" if field == f"{row.get('measure')}_eur" else ""
    for name in (field, f"{field}_code", by_measure):
        if name in row:
            return name
    return None


def _text(texts: list[str | None], letter: str) -> str | None:
    from openpyxl.utils import column_index_from_string

    number = int(letter) if letter.isdigit() else column_index_from_string(letter)
    return texts[number - 1] if number <= len(texts) else None


def _texts(settings: Settings, origin: Origin) -> list[str | None]:
    """The cells of the row as the archived file has them, read again in the limited child where need be."""
    receipt = _receipt(settings, origin)
    folder = parsed_folders(settings, [receipt])[receipt]
    content = archive.content_path(settings.archive, receipt.sha256)
    archive.expect_whole({receipt: content})
    rows = pq.read_table(folder / ROWS) if is_read(folder) else _read_again(settings, receipt)
    is_row = pc.and_(pc.equal(rows["sheet"], origin.sheet), pc.equal(rows["row_number"], origin.row_number))
    (texts,) = rows.filter(is_row)["texts"].to_pylist()
    return [text or None for text in texts]


@lru_cache(maxsize=1)
def _read_again(settings: Settings, receipt: Receipt) -> pa.Table:
    """The rows of a file that the home does not hold as they were read; who follows one of its rows follows others."""
    content = archive.content_path(settings.archive, receipt.sha256)
    day = registry.cutoff_date(receipt.plan_code, receipt.meetmoment_code)
    with TemporaryDirectory() as scratch:  # what is asked about a home leaves nothing in it
        parse_all([Job(content, receipt.plan_code, Path(scratch), day)], settings)
        return pq.read_table(Path(scratch) / ROWS)


def _receipt(settings: Settings, origin: Origin) -> Receipt:
    for receipt in archive.receipts(settings.archive, settings.plan, origin.sha256):
        if receipt.submission_id == origin.submission_id and receipt.sha256 == origin.sha256:
            return receipt
    raise NotTraceable(f"in het archief ontbreekt / the archive lacks {origin.submission_id} ({origin.file_name})")
