"""`make beside WAREHOUSE=...`: what three marts and a count cost here and in what a user would write, at growing sizes.

The raw tables of a night's warehouse are multiplied as for the growth of the models (`growth_models`). The models
that these stand on run as compiled, each in a process of its own; a table goes when no model ahead reads it. The
rivals (`rivals`) run as whole processes, in turns. What a rival makes is held equal to the marts, row by row; else
the command ends with what differs. One that would take the memory of the machine is stopped, and the table says so. A
size at which the command ended before, by a model or by hand, goes on with the models that are not made yet.
"""

import argparse
import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from benchmarks import goals, growth_models, table
from benchmarks.goals import GATE, MODELS
from benchmarks.measure import Cost, commit, machine, process
from benchmarks.rivals import MESH, PANDAS, RIVALS, SQL, WHOLE
from flows import profile
from flows.settings import Settings
from flows.warehouse import compiled, transform

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
BEGIN, END = "<!-- beside: written by make beside -->", "<!-- beside: end -->"
MESH_PYTHON = PROJECT / ".venv-sqlmesh" / "bin" / "python"
MOST_OF_MEMORY = 0.75
"""How much of the machine's memory a rival gets."""
DEAREST = 8

RESULTS = {
    "status": "select meetmoment_code, project_code, status from marts.fct_project_status",
    "milestone": """
        select meetmoment_code, milestone_code, planned_date, actual_date, status from marts.fct_milestone_status
    """,
    "finance": """
        select meetmoment_code, project_code, committed_eur, paid_eur
        from marts.fct_finance where execution = 'provisional'
    """,
    "counted": """
        select meetmoment_code, status, count(*) as milestones from marts.fct_milestone_status group by all
    """,
}
MARTS = ("fct_project_status", "fct_milestone_status", "fct_finance")
VERSIONED = ("project", "project_status", "milestone", "finance")
WHOLE_RESULTS = {
    "status": """
        select * exclude (assessor, computed_evidence_nl, computed_evidence_en, warning_count)
        from marts.fct_project_status
    """,
    "milestone": "select * exclude (warning_count) from marts.fct_milestone_status",
    "finance": """
        select * exclude (forecast_eur, forecast_state, committed_warning_count, paid_warning_count, warning_count)
        from marts.fct_finance
    """,
    "counted": RESULTS["counted"],
    "unread": """
        select rule_id, submission_id, sheet, row_number, received_value
        from intermediate.int_submission_finding where rule_id in ('V01', 'V02')
    """,
    "version": " union all ".join(
        f"""
        select
            '{record}' as record, submission_id, sheet, row_number, meetmoment_code, record_key, known_from, known_to
        from intermediate.int_{record}_version
        """
        for record in VERSIONED
    ),
    "forecast": """
        select
            meetmoment_code, project_code, milestone_code, original_planned_date, days_moved_since_previous,
            days_moved_in_all, move_count
        from intermediate.int_milestone_forecast
    """,
    "total": """
        select
            meetmoment_code, speerpunt_code, cluster_code, count(*) as projects,
            sum(budget_initial_eur) as budget_initial_eur,
            sum(committed_eur) as committed_eur,
            sum(paid_eur) as paid_eur
        from marts.fct_finance group by meetmoment_code, rollup (speerpunt_code, cluster_code)
    """,
}
KEPT = (
    *MARTS,
    *("stg_code_word", "int_submission_finding", "int_milestone_forecast"),
    *(f"int_{record}_version" for record in VERSIONED),
)
"""What the rivals read, or are held equal to."""


