"""How a plan is doing: `veerkracht status`, for who is on duty and for monitors."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from flows.commands import console, nights, shared
from flows.commands.shared import Json, Plan

if TYPE_CHECKING:
    from flows.commands.wellbeing import Wellbeing
    from flows.profile import Profile
    from flows.release.kept import Release
    from flows.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(rich_help_panel=nights.PANEL)(status)


_MEETMOMENTEN = """
    select meetmoment_code, cutoff_date, deadline_on, publication_on,
        delivered_project_count, expected_project_count, is_complete
    from dim_meetmoment order by meetmoment_number
"""


def status(
    plan: Plan = None,
    max_age: Annotated[
        float | None,
        typer.Option(help="Maximum age of the last night, in hours, for a monitor: 26 where one runs every night."),
    ] = None,
    json_: Json = False,
) -> None:
    """How the last night ended, what stands in the way of the next one, who delivered, who is late, what comes next.

    It looks at the diary of the nights, at a hold that still stands with its reasons and what to do, at the release
    that is served and whether it is the last one, at what waits in the inbox where no meetmoment is, and at the
    calendar; late is whoever has nothing accepted after the deadline. What asks for something names its page of the
    runbook. Last comes what the steps, their parts and the slowest models of the last night took, beside a month
    before.

    Exit codes, for monitors: 0 all is well; 1 the last night failed, or with --max-age ended more hours ago or there
    was none yet, or one began and was killed or wrote nothing for an hour; 20 a hold stands, the release that is served
    is not the one that was signed, the one published last is gone or changed, or releases are there and none is served.
    """
    from flows import profile, standing
    from flows.commands import wellbeing
    from flows.intake import inbox
    from flows.release import kept
    from flows.senders import deliveries

    settings, now = shared.settings_of(plan), datetime.now(UTC)
    last, current, broken = standing.last_run(settings), None, ""
    meetmomenten: list[dict[str, Any]] = []
    try:
        current = kept.current(settings)
        meetmomenten = shared.query(current, _MEETMOMENTEN) if current else []
    except kept.NotReadBack as error:
        broken = str(error)
    try:
        delivered, is_busy = deliveries.deliveries(settings.warehouse, settings.plan, now), False
    except standing.AnotherNight:
        delivered, is_busy = [], True
    found = wellbeing.of(settings, current, broken, now, max_age)
    answer: dict[str, Any] = {
        "plan": settings.plan,
        "home": str(settings.plan_home),
        "last_night": found.night,
        "hold": found.hold,
        "archive_read_at": found.archive_read_at and found.archive_read_at.isoformat(),
        "to_do": [asdict(told) | {"page": told.sight.path} for told in found.to_do],
        "exit_code": found.exit_code,
        "last_run": last and _of_last_run(last),
        "release": current and {"release_id": current.release_id, "folder": str(current.folder)},
        "broken": broken,
        "rejected": last["outcome"]["rejected"] if last else [],
        "unplaced": inbox.unplaced(settings) + inbox.of_no_plan(settings.home),
        "changed_verdicts": last["outcome"].get("changed_verdicts", []) if last else [],
        "deliveries": delivered,
        "is_busy": is_busy,
        "next": deliveries.next_days(settings.plan, now),
        "meetmomenten": meetmomenten,
        "time": _time(*profile.last_two(settings)),
    }
    if json_:
        shared.answer(answer)
    else:
        _show_wellbeing(found)
        _tell_status(settings, answer, current)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def _of_last_run(last: dict[str, Any]) -> dict[str, Any]:
    """How the last run ended, with the number of its findings in their place."""
    said = dict(last["outcome"])
    count = said.pop("finding_count", len(said["findings"]))
    return {"at": last["at"], **said, "findings": count}


def _tell_status(settings: "Settings", answer: dict[str, Any], current: "Release | None") -> None:
    """The lines above the tables of `status`, and these."""
    print_ = console.console.print
    print_(f"map / home            {settings.plan_home}")
    if not answer["broken"]:
        print_(
            f"uitgave / release     {current.release_id}  {current.folder}"
            if current
            else "uitgave / release     geen / none"
        )
    print_(f"antwoorden / answers  {settings.answers}")
    if answer["archive_read_at"]:
        print_(f"archief / archive     nagelezen op / read through on {console.day(answer['archive_read_at'])}")
    _show_tables(answer)


_NIGHT_WORDS = {
    "published": "[green]gepubliceerd / published[/]",
    "nothing_new": "[green]niets nieuws / nothing new[/]",
    "held": "[bold yellow]TEGENGEHOUDEN / HELD[/]",
    "failed": "[bold red]MISLUKT / FAILED[/]",
}


def _show_wellbeing(found: "Wellbeing") -> None:
    """The first lines of `veerkracht status`: the last night, and all that asks for somebody."""
    night = found.night
    if night is None:
        console.console.print(
            "laatste nacht         nog geen, start 'veerkracht nightly' / none yet, run 'veerkracht nightly'"
        )
    else:
        verdict = console.styled(_NIGHT_WORDS[night["verdict"]])
        when = f", {console.day(night['ended_at'])}, {night['age_nl']} geleden / {night['age_en']} ago"
        console.console.print(Text.assemble("laatste nacht         ", verdict, when))
    console.show_to_dos(found.to_do)


_DELIVERY_WORDS = {
    "in_time": "[green]op tijd / on time[/]",
    "late": "[yellow]te laat / late[/]",
    "rejected": "[red]geweigerd / rejected[/]",
    "withdrawn": "[red]ingetrokken / withdrawn[/]",
    "missing": "[dim]niets ontvangen / nothing received[/]",
}
_DAY_WORDS = {
    "opening": "opening / opens",
    "deadline": "uiterste dag / deadline",
    "publication": "publicatie / publication",
}
_OVERDUE = ", [bold red]te laat / overdue[/]"
_DELIVERY_COLUMNS = (
    *("", "beleidsdomein / policy domain", "levering / delivery"),
    *("aanvaard / accepted", "geweigerd / rejected", "ingetrokken / withdrawn"),
    *("fouten / errors", "waarschuwingen / warnings", "laatst / last"),
)
_DAYS_SHOWN = 5
_LEAST = 0.1
"""Seconds; what took less has no growth."""
_MODELS_SHOWN = 5
_MEETMOMENT_COLUMNS = (
    *("meetmoment", "afsluitdatum / cut-off date", "uiterste dag / deadline", "publicatie / publication"),
    *("projecten / projects", "volledig / complete"),
)


def _show_tables(answer: dict[str, Any]) -> None:
    """Refused or unplaced files, other verdicts, deliveries, calendar, meetmomenten, and where the time went."""
    for name in answer["rejected"]:
        console.console.print(console.styled("[red]geweigerd / rejected[/]  {}", name))
    if answer["rejected"] and not answer["hold"]:
        from flows import sights

        console.show_to_do(sights.SOME_REFUSED)
    console.show_unplaced(answer["unplaced"])
    console.show_changed_verdicts(answer["changed_verdicts"])
    _show_deliveries(answer["deliveries"], answer["is_busy"])
    _show_calendar(answer["next"])
    if answer["meetmomenten"]:
        rows = [_of_meetmoment(row) for row in answer["meetmomenten"]]
        console.show_rows("\nMeetmomenten", _MEETMOMENT_COLUMNS, rows)
    if answer["time"]:
        _show_time(answer["time"])


def _show_deliveries(deliveries: list[dict[str, Any]], is_busy: bool) -> None:
    """Per meetmoment that is open or late, what came of whom."""
    if is_busy:
        console.console.print(
            "\nleveringen / deliveries: er loopt een nacht, vraag het erna opnieuw / a night runs, ask again"
        )
    for meetmoment in dict.fromkeys(row["meetmoment"] for row in deliveries):
        rows = [row for row in deliveries if row["meetmoment"] == meetmoment]
        deadline = _date(rows[0]["deadline_on"]) or "geen / none"
        title = f"\n{meetmoment}, uiterste dag / deadline {deadline}"
        console.show_rows(title, _DELIVERY_COLUMNS, [_of_delivery(row) for row in rows])
        if overdue := [row["sender"] for row in rows if row["is_overdue"]]:
            told = console.styled("[bold red]{} te laat / overdue[/]: {}", len(overdue), ", ".join(overdue))
            console.console.print(told)
            from flows import sights

            console.show_to_do(sights.LATE)


def _of_delivery(row: dict[str, Any]) -> list[Any]:
    return [
        *(row["sender"], row["name"]),
        console.styled(_DELIVERY_WORDS[row["delivery"]] + (_OVERDUE if row["is_overdue"] else "")),
        *(row["accepted"], row["rejected"], row["withdrawn"]),
        *(row["critical"] + row["errors"], row["warnings"], console.moment(row["last_received_at"])),
    ]


def _show_calendar(days: list[dict[str, Any]]) -> None:
    """The days that come next."""
    if not days:
        console.console.print("\nKalender / calendar: er komen geen dagen meer / no more days to come")
        return
    rows = [
        [
            *(_date(day["day"]), f"{day['in_days']} d", _DAY_WORDS[day["what"]]),
            f"{day['plan_code']}/{day['meetmoment_code']}",
        ]
        for day in days[:_DAYS_SHOWN]
    ]
    console.show_rows("\nKalender / calendar", ["dag / day", "over / in", "wat / what", "meetmoment"], rows)


def _of_meetmoment(row: dict[str, Any]) -> list[Any]:
    return [
        row["meetmoment_code"],
        *(_date(row[day]) for day in ("cutoff_date", "deadline_on", "publication_on")),
        f"{row['delivered_project_count']} / {row['expected_project_count']}",
        "ja / yes" if row["is_complete"] else "nee / no",
    ]


def _time(last: "Profile | None", before: "Profile | None") -> dict[str, Any] | None:
    """Where the time of the last night that built went: steps, their parts, the slowest models, and a month before."""
    if last is None:
        return None

    def beside(now: dict[str, float], then: dict[str, float], of: str, **named: str) -> list[dict[str, Any]]:
        return [named | {of: name, "seconds": taken, "before": then.get(name)} for name, taken in now.items()]

    slowest = dict(list(last.models.items())[:_MODELS_SHOWN])
    steps, parts, models = (before.steps, before.parts, before.models) if before else ({}, {}, {})
    return {
        "night": last.night.isoformat(),
        "before": before and before.night.isoformat(),
        "steps": beside(last.steps, steps, "step"),
        "parts": [row for step, of in last.parts.items() for row in beside(of, parts.get(step, {}), "part", step=step)],
        "models": beside(slowest, models, "model"),
    }


def _show_time(told: dict[str, Any]) -> None:
    """Steps with their parts and the slowest models, their seconds, and those of a month before."""
    then = _date(told["before"][:10]) if told["before"] else "een maand eerder / a month before: -"
    columns = ("stap, traagste modellen / step, slowest models", "seconden / seconds", then, "groei / growth")
    named = []
    for step in told["steps"]:
        named.append((console.STEPS.get(step["step"], step["step"]), step))
        named += [
            (f"  {console.PARTS.get(row['part'], row['part'])}", row)
            for row in told["parts"]
            if row["step"] == step["step"]
        ]
    named += [(row["model"], row) for row in told["models"]]
    rows = [[name, _seconds(row["seconds"]), _seconds(row["before"]), _growth(row)] for name, row in named]
    console.show_rows(f"\nTijd van de nacht van / time of the night of {_date(told['night'][:10])}", columns, rows)


def _seconds(taken: float | None) -> str:
    return "" if taken is None else f"{taken:.1f}"


def _growth(row: dict[str, Any]) -> str:
    """By how much it is more or less than a month before; nothing where that is unknown, or of too little."""
    before, now = row["before"] or 0, row["seconds"]
    return f"{now / before - 1:+.0%}" if before >= _LEAST and max(before, now) >= 1 else ""


def _date(value: Any) -> str:
    """A day as people write it; nothing where there is none."""
    return f"{date.fromisoformat(str(value)):%d/%m/%Y}" if value else ""
