"""What a figure of a release is called: its column, the key of its row and its meaning, in both languages."""

import csv
from collections.abc import Mapping

import duckdb

from flows.forms import dictionary
from flows.forms.parts import Row
from flows.release.kept import Release
from flows.settings import PROJECT

_TERMS = PROJECT / "site" / "_shared" / "terms.csv"


def of_figure(of: Release, con: duckdb.DuckDBPyConnection, row: Row, column: str | None) -> tuple[str, str, str, str]:
    """What the dictionary of the release calls a figure, with the keys of its row, and what it says it is."""
    with of.file(dictionary.TABLE).open(encoding="utf-8", newline="") as file:
        said = [each for each in csv.DictReader(file) if each["mart"] == row.mart]
    of_column = next((each for each in said if each["column"] == column), None)
    keys = {each["column"]: each["code_list"] for each in said if each["is_key"] == "true"}
    where_nl, where_en = _key_in_words(con, row, keys)
    if not of_column:
        first = said[0]
        return (
            f"{first['mart_label_nl']}: {where_nl}",
            f"{row.mart}: {where_en}",
            first["mart_meaning_nl"],
            first["mart_meaning"],
        )
    return (
        *(f"{of_column['label_nl']}: {where_nl}", f"{of_column['label_en']}: {where_en}"),
        *(of_column["meaning_nl"], of_column["meaning"]),
    )


_NAMED = {
    "meetmoment_code": "select label_nl, label_en from dim_meetmoment where meetmoment_code = $code",
    "scope_code": "select label_nl, label_en from dim_scope where scope_code = $code",
    "project_code": "select $code || ' ' || title, $code || ' ' || title from dim_project where project_code = $code",
} | {
    f"{unit}_code": (
        f"select $code || ' ' || label_nl, $code || ' ' || label_en from dim_{unit} where {unit}_code = $code"
    )
    for unit in ("indicator", "cluster", "speerpunt")
}
"""Column of a key -> what its code is called, in both languages; of the others their code list says it."""
_OF_LIST = "select label_nl, label_en from dim_code where code = $code and code_list = $code_list"


def _key_in_words(con: duckdb.DuckDBPyConnection, row: Row, keys: Mapping[str, str]) -> tuple[str, str]:
    """The key of a row in both languages, each part by its name where it has one.

    Args:
        keys: the columns of the key, each with its code list.
    """
    words: list[tuple[str, str]] = []
    for column, code_list in keys.items():
        if (code := row.values[column]) is None:
            continue
        asked = _NAMED.get(column, _OF_LIST)
        given = {"code": code} | ({"code_list": code_list} if asked is _OF_LIST else {})
        words += con.execute(asked, given).fetchall()[:1] or [(str(code), str(code))]
    return ", ".join(nl for nl, _ in words), ", ".join(english for _, english in words)


RECORD_KEY = "list_sort(regexp_extract_all({}, '[^|]+'))"
"""The key of a record as two are compared: its parts may be empty, and other tables have them in another order."""


def meaning(term: str) -> tuple[str, str]:
    """What a headline figure means, in the words of the site's glossary."""
    with _TERMS.open(encoding="utf-8", newline="") as file:
        said = next((row for row in csv.DictReader(file) if row["term"] == term), None)
    return (said["meaning_nl"], said["meaning_en"]) if said else ("", "")
