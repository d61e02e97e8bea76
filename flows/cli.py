"""The command line: `veerkracht`."""

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from expectations.findings import rejects
from flows import console, intake, night, registry, release_commands
from flows.check import check as check_files
from flows.check import default_meetmoment
from flows.night import AnotherNight, Night, Outcome
from flows.publish import release
from flows.receive import archive
from flows.settings import Settings
from flows.warehouse import references

EXIT_FAILED, EXIT_HELD, EXIT_BUSY = 1, 20, 75

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The monitoring warehouse of a recovery plan: from returns to a release whose every number "
    "can be accounted for.\n\n"
    "State lives under $VEERKRACHT_HOME (default var/ in the project). Exit codes: 0 done or nothing new, "
    "20 held by a gate, 1 failed, 2 wrong use, 75 another night is running.",
)
releases_app = typer.Typer(no_args_is_help=True, help="Published releases.")
app.add_typer(releases_app, name="releases")
export_app = typer.Typer(no_args_is_help=True, help="The current release in another system.")
app.add_typer(export_app, name="export")
release_commands.add_to(app, releases_app)

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


@app.command()
def demo(json_: Json = False) -> None:
    """The main job on the embedded demo plan, from nothing to a published release.

    Writes the returns of the seven metingen, lets them arrive on their nights and runs each night. A second run finds
    nothing new. Exit codes: 0 published or nothing new, 1 failed.
    """
    from flows.demo import write_returns

    settings = Settings()
    folder = settings.build / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    nights = write_returns(folder)
    _refuse_other_submissions(settings, {d.path.name for n in nights for d in n.deliveries})
    outcomes = []
    for number, demo_night in enumerate(nights, start=1):
        for delivery in demo_night.deliveries:
            inbox = settings.inbox / delivery.plan_code / delivery.meetmoment_code
            inbox.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(delivery.path, inbox / delivery.path.name)
        outcome = _run(settings, demo_night.received_at, f"{number}/{len(nights)} {demo_night.title_nl}", json_)
        outcomes.append(
            {"night": f"{demo_night.received_at:%Y-%m-%d}", "verdict": outcome.verdict, "release": outcome.release_id}
        )
        if not json_:
            if outcome.verdict == "held":
                console.show_findings(outcome.findings)
            _tell(outcome)
        if outcome.verdict not in ("nothing_new", demo_night.expects):
            raise RuntimeError(f"night {number} of the demo was {outcome.verdict}, expected {demo_night.expects}")
    current = release.current(settings)
    assert current
    if json_:
        _answer({"nights": outcomes, "release": current.release_id, "folder": str(current.folder)})
        return
    _tell_release(settings, current, any(o["verdict"] == "published" for o in outcomes))


