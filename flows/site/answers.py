"""The answers of the marts to the declared queries, in one language."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from flows.reports import making

Row = dict[str, Any]


class QueryFailed(Exception):
    """A declared query is not one that the marts can answer."""


def opened(release: Path, views: Path, memory: Mapping[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """The marts of a release, to read, with what several pages ask as views.

    A query may name the other files of the release as tables (``'dictionary.csv'``); the short keys that its documents
    print are ``site_key``, which is empty where it has no documents.

    Args:
        memory: what DuckDB is told of it (`Settings.memory_beside`); left out, it takes what the machine has.
    """
    con = duckdb.connect(str(release / "marts.duckdb"), read_only=True, config={"threads": 2, **(memory or {})})
    place = str(release).replace("'", "''")
    con.execute(f"set file_search_path = '{place}'")
    con.execute("set timezone = 'UTC'")
    keys = Path(making.FOLDER) / making.KEYS
    printed = f"read_csv('{keys}', all_varchar = true)" if (release / keys).is_file() else "(select '', '' limit 0)"
    con.execute(f"create or replace temp table site_key as from {printed} as printed(short_key, trace_key)")
    con.execute(views.read_text(encoding="utf-8"))
    return con


def asked(con: duckdb.DuckDBPyConnection, sql: str, name: str) -> list[Row]:
    """The rows of a query, in the order it says.

    Args:
        name: of its file, for who has to mend it.

    Raises:
        QueryFailed: with the words of the database.
    """
    try:
        answer = con.execute(sql)
    except duckdb.Error as error:
        raise QueryFailed(f"{name}: {error}") from error
    columns = [column for column, *_ in answer.description or []]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def in_language(rows: Iterable[Row], language: str) -> list[Row]:
    """The rows with ``label_nl`` and ``label_en`` as ``label``, and so for every such pair."""
    rows = list(rows)
    if not rows:
        return []
    other = "en" if language == "nl" else "nl"
    pairs = [name[:-3] for name in rows[0] if name.endswith(f"_{language}") and f"{name[:-3]}_{other}" in rows[0]]
    if not pairs:
        return rows
    return [row | {name: row[f"{name}_{language}"] or row[f"{name}_{other}"] for name in pairs} for row in rows]


def split(rows: Sequence[Row], by: str) -> dict[Any, list[Row]]:
    """The rows of each value of a column."""
    parts: dict[Any, list[Row]] = {}
    for row in rows:
        parts.setdefault(row[by], []).append(row)
    return parts


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """The rows as a machine reads them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
