"""What is known of deliveries besides their content: where they wait, copies, withdrawals, verdicts, who is late."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import registry
from flows.personal_data import kinds_in, public_values
from flows.receive import archive
from flows.receive.archive import Withdrawal
from flows.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from flows.publish.kept import Release


def placed(settings: Settings) -> Iterator[tuple[str, Path]]:
    """(meetmoment_code, path) of every file that waits in the folder of a meetmoment of the plan's calendar.

    The name of a file is published: one that holds personal data is not received under it.
    """
    for meetmoment_code, path in archive.waiting_files(settings.inbox):
        if (settings.plan, meetmoment_code) in registry.meetmomenten() and not _names_somebody(path):
            yield meetmoment_code, path


def unplaced(settings: Settings) -> list[dict[str, str]]:
    """Files that wait in the plan's inbox where no meetmoment is looked for, with what to do; they stay there."""
    in_place = {path for _, path in placed(settings)}
    return [
        _told(path, _RENAME if _names_somebody(path) else _remedy(settings, path))
        for path in archive.finished_files(settings.inbox)
        if path not in in_place
    ]


def of_no_plan(home: Path) -> list[dict[str, str]]:
    """Files that wait in a folder that is the inbox of no plan, each with what to do; they stay there."""
    plans = registry.plan_codes()
    inboxes = [home / "inbox", *sorted(home.glob("*/inbox"))]
    return [
        _told(path, _RENAME if _names_somebody(path) else _plan_remedy(inbox, home))
        for inbox in inboxes
        if inbox.parent == home or inbox.parent.name not in plans
        for path in archive.finished_files(inbox)
    ]


def _told(path: Path, remedy: dict[str, str]) -> dict[str, str]:
    return {"file_name": path.name, "folder": str(path.parent), **remedy}


def _names_somebody(path: Path) -> bool:
    """Whether the name of a file holds personal data."""
    return bool(kinds_in(path.name, public_values()))


_RENAME = {
    "remedy_nl": "de bestandsnaam bevat een persoonsgegeven en wordt gepubliceerd; geef het bestand een andere naam",
    "remedy_en": "the name of the file holds personal data and is published; give the file another name",
}


def _plan_remedy(inbox: Path, home: Path) -> dict[str, str]:
    """What to do with a file in the inbox of no plan, in Dutch and English."""
    known = ", ".join(dict.fromkeys(plan for plan, _ in registry.meetmomenten()))
    if inbox.parent == home:
        named_nl, named_en = "het plan is niet te zien", "the plan cannot be seen"
    else:
        named_nl, named_en = (
            f"plan '{inbox.parent.name}' heeft geen kalender",
            f"plan '{inbox.parent.name}' has no calendar",
        )
    return {
        "remedy_nl": f"{named_nl}; zet het bestand in <plan>/inbox/<meetmoment>/, met als plan {known}",
        "remedy_en": f"{named_en}; put the file in <plan>/inbox/<meetmoment>/, the plan being {known}",
    }


def _remedy(settings: Settings, path: Path) -> dict[str, str]:
    """What to do with a file in the plan's inbox that is in the folder of no meetmoment, in Dutch and English."""
    calendar = [meetmoment for plan, meetmoment in registry.meetmomenten() if plan == settings.plan]
    if not calendar:
        return _plan_remedy(settings.inbox, settings.home)
    known = ", ".join(calendar)
    place = f"{settings.plan}/inbox/<meetmoment>/"
    match path.relative_to(settings.inbox).parts[:-1]:
        case ():
            named_nl, named_en = "het meetmoment is niet te zien", "the meetmoment cannot be seen"
        case (meetmoment_code, *_) if meetmoment_code not in calendar:
            named_nl = f"meetmoment '{meetmoment_code}' staat niet in de kalender van {settings.plan}"
            named_en = f"meetmoment '{meetmoment_code}' is not in the calendar of {settings.plan}"
        case _:
            named_nl, named_en = "mappen daaronder worden niet gelezen", "folders below it are not read"
    return {
        "remedy_nl": f"{named_nl}; zet het bestand in {place}, met als meetmoment {known}"
        " (een nieuw meetmoment is een rij in seeds/plan/meetmoment.csv)",
        "remedy_en": f"{named_en}; put the file in {place}, the meetmoment being {known}"
        " (a new meetmoment is a row in seeds/plan/meetmoment.csv)",
    }


def identical_copies(settings: Settings) -> list[dict[str, Any]]:
    """Files that wait in the inbox though the same bytes were received before under another name, or were withdrawn."""
    received = {receipt.submission_id: receipt for receipt in archive.receipts(settings.archive, settings.plan)}
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    copies = []
    for meetmoment_code, path in placed(settings):
        receipt = archive.receipt_for(path, settings.plan, meetmoment_code, datetime.now(UTC))
        before = received.get(receipt.submission_id)
        if before and (before.file_name != path.name or before.submission_id in withdrawn):
            copies.append(
                {
                    "file_name": path.name,
                    "submission_id": before.submission_id,
                    "received_as": before.file_name,
                    "received_at": before.received_at.isoformat(),
                    "is_withdrawn": before.submission_id in withdrawn,
                }
            )
    return copies