@app.command()
def nightly(json_: Json = False) -> None:
    """One night: receive the inbox, judge, build, judge again, publish one release.

    Put files in $VEERKRACHT_HOME/inbox/<plan>/<meetmoment>/; a file elsewhere in the inbox stays and is told, with
    what to do. Exit codes: 0 published or nothing new, 20 held by a gate (the current release stays), 1 failed, 75
    another night is running.
    """
    settings = Settings()
    outcome = _run(settings, datetime.now(UTC), "nightly", json_)
    if json_:
        _answer(outcome.__dict__)
    else:
        console.show_findings(outcome.findings)
        _tell(outcome)
    if outcome.verdict == "held":
        raise typer.Exit(EXIT_HELD)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files as you would send them.")],
    plan: Annotated[str, typer.Option(help="Code of the plan.")] = "veerkracht",
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

    Exit codes: 0 they would be accepted (warnings and set-apart rows are listed), 20 at least one would be rejected.
    """
    settings = Settings()
    meetmoment = meetmoment or default_meetmoment(settings, plan)
    if (plan, meetmoment) not in registry.meetmomenten():
        known = ", ".join("/".join(key) for key in registry.meetmomenten())
        raise typer.BadParameter(f"{plan}/{meetmoment} is not in the calendar; it has {known}")
    findings = check_files(settings, files, plan, meetmoment, datetime.now(UTC), answer)
    rejected = sorted({f["file_name"] for f in findings if rejects(f)})
    if json_:
        _answer({"plan": plan, "meetmoment": meetmoment, "rejected": rejected, "findings": findings})
    else:
        console.show_findings(findings)
        for path in files:
            word = "[bold red]geweigerd / rejected[/]" if path.name in rejected else "[green]aanvaard / accepted[/]"
            console.console.print(f"{path.name} ({plan}/{meetmoment}): {word}")
        if answer:
            console.console.print(f"antwoorden / answers: {answer}")
    if rejected:
        raise typer.Exit(EXIT_HELD)


@app.command("registry")
def check_registry(json_: Json = False) -> None:
    """Whether the registry (seeds/) is whole: every reference, code and key, in seconds. Changes nothing.

    Exit codes: 0 whole, 20 at least one fault, named with file and line.
    """
    faults = references.broken(Settings().build / "registry")
    if json_:
        _answer({"faults": faults})
    else:
        for fault in faults:
            console.console.print(f"[red]{fault}[/]", soft_wrap=True, highlight=False)
        console.console.print(
            f"{len(faults)} fouten / faults" if faults else "Het register klopt / the registry is whole"
        )
    if faults:
        raise typer.Exit(EXIT_HELD)


@app.command()
def template(
    meetmoment: Annotated[str, typer.Option(help="Code of the meetmoment the return is for, for example m7.")],
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Workbook to write (.xlsx).")],
    plan: Annotated[str, typer.Option(help="Code of the plan.")] = "veerkracht",
    policy_domain: Annotated[
        str | None, typer.Option(help="Policy domain the return is of, for example OMG; all projects when left out.")
    ] = None,
    json_: Json = False,
) -> None:
    """The Excel return to fill in for a meetmoment, prefilled with the last accepted values of the one before.

    Sheets, headers and their order come from the registry, so what is filled in and sent back is received. Codes and
    titles are locked, the rest is open; drop-downs offer what is valid at the meetmoment; the sheet Toelichting
    explains every column. Rows for what is new go under the last one. Name the file <policy domain>_... .xlsx; it goes
    in $VEERKRACHT_HOME/inbox/<plan>/<meetmoment>/ (try it first with: veerkracht check FILE).

    Exit codes: 0 written, 1 failed, 2 wrong use.
    """
    from flows.template import write_template

    if (plan, meetmoment) not in registry.meetmomenten():
        known = ", ".join("/".join(key) for key in registry.meetmomenten())
        raise typer.BadParameter(f"{plan}/{meetmoment} is not in the calendar; it has {known}")
    written = write_template(Settings(), plan, meetmoment, policy_domain, output)
    if json_:
        _answer({"file": str(output), "prefilled_from": written.prefilled_from, "rows": written.rows})
        return
    source = f"ingevuld met / prefilled from {written.prefilled_from}" if written.prefilled_from else "leeg / empty"
    console.console.print(f"{output}: {source}")
    console.show_rows("", ["blad / sheet", "rijen / rows"], [[name, count] for name, count in written.rows.items()])


@app.command()
def withdraw(
    submission: Annotated[str, typer.Argument(help="Id of the submission; its answer and dim_submission name it.")],
    reason: Annotated[str, typer.Option(help="Why it is withdrawn; it stays inside.")],
    role: Annotated[str, typer.Option(help="In which role that is decided; it stays inside.")] = "sender",
    json_: Json = False,
) -> None:
    """Withdraw a submission: from now on it no longer counts, and what it had replaced counts again.

    Its bytes and receipt stay, dim_submission says when it was withdrawn, and what was published while it counted can
    still be rebuilt. Reason and role stay in the archive. The next night publishes without it. A withdrawal is not
    undone: send the file again with a change. Exit codes: 0 withdrawn, 1 failed.
    """
    withdrawal = intake.withdraw(Settings(), submission, reason, role, datetime.now(UTC))
    if json_:
        _answer(withdrawal.__dict__)
    else:
        console.console.print(f"ingetrokken / withdrawn {submission}: it no longer counts from the next night on")


@app.command()
def status(json_: Json = False) -> None:
    """Who has delivered and who is late, errors and warnings per policy domain, verdicts that changed, what comes next.

    It looks at the last night, also when that was held, at what waits in the inbox where no meetmoment is, and at the
    calendar; late is whoever has nothing accepted after the deadline. Exit code 0.
    """
    settings, now = Settings(), datetime.now(UTC)
    last, current = night.last_run(settings), release.current(settings)
    answer: dict[str, Any] = {
        "home": str(settings.home),
        "last_run": last and {"at": last["at"], **last["outcome"], "findings": len(last["outcome"]["findings"])},
        "release": current and {"release_id": current.release_id, "folder": str(current.folder)},
        "rejected": last["outcome"]["rejected"] if last else [],
        "unplaced": intake.unplaced(settings),
        "changed_verdicts": last["outcome"].get("changed_verdicts", []) if last else [],
        "deliveries": intake.deliveries(settings.warehouse, now),
        "next": intake.next_days(now),
        "meetmomenten": _query(current, _MEETMOMENTEN) if current else [],
    }
    if json_:
        _answer(answer)
        return
    print_ = console.console.print
    print_(f"home      {settings.home}")
    print_(
        f"last run  {last['at']}: {last['outcome']['verdict']}"
        if last
        else "last run  none yet: run veerkracht nightly"
    )
    print_(f"release   {current.release_id}  {current.folder}" if current else "release   none yet")
    print_(f"answers   {settings.answers}")
    console.show_status(answer)


@app.command()
def figures(json_: Json = False) -> None:
    """Every published figure: as printed, as recomputed from the current release, and the verdict.

    Exit codes: 0 none differs, 20 at least one differs.
    """
    current = _current(Settings())
    rows = _query(current, "select * from fct_published_figure_check order by meetmoment_key, measure, item")
    if json_:
        _answer(rows)
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
    if any(row["verdict"] == "differs" for row in rows):
        raise typer.Exit(EXIT_HELD)


@releases_app.command("list")
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
        _answer(rows)
    elif not rows:
        console.console.print("no release yet: run veerkracht nightly, or veerkracht demo")
    else:
        shown = [[*list(row.values())[:-1], row["content_sha256"][:12]] for row in rows]
        console.show_rows("Releases", list(rows[0]), shown)


@export_app.command("postgres")
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

    current = _current(Settings())
    counts = export(current, dsn, schema)
    if json_:
        _answer({"release": current.release_id, "schema": schema, "tables": counts})
    else:
        console.console.print(
            f"release {current.release_id}: {len(counts)} tables, {sum(counts.values())} rows in schema {schema}"
        )


@releases_app.command("diff")
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
        _answer(found.plain())
    else:
        show.difference(found)


@app.command()
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
        _answer({"mart": mart, "known_on": rebuilt.moment, "release": then, "notes": rebuilt.notes, "rows": rows})
        return
    show.about(rebuilt, mart)
    if csv:
        show.written(csv)
    else:
        show.mart_rows(mart, found)


_MEETMOMENTEN = """
    select meetmoment_key, cutoff_date, deadline_on, publication_on,
        delivered_project_count, expected_project_count, is_complete
    from dim_meetmoment order by plan_code, meetmoment_number