class Ours(growth_models.Project):
    """This code's own models, as they are kept compiled."""

    def compile(self) -> None:
        """Ask what is kept, in a process that ends: what dbt takes would count as memory of all that starts here."""
        asked = (self.warehouse, transform.WAREHOUSE, transform.variables(Settings().plan, None, None))
        with ProcessPoolExecutor(max_workers=1) as apart:
            models = apart.submit(compiled.models, *asked).result()
        nodes = {
            model["name"]: {
                "unique_id": model["name"],
                "resource_type": "model",
                "name": model["name"],
                "alias": model["name"],
                "schema": model["schema"],
                "language": model["language"],
                "path": model["path"],
                "config": {"materialized": model["kind"]},
                "depends_on": {"nodes": model["parents"]},
                "compiled_code": model["compiled"],
            }
            for model in models
        }
        self.manifest = {"nodes": nodes}

    def call(self, con: duckdb.DuckDBPyConnection, node: dict[str, Any], name: str) -> None:
        """Make a Python model as a preview does."""
        con.register("made", runpy.run_path(str(PROJECT / node["path"]))["model"](compiled.StandIn, con))
        con.execute(f"create or replace table {name} as from made")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the sizes that are asked for; the others keep their numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse", type=Path, help="of a night of the demo, as this code has built it")
    parser.add_argument("--sizes", default="1,10", help="copies of the plan, for example 1,10,100")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3600, help="a model that computes longer is stopped")
    parser.add_argument("--scratch", type=Path, default=PROJECT / "var" / "beside")
    parser.add_argument("--docs", type=Path, default=DOCS, help="where performance.json and .md stand")
    said = parser.parse_args(arguments)
    written, page = said.docs / "performance.json", said.docs / "performance.md"
    numbers = json.loads(written.read_text(encoding="utf-8"))
    beside = numbers.setdefault("beside", {})
    for size in (int(size) for size in said.sizes.split(",")):
        scratch = said.scratch / f"{size}x"
        found = _measured(said, size, scratch)
        beside[str(size)] = {"machine": _machine(), "runs": said.runs, **found}
        written.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
        table.put(page, BEGIN, END, "\n".join(_rows(beside)))
        table.put(page, goals.BEGIN, goals.END, "\n".join(goals.rows(beside)))
        shutil.rmtree(scratch)
    with suppress(OSError):  # another size that was stopped, with which the same command goes on
        said.scratch.rmdir()


def _measured(said: argparse.Namespace, size: int, scratch: Path) -> dict[str, Any]:
    made = scratch / "models.jsonl"
    project = Ours(PROJECT, scratch)
    if made.exists():
        project.compile()
    else:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        shutil.copyfile(said.warehouse, project.warehouse)
        project.compile()
        growth_models.multiply(project, size)
        made.touch()
    costs = list(_costs(project, said.seconds, made))
    rivals: dict[str, list[Cost]] = {name: [] for name in RIVALS if name != MESH or MESH_PYTHON.exists()}
    stopped: dict[str, Any] = {}
    rows: dict[str, int] = {}
    for number in range(said.runs):
        for name in [name for name in rivals if name not in stopped]:
            folder = scratch / name.replace(" ", "_")
            folder.mkdir(exist_ok=True)
            cost = _rival(name, project.warehouse, folder)
            if cost.peak_mb > _most_mb():
                stopped[name] = {"stopped_at_mb": round(_most_mb())}
                continue
            rivals[name].append(cost)
            if not number:
                rows |= _hold_equal(name, project.warehouse, folder)
    sql, judged = ([c for c in costs if c["language"] == language] for language in ("sql", "python"))
    found = {
        MODELS: [Cost(sum(c["cpu_s"] for c in sql), 0, max(c["peak_mb"] for c in sql))],
        GATE: [Cost(sum(c["cpu_s"] for c in judged), 0, max(c["peak_mb"] for c in judged))],
        **{name: of for name, of in rivals.items() if name not in stopped},
    }
    return {
        name: {"cpu_s": round(median(c.cpu_s for c in of), 2), "peak_mb": round(median(c.peak_mb for c in of))}
        for name, of in found.items()
    } | {
        **stopped,
        "model_count": len(sql),
        "rows": rows,
        "spilled_mb": max(c["spilled_mb"] for c in costs),
        "disk_mb": max(c["disk_mb"] for c in costs),
        "models": costs,
    }


def _costs(project: Ours, seconds: int, made: Path) -> Iterator[dict[str, Any]]:
    """What each model has cost, in their order; those that `made` tells of, a line each, are there already."""
    nodes = project.models_under(MARTS)
    costs = {cost["model"]: cost for cost in map(json.loads, made.read_text(encoding="utf-8").splitlines())}
    there: list[dict[str, Any]] = []
    for place, node in enumerate(nodes, start=1):
        if node["name"] not in costs:
            cost = growth_models.run(project, node, seconds)
            print(f"{place}/{len(nodes)} {json.dumps(cost)}", file=sys.stderr, flush=True)
            if "failed" in cost:
                raise SystemExit(f"{cost['model']}: {cost['failed']}\nOnce mended, the same command goes on with it.")
            cost["disk_mb"] = round(project.warehouse.stat().st_size / 1024**2)
            costs[node["name"]] = cost
            with made.open("a", encoding="utf-8") as lines:
                print(json.dumps(cost), file=lines)
        yield costs[node["name"]]
        if node["config"]["materialized"] == "table" and node["name"] not in KEPT:
            there.append(node)
        there = project.drop_unread(there, nodes[place:])


