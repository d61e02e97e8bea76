"""The commands of who sends returns: `veerkracht template | check | withdraw`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import console, shared
from flows.commands.shared import EXIT_HELD, Json, Plan

PANEL = "Wie rapporteringen stuurt / who sends returns"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    for function in (template, check, withdraw):
        app.command(rich_help_panel=PANEL)(function)


def template(
    meetmoment: Annotated[str, typer.Option(help="Code of the meetmoment the return is for, for example m7.")],
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Workbook to write (.xlsx).")],
    plan: Plan = None,
    policy_domain: Annotated[
        str | None, typer.Option(help="Policy domain the return is of, for example OMG; all projects when left out.")
    ] = None,
    json_: Json = False,
) -> None:
    """The Excel return to fill in for a meetmoment, prefilled with the last accepted values of the one before.

    Sheets, headers and their order come from the registry, so what is filled in and sent back is received. Codes and
    titles are locked, the rest is open; drop-downs offer what is valid at the meetmoment; the sheet Toelichting
    explains every column. Rows for what is new go under the last one. Name the file <policy domain>_... .xlsx; it goes
    in $VEERKRACHT_HOME/<plan>/inbox/<meetmoment>/ (try it first with: veerkracht check FILE).

    Exit codes: 0 written, 1 failed, 2 wrong use, 75 a night of the plan is running.
    """
    from flows.senders.template import write_template

    settings = shared.expect_whole_registry(plan)
    _expect_in_calendar(settings.plan, meetmoment)
    written = write_template(settings, settings.plan, meetmoment, policy_domain, output)
    if json_:
        shared.answer(
            {
                "file": str(output),
                "prefilled_from": written.prefilled_from,
                "release": written.release_id,
                "rows": written.rows,
            }
        )
        return
    source = "leeg / empty"
    if written.prefilled_from:
        source = f"ingevuld met / prefilled from {written.prefilled_from}"
        source += f", zoals in uitgave / as in release {written.release_id}" if written.release_id else ""
    console.console.print(f"{output}: {source}")
    console.show_rows("", ["blad / sheet", "rijen / rows"], [[name, count] for name, count in written.rows.items()])


def check(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files as you would send them.")],
    plan: Plan = None,
    meetmoment: Annotated[
        str | None, typer.Option(help="Code of the meetmoment; the latest received when left out.")
    ] = None,
    answer: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for the answers you would get: marked workbooks, pages."),
    ] = None,
    json_: Json = False,
) -> None:
    """What the gate would say of these files. Changes nothing.

    With --answer it also writes, per file, what the sender would get back: for a workbook the same workbook with the
    offending cells marked and a sheet Bevindingen in front (correct it there and send that), else a page and a table.

    A file whose name would keep it from being received is told with what to do, and not judged.

    Of files with the same bytes one is judged, and the others are told as copies of it. Of findings that are alike in
    a file --json has the first thousand, each with how many they are (alike_count); --answer has all of them.

    Exit codes: 0 they would be accepted (warnings and rows that are not counted are listed), 20 at least one would be
    rejected, or not received.
    """
    settings = shared.expect_whole_registry(plan)
    from flows.check import check as check_files
    from flows.check import default_meetmoment
    from flows.intake import inbox

    meetmoment = meetmoment or default_meetmoment(settings)
    _expect_in_calendar(settings.plan, meetmoment)
    looked_at = [(path, inbox.not_received(path)) for path in files]
    not_received = [told for _, told in looked_at if told]
    judged = [path for path, told in looked_at if not told]
    preview = check_files(settings, judged, meetmoment, datetime.now(UTC), answer)
    rejected = sorted({told.file_name for told in preview.answers if told.is_rejected})
    if json_:
        shared.answer(
            {
                "plan": settings.plan,
                "meetmoment": meetmoment,
                "rejected": rejected,
                "rows": [
                    {"file_name": told.file_name, "rows": told.row_count, "rows_set_apart": told.rows_set_apart}
                    for told in preview.answers
                ],
                "copies": preview.copies,
                "received": preview.received,
                "not_received": not_received,
                "findings": preview.findings,
            }
        )
    else:
        console.show_unplaced(not_received)
        console.show_findings(preview.findings, console.WITH_JSON, settings.plan, meetmoment)
        console.show_verdicts(preview.answers, preview.copies)
        console.show_received(
            preview.received, "zo opnieuw gestuurd verandert het niets", "sent as it is, nothing changes"
        )
        if answer:
            console.console.print(f"antwoorden / answers: {answer}")
    if rejected or not_received:
        raise typer.Exit(EXIT_HELD)


def withdraw(
    submission: Annotated[str, typer.Argument(help="Id of the submission; its answer and dim_submission name it.")],
    reason: Annotated[str, typer.Option(help="Why it is withdrawn; it stays inside.")],
    role: Annotated[str, typer.Option(help="In which role that is decided; it stays inside.")] = "sender",
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """Withdraw a submission: from now on it no longer counts, and what it had replaced counts again.

    Its bytes and receipt stay, dim_submission says when it was withdrawn, and what was published while it counted can
    still be rebuilt. Reason and role stay in the archive. The next night publishes without it. A withdrawal is not
    undone: send the file again with a change. A file that brings down the reading of it every night no longer stops a
    night once it is withdrawn. Exit codes: 0 withdrawn, 1 failed.
    """
    from flows.intake import withdrawal
    from flows.release import kept

    settings = shared.settings_of(plan)
    latest = next(kept.latest_first(settings), None)
    published = {entry["submission_id"] for entry in latest.manifest["submissions"]} if latest else set()
    made = withdrawal.withdraw(settings, submission, reason, role, datetime.now(UTC), published)
    if json_:
        shared.answer(made.__dict__)
    else:
        console.console.print(f"ingetrokken / withdrawn {submission}")
        console.console.print("telt vanaf de volgende nacht niet meer mee / from the next night on it does not count")
        if made.is_unread:
            console.console.print(
                "het kan niet gelezen worden en wordt niet opnieuw geprobeerd; het blijft in het archief"
                " / it cannot be read and is not tried again; it stays in the archive",
                soft_wrap=True,
            )


def _expect_in_calendar(plan: str, meetmoment: str) -> None:
    from flows import registry

    if (plan, meetmoment) not in registry.meetmomenten():
        known = ", ".join("/".join(key) for key in registry.meetmomenten())
        raise typer.BadParameter(
            f"{plan}/{meetmoment} staat niet in de kalender; wel / is not in the calendar; it has {known}"
        )
