"""docs/adding-an-indicator.md, followed to the letter on a copy of the project and a finished warehouse."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import DemoRun

from flows.settings import PROJECT

GUIDE = (PROJECT / "docs/adding-an-indicator.md").read_text(encoding="utf-8")
SEED = "seeds/indicators/indicator.csv"
PROGRAMS = {"veerkracht": "flows.cli", "dbt": "dbt.cli.main"}
SECONDS = 60  # a limit that a loaded machine keeps too; about 8 were seen


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def copy(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the warehouse of the last night where it always is, and the row of the guide."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("seeds", "models", "macros", "tests", "flows", "expectations", "reports"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(PROJECT / name, folder / name)
    (folder / "var/veerkracht/build").mkdir(parents=True)
    shutil.copyfile(small.settings.warehouse, folder / "var/veerkracht/build/warehouse.duckdb")
    with (folder / SEED).open("a", encoding="utf-8") as seed:
        seed.writelines(blocks("csv"))
    return folder


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """One command line of the guide, in the copy."""
    program, rest = re.fullmatch(r"\.venv/bin/(\w+)(.*)", line).groups()  # type: ignore[union-attr]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEERKRACHT_")}
    return subprocess.run(
        f"{sys.executable} -m {PROGRAMS[program]}{rest}",
        shell=True,
        cwd=folder,
        env=environment | {"PYTHONPATH": str(folder), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_guide_is_under_a_page() -> None:
    assert len(GUIDE.splitlines()) < 50


def test_the_registry_is_whole_with_the_row_of_the_guide(copy: Path) -> None:
    assert "the registry is whole" in run(copy, blocks("sh")[0].splitlines()[0]).stdout


@pytest.mark.slow
def test_the_guide_leads_to_the_marts(copy: Path) -> None:
    answers = []
    for line in "".join(blocks("sh")).splitlines():
        answer = run(copy, line)
        assert answer.returncode == 0, (line, answer.stdout, answer.stderr)
        answers.append(answer.stdout)
    assert "the registry is whole" in answers[0]
    assert re.search(r"IND13 +\| Vacant shops +\| Outcome", answers[2])
    assert re.search(r"m7 +\| late", answers[3])


def test_a_wrong_reference_fails_within_seconds_and_says_where(copy: Path) -> None:
    whole = (copy / SEED).read_text(encoding="utf-8")
    *others, row = whole.splitlines(keepends=True)
    for right, wrong in {",count,down,outcome,sum,": ",kmm,downn,outcom,som,", ",yearly,": ",weekly,"}.items():
        assert right in row
        row = row.replace(right, wrong)
    broken = "".join([*others, row])
    (copy / SEED).write_text(broken, encoding="utf-8")
    started = time.monotonic()
    try:
        answer = run(copy, blocks("sh")[0].strip())
    finally:
        (copy / SEED).write_text(whole, encoding="utf-8")
    assert time.monotonic() - started < SECONDS
    assert answer.returncode == 20
    for fault in (
        "unit: 'kmm'",
        "direction: 'downn'",
        "level: 'outcom'",
        "aggregation: 'som'",
        "periodicity: 'weekly'",
    ):
        assert f"{SEED}, regel / line {len(others) + 1}, kolom / column {fault}" in answer.stdout, (
            fault,
            answer.stdout,
        )
