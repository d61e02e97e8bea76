"""The commands on releases: `veerkracht releases list | diff | verify | rollback | rebuild` and `export postgres`."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import console, shared
from flows.commands.figures import PANEL
from flows.commands.shared import EXIT_DIFFERS, Json, Plan

if TYPE_CHECKING:
    from flows.account.diff import Difference

ReleaseId = Annotated[str, typer.Argument(metavar="ID", help="Id of the release, see releases list.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
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


def list_releases(plan: Plan = None, json_: Json = False) -> None:
    """Every release, oldest first; the current one is marked, and those whose files were not kept.

    Exit codes: 0 all are signed with a key that is trusted, 20 one is not: it is told and nothing of it is listed.
    """
    from flows.release import kept

    settings = shared.settings_of(plan)
    current = kept.served_id(settings)
    found, broken = [], []
    for release_id in sorted({folder.name for folder in kept.folders(settings)}, key=kept.sequence):
        try:
            found.append(kept.find(settings, release_id))
        except kept.NotReadBack as error:
            broken.append(str(error))
    rows = [
        {
            "release_id": r.release_id,
            "published_at": r.manifest["published_at"],
            "current": r.release_id == current,
            "has_files": r.has_files,
            "submissions": len(r.manifest["submissions"]),
            "tables": len(r.manifest["tables"]),
            "rows": sum(r.manifest["tables"].values()),
            "bytes": sum(f["bytes"] for f in r.manifest["files"]),
            "content_sha256": r.manifest["content_sha256"],
        }
        for r in found
    ]
    for told in broken:
        typer.echo(f"veerkracht: {told}", err=True)
    if json_:
        shared.answer(rows)
    elif not found and not broken:
        console.console.print("nog geen uitgave: start 'veerkracht nightly' / no release yet: run 'veerkracht nightly'")
    elif rows:
        files = {True: "bewaard / kept", False: "niet bewaard / not kept"}
        shown = [
            row | {"has_files": files[row["has_files"]], "content_sha256": row["content_sha256"][:12]} for row in rows
        ]
        columns = ["bestanden / files" if name == "has_files" else name for name in rows[0]]
        console.show_rows("Uitgaven / releases", columns, [list(row.values()) for row in shown])
    if broken:
        raise typer.Exit(EXIT_DIFFERS)


def diff_releases(
    earlier: Annotated[str, typer.Argument(help="Id of a release, or a day or moment (ISO).")],
    later: Annotated[str, typer.Argument(help="Id of a later release, or a later day or moment.")],
    project: Annotated[
        str | None, typer.Option(help="Code of one project: all of its changes, and nothing else.")
    ] = None,
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """What changed between two releases or days: restated values, moved dates, what came and went, with reason.

    A day means what was known at its end, in UTC. Days that follow each other leave nothing out: what came in after the
    night of a day, or on a night that was held, is read from the first release that knows it.
    """
    from flows.account import diff

    found = diff.diff(shared.settings_of(plan), earlier, later, project)
    if json_:
        shared.answer(found.plain())
    else:
        _tell_difference(found)


def verify(
    release_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of the release; the current one when left out.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every release, those whose files were not kept too.")] = False,
    public_key: Annotated[
        Path | None,
        typer.Option(exists=True, help="PEM of the key it must be signed with, else the configured one."),
    ] = None,
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """Check every file of a release against its manifest, the signature, and the link to the release before.

    Exit codes: 0 all holds, 20 something does not, 1 no such release.
    """
    from flows.release import anchor, kept
    from flows.release import verify as verification
    from flows.release.sign import trusted_keys

    settings = shared.settings_of(plan)
    if all_:
        chosen = kept.folders(settings)
    else:
        wanted = release_id or kept.served_id(settings) or ""
        chosen = [folder for folder in kept.folders(settings) if folder.name == wanted]
        if not chosen:
            kept.find(settings, wanted)  # says which there are
    pem = public_key.read_text(encoding="utf-8") if public_key else None
    found = {folder.name: verification.problems(settings, folder, pem) for folder in chosen}
    lost = anchor.lost(settings, [pem] if pem else [])
    keys = [pem] if pem else trusted_keys(settings)
    whole = [kept.opened(folder, keys) for folder in chosen if not found[folder.name]]
    demo_signed = [r.release_id for r in whole if r.manifest["signing"]["is_demo_key"]]
    changed_key = [r.release_id for r in whole if not pem and verification.changed_key(settings, r)]
    if json_:
        signed = {"signed_with_demo_key": demo_signed, "signed_with_a_new_key": changed_key}
        shared.answer({"problems": found, "lost": lost, **signed})
    else:
        for checked, problems in found.items():
            word = "[red]klopt niet / does not hold[/]" if problems else "[green]klopt / holds[/]"
            console.console.print(console.styled("{}  " + word, checked))
            for problem in problems:
                console.console.print(console.styled("  [red]{}[/]", problem), soft_wrap=True)
        for problem in lost:
            console.console.print(console.styled("[red]{}[/]", problem))
        if demo_signed:
            console.console.print(
                f"{len(demo_signed)} ondertekend met de sleutel van de demonstratie, die iedereen heeft: stel "
                f"VEERKRACHT_SIGNING_KEY in / {len(demo_signed)} signed with the key of the demonstration, which "
                "everybody has: set VEERKRACHT_SIGNING_KEY",
                soft_wrap=True,
            )
        if changed_key:
            console.console.print(
                console.styled(
                    "[yellow]{}: ondertekend met een andere sleutel dan de vorige uitgave; ze werd vervangen of "
                    "iemand anders ondertekende; --public-key met een vertrouwde sleutel zegt welk van beide[/]\n"
                    "  [dim]signed with another key than the previous release: the key was changed, or somebody else "
                    "signed; --public-key with the key you trust tells which[/]",
                    ", ".join(changed_key),
                ),
                soft_wrap=True,
            )
    if lost or any(found.values()):
        raise typer.Exit(EXIT_DIFFERS)


def rollback(release_id: ReleaseId, plan: Plan = None, json_: Json = False) -> None:
    """Serve another release whose files are kept: `current` is switched in one step, once files and signature hold.

    The next night publishes anew when something new was received. Exit codes: 0 done, 1 no such release or not whole,
    75 a night is running.
    """
    from flows import log
    from flows.release import kept
    from flows.release.rollback import rollback as served_again
    from flows.standing import alone

    settings = shared.settings_of(plan)
    before = kept.served_id(settings)
    with alone(settings), log.run_log(settings.logs, f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-rollback"):
        target = served_again(settings, release_id)
        log.event("rolled back", release_id=release_id, was=before)
    if json_:
        shared.answer({"release": target.release_id, "was": before})
    else:
        was = before or "geen / none"
        console.console.print(f"in gebruik / served: {target.release_id} (voordien / before: {was})")


def rebuild(release_id: ReleaseId, plan: Plan = None, json_: Json = False) -> None:
    """Make a release again from the archive and compare every file; says where code or registry differ today.

    Exit codes: 0 every file is the same, 20 some differ, 1 it could not be rebuilt.
    """
    from flows.release.rebuild import rebuild as made_again

    settings = shared.settings_of(plan)
    rebuilt = made_again(settings, release_id)
    if json_:
        shared.answer(asdict(rebuilt))
    else:
        print_ = console.console.print
        same = console.counted(
            len(rebuilt.same), "bestand gelijk", "bestanden gelijk", "file the same", "files the same"
        )
        print_(f"{same}, {len(rebuilt.differing)} verschillend / different")
        for name in rebuilt.differing:
            print_(console.styled("  [yellow]{}[/]", name))
        for name in rebuilt.registry_differs:
            print_(f"  seeds/{name}: gewijzigd sindsdien / changed since then")
        if not rebuilt.is_same_code:
            print_(f"  code toen / then {rebuilt.code_then}, nu / now {rebuilt.code_now}")
        print_(f"  {rebuilt.folder}", soft_wrap=True)
        if rebuilt.differing:
            print_(
                "  het is niet dezelfde uitgave; zet ze terug uit de kopie"
                " / it is not the same release; put it back from the copy",
                soft_wrap=True,
            )
        else:
            word = "terugzetten / put back: cp -a {}/. {}/"
            print_(f"  {word.format(rebuilt.folder, settings.releases / release_id)}", soft_wrap=True)
    if rebuilt.differing:
        raise typer.Exit(EXIT_DIFFERS)


def export_postgres(
    dsn: Annotated[
        str,
        typer.Option(
            envvar="VEERKRACHT_POSTGRES_DSN", help="Connection string, e.g. 'host=127.0.0.1 dbname=bi user=bi'."
        ),
    ],
    schema: Annotated[str, typer.Option(help="Schema of the export; one that holds others is refused.")] = "veerkracht",
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """Bring a schema of a PostgreSQL database up to date with the current release, in one transaction.

    The role <schema>_reader may read it and nothing else: grant it to the users of your BI tool.
    Exit codes: 0 exported, 1 failed and the schema is as it was.
    """
    try:
        from flows.release.postgres import export
    except ModuleNotFoundError as missing:
        raise RuntimeError(
            f"{missing.name} is niet geïnstalleerd / is not installed: pip install -e .[postgres]"
        ) from None

    current = shared.current(shared.settings_of(plan))
    counts = export(current, dsn, schema)
    if json_:
        shared.answer({"release": current.release_id, "schema": schema, "tables": counts})
    else:
        console.console.print(
            f"uitgave / release {current.release_id}: {len(counts)} tabellen / tables, "
            f"{sum(counts.values())} rijen / rows, schema {schema}"
        )


def _tell_difference(found: "Difference") -> None:
    """Counts per kind, the restatements, the projects that came, went or changed, and the marts that differ."""
    from flows.forms import changes

    print_ = console.console.print
    print_(
        f"Ontvangen na / received after {found.after:%Y-%m-%d %H:%M},"
        f" tot en met / until {found.until:%Y-%m-%d %H:%M} UTC"
        f" ({found.before_release or 'geen / none'} -> {found.after_release or 'geen / none'})"
    )
    for note in found.notes:
        print_(console.styled("[yellow]let op / note[/]  {}", note))
    for change in found.rules:
        _tell_rules(change)
    labels, records = changes.labels(), changes.records()
    compared = {"restatement": "herziening / restatement", "movement": "vorig meetmoment / previous meetmoment"}
    counted = [(compared[comparison], *labels[kind], count) for comparison, kind, count in found.counts()]
    console.show_rows(
        "Wat er wijzigde / what changed", ("vergelijking / comparison", "soort", "kind", "aantal / count"), counted
    )
    columns = ("meetmoment_code", "record", "record_key", "field", "kind", "old_value", "new_value", "reason")
    words = ("meetmoment", "wat / what", "sleutel / key", "veld / field", "soort / kind", "was", "is", "reden / reason")
    told = [c for c in found.changes if found.project or c["comparison"] == "restatement" or c["record"] == "project"]
    if told:
        shown = [
            {
                **change,
                "record": " / ".join(records[change["record"]]),
                "kind": " / ".join(labels[change["kind"]]),
                **{
                    f"{side}_value": changes.shown(
                        change["record"], change["field"], change[f"{side}_value"], change[f"{side}_state"]
                    )
                    for side in ("old", "new")
                },
            }
            for change in told[: console.ROWS_SHOWN]
        ]
        rows = [[console.short(change[column]) for column in columns] for change in shown]
        title = found.project or "Herzieningen en projecten / restatements and projects"
        console.show_rows(title, words, rows)
        console.show_more(len(told))
    if found.tables:
        console.show_rows(
            "Tabellen / tables",
            ("tabel / table", "rijen ervoor / before", "rijen erna / after", "weg / gone", "nieuw / new"),
            [(t.table, t.rows_before, t.rows_after, t.rows_gone, t.rows_new) for t in found.tables],
        )


def _tell_rules(change: dict[str, Any]) -> None:
    """What changed in registry and code before a release, and the values that moved by it."""
    from flows.release.rules import words

    told = console.styled(
        "[yellow]regels en code / rules and code[/]  {}: {}\n  [dim]{}[/]", change["release"], *words(change)
    )
    console.console.print(told)
    if change["moved"]:
        columns = ("trace_key", "column", "was", "is")
        rows = [[row["trace_key"], *(console.short(row[name]) for name in columns[1:])] for row in change["moved"]]
        console.show_rows("Verschoven / moved", columns, rows[: console.ROWS_SHOWN])
        console.show_more(change["moved_count"])
