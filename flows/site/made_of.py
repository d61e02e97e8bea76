"""What figures are made of, asked for all figures of a mart at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from flows.forms import parts
from flows.site.answers import Row, asked


@dataclass(frozen=True)
class Side:
    """One side of a figure: the rows of a mart that add up to it."""

    side: str
    mart: str
    amount: str
    """What a row counts for: a column of the mart, or 1."""
    condition: str
    count: int
    total: Decimal
    keys: tuple[str, ...]
    """Of the rows, where there are few enough to be named one by one."""
    amounts: tuple[Decimal, ...]
    restated: tuple[Row, ...]
    """Values of these rows that were restated after they were first received: the latest, up to twelve."""
    restated_count: int
    """Of all of them."""
    first_total: Decimal | None
    """What the rows came to when each was first received; None where none of their amounts was restated."""


_NAMED = 12


def sides(
    con: duckdb.DuckDBPyConnection, mart: str, figure: str, rows: Sequence[Row], there: Sequence[str]
) -> dict[str, list[Side]]:
    """Trace key -> the sides of a figure of these rows.

    Args:
        figure: a column, or of a headline its measure and item.
        there: the marts that the release holds.
    """
    found: dict[str, list[Side]] = {}
    for declaration in parts.declared(mart, figure):
        if declaration["part_mart"] not in there:
            continue
        for group in _alike(rows):
            for answer in asked(con, _query(con, mart, declaration, group), f"parts of {mart} {figure}"):
                found.setdefault(answer["trace_key"], []).append(
                    Side(
                        declaration["side"],
                        declaration["part_mart"],
                        declaration["amount"],
                        declaration["condition"],
                        answer["part_count"],
                        answer["total"],
                        tuple(answer["part_keys"] or ()),
                        tuple(answer["amounts"] or ()),
                        tuple(answer["restated"] or ()),
                        answer["restated_count"] or 0,
                        answer["first_total"],
                    )
                )
    return found


def _alike(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows that ask the same keys of their parts."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(parts.shared_keys(row), []).append(row)
    return list(groups.values())


def _query(
    con: duckdb.DuckDBPyConnection, mart: str, declaration: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> str:
    part_mart = declaration["part_mart"]
    columns = set(con.table(part_mart).columns)
    own = {**declaration, "condition": _of_part(declaration["condition"], columns)}
    condition = _of_whole(parts.which(own, columns, rows[0]))
    keys = ", ".join("'" + str(row["trace_key"]).replace("'", "''") + "'" for row in rows)
    amount = _of_whole(re.sub(r"^(-?)([a-z]\w*)$", r"\1part.\2", declaration["amount"]))
    # What decides whether a row counts, and for how much.
    decisive = {
        name for name in columns if re.search(rf"\b{name}\b", f"{declaration['condition']} {declaration['amount']}")
    }
    named = ", ".join(f"'{name}'" for name in sorted(decisive)) or "''"
    column = declaration["amount"].lstrip("-")
    sign = "-" if column != declaration["amount"] else ""
    delta = (
        f"{sign}sum(delta) filter (where column_name = '{column}')" if column in columns else "cast(null as decimal)"
    )
    return f"""
        with whole as (select * from {mart} where trace_key in ({keys})),
        counted as (
            select whole.trace_key, part.trace_key as part_key, cast({amount} as decimal(32, 6)) as amount
            from whole, (select * from {part_mart}) as part
            where {condition}
        ),
        corrected as (
            select
                counted.trace_key,
                part_key,
                site_restated.* exclude (trace_key),
                row_number() over (
                    partition by counted.trace_key order by known_on desc, part_key, column_name
                ) as place
            from counted
            inner join site_restated on counted.part_key = site_restated.trace_key and column_name in ({named})
            where amount is not null
        ),
        restated as (
            select
                trace_key,
                list(
                    {{'key': part_key, 'was': old_value, 'became': new_value, 'column': column_name,
                    'known_on': known_on, 'reason': reason}} order by place
                ) filter (where place <= {_NAMED}) as restated,
                count(*) as restated_count,
                {delta} as delta
            from corrected
            group by trace_key
        ),
        made as (
            select
                trace_key,
                count(*) as part_count,
                sum(amount) as total,
                case when count(*) <= {_NAMED} then min(part_key, {_NAMED}) end as part_keys,
                case when count(*) <= {_NAMED} then min_by(amount, part_key, {_NAMED}) end as amounts
            from counted
            where amount is not null
            group by trace_key
        )
        select made.*, restated.restated, restated.restated_count, total + restated.delta as first_total
        from made
        left join restated using (trace_key)
    """


def _of_whole(sql: str) -> str:
    """The columns in braces are those of the aggregate."""
    return re.sub(r"\{(\w+)\}", r"whole.\1", sql)


def _of_part(condition: str, columns: set[str]) -> str:
    """The condition with bare columns said to be the part's, since the aggregate may have columns of the same name."""
    quoted = re.split(r"('(?:[^']|'')*')", condition)
    names = "|".join(sorted(columns, key=len, reverse=True))
    return "".join(
        text if place % 2 else re.sub(rf"(?<![\w.{{])({names})\b(?!\s*\()", r"part.\1", text)
        for place, text in enumerate(quoted)
    )