"""


def _run(settings: Settings, now: datetime, title: str, quiet: bool) -> Outcome:
    """Run a night as a flow, unless a quick look says there is nothing to do."""
    if night.nothing_to_do(settings):
        return night.nothing_new(settings)
    from flows.nightly import run_as_flow

    with console.progress(Night(settings, now), title, quiet) as shown:
        return run_as_flow(shown)


def _tell(outcome: Outcome) -> None:
    """The outcome of a night in a line or two."""
    print_ = console.console.print
    stays = outcome.release_id or "(none)"
    for name in outcome.rejected:
        print_(f"  [red]geweigerd / rejected[/] {name}")
    console.show_unplaced(outcome.unplaced)
    console.show_unchanged(outcome.identical)
    console.show_changed_verdicts(outcome.changed_verdicts)
    for reason in outcome.reasons:
        print_(f"  [red]{reason}[/]")
    match outcome.verdict:
        case "published":
            print_(f"  [green]gepubliceerd / published[/] {outcome.release_id}")
        case "held":
            print_(f"  [yellow]tegengehouden / held[/]: nothing published, current release stays {stays}")
        case "nothing_new":
            print_(f"  niets nieuws / nothing new: current release stays {stays}")


def _tell_release(settings: Settings, current: release.Release, is_new: bool) -> None:
    """What is there now, and what to do next."""
    rows = sum(current.manifest["tables"].values())
    verdicts = [row["verdict"] for row in _query(current, "select verdict from fct_published_figure_check")]
    reproduced = sum(verdict.startswith("reproduced") for verdict in verdicts)
    print_ = console.console.print
    print_()
    print_(f"[bold]{'Published' if is_new else 'Nothing new; current'} release {current.release_id}[/] (demonstration)")
    print_(
        f"  {len(current.manifest['tables'])} marts, {rows} rows, "
        f"{reproduced} of {len(verdicts)} published figures reproduced"
    )
    print_(f"  {settings.current / release.DATABASE}    for BI tools, open read-only")
    print_(f"  {settings.current / 'parquet'}, {settings.current / 'csv'}    for everyone else")
    print_(f"  {settings.current / release.MANIFEST}    checksums and the submissions it stands on")
    print_("Next")
    print_("  .venv/bin/veerkracht figures          printed beside recomputed")
    print_("  .venv/bin/veerkracht status           who delivered, what was rejected")
    print_("  .venv/bin/veerkracht check FILE       what the gate would say of a return")
    print_("  .venv/bin/veerkracht releases list    every night's release")


def _refuse_other_submissions(settings: Settings, demo_names: set[str]) -> None:
    others = sorted({r.file_name for r in archive.receipts(settings.archive)} - demo_names)
    if others:
        raise RuntimeError(
            f"{settings.home} holds submissions that are not the demo's ({others[0]}, ...); "
            "set VEERKRACHT_HOME to an empty folder for the demo"
        )


def _current(settings: Settings) -> release.Release:
    current = release.current(settings)
    if not current:
        raise RuntimeError("no release yet: run veerkracht nightly, or veerkracht demo")
    return current


def _query(current: release.Release, query: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(current.database), read_only=True) as con:
        answer = con.sql(query)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]


def _plain(value: Any) -> Any:
    """Decimals without trailing zeros."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else value


def _answer(answer: Any) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=str))


def main() -> None:
    """Run the command line; a failure is one clear line, its trace is in the log of the run."""
    try:
        app()
    except AnotherNight as busy:
        print(f"veerkracht: {busy}", file=sys.stderr)
        sys.exit(EXIT_BUSY)
    except Exception as error:
        print(f"veerkracht: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
