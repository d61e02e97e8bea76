"""Run by a checkout's own Python: every model's SQL alone, on the demo's raw tables multiplied; JSON on stdout.

    python growth_models.py CHECKOUT WAREHOUSE COPIES SCRATCH SECONDS

dbt compiles once, on a copy of a warehouse that the checkout has built; then each compiled model runs in a process of
its own as plain `create table as`, in the order of the DAG, so that what dbt itself costs is not in it and each peak
of memory is that of one model. Models are found in the manifest; a Python model is called with dbt's own stand-in.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jinja2 import Environment

# Two places at least for the number of the copy; the first copy is the demo as it is.
_NUMBER = "format('{:02d}', copies.n)"
# What names a file, or a finding, wholly by itself; `text` stands for the column.
_OWN = {
    "sha256": f"text || {_NUMBER}",
    "finding_id": f"text || {_NUMBER}",
    # The sender is what stands before the first underscore; it has as many series of files as there are copies.
    "file_name": rf"regexp_replace(text, '^([^_]+)_', '\1_c' || {_NUMBER} || '_')",
}
# What makes any other text one of another copy: other projects (and so milestones), other submissions.
_TEXT = rf"""
    regexp_replace(regexp_replace(text, 'VV([0-9]{{3}})', 'VV' || {_NUMBER} || '\1', 'g'),
        '(m[0-9]+-[0-9a-f]{{12}})', '\1c' || {_NUMBER}, 'g')
"""

# Of each statement: the rows that all its operators give on, and the most that it had on disk for lack of memory.
_ASKED = ("CUMULATIVE_CARDINALITY", "SYSTEM_PEAK_TEMP_DIR_SIZE")


class Project:
    """A checkout's dbt project, compiled on a warehouse of its own."""

    def __init__(self, checkout: Path, scratch: Path) -> None:
        self.checkout, self.scratch = checkout, scratch
        self.warehouse = scratch / "warehouse.duckdb"
        self.manifest: dict[str, Any] = {}

    def compile(self) -> None:
        """Compile all models; what macros ask of the registry is in the warehouse."""
        target = self.scratch / "dbt"
        subprocess.run(
            [
                *(self.checkout / ".venv" / "bin" / "dbt", "--quiet", "compile", "--select", "resource_type:model"),
                *("--project-dir", self.checkout, "--profiles-dir", self.checkout),
                *("--target-path", target, "--log-path", target, "--log-level-file", "none"),
            ],
            check=True,
            cwd=self.checkout,
            stdout=sys.stderr,
            env=os.environ | {"VEERKRACHT_WAREHOUSE": str(self.warehouse), "DO_NOT_TRACK": "1"},
        )
        self.manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))

    def models(self) -> list[dict[str, Any]]:
        """The models, each after those it stands on."""
        nodes = {i: n for i, n in self.manifest["nodes"].items() if n["resource_type"] == "model"}
        parents = {i: [p for p in n["depends_on"]["nodes"] if p in nodes] for i, n in nodes.items()}
        placed = [nodes[unique_id] for unique_id in TopologicalSorter(parents).static_order()]
        return [n for n in placed if n["config"]["materialized"] != "ephemeral"]

    def models_under(self, marts: Sequence[str]) -> list[dict[str, Any]]:
        """Only these and what they stand on, in their order."""
        ahead = [i for i, n in self.manifest["nodes"].items() if n["name"] in marts]
        needed = set()
        while ahead:
            if (unique_id := ahead.pop()) not in needed:
                needed.add(unique_id)
                ahead += self.manifest["nodes"].get(unique_id, {}).get("depends_on", {}).get("nodes", [])
        return [node for node in self.models() if node["unique_id"] in needed]

    def drop_unread(self, there: Sequence[dict[str, Any]], ahead: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Drop of the tables that are there those that no model ahead reads; the others.

        A view is read as what it stands on, and the gate counts the rows of what its tables were made of too.
        """
        made = {node["unique_id"]: node for node in self.models()}
        read = {parent for node in ahead for parent in self._read_by(made, node)}
        unread = [node for node in there if node["unique_id"] not in read]
        if unread:
            with self.connect() as con:
                for node in unread:
                    con.execute(f'drop table if exists {node["schema"]}."{node["alias"]}"')
        return [node for node in there if node["unique_id"] in read]

    def _read_by(self, made: dict[str, Any], node: dict[str, Any]) -> Iterator[str]:
        for parent in node["depends_on"]["nodes"]:
            if parent in made:
                yield parent
                if node["language"] == "python" or made[parent]["config"]["materialized"] == "view":
                    yield from self._read_by(made, made[parent])

    def settings(self) -> dict[str, Any]:
        """What the profile sets in DuckDB (threads, a limit of memory, where to spill), as a night has it."""
        text = (self.checkout / "profiles.yml").read_text(encoding="utf-8")
        environment = os.environ | {"VEERKRACHT_WAREHOUSE": str(self.warehouse)}
        as_dbt = Environment()
        as_dbt.filters["as_number"] = int
        rendered = as_dbt.from_string(text).render(env_var=lambda name, *d: environment.get(name, *d))
        (profile,) = (p for p in yaml.safe_load(rendered).values() if isinstance(p, dict) and "outputs" in p)
        output = profile["outputs"][profile["target"]]
        return {**output.get("config_options", {}), **output.get("settings", {}), "threads": output["threads"]}

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The warehouse with the settings of the profile."""
        con = duckdb.connect(str(self.warehouse))
        for name, value in self.settings().items():
            con.execute(f"set {name} = '{value}'")
        return con

    def call(self, con: duckdb.DuckDBPyConnection, node: dict[str, Any], name: str) -> None:
        """Make a Python model, compiled by dbt with all that it asks of dbt but the way to read a table."""
        sys.path.insert(0, str(self.checkout))
        told: dict[str, Any] = {"__name__": node["name"]}
        exec(node["compiled_code"], told)
        made = told["model"](told["dbtObj"](lambda table: con.query(f"select * from {table}")), con)
        con.register("made", made) if not isinstance(made, duckdb.DuckDBPyRelation) else made.create_view("made")
        con.execute(f"create table {name} as select * from made")


def multiply(project: Project, copies: int) -> None:
    """Leave of the warehouse what no model makes, and of what was received as many copies as are asked for."""
    made = {(n["schema"], n["alias"]) for n in project.models()}
    whole = project.warehouse.with_name("whole.duckdb")
    with project.connect() as con:
        (written_for,) = con.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
        ).fetchall()[0]
    project.warehouse.replace(whole)
    # Written as a night writes it: for any DuckDB, or for this one.
    duckdb.connect(str(project.warehouse), config={"storage_compatibility_version": written_for.rstrip("+")}).close()
    with project.connect() as con:
        con.execute(f"attach '{whole}' as whole (read_only)")
        tables = con.execute("select schema_name, table_name from duckdb_tables() where database_name = 'whole'")
        for schema, table in tables.fetchall():
            if (schema, table) in made:
                continue
            con.execute(f"create schema if not exists {schema}")
            columns = dict(r[:2] for r in con.execute(f'describe whole.{schema}."{table}"').fetchall())
            again = f"cross join range({copies}) as copies (n)" if "submission_id" in columns else ""
            selected = [_copied(name, kind) for name, kind in columns.items()] if again else ["*"]
            con.execute(
                f'create table {schema}."{table}" as select {", ".join(selected)} from whole.{schema}."{table}" {again}'
            )
        for schema in {schema for schema, _ in made}:
            con.execute(f"create schema if not exists {schema}")
        con.execute("detach whole")
    whole.unlink()


