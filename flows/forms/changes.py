"""What changed since the release before, as a page for people; the list itself is the mart ``what_changed``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from flows import registry, wording
from flows.forms import publication
from flows.forms.edition import Edition
from flows.forms.names import CSV, DATABASE, csv_of

PAGE = "what_changed.html"
_TEMPLATE = Path(__file__).with_name("changes.html")
_ROWS_SHOWN = 500
_PARTS = {
    "comparison = 'restatement' and field <> 'record'": (
        "Herziene waarden: eerder anders ontvangen",
        "restated values: received otherwise before",
    ),
    "field = 'record' and record = 'project'": ("Projecten die kwamen en gingen", "projects that came and went"),
    "field = 'record' and record <> 'project'": ("Andere rijen die kwamen en gingen", "other rows that came and went"),
    "comparison = 'movement' and kind = 'moved_date' and field <> 'record'": ("Verschoven data", "moved dates"),
    "comparison = 'movement' and kind <> 'moved_date' and field <> 'record'": (
        "Andere waarden die verschillen van het vorige meetmoment",
        "other values that differ from the previous meetmoment",
    ),
}
"""The parts of the page by which changes they hold: each change in one of them."""

# A record that came and went is no change, nor is one that went and came back.
_RECEIVED = """
    with received as (
        select
            *,
            old_value is null and new_value is null and old_state is not distinct from new_state as is_left_empty
        from what_changed
        where known_from > $after and known_from <= $until
    ),
    presence as (
        select
            comparison, meetmoment_code, record, record_key,
            any_value(project_code) as of_project,
            arg_min(kind, known_from) not in ('added', 'returned') as was_there,
            arg_max(kind, known_from) in ('added', 'returned') as is_there
        from received
        where field = 'record'
        group by comparison, meetmoment_code, record, record_key
    ),
"""

# The first value before and the last value after; a value that came back is no change. What a release leaves empty, as
# it does with fields that stay in the archive, did change. The values of a record that came or is gone came and went
# with it; a final amount that came restates the provisional one.
_NET_CHANGES = f"""
    {_RECEIVED}
    netted as (
        select
            comparison, meetmoment_code, previous_meetmoment_code, project_code, record, record_key, field,
            arg_min(struct_pack(v := old_value, s := old_state), known_from) as before,
            arg_max(struct_pack(v := new_value, s := new_state), known_from) as after,
            bool_or(is_left_empty) as is_left_empty,
            bool_or(kind = 'made_final') as is_made_final,
            arg_max(kind, known_from) as last_kind,
            arg_max(is_form_only, known_from) as is_form_only,
            arg_max(struct_pack(v := reason, s := reason_source), known_from) as accounted,
            max(known_from) as known_from
        from received
        group by comparison, meetmoment_code, previous_meetmoment_code, project_code, record, record_key, field
    )
    select
        comparison, meetmoment_code, previous_meetmoment_code, project_code, record, record_key, field,
        case when is_made_final then 'made_final' else last_kind end as kind,
        before.v as old_value, after.v as new_value, before.s as old_state, after.s as new_state, is_form_only,
        accounted.v as reason, accounted.s as reason_source, known_from
    from netted
    left join presence using (comparison, meetmoment_code, record, record_key)
    where
        case
            when field = 'record' then was_there <> is_there
            else
                coalesce(is_there, true)
                and (coalesce(was_there, true) or is_made_final)
                and (is_left_empty or before is distinct from after)
        end
        and (
            $project is null
            or project_code = $project
            or (kind = 'recoded' and record = 'project' and old_value = $project)
        )
    order by comparison desc, meetmoment_code, record, record_key, field, known_from
"""

_CAME_BACK = f"""
    {_RECEIVED}
    came_back as (
        select * from presence where was_there and is_there and ($project is null or of_project = $project)
    )
    select count(*) from came_back
