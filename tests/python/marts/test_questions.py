"""The questions of `docs/questions.md`, put to a release as they stand there: each has the answer that is written."""

import re
from collections.abc import Iterator

import duckdb
import pytest
from conftest import DemoRun

from flows.release import kept
from flows.settings import PROJECT

_QUESTION = re.compile(r"### \d+\. (.+?)\n\n```sql\n(.+?)\n```\n\nAntwoord \((.+?)\):\n\n```\n(.*?)\n```", re.DOTALL)
ASKED = {
    question: (query, told)
    for question, query, _, told in _QUESTION.findall((PROJECT / "docs/questions.md").read_text())
}


@pytest.fixture(scope="module")
def con(demo: DemoRun) -> Iterator[duckdb.DuckDBPyConnection]:
    current = kept.current(demo.settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as opened:
        yield opened


def test_there_are_twenty_eight_of_them_with_at_most_two_joins() -> None:
    assert len(ASKED) == 28
    for question, (query, _) in ASKED.items():
        assert len(re.findall(r"\bjoin\b", query)) <= 2 and "(select" not in query, question


@pytest.mark.parametrize("question", ASKED)
def test_a_question_has_the_answer_that_is_written(question: str, con: duckdb.DuckDBPyConnection) -> None:
    query, told = ASKED[question]
    rows = [" | ".join("" if value is None else str(value) for value in row) for row in con.sql(query).fetchall()]
    assert rows == told.splitlines()