def _copied(name: str, kind: str) -> str:
    """SQL for a column of a copy."""
    if kind == "VARCHAR":
        changed = _OWN.get(name, _TEXT).replace("text", f'"{name}"', 1)
    elif kind == "VARCHAR[]":
        changed = f'list_transform("{name}", lambda text: {_TEXT})'
    else:
        return f'"{name}"'
    return f'case when copies.n = 0 then "{name}" else {changed} end as "{name}"'


def run(project: Project, node: dict[str, Any], seconds: int) -> dict[str, Any]:
    """What one model costs, in a process of its own: wall, user and system time, peak of memory, rows."""
    reading, writing = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))  # computing, so that a busy machine stops no other
        try:
            said = _cost(project, node)
        except Exception as error:
            said = {"failed": str(error)[:500]}
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    _, _, used = os.wait4(child, 0)
    said = {"cpu_s": round(used.ru_utime + used.ru_stime, 4), "wall_s": round(time.monotonic() - began, 4), "rows": 0}
    said |= json.loads(text) if text else {"failed": f"stopped after {seconds} s, or for lack of memory"}
    return {"model": node["name"], "language": node["language"], "peak_mb": round(used.ru_maxrss / 1024), **said}


def _cost(project: Project, node: dict[str, Any]) -> dict[str, Any]:
    name = f'{node["schema"]}."{node["alias"]}"'
    with project.connect() as con:
        con.execute("pragma enable_profiling = 'no_output'")
        con.execute(f"pragma custom_profiling_settings = '{json.dumps(dict.fromkeys(_ASKED, 'true'))}'")
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        if node["language"] == "python":
            project.call(con, node, name)
        else:
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            con.execute(f"create or replace {kind} {name} as {node['compiled_code']}")
        after = resource.getrusage(resource.RUSAGE_SELF)
        wall = time.perf_counter() - began
        profile = json.loads(con.get_profiling_information())
        handled, spilled = (profile.get(metric.lower(), 0) for metric in _ASKED)
        rows = 0
        if node["config"]["materialized"] != "view":
            rows = con.execute(f"select count(*) from {name}").fetchall()[0][0]
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall_s": round(wall, 4),
        "cpu_s": round(computed, 4),
        "rows": rows,
        "rows_handled": handled,
        "spilled_mb": round(spilled / 1024**2),
    }


def _all(project: Project, seconds: int) -> Iterator[dict[str, Any]]:
    for node in project.models():
        said = run(project, node, seconds)
        if said.get("failed") or said["wall_s"] > 10:
            print(f"  {said}", file=sys.stderr, flush=True)
        yield said


def main() -> None:
    """Measure one checkout at one size."""
    checkout, warehouse, scratch = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[4])
    copies, seconds = int(sys.argv[3]), int(sys.argv[5])
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    project = Project(checkout, scratch)
    shutil.copyfile(warehouse, project.warehouse)
    project.compile()
    multiply(project, copies)
    models = list(_all(project, seconds))
    size = project.warehouse.stat().st_size / 1024**2
    shutil.rmtree(scratch)
    json.dump({"copies": copies, "disk_mb": round(size), "models": models}, sys.stdout)


if __name__ == "__main__":
    main()
