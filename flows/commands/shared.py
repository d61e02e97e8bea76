"""What the commands share: how they answer, which release they read, and their exit codes."""

import json
from typing import Annotated, Any

import duckdb
import typer

from flows.publish import release
from flows.settings import Settings

EXIT_FAILED, EXIT_HELD, EXIT_BUSY = 1, 20, 75
EXIT_DIFFERS = EXIT_HELD
"""A gate that says no and a comparison that does not hold are told alike."""

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


def answer(document: Any) -> None:
    """Write the answer of a command as JSON."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def current(settings: Settings) -> release.Release:
    """The release that is served.

    Raises:
        RuntimeError: when there is none yet.
    """
    served = release.current(settings)
    if not served:
        raise RuntimeError("no release yet: run veerkracht nightly, or veerkracht demo")
    return served


def query(of: release.Release, sql: str) -> list[dict[str, Any]]:
    """The rows of a query on a release, by column name."""
    with duckdb.connect(str(of.database), read_only=True) as con:
        found = con.sql(sql)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
