"""The command on the archive: `veerkracht archive verify`."""

import typer

from flows.commands import console, shared
from flows.commands.nights import PANEL
from flows.commands.shared import EXIT_DIFFERS, Json, Plan


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    archive = typer.Typer(no_args_is_help=True, help="What was received: the only source of truth.")
    app.add_typer(archive, name="archive", rich_help_panel=PANEL)
    archive.command()(verify)
    archive.callback()(lambda: None)


def verify(plan: Plan = None, json_: Json = False) -> None:
    """Hold every file that was received against the checksum it came in with. Changes nothing.

    A file that is damaged is healed by putting it back from a copy, or by the same bytes sent again.
    Exit codes: 0 all are whole, 20 at least one is not, 1 a receipt cannot be read.
    """
    from flows.intake import archive

    settings = shared.settings_of(plan)
    receipts = archive.receipts(settings.archive, settings.plan)
    archive.withdrawals(settings.archive, settings.plan)
    damaged = archive.damaged(archive.sources(settings.archive, receipts))
    if json_:
        shared.answer({"receipts": len(receipts), "damaged": [r.__dict__ for r in damaged]})
    else:
        for receipt in damaged:
            told = f"beschadigd of weg / damaged or gone  {archive.told(receipt)}"
            console.console.print(told, style="red", markup=False, soft_wrap=True)
        console.console.print(f"{len(receipts)} ontvangsten / receipts, {len(damaged)} beschadigd / damaged")
    if damaged:
        raise typer.Exit(EXIT_DIFFERS)