"""


def net_changes(
    con: duckdb.DuckDBPyConnection, after: datetime, until: datetime, *, project: str | None = None
) -> list[dict[str, Any]]:
    """The rows of ``what_changed`` received after one moment and until another (UTC), netted.

    Args:
        con: the database of a release.
        project: the code of one, to have its changes alone, and that another code took its place.
    """
    answer = con.execute(_NET_CHANGES, _window(after, until, project))
    columns = [name for name, *_ in answer.description or []]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def count_came_back(
    con: duckdb.DuckDBPyConnection, after: datetime, until: datetime, *, project: str | None = None
) -> int:
    """How many records were gone for a while within the window; which of their values differ since is not listed."""
    ((count,),) = con.execute(_CAME_BACK, _window(after, until, project)).fetchall()
    return int(count)


def counts(changes: Sequence[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """(comparison, kind, number of changes), restatements first."""
    counted = Counter((change["comparison"], change["kind"]) for change in changes)
    return [(*key, count) for key, count in sorted(counted.items(), key=lambda c: (c[0][0] != "restatement", c[0]))]


def labels() -> dict[str, tuple[str, str]]:
    """Kind of change -> its label in Dutch and in English."""
    return {row["kind"]: (row["label_nl"], row["label_en"]) for row in registry.rows("history/change_kind")}


def records() -> dict[str, tuple[str, str]]:
    """Record of the submission contract -> its label in Dutch and in English."""
    return {row["record"]: (row["label_nl"], row["label_en"]) for row in registry.rows("contract/record")}


def write(folder: Path, edition: Edition, memory: Mapping[str, str] | None = None) -> None:
    """Write the page into ``folder``, which holds the data; the first release says that it is the first.

    However many changes there are, the page counts them all and shows the first of each kind.
    """
    with duckdb.connect(str(folder / DATABASE), read_only=True, config=dict(memory or {})) as con:
        # Of the first release the window is empty, and so is the page.
        before = datetime.fromisoformat(edition.earlier[edition.previous]) if edition.previous else edition.published_at
        con.execute(f"create temp table changes as {_NET_CHANGES}", _window(before, edition.published_at))
        counted = con.sql("select comparison, kind, count(*) from changes group by all order by all").fetchall()
        parts = [_part(con, condition, *title) for condition, title in _PARTS.items()]
        titles = dict(con.sql("select project_code, title from dim_project").fetchall())
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {"shown": shown, "key_shown": key_shown}
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        title=publication.value("title", "nl"),
        edition=edition,
        labels=labels(),
        titles=titles,
        counts=sorted(counted, key=lambda row: row[0] != "restatement"),
        whole_list=csv_of("what_changed", (f"{CSV}/{path.name}" for path in (folder / CSV).iterdir())),
        parts=[part for part in parts if part["count"]],
        records=records(),
        fields={of: (row["label_nl"], row["label_en"]) for of, row in _contract().items()},
    )
    (folder / PAGE).write_text(page + "\n", encoding="utf-8")


def _part(con: duckdb.DuckDBPyConnection, condition: str, nl: str, en: str) -> dict[str, Any]:
    """A part of the page: how many changes it has, and the first of them in their order."""
    ((count,),) = con.sql(f"select count(*) from changes where {condition}").fetchall()
    rows = con.sql(f"select * from changes where {condition} order by rowid limit {_ROWS_SHOWN}")
    shown = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    return {"nl": nl, "en": en, "count": count, "rows": shown}


def shown(record: str, field: str, value: str | None, state: str | None, language: str = "nl") -> str:
    """A value of ``what_changed`` as people write it: a code by its label, a day, an amount; else why there is none."""
    if value is None:
        return _label("value_state", state, language) if state else ""
    contract = _contract().get((record, field), {})
    try:
        return _written(contract, value, language)
    except (ArithmeticError, ValueError):
        return value  # not what the contract says, as it stood


def key_shown(record: str, record_key: str, language: str = "nl") -> str:
    """The key of a record of ``what_changed`` as people read it: codes of a list by their label, others as they are."""
    lists = [row["code_list"] for (of, _), row in _contract().items() if of == record and row["is_key"] == "true"]
    parts = record_key.split("|")
    if len(lists) == len(parts):
        parts = [_label(of, part, language) if of else part for of, part in zip(lists, parts, strict=True)]
    return " ".join(part for part in parts if part)


def _written(contract: Mapping[str, str], value: str, language: str) -> str:
    match contract.get("type"):
        case "code_list":
            return _label(contract["code_list"], value, language)
        case "date":
            return wording.short_day(date.fromisoformat(value), language)
        case "amount":
            return wording.number(Decimal(value), language, 2)
        case "number":
            return wording.number(Decimal(value), language)
    return value


@cache
def _contract() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["record"], row["field"]): row for row in registry.rows("contract/record_field")}


def _label(code_list: str, code: str, language: str) -> str:
    """What a code is called; a code that no list has stands as it is."""
    return _labels().get((code_list, code), {}).get(f"label_{language}", code)


@cache
def _labels() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["code_list"], row["code"]): row for row in registry.rows("codes/code")}


def _window(after: datetime, until: datetime, project: str | None = None) -> dict[str, datetime | str | None]:
    return {"after": after.replace(tzinfo=None), "until": until.replace(tzinfo=None), "project": project}