def changed_verdicts(warehouse: Path, current: "Release | None") -> list[dict[str, Any]]:
    """Submissions whose verdict (accepted, rejected, withdrawn) in a judged warehouse is not what the release says."""
    if current is None:
        return []
    import duckdb

    with duckdb.connect(str(current.database), read_only=True) as con:
        before = _verdicts(con, "dim_submission")
    with duckdb.connect(str(warehouse), read_only=True) as con:
        after = _verdicts(con, "intermediate.int_submission")
    return [
        {
            "submission_id": submission_id,
            "file_name": file_name,
            "was": before[submission_id][1],
            "now": now,
        }
        for submission_id, (file_name, now) in after.items()
        if submission_id in before and before[submission_id][1] != now
    ]


def withdraw(settings: Settings, submission_id: str, reason: str, role: str, now: datetime) -> Withdrawal:
    """Withdraw a submission from ``now`` (UTC) on.

    Raises:
        ValueError: when there is no such submission, it was withdrawn before, or no reason is given.
    """
    receipt = next(
        (r for r in archive.receipts(settings.archive, settings.plan) if r.submission_id == submission_id), None
    )
    if receipt is None:
        raise ValueError(f"there is no submission {submission_id}; its answer and dim_submission name it")
    if not reason.strip() or not role.strip():
        raise ValueError("a withdrawal needs a reason and the role that decided it")
    return archive.withdraw(settings.archive, receipt, now, reason.strip(), role.strip())


def latest_meetmoment(plan_code: str, now: datetime) -> dict[str, str] | None:
    """The last meetmoment of a plan whose window has opened."""
    today = registry.local_day(plan_code, now)
    calendar = [row for (plan, _), row in registry.meetmomenten().items() if plan == plan_code]
    return next((row for row in reversed(calendar) if _day(row["opens_on"]) <= today), None)


def next_days(now: datetime) -> list[dict[str, Any]]:
    """Openings, deadlines and publications still to come, the next one first; days are those of each plan."""
    days = [
        {
            "day": row[column],
            "in_days": in_days,
            "what": what,
            "plan_code": plan,
            "meetmoment_code": meetmoment,
        }
        for (plan, meetmoment), row in registry.meetmomenten().items()
        for column, what in (("opens_on", "opening"), ("deadline_on", "deadline"), ("publication_on", "publication"))
        if (in_days := (_day(row[column]) - registry.local_day(plan, now)).days) >= 0
    ]
    return sorted(days, key=lambda d: (d["in_days"], d["plan_code"], d["meetmoment_code"], d["what"]))


def deliveries(warehouse: Path, plan_code: str, now: datetime) -> list[dict[str, Any]]:
    """Per policy domain of the plan, for its latest meetmoment: whether it delivered, when, and what gate 1 found.

    ``delivery`` is in_time, late, rejected (nothing accepted yet) or missing; ``is_overdue`` says that the deadline has
    passed and nothing is accepted. Empty before the first night. A plan without policy domains has its senders only.

    Args:
        warehouse: the warehouse of the last night of the plan, judged at least by gate 1.
        plan_code: the plan.
        now: the moment to look at deadlines from.
    """
    meetmoment = latest_meetmoment(plan_code, now)
    if meetmoment is None or not warehouse.exists():
        return []
    import duckdb

    code = meetmoment["meetmoment_code"]
    is_past = _day(meetmoment["deadline_on"]) < registry.local_day(plan_code, now)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        if not con.sql(_IS_JUDGED).fetchall():
            return []
        found = con.execute(_DELIVERIES, {"meetmoment": code})
        columns = [column for (column, *_) in found.description or []]
        rows = [dict(zip(columns, values, strict=True)) for values in found.fetchall()]
    return [
        {
            "meetmoment": code,
            "deadline_on": meetmoment["deadline_on"],
            **row,
            "is_overdue": is_past and row["delivery"] in ("missing", "rejected"),
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


def _verdicts(con: "duckdb.DuckDBPyConnection", table: str) -> dict[str, tuple[str, str]]:
    """Submission id -> (file name, verdict or withdrawn); releases from before withdrawals existed have none."""
    answer = con.sql(f"from {table} order by submission_id")
    found = {}
    for values in answer.fetchall():
        row = dict(zip(answer.columns, values, strict=True))
        verdict = "withdrawn" if row.get("withdrawn_at") else row["verdict"]
        found[row["submission_id"]] = (row["file_name"], verdict)
    return found


def _day(text: str) -> date:
    return date.fromisoformat(text)
