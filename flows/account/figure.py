"""The account of a figure on one screen: what it is, printed, first known, now, on a constant scope, made of, changed.

Everything is read from the release itself and, where there is a home, from the releases before it and the archive.
Nothing is computed anew: what a release does not hold is not told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from flows import registry
from flows.account import cells, names, recoded
from flows.account.trace import FIRST_FIGURES, Trace, named_by, row_of, trace
from flows.forms import headlines, parts, short_keys
from flows.forms.parts import Row
from flows.release import kept
from flows.release.kept import Release
from flows.settings import Settings

_LARGEST = 10
_STATES = ("no_value_reason", "progress_state", "value_state")
"""Code lists of why a value is not there."""
_BESIDE = Path(__file__).with_name("beside_a_figure.sql")


@dataclass(frozen=True)
class Large:
    """One of the largest parts of a figure, with the cell it was read from where it stands in a return."""

    trace_key: str
    name: str
    amount: Decimal
    file_name: str | None
    sheet: str | None
    cell: str | None
    text: str | None


@dataclass(frozen=True)
class Side:
    """The numerator or the denominator of a figure."""

    side: str
    mart: str
    count: int
    is_eur: bool
    """Whether its parts are amounts of euro."""
    added: Decimal
    largest: tuple[Large, ...]


@dataclass
class Account:
    """What is known of a figure."""

    key: str
    short_key: str
    release_id: str
    published_at: datetime
    label_nl: str
    label_en: str
    meaning_nl: str
    meaning_en: str
    value: Any
    unit: str | None
    numerator: Any
    denominator: Any
    reason: str | None
    trace: Trace
    empty_nl: str | None = None
    """Why there is no value, where the row says so: not reported, withheld, not counted because of an error."""
    empty_en: str | None = None
    printed: list[dict[str, Any]] = field(default_factory=list)
    first_complete: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    """The value in the first release that has it, and in each in which it differs from the one before; each with how
    many without files lie in between, or before the first."""
    releases_not_kept: int | None = None
    """Earlier releases whose files are gone; None where there is no home to ask."""
    final: list[dict[str, Any]] = field(default_factory=list)
    scopes: list[dict[str, Any]] = field(default_factory=list)
    """The same figure at every meetmoment, in its own scope and in those that are constant."""
    sides: list[Side] = field(default_factory=list)
    warning_count: int | None = None
    set_apart_count: int | None = None
    """Rows that an error sets apart and that are missing from the figure; None where its table counts none."""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    since_previous: list[dict[str, Any]] = field(default_factory=list)
    restated: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        told = asdict(self)
        origin = told.pop("trace")
        return told | {"origin": origin["origin"], "cells": origin["cells"], "adds_up": self.trace.adds_up}


def account(settings: Settings | None, of: Release, key: str) -> Account:
    """Everything that is known of the figure with this key.

    Args:
        settings: the home whose archive and earlier releases are asked; without one the release alone is.

    Raises:
        NotTraceable: when the release has no such figure.
    """
    traced = trace(settings, of, key)
    mart = traced.key.split("/")[1]
    with duckdb.connect(str(of.database), read_only=True) as con:
        row_key, column, row = row_of(con, mart, traced.key)
        con.execute("set variable trace_key = ?", [row_key])
        con.execute(headlines.NAMES)
        con.execute("create temp table part (side varchar, mart varchar, trace_key varchar, amount decimal(38, 6))")
        if traced.parts:
            rows = [(p.side, p.trace_key.split("/")[1], _row_key(p.trace_key), p.amount) for p in traced.parts]
            columns = [list(column) for column in zip(*rows, strict=True)]
            con.execute("insert into part select unnest(?), unnest(?), unnest(?), unnest(?)", columns)
        elif traced.origin:
            con.execute("insert into part values ('numerator', ?, ?, null)", [mart, row_key])
        called = names.of_figure(of, con, row, column)
        empty = why_empty(con, row, column) if traced.value is None else (None, None)
        # A short key is that of a row: a column stands behind it, as behind a whole key.
        short_key = short_keys.short(row_key) + traced.key.removeprefix(row_key)
        found = Account(
            *(traced.key, short_key, of.release_id, of.published_at, *called),
            *(traced.value, traced.unit, traced.numerator, traced.denominator, traced.reason, traced),
            *empty,
        )
        beside = dict(_asked_beside(con)) if parts.is_headlines(mart) else {}
        if named := beside.pop("name", []):
            found.label_nl, found.label_en = named[0]["label_nl"], named[0]["label_en"]
            found.meaning_nl, found.meaning_en = names.meaning(named[0]["term"])
        for name, told in beside.items():
            setattr(found, name, told)
        declared = parts.declared(mart, _figure(row, column))
        found.sides = [_side(settings, of, con, declared, *side) for side in con.sql(_SIDES).fetchall()]
        found.warning_count, found.set_apart_count = map(row.values.get, ("warning_count", "set_apart_count"))
        beneath = _beneath(of, con)
        if beneath:
            con.execute(f"create temp table beneath as {beneath}")
            found.warnings, found.restated, found.files = (_rows(con, sql) for sql in (_WARNINGS, _RESTATED, _FILES))
        by_key = named_by(con, mart, row_key)
        former = recoded.before(con, by_key[-1])
    if settings:
        found.releases, found.releases_not_kept = _in_releases(
            settings, of, mart, by_key, column or _first_figure(row), former
        )
    return found


def _row_key(key: str) -> str:
    """The key of a part without the column after the colon."""
    row_key, colon, column = key.rpartition(":")
    return row_key if colon and "/" not in column else key


def why_empty(con: duckdb.DuckDBPyConnection, row: Row, column: str | None) -> tuple[str, str] | tuple[None, None]:
    """What the row says of a value that it does not have, in both languages: its state, or the reason of a whole."""
    stem = (column or "").removesuffix("_eur").removesuffix("_pct")
    for name in (f"{stem}_state", "no_value_reason", "value_state"):
        said = con.execute(
            "select label_nl, label_en from dim_code where code = ? and list_contains(?, code_list)"
            " and code not in ('reported', 'computed') order by code_list limit 1",
            [row.values.get(name), _STATES],
        ).fetchall()
        if said:
            return said[0][0], said[0][1]
    return None, None


def _figure(row: Row, column: str | None) -> str:
    """The figure as its parts are declared."""
    return f"{row.values['measure']}/{row.values['item']}" if parts.is_headlines(row.mart) else column or ""


def _first_figure(row: Row) -> str | None:
    """The figure of a row of which no column was asked."""
    firsts = ("figure",) if parts.is_headlines(row.mart) else FIRST_FIGURES
    return next((name for name in firsts if name in row.values), None)


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    answer = con.execute(sql)
    columns = [name for name, *_ in answer.description or []]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def _asked_beside(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What other marts say of a headline figure: each query of the file under the name that its first line gives."""
    first, *queries = _BESIDE.read_text(encoding="utf-8").split("-- name: ")
    con.execute(first)
    for query in queries:
        name, _, sql = query.partition("\n")
        yield name.strip(), _rows(con, sql)


