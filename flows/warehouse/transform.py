"""Transform: dbt, run in this process on the warehouse of the run."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import registry
from flows.settings import PROJECT

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

BEFORE_GATE = ("path:seeds", "path:models/staging")
# What the second pass of gate 1 judges, with the accepted versions it stands on.
COMPARISONS = ("+path:models/intermediate/compared,path:models/intermediate",)
# What gate 1 comes to, per submission: what senders are answered, before it is known whether there will be marts.
VERDICTS = ("int_finding", "int_submission", "agg_quality_by_submitter")
AFTER_GATE = ("path:models/intermediate", "path:models/marts")


class TransformFailed(Exception):
    """A model or a test of ours failed; the message names each with its reason."""


def build(warehouse: Path, select: Sequence[str], known_on: datetime | None = None) -> None:
    """Build these parts of the project with their tests in ``warehouse``.

    Args:
        warehouse: the DuckDB file; no connection to it may be open in this process.
        select: dbt selectors.
        known_on: leave out what was received after this moment (UTC).
    """
    state = _state(warehouse)  # of before the build: what is changed meanwhile has not passed
    arguments, parsed = build_arguments(warehouse, select, known_on), project(warehouse)
    if state in _whole:
        arguments += ["--exclude", "path:seeds,resource_type:test"]
    run(warehouse, arguments, parsed)
    if "path:seeds" in select:
        _whole.add(state)


def build_arguments(warehouse: Path, select: Sequence[str], known_on: datetime | None = None) -> list[str]:
    """The dbt command line of `build`; unit tests and selftests are proofs of the code, not of tonight's data."""
    arguments = [
        "build",
        "--no-write-json",
        *where(warehouse),
        *("--exclude-resource-type", "unit_test"),
        *("--exclude", "tag:selftest"),
        *("--indirect-selection", "buildable"),
        "--quiet",
        "--select",
        *select,
    ]
    if tuple(select) == AFTER_GATE:
        arguments += ["--exclude", "path:models/intermediate/compared"]  # stays as gate 1 has judged it
    if known_on:
        arguments += ["--vars", f"{{known_on: '{known_on:%Y-%m-%d %H:%M:%S.%f}'}}"]
    return arguments


def where(warehouse: Path) -> list[str]:
    """Where the project is and where dbt leaves its own files: beside the warehouse."""
    target = str(warehouse.parent / "dbt")
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", target, "--log-path", target, "--log-level-file", "none"),
    ]


# The project as dbt has parsed it, and told in manifest.json: per state of the code and the registry, and name of the
# database. It is told once: while it builds, dbt writes into what it has parsed.
_parsed: dict[tuple[str, str, str], tuple["Manifest", bytes]] = {}
# States whose registry passed its own tests; they depend on nothing else, so that once in a process is enough.
_whole: set[tuple[str, str, str]] = set()


def _state(warehouse: Path) -> tuple[str, str, str]:
    return registry.checksum(), registry.code_checksum(), warehouse.stem


def project(warehouse: Path) -> "Manifest":
    """The parsed project; a night builds in four parts, and parsing takes as long as building one of them.

    ``manifest.json``, which says what every mart and column is, stands beside the warehouse afterwards.
    """
    state = _state(warehouse)
    path = manifest_path(warehouse)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")  # somebody may be reading the one that is there
    is_new = state not in _parsed
    if is_new:
        parse = ["parse", "--no-write-json", "--quiet", "--log-level", "none", *where(warehouse)]
        try:
            parsed = run(warehouse, parse)
        except TransformFailed:
            # What dbt keeps of the code of before can mislead it: an entry that moved to another file is there twice.
            parsed = run(warehouse, [*parse, "--no-partial-parse"])
        _parsed.clear()
        parsed.write(str(unfinished))
        _parsed[state] = (parsed, unfinished.read_bytes())
    if is_new or not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(_parsed[state][1])
        unfinished.replace(path)
    return _parsed[state][0]


def manifest_path(warehouse: Path) -> Path:
    """Where dbt's manifest of the project that built a warehouse stands."""
    return warehouse.parent / "dbt" / "manifest.json"


def run(warehouse: Path, arguments: Sequence[str], parsed: "Manifest | None" = None) -> Any:
    """Run one dbt command on ``warehouse`` and let go of the file afterwards; dbt alone keeps its write lock.

    Args:
        parsed: the project as parsed before; dbt parses it when there is none.

    Returns:
        what dbt's own runner gives back for that command.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    with _environment(VEERKRACHT_WAREHOUSE=str(warehouse), DO_NOT_TRACK="1"):
        try:
            outcome = dbtRunner(manifest=parsed).invoke(list(arguments))
        finally:
            DuckDBConnectionManager.close_all_connections()
    if outcome.exception:
        raise TransformFailed(str(outcome.exception)) from outcome.exception
    failed = [
        f"{result.node.name}: {result.message}"
        for result in getattr(outcome.result, "results", [])
        if result.status in ("error", "fail", "runtime error")
    ]
    if failed or not outcome.success:
        raise TransformFailed("; ".join(failed) or f"dbt {arguments[0]} failed")
    return outcome.result


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
