"""The commands of who reads releases: `veerkracht figures | trace | asof | releases ... | export ...`."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows import command, console, log
from flows.command import EXIT_DIFFERS, Json
from flows.publish import release
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.publish.trace import Trace

PANEL = "Wie releases leest / who reads releases"

ReleaseId = Annotated[str, typer.Argument(metavar="ID", help="Id of the release, see releases list.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command(rich_help_panel=PANEL)(figures)
    app.command(rich_help_panel=PANEL)(trace)
    app.command(rich_help_panel=PANEL)(asof)
    releases = typer.Typer(no_args_is_help=True, help="Published releases.")
    app.add_typer(releases, name="releases", rich_help_panel=PANEL)
    releases.command("list")(list_releases)
    releases.command("diff")(diff_releases)
    releases.command()(verify)
    releases.command()(rollback)
    releases.command()(rebuild)
    export = typer.Typer(no_args_is_help=True, help="The current release in another system.")
    app.add_typer(export, name="export", rich_help_panel=PANEL)
    export.command("postgres")(export_postgres)


def figures(json_: Json = False) -> None:
    """Every published figure: as printed, as recomputed from the current release, and the verdict.

    Reproduced means equal within the precision it was printed in; from rounded parts, that it was printed as a share of
    figures that were rounded before. Exit codes: 0 none differs, 20 at least one differs.
    """
    current = command.current(Settings())
    rows = command.query(current, "select * from fct_published_figure_check order by meetmoment_key, measure, item")
    if json_:
        command.answer(rows)
    else:
        shown = [
            (
                row["meetmoment_key"],
                row["scope_key"].partition("/")[2],
                f"{row['measure']} {row['item']}",
                row["unit"],
                *(_plain(row[name]) for name in ("printed", "recomputed", "difference")),
                row["verdict"],
            )
            for row in rows
        ]
        columns = ("meetmoment", "scope", "figure", "unit", "printed", "recomputed", "difference", "verdict")
        console.show_rows("Gepubliceerde cijfers / published figures", columns, shown)
        verdicts = [row["verdict"] for row in rows]
        console.console.print(", ".join(f"{verdicts.count(v)} {v}" for v in sorted(set(verdicts))))
        console.console.print("reproduced: gelijk binnen de gedrukte precisie / equal within the precision as printed")
    if any(row["verdict"] == "differs" for row in rows):
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
    of = release.find(settings, release_id) if release_id else command.current(settings)
    traced = traced_back(settings, of, key)
    if json_:
        command.answer(asdict(traced) | {"adds_up": traced.adds_up})
    else:
        _tell(traced)
    if not traced.adds_up:
        raise typer.Exit(EXIT_DIFFERS)


def asof(
    date: Annotated[str, typer.Argument(help="A day (its end, in UTC) or a moment, in ISO form.")],
    mart: Annotated[str, typer.Argument(help="Name of a mart, for example fct_finance.")],
    csv: Annotated[Path | None, typer.Option(help="Write the mart to this file, as a release has it.")] = None,
    json_: Json = False,
) -> None:
    """A mart as it was known on a date, rebuilt from the archive; the releases and the current state are left alone.

    The first answer about a date takes as long as a night; later ones on the same inputs are at hand.
    """
    from flows.history import asof as asof_
    from flows.history import rebuild, show

    rebuilt = rebuild.as_known_on(Settings(), rebuild.moment_of(date))
    found = asof_.rows_of(rebuilt, mart)
    if csv:
        asof_.write_csv(rebuilt, mart, csv)
    if json_:
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        then = rebuilt.release and rebuilt.release.release_id
        command.answer(
            {"mart": mart, "known_on": rebuilt.moment, "release": then, "notes": rebuilt.notes, "rows": rows}
        )
        return
    show.about(rebuilt, mart)
    if csv:
        show.written(csv)
    else:
        show.mart_rows(mart, found)


def list_releases(json_: Json = False) -> None:
    """Every release, oldest first; the current one is marked."""
    settings = Settings()
    current = release.current(settings)
    rows = [
        {
            "release_id": r.release_id,
            "published_at": r.manifest["published_at"],
            "current": bool(current and r.release_id == current.release_id),
            "submissions": len(r.manifest["submissions"]),
            "tables": len(r.manifest["tables"]),
            "rows": sum(r.manifest["tables"].values()),
            "bytes": sum(f["bytes"] for f in r.manifest["files"]),
            "content_sha256": r.manifest["content_sha256"],
        }
        for r in release.published(settings)
    ]
    if json_:
        command.answer(rows)
    elif not rows:
        console.console.print("no release yet: run veerkracht nightly, or veerkracht demo")
    else:
        shown = [[*list(row.values())[:-1], row["content_sha256"][:12]] for row in rows]
        console.show_rows("Releases", list(rows[0]), shown)


def diff_releases(
    earlier: Annotated[str, typer.Argument(help="Id of a release, or a day (ISO).")],
    later: Annotated[str, typer.Argument(help="Id of a later release, or a later day.")],
    json_: Json = False,
) -> None:
    """What changed between two releases or days: restated values, moved dates, what came and went, with reason.

    A day means what was known at its end, in UTC.
    """
    from flows.history import diff, show

    found = diff.diff(Settings(), earlier, later)
    if json_:
        command.answer(found.plain())
    else:
        show.difference(found)


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
        chosen = [release.find(settings, release_id) if release_id else command.current(settings)]
    pem = public_key.read_text(encoding="utf-8") if public_key else None
    found = {r.release_id: verification.problems(settings, r, pem) for r in chosen}
    demo_signed = [r.release_id for r in chosen if r.manifest["signing"]["is_demo_key"]]
    if json_:
        command.answer({"problems": found, "signed_with_demo_key": demo_signed})
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
        command.answer({"release": target.release_id, "was": before.release_id if before else None})
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
        command.answer(asdict(rebuilt))
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


def export_postgres(
    dsn: Annotated[
        str,
        typer.Option(
            envvar="VEERKRACHT_POSTGRES_DSN", help="Connection string, e.g. 'host=127.0.0.1 dbname=bi user=bi'."
        ),
    ],
    schema: Annotated[str, typer.Option(help="Schema to replace; it belongs to the export.")] = "veerkracht",
    json_: Json = False,
) -> None:
    """Replace a schema of a PostgreSQL database by the current release, in one transaction.

    The role <schema>_reader may read it and nothing else: grant it to the users of your BI tool.
    Exit codes: 0 exported, 1 failed and the schema is as it was.
    """
    from flows.publish.postgres import export

    current = command.current(Settings())
    counts = export(current, dsn, schema)
    if json_:
        command.answer({"release": current.release_id, "schema": schema, "tables": counts})
    else:
        console.console.print(
            f"release {current.release_id}: {len(counts)} tables, {sum(counts.values())} rows in schema {schema}"
        )


def _plain(value: Any) -> Any:
    """Decimals without trailing zeros."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else value


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
