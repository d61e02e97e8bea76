"""What docs/reliability.md says is written by the commands that ran it, and what is left out of them says why."""

import csv
import re

import pytest
from reliability import REPORT

from flows.settings import PROJECT

PRAGMA = re.compile(r"# pragma: no (cover|branch)(?P<reason>.*)")
EQUIVALENT = PROJECT / "tests" / "mutants" / "equivalent.csv"


@pytest.mark.parametrize("target", ["faults", "orders", "coverage", "mutants", "sqlmutants"])
def test_the_numbers_of_a_command_stand_between_its_marks(target: str) -> None:
    page = REPORT.read_text(encoding="utf-8")
    written = re.findall(rf"<!-- written by make {target} -->\n(.+?)\n<!-- end of make {target} -->", page, re.DOTALL)
    assert len(written) == 1 and re.search(r"Run of \d{4}-\d\d-\d\d on \d+ cores, .+, code \w+", written[0])
    assert re.search(rf"(?m)^{target}: ", (PROJECT / "Makefile").read_text(encoding="utf-8"))


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
