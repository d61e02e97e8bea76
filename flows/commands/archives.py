"""The commands that keep what was received: `veerkracht archive verify | backup | restore`."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import console, shared
from flows.commands.nights import PANEL, exit_with_worst
from flows.commands.shared import EXIT_BUSY, EXIT_DIFFERS, EXIT_FAILED, Json, Plan

if TYPE_CHECKING:
    from flows.copies import Copied


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    archive = typer.Typer(no_args_is_help=True, help="What was received: the only source of truth.")
    app.add_typer(archive, name="archive", rich_help_panel=PANEL)
    archive.command()(verify)
    archive.callback()(lambda: None)
    for function in (backup, restore):
        app.command(rich_help_panel=PANEL)(function)


def verify(plan: Plan = None, json_: Json = False) -> None:
    """Hold every file that was received against the checksum it came in with, and every receipt against what the last
    release says it was made of. Writes down that all are whole, for `status`; changes nothing else.

    A file that is damaged is healed by putting it back from a copy, or by the same bytes sent again; a receipt or a
    withdrawal that is gone or was changed, by putting it back.
    Exit codes: 0 all are whole, 20 at least one is not, 1 a receipt cannot be read.
    """
    from flows import diary
    from flows.intake import archive
    from flows.release import receipts as signed

    settings = shared.settings_of(plan)
    receipts = archive.receipts(settings.archive, settings.plan)
    archive.withdrawals(settings.archive, settings.plan)
    damaged = archive.damaged(archive.sources(settings.archive, receipts))
    differing = signed.differing(settings)
    if json_:
        damaged_ones = [r.__dict__ for r in damaged]
        shared.answer({"receipts": len(receipts), "damaged": damaged_ones, "differing": differing})
    else:
        for receipt in damaged:
            told = f"beschadigd of weg / damaged or gone  {archive.told(receipt)}"
            console.console.print(told, style="red", markup=False, soft_wrap=True)
        for told in differing:
            console.console.print(f"niet zoals gepubliceerd / not as published  {told}", style="red", soft_wrap=True)
        console.console.print(
            f"{console.counted(len(receipts), 'ontvangst', 'ontvangsten', 'receipt', 'receipts')}, "
            f"{len(damaged)} beschadigd / damaged"
        )
    if damaged or differing:
        raise typer.Exit(EXIT_DIFFERS)
    with suppress(OSError):  # a home that may only be read
        diary.verified(settings, datetime.now(UTC))


def backup(
    folder: Annotated[
        Path, typer.Argument(help="Where the copy is, on another disk; it is made where it is not there.")
    ],
    plan: shared.EachPlan = None,
    json_: Json = False,
) -> None:
    """Copy what cannot be made again: archive, inbox, releases with their chain, diary. Only what is new is copied.

    The whole copy is then held against its checksums and signatures. The signing key is in no copy; keep it elsewhere.
    A plan that fails does not stop the next one. Exit codes, the worst of all plans: 1 it was not copied, 20 something
    of the copy is not whole and is told, 75 a night of the plan is running and it was not copied, 0 the copy is whole.
    """
    from flows import copies, homes

    plans = [shared.settings_of(plan).plan] if plan else homes.every()
    _each(plans, lambda code: copies.back_up(homes.of(code), folder), json_)


def restore(
    folder: Annotated[Path, typer.Argument(help="A copy that veerkracht backup made.", exists=True, file_okay=False)],
    plan: shared.EachPlan = None,
    json_: Json = False,
) -> None:
    """Put a copy back under an empty $VEERKRACHT_HOME, and hold it against its checksums, signatures and chain.

    Then veerkracht nightly makes the warehouse anew and goes on. A home that has what the copy lacks is left alone.
    A plan that fails does not stop the next one. Exit codes, the worst of all plans: 1 it was not put back, 20
    something of it does not hold and is told (a key that is not trusted here, say), 75 a night of the plan is running
    and it was not put back, 0 all is back.
    """
    from flows import copies, diary
    from flows.settings import Settings

    plans = [plan] if plan else diary.homes_of_any(folder)
    if not plans:
        raise LookupError(f"{folder} bevat van geen enkel plan een kopie / holds a copy of no plan")
    _each(plans, lambda code: copies.restore(folder, Settings(plan=code)), json_)


def _each(plans: Iterable[str], copy: "Callable[[str], Copied]", json_: bool) -> None:
    """Copy one plan after the other, and tell of each what was copied or why it was not."""
    from flows import sights
    from flows.standing import AnotherNight

    told: dict[str, Any] = {}
    codes = []
    for plan in plans:
        try:
            copied = copy(plan)
        except Exception as error:
            seen = sights.of_failure(error)
            page = None if seen is sights.FAILED else seen.path  # else what is said is all there is to say
            told[plan] = {"reason": shared.in_words(error), "page": page}
            codes.append(EXIT_BUSY if isinstance(error, AnotherNight) else EXIT_FAILED)
            typer.echo(f"veerkracht: {plan}: {told[plan]['reason']}", err=True)
            if page:
                typer.echo(f"  wat te doen / what to do: {page}", err=True)
            continue
        told[plan] = asdict(copied)
        codes.append(EXIT_DIFFERS if copied.problems else 0)
        if not json_:
            _tell(plan, copied)
    if json_:
        shared.answer(told)
    exit_with_worst(codes)


def _tell(plan: str, copied: "Copied") -> None:
    """What was copied of a plan, and what does not hold of it."""
    for problem in copied.problems:
        console.console.print(f"{plan}: {problem}", style="red", markup=False, soft_wrap=True)
    console.console.print(
        f"{plan}: {console.counted(copied.receipts, 'ontvangst', 'ontvangsten', 'receipt', 'receipts')}, "
        f"{console.counted(copied.releases, 'uitgave', 'uitgaven', 'release', 'releases')}, "
        + console.counted(*(copied.files, "bestand gekopieerd", "bestanden gekopieerd", "file copied", "files copied")),
        markup=False,
    )
