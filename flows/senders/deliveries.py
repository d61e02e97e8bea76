"""What the calendar asks of the senders: the days to come, and who delivered by the last night, late or not yet."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows import registry


def latest_meetmoment(plan_code: str, now: datetime) -> dict[str, str] | None:
    """The last meetmoment of a plan whose window has opened."""
    today = registry.local_day(plan_code, now)
    calendar = [row for (plan, _), row in registry.meetmomenten().items() if plan == plan_code]
    return next((row for row in reversed(calendar) if _day(row["opens_on"]) <= today), None)


def next_days(plan_code: str, now: datetime) -> list[dict[str, Any]]:
    """Openings, deadlines and publications of a plan still to come, the next one first; days are those of the plan."""
    days = [
        {
            "day": row[column],
            "in_days": in_days,
            "what": what,
            "plan_code": plan,
            "meetmoment_code": meetmoment,
        }
        for (plan, meetmoment), row in registry.meetmomenten().items()
        if plan == plan_code
        for column, what in (("opens_on", "opening"), ("deadline_on", "deadline"), ("publication_on", "publication"))
        if row[column] and (in_days := (_day(row[column]) - registry.local_day(plan, now)).days) >= 0
    ]
    return sorted(days, key=lambda d: (d["in_days"], d["plan_code"], d["meetmoment_code"], d["what"]))


def deliveries(warehouse: Path, plan_code: str, now: datetime) -> list[dict[str, Any]]:
    """Per policy domain of the plan, for its latest meetmoment: whether it delivered, when, and what gate 1 found.

    ``delivery`` is in_time, late, rejected (nothing accepted yet), withdrawn or missing; ``is_overdue`` says that there
    is a deadline, that it has passed and that nothing is accepted. Empty before the first night. A plan without policy
    domains has its senders only.

    Args:
        warehouse: the warehouse of the last night of the plan, judged at least by gate 1.
        plan_code: the plan.
        now: the moment to look at deadlines from.

    Raises:
        AnotherNight: while a night makes the warehouse anew.
    """
    meetmoment = latest_meetmoment(plan_code, now)
    if meetmoment is None or not warehouse.exists():
        return []
    from flows import beside

    code = meetmoment["meetmoment_code"]
    deadline = meetmoment["deadline_on"]
    is_past = bool(deadline) and _day(deadline) < registry.local_day(plan_code, now)
    with beside.opened(warehouse) as con:
        if not con.sql(_IS_JUDGED).fetchall():
            return []
        found = con.execute(_DELIVERIES, {"meetmoment": code})
        columns = [column for (column, *_) in found.description or []]
        rows = [dict(zip(columns, values, strict=True)) for values in found.fetchall()]
    return [
        {
            "meetmoment": code,
            "deadline_on": deadline or None,
            **row,
            "is_overdue": is_past and row["delivery"] in ("missing", "rejected", "withdrawn"),
        }
        for row in rows
    ]


# A night that broke before its verdicts has none; nor has a warehouse of before they were kept.
_IS_JUDGED = """
    from information_schema.columns
    where table_name = 'agg_quality_by_submitter' and column_name = 'meetmoment_code'
"""
# Every policy domain of the plan, also when nothing at all came for the meetmoment, and whoever else sent something.
_DELIVERIES = """
    with submitters as (
        select * from marts.agg_quality_by_submitter where meetmoment_code = $meetmoment
    ),
    domains as (
        select policy_domain_code, label_nl from registry.reg_policy_domain
    )
    select
        coalesce(submitters.sender_code, domains.policy_domain_code) as sender,
        domains.label_nl as name,
        coalesce(submitters.delivery, 'missing') as delivery,
        coalesce(submitters.accepted_count, 0) as accepted,
        coalesce(submitters.rejected_count, 0) as rejected,
        coalesce(submitters.withdrawn_count, 0) as withdrawn,
        coalesce(submitters.critical_count, 0) as critical,
        coalesce(submitters.error_count, 0) as errors,
        coalesce(submitters.warning_count, 0) as warnings,
        strftime(submitters.last_received_at, '%Y-%m-%d %H:%M') as last_received_at
    from domains
    full join submitters on domains.policy_domain_code = submitters.sender_code
    order by sender
"""


def _day(text: str) -> date:
    return date.fromisoformat(text)
