"""The command line: `veerkracht`."""

import sys

import typer

from flows.commands import archives, documents, figures, nights, releases, returns, site
from flows.commands.shared import EXIT_BUSY, EXIT_FAILED

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
for commands in (nights, returns, figures, site, documents, releases, archives):
    commands.add_to(app)


def main() -> None:
    """Run the command line; a failure is one clear line, its trace is in the log of the run."""
    try:
        app()
    except Exception as error:
        from flows.standing import AnotherNight
        from flows.warehouse.registry_rows import RegistryBroken

        if isinstance(error, AnotherNight):
            print(f"veerkracht: {error}", file=sys.stderr)
            sys.exit(EXIT_BUSY)
        if isinstance(error, RegistryBroken):
            told = f"het register klopt niet, {error.whom_nl} / the registry is not whole, {error.whom_en}"
            print(f"veerkracht: {told}", *error.faults, sep="\n", file=sys.stderr)
            sys.exit(EXIT_FAILED)
        print(f"veerkracht: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
