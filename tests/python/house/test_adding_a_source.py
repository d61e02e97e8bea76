"""The guide for adding a source, followed to the letter on a copy of the project: its rows, commands and results.

Its night is run as on the schedule: a flow run of Prefect, from the command line of a process of its own.
"""

import contextlib
import csv
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from flows import registry
from flows.settings import PROJECT, Settings
from flows.warehouse import registry_rows

GUIDE = PROJECT / "docs" / "adding-a-source.md"
ROOMS = (
    "flows",
    "seeds",
    "macros",
    "models",
    "expectations",
    "site",
    "reports",
    "tests/generic",
    "tests/selftest",
    "tests/singular",
    "docs",  # a release carries some of it
    "dbt_project.yml",
    "profiles.yml",
)


@dataclass(frozen=True)
class Block:
    """A fenced block of the guide: what it is, of which file, and its text."""

    kind: str
    name: str
    text: str


def blocks() -> Iterator[Block]:
    for found in re.finditer(
        r"^```(\w+) ?(.*?)\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        yield Block(*found.groups())


def copy_of_the_project(target: Path) -> Path:
    """The project without its state and tests, with the command line where the guide has it."""
    for room in ROOMS:
        source = PROJECT / room
        (target / room).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / room, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / room)
    command = target / ".venv" / "bin" / "veerkracht"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flows.cli "$@"\n')
    command.chmod(0o755)
    return target


def add_rows(seed: Path, text: str) -> None:
    """Add the rows of a block to a seed; columns that the block leaves out stay empty."""
    with seed.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with seed.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="raise", lineterminator="\n")
        writer.writerows(csv.DictReader(text.splitlines(), strict=True))


def change_cells(seed: Path, text: str) -> None:
    """Change cells of rows that are there: what the row begins with, then the column and the cell."""
    with seed.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        columns = list(reader.fieldnames or [])
    for *key, column, cell in csv.reader(text.splitlines(), strict=True):
        fitting = [row for row in rows if list(row.values())[: len(key)] == key]
        assert fitting
        for row in fitting:
            row[column] = cell
    with seed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def run(project: Path, commands: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("VEERKRACHT_", "PYTHONPATH", "PREFECT_"))}
    environment["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
    return subprocess.run(
        ["sh", "-e", "-c", commands], cwd=project, env=environment, capture_output=True, text=True, timeout=600
    )


def test_the_registry_is_whole_with_the_rows_of_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of what follows: every row and cell of the guide, and none that nothing knows."""
    shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    monkeypatch.setattr(registry, "SEEDS", tmp_path / "seeds")
    for block in blocks():
        if block.kind == "csv":
            add_rows(tmp_path / block.name, block.text)
        elif block.kind == "change":
            change_cells(tmp_path / block.name, block.text)
    assert registry_rows.broken(Settings(home=tmp_path, cache=tmp_path / "cache")) == ([], {})


@pytest.mark.slow
def test_the_guide_leads_from_a_file_to_its_figures(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path / "project")
    ran: list[subprocess.CompletedProcess[str]] = []
    answers: list[list[list[str]]] = []
    for block in blocks():
        match block.kind:
            case "file":
                (project / block.name).write_text(block.text, encoding="utf-8")
            case "csv":
                add_rows(project / block.name, block.text)
            case "change":
                change_cells(project / block.name, block.text)
            case "sh":
                ran.append(run(project, block.text))
            case "sql":
                with duckdb.connect(str(project / "var/rivieren/current/marts.duckdb"), read_only=True) as con:
                    rows = con.sql(block.text).fetchall()
                answers.append([["" if value is None else str(value) for value in row] for row in rows])
            case "result":
                assert answers[-1] == list(csv.reader(block.text.splitlines()))
            case other:
                raise AssertionError(f"the guide has a block of kind {other}")
    refused, accepted = ran
    assert refused.returncode == 20 and "roze" in refused.stdout and "C4" in refused.stdout, refused.stdout
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert len(answers) == 3
    assert list((project / "var/rivieren/logs").glob("*.jsonl"))
    with contextlib.closing(sqlite3.connect(project / "var/prefect/prefect.db")) as runs:
        assert runs.execute("select state_type from flow_run").fetchall() == [("COMPLETED",)]
