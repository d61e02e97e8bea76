"""The values of the meetmoment before as the current release has them, laid out as the sheets of a return need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pandas as pd

from flows import beside, registry
from flows.senders.template.form_sheets import FormSheet
from flows.settings import Settings

Value = tuple[str | None, str]
"""The value as text (a code of a list as its Dutch label), and its value state."""


@dataclass(frozen=True)
class Prefilled:
    """The values that a template starts with."""

    meetmoment_code: str | None
    rows: dict[str, list[dict[str, Value]]]
    """Sheet -> rows, each header -> value; by key."""


# What held when the release was published; what came in since, of a night that was held or failed, was not.
_HELD = "{version}.known_from <= $known_on and coalesce({version}.known_to, timestamp '9999-12-31') > $known_on"
# Records that held then, of the projects that are asked for; what is of no project belongs to who sent it.
_CURRENT = """
    select '{record}' as record, versions.row_id
    from intermediate.int_{record}_version as versions
    inner join intermediate.int_submission as submissions on versions.submission_id = submissions.submission_id
    where {held}
        and versions.meetmoment_code = $meetmoment
        and case
            when versions.project_code is null then $domain is null or submissions.sender_code = $domain
            else versions.project_code in (select project_code from asked_projects)
        end
        {left_out}
"""
# One field of those records; its state is the letter at its place in the contract.
_SAID = """
    select
        '{record}' as record, staged.row_id, '{field}' as field, '{type}' as type, {value} as canonical,
        substr(staged.states, {position}, 1) as state
    from staging.stg_{record} as staged
    inner join current_rows on staged.row_id = current_rows.row_id
"""
_VALUES = """
    with asked_projects as (
        select projects.project_code
        from intermediate.int_project_version as projects
        inner join registry.reg_scope as scope on scope.scope_code = $scope
        where {projects_held}
            and projects.meetmoment_code = $meetmoment
            and ($domain is null or upper(projects.policy_domain) = $domain)
            and coalesce(projects.funding_type = scope.funding_type, scope.funding_type is null)
            and coalesce(projects.is_rrf = scope.is_rrf, scope.is_rrf is null)
    ),
    current_rows as ({current}),
    said as ({said}),
    -- Of the columns that the return has: the value as read, and the text as the sender writes it.
    cells as (
        select
            said.record, said.row_id, said.field, said.type, said.canonical, received.text,
            case said.state
                when 'r' then 'reported' when 'n' then 'not_reported' when 'a' then 'not_applicable' else 'withheld'
            end as value_state
        from said
        inner join staging.stg_received as received on said.row_id = received.row_id and said.field = received.field
    ),
    -- A row is of an instance of its record when all constants of the instance are its own values.
    members as (
        select instances.sheet, instances.record, instances.instance, current_rows.row_id
        from (select distinct sheet, record, instance from feeds) as instances
        inner join current_rows on instances.record = current_rows.record
        where not exists (
            select 1
            from constants
            inner join cells on constants.record = cells.record and constants.field = cells.field
            where constants.sheet = instances.sheet
                and constants.record = instances.record
                and constants.instance = instances.instance
                and cells.row_id = current_rows.row_id
                and cells.canonical is distinct from constants.constant
        )
    ),
    fed as (
        select
            members.sheet, members.row_id, feeds.column_number, feeds.header, feeds.unit_factor, feeds.is_key,
            cells.type, feeds.code_list, cells.canonical, cells.text, cells.value_state
        from members
        inner join feeds
            on members.sheet = feeds.sheet
            and members.record = feeds.record
            and members.instance = feeds.instance
        inner join cells on members.row_id = cells.row_id and feeds.field = cells.field
    ),
    -- The rows of several instances that share their key columns are one row of the sheet.
    keyed as (
        select sheet, row_id, string_agg(coalesce(canonical, ''), '|' order by column_number) as row_key
        from fed
        where is_key
        group by sheet, row_id
    ),
    -- A code that is not valid at the meetmoment gives way to the one valid code of its group, if there is just one.
    valid_codes as (
        select *
        from registry.reg_code
        where $number >= valid_from_meetmoment and $number <= coalesce(valid_to_meetmoment, $number)
    ),
    worded as (
        select
            codes.code_list,
            codes.code,
            coalesce(
                max(case when valid_codes.code = codes.code then valid_codes.label_nl end),
                case when count(valid_codes.code) = 1 then max(valid_codes.label_nl) end
            ) as label_nl
        from registry.code as codes
        inner join valid_codes
            on codes.code_list = valid_codes.code_list
            and (codes.code = valid_codes.code or codes.group_code = valid_codes.group_code)
        group by codes.code_list, codes.code
    )
    select
        fed.sheet,
        keyed.row_key,
        fed.header,
        max(case
            when fed.code_list is not null then worded.label_nl
            -- As the sender writes it, unless it has another code by now.
            when fed.type = 'code' and upper(trim(fed.text)) = fed.canonical then fed.text
            when fed.unit_factor is not null
                then cast(cast(fed.canonical as decimal(38, 6)) / fed.unit_factor as varchar)
            else fed.canonical
        end) as value,
        max(fed.value_state) as value_state
    from fed
    inner join keyed on fed.sheet = keyed.sheet and fed.row_id = keyed.row_id
    left join worded on fed.code_list = worded.code_list and fed.canonical = worded.code
    group by fed.sheet, keyed.row_key, fed.header
    order by fed.sheet, keyed.row_key
