"""What docs/reliability.md says is written by the commands that ran it, and what is left out of them says why."""

import csv
import os
import re
import subprocess
import sys

import pytest
from reliability import REPORT

from flows.settings import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
COMMAND = re.compile(r"^\t(?:PYTHONPATH=(\S+) )?(?:nice |\$\(UNSHARED\) )?\$\(BIN\)/python (\S+\.py)", re.MULTILINE)
SCRIPTS = sorted(set(COMMAND.findall(MAKEFILE)))
"""Where each may import from, and each that needs no environment of its own."""
PRAGMA = re.compile(r"# pragma: no (cover|branch)(?P<reason>.*)")
EQUIVALENT = PROJECT / "tests" / "mutants" / "equivalent.csv"


@pytest.mark.parametrize("target", ["faults", "orders", "coverage", "mutants", "sqlmutants"])
def test_the_numbers_of_a_command_stand_between_its_marks(target: str) -> None:
    page = REPORT.read_text(encoding="utf-8")
    written = re.findall(rf"<!-- written by make {target} -->\n(.+?)\n<!-- end of make {target} -->", page, re.DOTALL)
    assert len(written) == 1 and re.search(r"Run of \d{4}-\d\d-\d\d on \d+ cores, .+, code \w+", written[0])
    assert re.search(rf"(?m)^{target}: ", MAKEFILE)


@pytest.mark.parametrize(("places", "script"), SCRIPTS)
def test_a_proof_that_is_seldom_run_finds_what_it_imports(places: str, script: str) -> None:
    """A name that moved would be noticed on the day that somebody needs the proof."""
    imported = "import runpy, sys; sys.path[0] = sys.argv[1]; runpy.run_path(sys.argv[2], run_name='imported')"
    path = PROJECT / script
    done = subprocess.run(
        [sys.executable, "-c", imported, path.parent, path],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": places},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_line_that_is_left_out_says_why() -> None:
    said = [
        (path.name, found["reason"])
        for room in ("flows", "expectations")
        for path in (PROJECT / room).rglob("*.py")
        for found in PRAGMA.finditer(path.read_text(encoding="utf-8"))
    ]
    assert [name for name, reason in said if not re.match(r" - \w+ \w+", reason)] == []


def test_a_change_that_is_the_same_in_effect_is_one_of_a_line_that_there_is_and_says_why() -> None:
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        lines = {line.strip() for line in (PROJECT / row["module"]).read_text(encoding="utf-8").splitlines()}
        assert row["was"] in lines and row["was"] != row["becomes"] and len(row["reason"].split()) > 3, row
