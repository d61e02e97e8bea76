"""Transform: dbt, run in this process on the warehouse of the run."""

import filecmp
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from flows.settings import PROJECT, Settings
from flows.warehouse import columns, parsed_project

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# All that a night makes; the views of the metrics are asked for by who uses them.
WAREHOUSE = tuple(f"path:models/{layer}" for layer in ("registry", "staging", "gate", "intermediate", "marts"))
# What gate 1 comes to, and what the senders are answered, with all that these stand on.
FINDINGS = ("+int_finding",)
ANSWERS = ("+int_finding", "+int_submission", "+int_submission_replaced")
# The events of dbt with which a model and a test end, and how each calls the number of all of them.
_ENDED = {"LogModelResult": "total", "LogTestResult": "num_models"}


class TransformFailed(Exception):
    """A model or a test of ours failed; the message names each with its reason."""


def build(
    warehouse: Path,
    select: Sequence[str],
    plan_code: str,
    known_on: datetime | None = None,
    known_before: datetime | None = None,
    made_in: Path | None = None,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, float]:
    """Build these parts of the project with their tests in ``warehouse``; the seconds that each model took.

    Args:
        warehouse: the DuckDB file; no connection to it may be open in this process.
        select: dbt selectors.
        plan_code: the plan whose warehouse it is.
        known_on: leave out what was received after this moment (UTC).
        known_before: the moment of the release before (UTC), for what gate 2 compares with what was known then.
        made_in: where another engine left the tables of these models, a folder of Parquet per schema and table: they
            are taken over, under the same contracts, promises and tests.
        on_done: told (models and tests that ended, all of them) as the build goes on.
    """

    ended, one_at_a_time = count(1), Lock()

    def tell(event: Any) -> None:
        if event.info.name in _ENDED:  # its index is that of its start: a long one ends after many that began later
            with one_at_a_time:
                on_done(next(ended), getattr(event.data, _ENDED[event.info.name]))

    told = variables(plan_code, known_on, known_before) | ({"made_in": str(made_in)} if made_in else {})
    made = run(warehouse, build_arguments(warehouse, select, told), project(warehouse), tell)
    return {one.node.name: one.execution_time for one in made.results if one.node.resource_type == "model"}


def variables(plan_code: str, known_on: datetime | None, known_before: datetime | None) -> dict[str, str]:
    """What dbt is told of a night; what is left out is as ``dbt_project.yml`` says."""
    moments = {"known_on": known_on, "known_before": known_before}
    return {"plan": plan_code} | {name: f"{at:%Y-%m-%d %H:%M:%S.%f}" for name, at in moments.items() if at}


def build_arguments(warehouse: Path, select: Sequence[str], told: dict[str, str]) -> list[str]:
    """The dbt command line of `build`, which is told these variables.

    Unit tests and selftests are proofs of the code, not of tonight's data. The registry is there before dbt begins, and
    its tests were asked (`flows.warehouse.registry_rows`). What the tests of every model ask, the macro `promises_kept`
    asks in one go.
    """
    arguments = [
        "build",
        "--no-write-json",
        *where(warehouse),
        *("--exclude-resource-type", "unit_test"),
        *("--exclude", "tag:selftest", "path:seeds", "test_name:sound_rows", "test_name:sound_mart"),
        # Every test of a model of the run; asking which have all they need takes dbt most of a second.
        *("--indirect-selection", "eager"),
        *("--vars", json.dumps(told)),
        "--quiet",
        "--select",
        *select,
    ]
    return arguments


def where(warehouse: Path) -> list[str]:
    """Where the project is and where dbt leaves its own files: beside the warehouse."""
    target = str(warehouse.parent / "dbt")
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", target, "--log-path", target, "--log-level-file", "none"),
    ]


def project(warehouse: Path) -> "Manifest":
    """The parsed project, with ``manifest.json`` beside the warehouse, which says what every mart and column is."""

    def parse() -> "Manifest":
        arguments = ["parse", "--no-write-json", "--no-partial-parse", "--quiet", "--log-level", "none"]
        made: Manifest = run(warehouse, [*arguments, *where(warehouse)])
        columns.complete(made)
        return made

    found, told = parsed_project.project(Settings().cache, PROJECT, warehouse.stem, parse)
    path = manifest_path(warehouse)
    if not (path.exists() and filecmp.cmp(told, path, shallow=False)):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")  # somebody may be reading the one that is there
        shutil.copyfile(told, unfinished)
        unfinished.replace(path)
    return found


def manifest_path(warehouse: Path) -> Path:
    """Where dbt's manifest of the project that built a warehouse stands."""
    return warehouse.parent / "dbt" / "manifest.json"


def run(
    warehouse: Path,
    arguments: Sequence[str],
    project: "Manifest | None" = None,
    on_event: Callable[[Any], None] | None = None,
) -> Any:
    """Run one dbt command on ``warehouse`` and let go of the file afterwards; dbt alone keeps its write lock.

    Args:
        project: as parsed before; dbt parses it when there is none.
        on_event: told each event of dbt.

    Returns:
        what dbt's own runner gives back for that command.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    with _environment(VEERKRACHT_WAREHOUSE=str(warehouse), DO_NOT_TRACK="1"):
        try:
            outcome = dbtRunner(project, [on_event] if on_event else None).invoke(list(arguments))
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