def _rival(name: str, warehouse: Path, folder: Path) -> Cost:
    python = MESH_PYTHON if name == MESH else sys.executable
    command = [str(python), str(Path(__file__).with_name("rivals.py")), name, str(warehouse), str(folder)]
    cost, end = process(command, PROJECT, os.environ, folder / "last.log", _most_mb())
    print(f"{name} {cost}", file=sys.stderr, flush=True)
    if end and cost.peak_mb <= _most_mb():
        raise SystemExit(f"{name} ended with {end}; see {folder / 'last.log'}")
    return cost


def _most_mb() -> float:
    return MOST_OF_MEMORY * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**2


def _hold_equal(name: str, warehouse: Path, folder: Path) -> dict[str, int]:
    """The rows of each result, which the rival makes as the marts have them."""
    counts = {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for result, sql in (WHOLE_RESULTS if name == WHOLE else RESULTS).items():
            kinds = dict(row[:2] for row in con.execute(f"describe {sql}").fetchall())
            columns = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in kinds.items())
            sides = (sql, f"select {columns} from '{folder / result}.parquet'")
            for one, other in (sides, sides[::-1]):
                if rows := con.execute(f"({one}) except all ({other}) limit 3").fetchall():
                    raise SystemExit(f"{name} makes another {result}: {rows}")
            counts[result] = con.execute(f"select count(*) from ({sql})").fetchall()[0][0]
    return counts


def _cell(cost: Mapping[str, Any] | None) -> str:
    if not cost:
        return ""
    if "stopped_at_mb" in cost:
        return f"more than {cost['stopped_at_mb']} MB: stopped"
    return f"{cost['cpu_s']:.1f} s, {cost['peak_mb']} MB"


def _machine() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pandas", "polars"))
    if MESH_PYTHON.exists():
        asked = [str(MESH_PYTHON), "-c", "import importlib.metadata as m; print(m.version('sqlmesh'))"]
        versions += f", SQLMesh {subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()}"
    return f"commit {commit(PROJECT)}, measured {date.today()} on {machine()}; {versions}"


def _rows(beside: Mapping[str, Any]) -> Iterator[str]:
    names = (MODELS, GATE, *RIVALS)
    ratios = ("models / SQL", "models / SQL, whole", "models / pandas, memory")
    header = ("size", *names, *ratios, "spilled", "disk")
    yield f"| {' | '.join(header)} |"
    yield "|---|" + "---:|" * (len(header) - 1)
    sizes = sorted(beside, key=int)
    for size in sizes:
        found = beside[size]
        cells = [
            *(_cell(found.get(name)) for name in names),
            *(f"{found[MODELS]['cpu_s'] / found[sql]['cpu_s']:.1f}" if sql in found else "" for sql in (SQL, WHOLE)),
            f"{found[MODELS]['peak_mb'] / found[PANDAS]['peak_mb']:.2f}" if "peak_mb" in found[PANDAS] else "",
            f"{found['spilled_mb']} MB",
            f"{found['disk_mb']} MB",
        ]
        yield f"| {size}x | {' | '.join(cells)} |"
    yield ""
    for size in sizes:
        found = beside[size]
        rows = ", ".join(f"{result} {count:,}" for result, count in found["rows"].items())
        times = f"{found['model_count']} models once, rivals {found['runs']} times"
        yield f"- {size}x: {times}; rows: {rows}; {found['machine']}"
    for size in sizes:
        layers = profile.by_layer({cost["model"]: cost["cpu_s"] for cost in beside[size]["models"]})
        yield f"- layers at {size}x: " + ", ".join(f"{layer} {seconds:.1f} s" for layer, seconds in layers.items())
    dearest = sorted(beside[sizes[-1]]["models"], key=lambda cost: float(cost["cpu_s"]), reverse=True)[:DEAREST]
    yield f"- dearest at {sizes[-1]}x: " + ", ".join(
        f"{cost['model']} {cost['cpu_s']:.1f} s, {cost['peak_mb']} MB" for cost in dearest
    )


if __name__ == "__main__":
    main()