_SIDES = (
    "select side, mart, count(*), sum(amount) from part where amount is not null group by all order by side desc, mart"
)


def _side(
    settings: Settings | None,
    of: Release,
    con: duckdb.DuckDBPyConnection,
    declared: Sequence[Mapping[str, str]],
    side: str,
    mart: str,
    count: int,
    added: Decimal,
) -> Side:
    columns = set(con.table(mart).columns)
    name = "part.trace_key"
    joined = ""
    if "project_code" in columns:
        name = "concat_ws(' ', stated.project_code, project.title)"
        joined = "left join dim_project as project using (project_code)"
    if {"milestone_code", "description"} <= columns:
        name = "concat_ws(' ', stated.milestone_code, stated.description)"
    sql = f"""
        select part.trace_key, {name}, part.amount
        from part inner join {mart} as stated using (trace_key) {joined}
        where part.side = ? and part.mart = ?
        order by abs(part.amount) desc, part.trace_key
        limit {_LARGEST}
    """
    found = con.execute(sql, [side, mart]).fetchall()
    largest = tuple(_large(settings, of, mart, *part) for part in found)
    is_eur = any(each["amount"].endswith("_eur") for each in declared if each["part_mart"] == mart)
    return Side(side, mart, count, is_eur, added, largest)


def _large(settings: Settings | None, of: Release, mart: str, key: str, name: str, amount: Decimal) -> Large:
    """A part with the cell that holds its amount, where it was read from one."""
    if mart not in of.manifest["records"]:
        return Large(key, name, amount, None, None, None, None)
    traced = trace(settings, of, key)
    origin = traced.origin
    cell = next((each for each in traced.cells if traced.value is not None and each.published == traced.value), None)
    row = f"{origin.row_number}" if origin and origin.row_number else None
    return Large(
        *(key, name, amount, origin.file_name if origin else None, origin.sheet if origin else None),
        *(cell.cell if cell else row, cell.text if cell else None),
    )


