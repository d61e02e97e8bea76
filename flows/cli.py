"""The command line: `veerkracht`."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import archives, documents, figures, nights, releases, returns, site, status
from flows.commands.shared import EXIT_BUSY, EXIT_FAILED, in_words

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The monitoring warehouse of a recovery plan: from returns to a release whose every number "
    "can be accounted for.\n\n"
    "Begin with: veerkracht demo, then veerkracht status and veerkracht figures.\n\n"
    "State lives under $VEERKRACHT_HOME (default var/ in the project), a folder per plan. Exit codes: 0 done or "
    "nothing new, 20 a gate says no or a comparison does not hold, 1 failed, 2 wrong use, 75 another night is running.",
)
PROJECT = Path(__file__).resolve().parent.parent  # as the settings say, which `--help` need not read
for commands in (nights, status, returns, figures, site, documents, releases, archives):
    commands.add_to(app)


def _version(asked: bool) -> None:
    if asked:
        from flows.forms.carried import code_version

        typer.echo(f"veerkracht {version('veerkracht')} ({code_version()})")
        raise typer.Exit


@app.callback()
def _every_command(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Version and commit, and no more.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; a failure is one clear line, its trace is in the log of the run."""
    if not (PROJECT / "dbt_project.yml").is_file():
        print(
            f"veerkracht: {PROJECT} has no models and no registry, since it was installed without its checkout"
            " (pip install .). It works from a checkout alone: make demo, or pip install -e . in it",
            file=sys.stderr,
        )
        sys.exit(EXIT_FAILED)
    try:
        app()
    except Exception as error:
        from flows.standing import AnotherNight
        from flows.warehouse.registry_rows import RegistryBroken

        if isinstance(error, AnotherNight):
            print(f"veerkracht: {error}", _page(error), sep="\n", file=sys.stderr)
            sys.exit(EXIT_BUSY)
        if isinstance(error, RegistryBroken):
            told = f"het register klopt niet, {error.whom_nl} / the registry is not whole, {error.whom_en}"
            print(f"veerkracht: {told}", *error.faults, _page(error), sep="\n", file=sys.stderr)
            sys.exit(EXIT_FAILED)
        print(f"veerkracht: {in_words(error)}", file=sys.stderr)
        if not isinstance(error, LookupError):  # what was asked for by a name that there is not
            print(_page(error), file=sys.stderr)
        sys.exit(EXIT_FAILED)


def _page(error: Exception) -> str:
    """Where the runbook says what to do."""
    from flows import sights

    return f"  wat te doen / what to do: {sights.of_failure(error).path}"


if __name__ == "__main__":
    main()
