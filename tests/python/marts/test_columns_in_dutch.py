"""Every public column says in Dutch what it is called and what it means, beside English and from one place."""

import re
from typing import Any

import pytest

from flows.forms import contents
from flows.forms.contents import Mart

# Words that no Dutch sentence has; codes and names of tables, which are English, have none of them on their own.
ENGLISH = re.compile(r"\b(the|and|which|whose|with|from|that|this|not)\b")


@pytest.fixture(scope="module")
def marts(manifest: dict[str, Any]) -> tuple[Mart, ...]:
    return contents.from_manifest(manifest, "veerkracht")


def test_no_public_column_is_without_a_dutch_name_and_a_dutch_meaning(marts: tuple[Mart, ...]) -> None:
    assert {mart.name: mart.unlisted for mart in marts if mart.unlisted} == {}
    columns = [(mart.name, column) for mart in marts for column in mart.columns]
    assert len(columns) > 1_300
    for mart, column in columns:
        assert column.label_nl and column.label_en and column.description, (mart, column.name)
        assert column.description_nl and not ENGLISH.search(column.description_nl), (mart, column.name)
        assert column.description_nl != column.description and not column.description_nl.endswith("."), (
            mart,
            column.name,
        )


def test_one_sentence_has_one_translation(marts: tuple[Mart, ...]) -> None:
    """A column that means the same in two marts says the same in both languages; one that says otherwise, in both."""
    said: dict[tuple[str, str], set[str]] = {}
    for mart in marts:
        for column in mart.columns:
            said.setdefault((column.name, column.description), set()).add(column.description_nl)
    assert {key: found for key, found in said.items() if len(found) > 1} == {}


def test_no_two_columns_of_a_mart_have_one_dutch_name(marts: tuple[Mart, ...]) -> None:
    """The names are the headings of the workbook and of the CSV for Excel."""
    for mart in marts:
        names = [column.label_nl for column in mart.columns]
        assert len(set(names)) == len(names), mart.name