"""


def accepted_values(
    settings: Settings,
    plan_code: str,
    meetmoment_code: str,
    policy_domain: str | None,
    sheets: Sequence[FormSheet],
    known_on: datetime,
) -> Prefilled:
    """The accepted values of the last meetmoment before this one that has any, as they were known at a moment (UTC).

    Only records that carry forward (``seeds/contract/template_record.csv``), and only projects inside the scope that
    the meetmoment monitors.
    """
    empty: dict[str, list[dict[str, Value]]] = {sheet.name: [] for sheet in sheets}
    if "intermediate.int_project_version" not in beside.tables(settings.warehouse):
        return Prefilled(None, empty)
    with beside.opened(settings.warehouse) as con:
        known = {"known_on": known_on.astimezone(UTC).replace(tzinfo=None)}
        source = _latest_before(con, plan_code, meetmoment_code, known)
        if source is None:
            return Prefilled(None, empty)
        meetmoment = registry.meetmomenten()[plan_code, meetmoment_code]
        feeds, constants = _mapping(sheets)
        con.register("feeds", feeds)
        con.register("constants", constants)
        parameters = known | {
            "meetmoment": source,
            "domain": policy_domain,
            "scope": meetmoment["monitored_scope"],
            "number": int(meetmoment["meetmoment_number"]),
        }
        records = _carried_forward(sheets)
        current = " union all ".join(_current(row) for row in records)
        said = " union all ".join(_said({row["record"] for row in records}))
        query = _VALUES.replace("{current}", current).replace("{said}", said)
        query = query.replace("{projects_held}", _HELD.format(version="projects"))
        found = con.execute(query, parameters).fetchall()
    rows: dict[str, dict[str, dict[str, Value]]] = {sheet.name: {} for sheet in sheets}
    for sheet, row_key, header, value, value_state in found:
        rows[sheet].setdefault(row_key, {})[header] = (value, value_state)
    return Prefilled(source, {sheet: list(by_key.values()) for sheet, by_key in rows.items()})


def _carried_forward(sheets: Sequence[FormSheet]) -> list[dict[str, str]]:
    """The records that the sheets ask for and that carry forward."""
    asked = {feed.record for sheet in sheets for column in sheet.columns for feed in column.feeds}
    return [
        row
        for row in registry.rows("contract/template_record")
        if row["is_carried_forward"] == "true" and row["record"] in asked
    ]


def _current(row: dict[str, str]) -> str:
    """The query for the rows of one record that held."""
    left_out = f"and versions.{row['left_out_field']} is distinct from '{row['left_out_code']}'"
    held = _HELD.format(version="versions")
    return _CURRENT.format(record=row["record"], held=held, left_out=left_out if row["left_out_field"] else "")


def _said(records: set[str]) -> list[str]:
    """One query per field of these records."""
    return [
        _SAID.format(
            **field,
            value=f"rtrim(rtrim(cast(staged.{field['field']} as varchar), '0'), '.')"
            if field["type"] in ("amount", "number")
            else f"cast(staged.{field['field']} as varchar)",
        )
        for field in registry.rows("contract/record_field")
        if field["record"] in records
    ]


def _mapping(sheets: Sequence[FormSheet]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What each column feeds, and the constants of each instance, as tables."""
    feeds = pd.DataFrame(
        [
            (
                *(sheet.name, number, column.header, feed.record, feed.instance, feed.field, column.is_key),
                *(column.code_list or None, float(column.unit_factor) if column.unit_factor else None),
            )
            for sheet in sheets
            for number, column in enumerate(sheet.columns)
            for feed in column.feeds
        ],
        columns=[
            *("sheet", "column_number", "header", "record", "instance", "field", "is_key"),
            *("code_list", "unit_factor"),
        ],
    ).astype({"code_list": "string", "unit_factor": "Float64"})
    constants = pd.DataFrame(
        [
            (sheet.name, feed.record, feed.instance, feed.field, constant)
            for sheet in sheets
            for feed, constant in sheet.constants
        ],
        columns=["sheet", "record", "instance", "field", "constant"],
        dtype="string",
    )
    return feeds, constants


def _latest_before(
    con: duckdb.DuckDBPyConnection, plan_code: str, meetmoment_code: str, known: dict[str, datetime]
) -> str | None:
    calendar = [meetmoment for plan, meetmoment in registry.meetmomenten() if plan == plan_code]
    earlier = calendar[: calendar.index(meetmoment_code)]
    accepted = {
        code
        for (code,) in con.execute(
            "select distinct meetmoment_code from intermediate.int_project_version as versions where "
            + _HELD.format(version="versions"),
            known,
        ).fetchall()
    }
    return next((code for code in reversed(earlier) if code in accepted), None)
