"""`make beside WAREHOUSE=...`: what four core marts cost here and in what a user would write instead, at growing sizes.

The raw tables of a night's warehouse are multiplied as for the growth of the models (`growth_models`). The models that
the four marts stand on run as compiled, each in a process of its own; the rivals (`rivals`) as whole processes, in
turns. What a rival makes is held equal to the marts, row by row; else the command ends with what differs.
"""

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from benchmarks import growth_models, table
from benchmarks.measure import Cost, process
from benchmarks.rivals import RIVALS

PROJECT = Path(__file__).parents[1]
NUMBERS = PROJECT / "docs" / "performance.json"
PAGE = PROJECT / "docs" / "performance.md"
BEGIN, END = "<!-- beside: written by make beside -->", "<!-- beside: end -->"
MODELS = "the models"
GOAL = 1.3
"""How many times the SQL by hand the models may cost."""

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


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the sizes that are asked for; the others keep their numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse", type=Path, help="of a night of the demo, as this code has built it")
    parser.add_argument("--sizes", default="1,10", help="copies of the plan, for example 1,10,100")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=900, help="a model that computes longer is stopped")
    parser.add_argument("--scratch", type=Path, default=PROJECT / "var" / "beside")
    said = parser.parse_args(arguments)
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))
    beside = numbers.setdefault("beside", {})
    for size in (int(size) for size in said.sizes.split(",")):
        beside[str(size)] = {"machine": _machine(), **_measured(said, size)}
        NUMBERS.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
        table.put(PAGE, BEGIN, END, "\n".join(_rows(beside)))
    shutil.rmtree(said.scratch)


def _measured(said: argparse.Namespace, size: int) -> dict[str, Any]:
    shutil.rmtree(said.scratch, ignore_errors=True)
    said.scratch.mkdir(parents=True)
    project = growth_models.Project(PROJECT, said.scratch)
    shutil.copyfile(said.warehouse, project.warehouse)
    project.compile()
    growth_models.multiply(project, size)
    costs = [growth_models.run(project, node, said.seconds) for node in project.models_under(MARTS)]
    if failed := [cost for cost in costs if cost.get("failed")]:
        raise SystemExit(f"{size}x: {failed}")
    models = Cost(sum(cost["cpu_s"] for cost in costs), 0, max(cost["peak_mb"] for cost in costs))
    rivals: dict[str, list[Cost]] = {name: [] for name in RIVALS}
    for number in range(said.runs):
        for name in RIVALS:
            folder = said.scratch / name.replace(" ", "_")
            folder.mkdir(exist_ok=True)
            rivals[name].append(_rival(name, project.warehouse, folder))
            if not number:
                _hold_equal(name, project.warehouse, folder)
    found = {MODELS: [models], **rivals}
    return {
        name: {"cpu_s": round(median(c.cpu_s for c in of), 2), "peak_mb": round(median(c.peak_mb for c in of))}
        for name, of in found.items()
    } | {"model_count": len(costs), "disk_mb": round(project.warehouse.stat().st_size / 1024**2)}


def _rival(name: str, warehouse: Path, folder: Path) -> Cost:
    command = [sys.executable, str(Path(__file__).with_name("rivals.py")), name, str(warehouse), str(folder)]
    cost, end = process(command, PROJECT, os.environ, folder / "last.log")
    if end:
        raise SystemExit(f"{name} ended with {end}; see {folder / 'last.log'}")
    return cost


def _hold_equal(name: str, warehouse: Path, folder: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for result, sql in RESULTS.items():
            kinds = dict(row[:2] for row in con.execute(f"describe {sql}").fetchall())
            columns = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in kinds.items())
            sides = (sql, f"select {columns} from '{folder / result}.parquet'")
            for one, other in (sides, sides[::-1]):
                if rows := con.execute(f"({one}) except all ({other}) limit 3").fetchall():
                    raise SystemExit(f"{name} makes another {result}: {rows}")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pandas", "polars"))
    load = os.getloadavg()[0]
    return (
        f"measured {date.today()} on {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"load {load:.1f} at the end; {versions}"
    )


def _rows(beside: Mapping[str, Any]) -> Iterator[str]:
    names = (MODELS, *RIVALS)
    yield f"| size | {' | '.join(names)} | models / SQL | asked | models / pandas, memory | disk |"
    yield "|---|" + "---:|" * len(names) + "---:|---|---:|---:|"
    for size in sorted(beside, key=int):
        found = beside[size]
        ratio = found[MODELS]["cpu_s"] / found["SQL by hand"]["cpu_s"]
        cells = [
            *(f"{found[name]['cpu_s']:.1f} s, {found[name]['peak_mb']} MB" for name in names),
            f"{ratio:.1f}",
            f"{GOAL}: {'yes' if ratio <= GOAL else '**no**'}",
            f"{found[MODELS]['peak_mb'] / found['pandas']['peak_mb']:.2f}",
            f"{found['disk_mb']} MB",
        ]
        yield f"| {size}x | {' | '.join(cells)} |"
    yield ""
    for size in sorted(beside, key=int):
        yield f"- {size}x: {beside[size]['model_count']} models; {beside[size]['machine']}"


if __name__ == "__main__":
    main()
