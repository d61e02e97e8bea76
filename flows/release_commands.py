"""The commands on releases and figures: `veerkracht releases verify | rollback | rebuild` and `veerkracht trace`."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import console, log
from flows.publish import release
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.publish.trace import Trace

EXIT_DIFFERS = 20

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
ReleaseId = Annotated[str, typer.Argument(metavar="ID", help="Id of the release, see releases list.")]


def add_to(app: typer.Typer, releases_app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command()(trace)
    for command in (verify, rollback, rebuild):
        releases_app.command()(command)


def verify(
    release_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of the release; the current one when left out.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every release, those whose files were not kept too.")] = False,
    public_key: Annotated[
        Path | None, typer.Option(exists=True, help="PEM of the key it must be signed with, from a trusted place.")
    ] = None,
    json_: Json = False,
) -> None:
    """Check every file of a release against its manifest, the signature, and the link to the release before.

    Exit codes: 0 all holds, 20 something does not, 1 no such release.
    """
    from flows.publish import verify as verification

    settings = Settings()
    if all_:
        chosen = [*release.retired(settings), *release.published(settings)]
    else:
        chosen = [release.find(settings, release_id) if release_id else _current(settings)]
    pem = public_key.read_text(encoding="utf-8") if public_key else None
    found = {r.release_id: verification.problems(settings, r, pem) for r in chosen}
    demo_signed = [r.release_id for r in chosen if r.manifest["signing"]["is_demo_key"]]
    if json_:
        _answer({"problems": found, "signed_with_demo_key": demo_signed})
    else:
        for checked, problems in found.items():
            word = "[red]" + "; ".join(problems) + "[/]" if problems else "[green]klopt / holds[/]"
            console.console.print(f"{checked}  {word}")
        if demo_signed:
            console.console.print(
                f"{len(demo_signed)} signed with the key of the demonstration, which everybody has "
                "(set VEERKRACHT_SIGNING_KEY)"
            )
    if any(found.values()):
        raise typer.Exit(EXIT_DIFFERS)


def rollback(release_id: ReleaseId, json_: Json = False) -> None:
    """Serve another release whose files are kept: `current` is switched to it in one step, after it was read back.

    The next night publishes anew when something new was received. Exit codes: 0 done, 1 no such release or not whole.
    """
    settings = Settings()
    before = release.current(settings)
    with log.run_log(settings.logs, f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-rollback"):
        target = release.rollback(settings, release_id)
        log.event("rolled back", release_id=release_id, was=before.release_id if before else None)
    if json_:
        _answer({"release": target.release_id, "was": before.release_id if before else None})
    else:
        console.console.print(f"current is {target.release_id} (was {before.release_id if before else 'none'})")


def rebuild(release_id: ReleaseId, json_: Json = False) -> None:
    """Make a release again from the archive and compare every file; says where code or registry differ today.

    Exit codes: 0 every file is the same, 20 some differ, 1 it could not be rebuilt.
    """
    from flows.publish.rebuild import rebuild as made_again

    settings = Settings()
    rebuilt = made_again(settings, release_id)
    if json_:
        _answer(asdict(rebuilt))
    else:
        print_ = console.console.print
        print_(f"{len(rebuilt.same)} bestanden gelijk / files the same, {len(rebuilt.differing)} verschillend / differ")
        for name in rebuilt.differing:
            print_(f"  [yellow]{name}[/]")
        for name in rebuilt.registry_differs:
            print_(f"  seeds/{name} is not what it was")
        if not rebuilt.is_same_code:
            print_(f"  code was {rebuilt.code_then}, is {rebuilt.code_now}")
        print_(f"  {rebuilt.folder}")
    if rebuilt.differing:
        raise typer.Exit(EXIT_DIFFERS)


def trace(
    key: Annotated[
        str, typer.Argument(help="trace_key of a row, e.g. fct_finance/veerkracht/m3/VV014/provisional/committed")
    ],
    release_id: Annotated[str | None, typer.Option("--release", help="Id of the release; the current one.")] = None,
    json_: Json = False,
) -> None:
    """Lead a published figure back to file, sheet, cell, checksum and time of receipt; an aggregate to its parts.

    A row with several figures takes the column after a colon: agg_finance_by_meetmoment/...:paid_eur.
    Exit codes: 0 traced, 20 the parts do not add up, 1 no such figure.
    """
    from flows.publish.trace import trace as traced_back

    settings = Settings()
    of = release.find(settings, release_id) if release_id else _current(settings)
    traced = traced_back(settings, of, key)
    if json_:
        _answer(asdict(traced) | {"adds_up": traced.adds_up})
    else:
        _tell(traced)
    if not traced.adds_up:
        raise typer.Exit(EXIT_DIFFERS)


def _tell(traced: "Trace") -> None:
    print_ = console.console.print
    print_(f"[bold]{traced.key}[/] = {traced.value}  (release {traced.release_id})")
    if traced.origin:
        origin = traced.origin
        print_(f"  {origin.file_name}, blad / sheet {origin.sheet}, rij / row {origin.row_number}")
        print_(f"  sha256 {origin.sha256}, ontvangen / received {origin.received_at} UTC ({origin.submission_id})")
        rows = [[c.field, c.cell or "(lay-out)", c.header, c.text, c.published] for c in traced.cells]
        console.show_rows(
            "Cellen / cells", ["veld / field", "cel / cell", "kop / header", "tekst / text", "gepubliceerd"], rows
        )
    else:
        rows = [[part.side, part.amount, part.trace_key] for part in traced.parts]
        console.show_rows("Delen / parts", ["kant / side", "bedrag / amount", "trace_key"], rows)
        print_(f"  {len(rows)} delen / parts, {'kloppen / add up' if traced.adds_up else '[red]do not add up[/]'}")


def _current(settings: Settings) -> release.Release:
    current = release.current(settings)
    if not current:
        raise RuntimeError("no release yet: run veerkracht nightly, or veerkracht demo")
    return current


def _answer(answer: object) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=str))
