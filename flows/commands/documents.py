"""The command that makes a document of a release: `veerkracht report`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import console, shared
from flows.commands.figures import PANEL
from flows.commands.shared import Json, Plan


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to the command line."""
    app.command(rich_help_panel=PANEL)(report)


def report(
    name: Annotated[str, typer.Argument(help="Name of the document, a folder of reports/: fiches, cover_note, ...")],
    meetmoment: Annotated[str | None, typer.Option(help="The last one that the release holds.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write, whose ending says in which form, or a folder.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="nl or en, where the document is made in both.")] = None,
    release_id: Annotated[str | None, typer.Option("--release", help="Id of the release; the current one.")] = None,
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """One of the documents of a release, of its last meetmoment or another one; those of the last are in the release.

    Sentences that lack a figure are left out and listed. Exit codes: 0 written, 1 no such document, form or meetmoment.
    """
    from flows.forms import publication
    from flows.reports import declared, making

    settings = shared.settings_of(plan)
    of = shared.release_of(settings, release_id)
    document = declared.document(name)
    target = output or Path()
    form = document.forms[0] if target.is_dir() else target.suffix.removeprefix(".")
    file = document.file(form, language or document.languages[0])
    head = making.Head(
        of.release_id, of.published_at, of.manifest["content_sha256"], publication.release_uri(of.release_id)
    )
    made = making.make(of.database, name, head, meetmoment, settings.memory_beside(settings.warehouse))
    if file not in made.files:
        there = ", ".join(made.files)
        told = f"{file} wordt niet gemaakt, wel {there} / {file} is not made, but {there}"
        raise declared.NoSuchDocument(made.not_made or told)
    place = target / file if target.is_dir() else target
    place.write_bytes(made.files[file]())
    if json_:
        left_out = [asdict(one) for one in made.left_out]
        shared.answer({"file": str(place), "meetmoment_code": made.meetmoment_code, "left_out": left_out})
        return
    console.console.print(console.styled("{} ({}, release {})", str(place), made.meetmoment_code, of.release_id))
    for one in made.left_out:
        told = "  weggelaten / left out: {} ({})"
        console.console.print(console.styled(told, one.code, ", ".join(one.missing)))