def _beneath(of: Release, con: duckdb.DuckDBPyConnection) -> str:
    """A query for the rows of returns that are parts of the figure: where each stands, and which record it states."""
    selects = []
    for (mart,) in con.sql("select distinct mart from part order by mart").fetchall():
        if mart not in of.manifest["records"]:
            continue
        (record, *_) = cells.records(of, mart)
        columns = dict.fromkeys(con.table(mart).columns)
        keys = [
            cells.column_of(columns, row["field"])
            for row in registry.rows("contract/record_field")
            if row["record"] == record and row["is_key"] == "true"
        ]
        place = ", ".join(
            f"stated.{name}"
            for name in ("meetmoment_code", "submission_id", "sheet", "row_number", "measure")
            if name in columns
        )
        record_key = ", ".join(f"stated.{name}::varchar" for name in keys if name)
        place += "" if "measure" in columns else ", null::varchar as measure"
        selects.append(
            f"select '{record}' as record, concat_ws('|', {record_key}) as record_key, {place}"
            f" from part inner join {mart} as stated using (trace_key)"
        )
    return " union all by name ".join(selects)


# A row of a return may state several amounts: a warning on the cell of another one is none of this figure.
_WARNINGS = """
    with amount as (
        select
            submission_id, sheet, record, column_letter,
            case record when 'finance' then instance else replace(field, '_eur', '') end as measure
        from dim_source_column
        where record in ('finance', 'account_balance') and ends_with(field, '_eur') and column_letter is not null
    )
    select finding.rule_id, finding.severity, rule.title_nl, rule.title_en, count(*) as count,
        arg_min(finding.file_name, finding.trace_key) as file_name, arg_min(finding.sheet, finding.trace_key) as sheet,
        arg_min(coalesce(finding.cell, finding.row_number::varchar), finding.trace_key) as cell
    from fct_finding as finding
    inner join (select distinct record, submission_id, sheet, row_number, measure from beneath) as place
        using (submission_id, sheet, row_number)
    left join amount
        on finding.submission_id = amount.submission_id
        and finding.sheet = amount.sheet
        and regexp_extract(finding.cell, '^[A-Z]+') = amount.column_letter
    left join dim_rule as rule using (rule_id)
    where finding.severity = 'warning' and not finding.is_waived
        and (
            place.measure is null
            or amount.measure is null
            or place.measure = amount.measure and place.record = amount.record
        )
    group by all
    order by count(*) desc, finding.rule_id
"""
_RESTATED = f"""
    select changed.record_key, changed.field, changed.kind, kind.label_nl, kind.label_en, changed.old_value,
        changed.new_value, changed.reason, changed.reason_source, changed.known_from
    from what_changed as changed
    inner join (select distinct record, meetmoment_code, {names.RECORD_KEY.format("record_key")} as parts from beneath)
        as stated
        on changed.record = stated.record
        and changed.meetmoment_code = stated.meetmoment_code
        and {names.RECORD_KEY.format("changed.record_key")} = stated.parts
    left join dim_code as kind on kind.code_list = 'change_kind' and changed.kind = kind.code
    where changed.comparison = 'restatement'
    order by changed.known_from, changed.record_key, changed.field
"""
_FILES = """
    select submission.file_name, beneath.sheet, count(*) as count, submission.received_at, submission.sha256,
        submission.submission_id
    from beneath
    inner join dim_submission as submission using (submission_id)
    group by all
    order by count(*) desc, submission.file_name, beneath.sheet
"""


def _in_releases(
    settings: Settings,
    of: Release,
    mart: str,
    by_key: tuple[set[str], str, str],
    column: str | None,
    former: Sequence[str] = (),
) -> tuple[list[dict[str, Any]], int]:
    """The value in the first release that has it and wherever it changed since; how many releases have no files now.

    Args:
        by_key: which row it is, as `named_by` says it.
        former: the keys that it had in earlier releases, where its project has another code since.
    """
    columns, is_row, key = by_key
    known = [each for each in kept.latest_first(settings) if each.published_at <= of.published_at][::-1]
    told: list[dict[str, Any]] = []
    unread = 0
    for each in known:
        unread += not each.has_files
        if not column or not each.has_files or not (files := each.parquet(mart)):
            continue
        with duckdb.connect() as con:
            relation = con.read_parquet(files)
            if not {column, *columns} <= set(relation.columns):
                continue
            found = None
            for asked in (key, *former):
                found = found or con.execute(f"select {column} from relation where {is_row}", [asked]).fetchone()
        value = found[0] if found else None
        if value is not None and (not told or told[-1]["value"] != value):
            said = {"release_id": each.release_id, "published_at": each.published_at, "value": value}
            told.append(said | {"unread_before": unread})
            unread = 0
    return told, sum(not each.has_files for each in known)
