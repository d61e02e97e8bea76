"""The commands of who runs the night: `veerkracht demo | nightly | registry`."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from flows.commands import console, shared, site
from flows.commands.shared import EXIT_BUSY, EXIT_FAILED, EXIT_HELD, Json

if TYPE_CHECKING:
    from flows.commands.wellbeing import ToDo
    from flows.release.kept import Release
    from flows.settings import Settings
    from flows.sights import Sight
    from flows.standing import Outcome

PANEL = "Wie de nacht draait / who runs the night"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    for function in (demo, nightly):
        app.command(rich_help_panel=PANEL)(function)
    app.command("registry", rich_help_panel=PANEL)(check_registry)


def demo(json_: Json = False) -> None:
    """The main job on the embedded demo plan, from nothing to a published release.

    Writes the returns of the seven metingen, lets them arrive on their nights and runs each night. A second run finds
    nothing new. Exit codes: 0 published or nothing new, 1 failed.
    """
    from demo import write_returns
    from demo.targets import PLAN_CODE
    from flows.release import kept

    settings = shared.expect_whole_registry(PLAN_CODE)
    # One temporary server for the eight nights of this process: each is a flow run, as on the schedule.
    os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "true")
    folder = settings.build / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    nights = write_returns(folder)
    _refuse_other_submissions(settings, {d.path.name for n in nights for d in n.deliveries})
    outcomes = []
    for number, demo_night in enumerate(nights, start=1):
        for delivery in demo_night.deliveries:
            inbox = settings.inbox / delivery.meetmoment_code
            inbox.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(delivery.path, inbox / delivery.path.name)
        outcome = _run(settings, demo_night.received_at, f"{number}/{len(nights)} {demo_night.title_nl}", json_)
        outcomes.append(
            {"night": f"{demo_night.received_at:%Y-%m-%d}", "verdict": outcome.verdict, "release": outcome.release_id}
        )
        if not json_:
            if outcome.verdict == "held":
                console.show_findings(outcome.findings, f"in {settings.answers}")
            _tell(outcome)
        if not outcome.since and outcome.verdict not in ("nothing_new", demo_night.expects):
            raise RuntimeError(f"nacht / night {number}: {outcome.verdict}, verwacht / expected {demo_night.expects}")
    current = kept.current(settings)
    assert current
    if json_:
        shared.answer({"nights": outcomes, "release": current.release_id, "folder": str(current.folder)})
        return
    _tell_release(settings, current, any(o["verdict"] == "published" for o in outcomes))


def nightly(plan: shared.EachPlan = None, json_: Json = False) -> None:
    """One night: receive the inbox, judge, build, judge again, publish one release; of every plan, one after the other.

    Put files in $VEERKRACHT_HOME/<plan>/inbox/<meetmoment>/; a file elsewhere in an inbox stays and is reported, with
    what to do. A plan that fails does not stop the next one; with --plan it is the night of one plan, and several plans
    can run side by side. Exit codes, the worst of all plans: 1 failed, 20 held by a gate (the current release stays) or
    the release that is served is not the one that was signed, 75 another night of the plan is running, 0 published or
    nothing new.
    """
    from flows import homes, sights
    from flows.intake import inbox
    from flows.settings import Settings
    from flows.standing import AnotherNight, Outcome

    now = datetime.now(UTC)
    _expect_registry_of_a_night(now)
    nights = [shared.settings_of(plan).plan] if plan else homes.every()
    told: dict[str, Any] = {}
    codes = []
    for code in nights:
        try:
            outcome = _run(homes.of(code), now, f"nacht van {code} / night of {code}", json_)
        except AnotherNight as busy:
            outcome, told[code] = None, _ended_badly("busy", str(busy), sights.BUSY)
            codes.append(EXIT_BUSY)
        except Exception as error:  # its trace is in the log of the run
            outcome = None
            told[code] = _ended_badly("failed", shared.in_words(error), sights.of_failure(error))
            codes.append(EXIT_FAILED)
        if isinstance(outcome, Outcome):
            pages = [sight.path for sight in sights.of_hold(outcome.reasons)] if outcome.verdict == "held" else []
            served = _of_served(homes.of(code))
            told[code] = asdict(outcome) | {"pages": pages}
            told[code]["to_do"] = [asdict(one) | {"page": one.sight.path} for one in served]
            codes.append(EXIT_HELD if outcome.verdict == "held" or served else 0)
        if json_:
            continue
        if len(nights) > 1:
            console.console.print(console.styled("[bold]{}[/]", code))
        if outcome:
            _tell_hold(outcome)
            console.show_findings(outcome.findings, f"in {homes.of(code).answers}")
            _tell(outcome)
            console.show_to_dos(served)
            if outcome.verdict == "published":
                console.console.print(f"  {site.page(homes.of(code))}")
        else:
            typer.echo(f"veerkracht: {code}: {told[code]['seen_nl']} / {told[code]['seen_en']}", err=True)
            typer.echo(f"  melding / message: {told[code]['reason']}", err=True)
            typer.echo(f"  wat te doen / what to do: {told[code]['todo_nl']}", err=True)
            typer.echo(f"    {told[code]['todo_en']}", err=True)
            typer.echo(f"    zie / see {told[code]['page']}", err=True)
    nowhere = inbox.of_no_plan(Settings().home)
    if json_:
        shared.answer({"plans": told, "unplaced": nowhere})
    else:
        console.show_unplaced(nowhere)
    exit_with_worst(codes)


def exit_with_worst(codes: Sequence[int]) -> None:
    """End a command that took several plans: with the worst that one of them came to, where one came to any."""
    worst = next((code for code in (EXIT_FAILED, EXIT_HELD, EXIT_BUSY) if code in codes), 0)
    if worst:
        raise typer.Exit(worst)


def _of_served(settings: "Settings") -> "list[ToDo]":
    """What is wrong with the release that is served: seen by a cheap look, and then looked into."""
    from flows.release import kept

    if not kept.may_differ(settings):
        return []
    from flows.commands import wellbeing

    return wellbeing.of_served(settings)


def _ended_badly(verdict: str, reason: str, seen: "Sight") -> dict[str, Any]:
    """A night without an outcome: what is seen of that and what to do in both languages, what was said, the page."""
    said = {"verdict": verdict, "reason": reason, "page": seen.path}
    seen_and_to_do = ("seen_nl", "seen_en", "todo_nl", "todo_en")
    return said | {name: getattr(seen, name) for name in seen_and_to_do}


def check_registry(json_: Json = False) -> None:
    """Whether the registry (seeds/) is whole: every reference, code and key, in seconds. Changes nothing.

    Exit codes: 0 whole, 20 at least one fault, named with file, line and column.
    """
    from flows.settings import Settings
    from flows.warehouse import registry_rows

    of_all, of_plan = registry_rows.broken(Settings())
    faults = [*of_all, *(fault for found in of_plan.values() for fault in found)]
    if json_:
        shared.answer({"faults": faults, "of_every_plan": of_all, "of_plan": of_plan})
    else:
        _tell_faults("Houdt elk plan tegen / stops every plan", of_all)
        for plan_code, found in of_plan.items():
            _tell_faults(f"Houdt alleen {plan_code} tegen / stops {plan_code} alone", found)
        console.console.print(
            console.counted(len(faults), "fout", "fouten", "fault", "faults")
            if faults
            else "Het register klopt / the registry is whole"
        )
    if faults:
        raise typer.Exit(EXIT_HELD)


def _tell_faults(whom: str, faults: list[str]) -> None:
    """What is wrong in the registry, under whom it stops."""
    if faults:
        console.console.print(whom, markup=False)
    for fault in faults:
        console.console.print(console.styled("[red]{}[/]", fault), soft_wrap=True, highlight=False)


def _run(settings: "Settings", now: datetime, title: str, quiet: bool) -> "Outcome":
    """Run a night, unless a quick look says there is nothing to do; as a flow where Prefect can be told of it."""
    from flows import diary, standing

    if nothing_to_do := diary.told(settings, now, lambda: standing.quick_look(settings)):
        return nothing_to_do
    from flows.night import Night, runbook

    with console.progress(Night(settings, now), title, quiet) as shown:
        if not _has_prefect():
            return runbook(shown)
        from flows.nightly import run_as_flow

        return run_as_flow(shown)


def _expect_registry_of_a_night(now: datetime) -> None:
    """Ask the registry; a night that ends there is written down for every plan that has a home."""
    from flows import diary
    from flows.settings import Settings

    try:
        shared.expect_readable_registry()
    except Exception as error:
        for plan in diary.homes_of_any(Settings().home):
            diary.failed(Settings(plan=plan), now, error)
        raise


def _has_prefect() -> bool:
    """Whether a Prefect server is named, or a temporary one is asked for, which costs ten seconds (docs/adr/0016)."""
    is_asked = os.environ.get("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "").lower() in ("1", "true")
    return is_asked or bool(os.environ.get("PREFECT_API_URL"))


def _tell_hold(outcome: "Outcome") -> None:
    """Why a night was held and what to do about it, before anything else that there is to tell."""
    from flows import sights

    if outcome.verdict != "held":
        return
    print_ = console.console.print
    since = f", sinds / since {console.day(outcome.since)}" if outcome.since else ""
    print_(console.styled("[bold yellow]TEGENGEHOUDEN / HELD[/]{}", since))
    console.show_hold(sights.why(outcome), sights.of_hold(outcome.reasons))


def _tell(outcome: "Outcome") -> None:
    """The outcome of a night in a line or two."""
    print_ = console.console.print
    stays = outcome.release_id
    stays_nl = f"uitgave {stays} blijft in gebruik" if stays else "er is nog geen uitgave"
    stays_en = f"release {stays} stays in use" if stays else "there is no release yet"
    for name in outcome.rejected:
        print_(console.styled("  [red]geweigerd / rejected[/] {}", name))
    if outcome.rejected and outcome.verdict != "held":
        from flows import sights

        console.show_to_do(sights.SOME_REFUSED)
    console.show_mended(outcome.mended)
    console.show_unplaced(outcome.unplaced)
    console.show_received(
        outcome.identical, "niets gewijzigd; het mag weg uit de inbox", "nothing changed; it may go from the inbox"
    )
    console.show_changed_verdicts(outcome.changed_verdicts)
    match outcome.verdict:
        case "published":
            print_(console.styled("  [green]gepubliceerd / published[/] {}", outcome.release_id))
        case "held":
            word = "  [yellow]tegengehouden[/]: er is niets gepubliceerd, {} / held: nothing was published, {}"
            print_(console.styled(word, stays_nl, stays_en), soft_wrap=True)
        case "nothing_new":
            print_(f"  niets nieuws: {stays_nl} / nothing new: {stays_en}", soft_wrap=True)


def _tell_release(settings: "Settings", current: "Release", is_new: bool) -> None:
    """What is there now, and what to do next."""
    from flows.release.kept import DATABASE, MANIFEST

    rows = sum(current.manifest["tables"].values())
    verdicts = [row["verdict"] for row in shared.query(current, "select verdict from fct_published_figure_check")]
    reproduced = sum(verdict.startswith("reproduced") for verdict in verdicts)
    print_ = console.console.print
    print_()
    what = "gepubliceerd / published" if is_new else "niets nieuws / nothing new"
    print_(console.styled("[bold]Demonstratie / demonstration: {}, {}[/]", what, current.release_id))
    count, of = len(current.manifest["tables"]), len(verdicts)
    print_(
        f"  {count} tabellen, {rows} rijen; {reproduced} van {of} gepubliceerde cijfers gereproduceerd"
        f" / {count} tables, {rows} rows; {reproduced} of {of} published figures reproduced"
    )
    print_(f"  {site.page(settings)}    open dit: het plan voor lezers / open this: the plan for readers")
    print_(f"  {settings.current / DATABASE}    voor BI, alleen-lezen te openen / for BI tools, open read-only")
    print_(f"  {settings.current / 'parquet'}, {settings.current / 'csv'}    voor alle anderen / for everyone else")
    print_(f"  {settings.current / MANIFEST}    controlegetallen en inzendingen / checksums and submissions")
    print_("En nu / next")
    print_("  .venv/bin/veerkracht serve            dezelfde site, op deze machine alleen / the same site over http")
    print_("  .venv/bin/veerkracht figures          gedrukt naast herrekend / printed beside recomputed")
    print_("  .venv/bin/veerkracht status           wie leverde, wat geweigerd is / who delivered, what was rejected")
    print_("  .venv/bin/veerkracht check FILE       wat de poort van een bestand zegt / what the gate says of a return")
    print_("  .venv/bin/veerkracht releases list    de uitgave van elke nacht / every night's release")


def _refuse_other_submissions(settings: "Settings", demo_names: set[str]) -> None:
    from flows.intake import archive

    others = sorted({r.file_name for r in archive.receipts(settings.archive, settings.plan)} - demo_names)
    if others:
        raise RuntimeError(
            f"{settings.plan_home} heeft inzendingen die niet van de demonstratie zijn ({others[0]}, ...); zet "
            f"VEERKRACHT_HOME op een lege map / {settings.plan_home} holds submissions that are not the demo's "
            f"({others[0]}, ...); set VEERKRACHT_HOME to an empty folder for the demo"
        )
