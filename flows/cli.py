"""The command line: `veerkracht`."""

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from flows import console, night, registry, release_commands
from flows.check import check as check_files
from flows.check import default_meetmoment
from flows.night import AnotherNight, Night, Outcome
from flows.publish import release
from flows.receive import archive
from flows.settings import Settings

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

    Put files in $VEERKRACHT_HOME/inbox/<plan>/<meetmoment>/. Exit codes: 0 published or nothing new, 20 held by a gate
    (the current release stays), 1 failed, 75 another night is running.
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
    json_: Json = False,
) -> None:
    """What the gate would say of these files. Changes nothing.

    Exit codes: 0 they would be accepted (warnings and set-apart rows are listed), 20 at least one would be rejected.
    """
    settings = Settings()
    meetmoment = meetmoment or default_meetmoment(settings, plan)
    if (plan, meetmoment) not in registry.meetmomenten():
        known = ", ".join("/".join(key) for key in registry.meetmomenten())
        raise typer.BadParameter(f"{plan}/{meetmoment} is not in the calendar; it has {known}")
    findings = check_files(settings, files, plan, meetmoment, datetime.now(UTC))
    rejected = sorted({f["file_name"] for f in findings if f["severity"] == "critical"})
    if json_:
        _answer({"plan": plan, "meetmoment": meetmoment, "rejected": rejected, "findings": findings})
    else:
        console.show_findings(findings)
        for path in files:
            word = "[bold red]geweigerd / rejected[/]" if path.name in rejected else "[green]aanvaard / accepted[/]"
            console.console.print(f"{path.name} ({plan}/{meetmoment}): {word}")
    if rejected:
        raise typer.Exit(EXIT_HELD)


@app.command()
def status(json_: Json = False) -> None:
    """The last run, the current release, deadlines, who delivered and who is late, and rejected submissions."""
    settings = Settings()
    last, current = night.last_run(settings), release.current(settings)
    answer: dict[str, Any] = {
        "home": str(settings.home),
        "last_run": last and {"at": last["at"], **last["outcome"], "findings": len(last["outcome"]["findings"])},
        "release": current and {"release_id": current.release_id, "folder": str(current.folder)},
        "rejected": last["outcome"]["rejected"] if last else [],
        "meetmomenten": _query(current, _MEETMOMENTEN) if current else [],
        "submitters": _query(current, _SUBMITTERS) if current else [],
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
    for name in answer["rejected"]:
        print_(f"[red]rejected[/]  {name}")
    for title, key in (("Meetmomenten", "meetmomenten"), ("Latest meetmoment by sender", "submitters")):
        if answer[key]:
            console.show_rows(title, list(answer[key][0]), [list(row.values()) for row in answer[key]])


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
        columns = (
            "meetmoment_key",
            "scope_key",
            "measure",
            "item",
            "unit",
            "printed",
            "recomputed",
            "difference",
            "verdict",
        )
        console.show_rows(
            "Gepubliceerde cijfers / published figures", columns, [[_plain(r[c]) for c in columns] for r in rows]
        )
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


_MEETMOMENTEN = """
    select meetmoment_key, cutoff_date, deadline_on, publication_on,
        delivered_project_count, expected_project_count, is_complete
    from dim_meetmoment order by plan_code, meetmoment_number
"""
_SUBMITTERS = """
    with latest as (
        select plan_code, max_by(meetmoment_key, meetmoment_number) as meetmoment_key
        from dim_meetmoment where delivered_project_count > 0 group by plan_code
    )
    select
        latest.meetmoment_key, domains.policy_domain_code as sender, coalesce(accepted_count, 0) as accepted,
        coalesce(rejected_count, 0) as rejected, coalesce(late_count, 0) as late, coalesce(error_count, 0) as errors,
        coalesce(quality.warning_count, 0) as warnings, cast(last_received_at as varchar) as last_received_at
    from latest
    inner join dim_policy_domain as domains on latest.plan_code = domains.plan_code
    left join agg_quality_by_submitter as quality
        on latest.meetmoment_key = quality.meetmoment_key and domains.policy_domain_code = quality.sender_code
    order by all
"""


def _run(settings: Settings, now: datetime, title: str, quiet: bool) -> Outcome:
    """Run a night as a flow, unless a quick look says there is nothing to do."""
    if night.nothing_to_do(settings):
        current = release.current(settings)
        return Outcome("nothing_new", current.release_id if current else None)
    from flows.nightly import run_as_flow

    with console.progress(Night(settings, now), title, quiet) as shown:
        return run_as_flow(shown)


def _tell(outcome: Outcome) -> None:
    """The outcome of a night in a line or two."""
    print_ = console.console.print
    stays = outcome.release_id or "(none)"
    for name in outcome.rejected:
        print_(f"  [red]geweigerd / rejected[/] {name}")
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
