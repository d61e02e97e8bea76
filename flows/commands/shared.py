"""What the commands share: how they answer, of which plan they are, which release they read, and their exit codes."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.release.kept import Release
    from flows.settings import Settings

EXIT_FAILED, EXIT_HELD, EXIT_BUSY = 1, 20, 75
EXIT_DIFFERS = EXIT_HELD
"""A gate that says no and a comparison that does not hold are told alike."""

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
Plan = Annotated[
    str | None,
    typer.Option("--plan", help="Code of the plan; the only one that has a home, or veerkracht, when left out."),
]
EachPlan = Annotated[
    str | None,
    typer.Option("--plan", help="Code of the plan; every plan that has a home, one after the other, when left out."),
]


def answer(document: Any) -> None:
    """Write the answer of a command as JSON."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def expect_readable_registry() -> None:
    """Ask the registry before anything else reads it; an unchanged one was asked already.

    Raises:
        RegistryBroken: with a sentence per fault that stops every plan, as ``veerkracht registry`` has them.
    """
    from flows.settings import Settings
    from flows.warehouse import registry_rows

    registry_rows.expect_readable(Settings())


def expect_whole_registry(plan: str | None) -> "Settings":
    """The settings of the plan that was asked for, once the registry is known to be whole as far as it goes.

    Raises:
        RegistryBroken: with a sentence per fault that stops the plan.
    """
    from flows.warehouse import registry_rows

    expect_readable_registry()
    settings = settings_of(plan)
    registry_rows.database(settings)
    return settings


def settings_of(plan: str | None) -> "Settings":
    """The settings of the plan that was asked for."""
    from flows import homes

    try:
        return homes.of(plan)
    except LookupError as unknown:
        raise typer.BadParameter(str(unknown)) from None


def current(settings: "Settings") -> "Release":
    """The release that is served.

    Raises:
        RuntimeError: when there is none yet.
    """
    from flows.release import kept

    served = kept.current(settings)
    if not served:
        raise RuntimeError(
            "nog geen uitgave: start veerkracht nightly of veerkracht demo"
            " / no release yet: run veerkracht nightly, or veerkracht demo"
        )
    return served


def release_to_read(plan: str | None, named: str | None, public_key: Path | None) -> "tuple[Settings | None, Release]":
    """The release that is asked, with the home it is of; a release in a folder of its own has none.

    Args:
        named: the id of a release, or a folder that holds one; the current release where None.
        public_key: PEM of the key that a release in a folder must be signed with, else one that is trusted here.

    Raises:
        LookupError: as `release_of` does.
    """
    from flows.release import kept
    from flows.release.sign import trusted_keys

    if named and (Path(named) / kept.MANIFEST).is_file():
        from flows.settings import Settings

        keys = [public_key.read_text(encoding="utf-8")] if public_key else trusted_keys(Settings())
        return None, _with_files(kept.opened(Path(named), keys))
    settings = settings_of(plan)
    return settings, release_of(settings, named)


def release_of(settings: "Settings", release_id: str | None) -> "Release":
    """A release of a home by its id; the current one where None.

    Raises:
        LookupError: when there is no such release, or its files were let go of.
    """
    from flows.release import kept

    return _with_files(kept.find(settings, release_id) if release_id else current(settings))


def _with_files(of: "Release") -> "Release":
    if of.has_files:
        return of
    raise LookupError(
        f"de bestanden van uitgave {of.release_id} zijn niet bewaard; veerkracht releases rebuild {of.release_id} "
        f"maakt ze opnieuw, apart / the files of release {of.release_id} were not kept; veerkracht releases rebuild "
        f"{of.release_id} makes them again, apart"
    )


def query(of: "Release", sql: str) -> list[dict[str, Any]]:
    """The rows of a query on a release, by column name."""
    import duckdb

    with duckdb.connect(str(of.database), read_only=True) as con:
        found = con.sql(sql)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


# What is raised with a sentence for whoever reads it; of anything else the sentence is none, and the fault is ours.
_SAID = (LookupError, ValueError, RuntimeError, OSError)


def in_words(error: Exception) -> str:
    """A failure as a sentence; a fault of the code says that it is one."""
    from flows import sights

    seen = sights.of_failure(error)
    if seen in (sights.FULL, sights.MEMORY):
        return f"{seen.seen_nl} / {seen.seen_en}: {error}"
    is_said = type(error) in _SAID or isinstance(error, OSError)
    if str(error) and (is_said or type(error).__module__.startswith(("flows", "expectations"))):
        return str(error)
    return f"fout in onze code, niet in een bestand / a fault of the code, not of a file: {error!r}"
