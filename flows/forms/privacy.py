"""Privacy: no column leaves that the registry does not list, and no text that holds personal data.

All that a release says comes from its marts, from the registry it carries and from the documentation of the models;
these three are scanned. What is said of a hit never repeats the value. Rows of returns that hold one are set apart by
gate 1 before (rule V12).
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from expectations.gate import Failure
from flows import personal_data
from flows.forms import carried
from flows.forms.contents import TRACE_KEY, Mart
from flows.personal_data import POSSIBLE, kinds_in, named, named_in_each, public_values
from flows.settings import Settings
from flows.warehouse import cache, docs, seed_file, transform

NOT_LISTED, PERSONAL_DATA = "PUB01", "PUB02"
_NAMED = 10
_MASKED = "***"
_SUBMISSION = "submission_id"


@dataclass(frozen=True)
class _Place:
    """A column in which a text stands: one row of it, how many more, and the submissions of all."""

    column: str
    row: str
    more: int
    submissions: tuple[str, ...]


def failures(con: duckdb.DuckDBPyConnection, marts: Sequence[Mart], schema: str = "marts") -> list[Failure]:
    """Why these marts may not be published: unlisted columns, then each text with personal data, with its places.

    Args:
        con: the warehouse; it is only read.
        schema: where the marts are.
    """
    unlisted = [
        Failure(NOT_LISTED, mart.name, column, (), f"{mart.name}.{column}")
        for mart in marts
        for column in mart.unlisted
    ]
    public = public_values()
    looked_at: dict[str, str] = {}
    places: dict[str, list[_Place]] = {}
    for mart in marts:
        for text, place in _personal_data(con, mart, schema, public, looked_at):
            places.setdefault(text, []).append(place)
    return [*unlisted, *(_told(looked_at[text], found) for text, found in places.items())]


def _told(kinds: str, places: list[_Place]) -> Failure:
    """One text, however many rows and marts it stands in: whose it is, and where, what names a submission first."""
    whose = list(dict.fromkeys(submission for place in places for submission in place.submissions))
    of = f" ({', '.join(_first(whose))})" if whose else ""
    as_it_came = sorted(places, key=lambda place: not place.submissions)
    where = [f"{place.column}: {place.row}" + (f" + {place.more}" if place.more else "") for place in as_it_came]
    return Failure(PERSONAL_DATA, places[0].column, None, (), f"{kinds}{of}; {'; '.join(_first(where))}")


def _first(named: list[str]) -> list[str]:
    return [*named[:_NAMED], f"+ {len(named) - _NAMED}"] if len(named) > _NAMED else named


def failures_around(warehouse: Path) -> list[Failure]:
    """Where personal data stands in what goes out around the marts of a warehouse: the registry, the documentation.

    That nothing was found is kept, under the checksum of what was looked through and of who looks.
    """
    told = transform.manifest_path(warehouse).read_bytes()
    looked_through = Settings().cache / "looked_through" / _key(told)
    if looked_through.is_dir():
        return []
    public, found = public_values(), []
    for file, texts in ((carried.REGISTRY, _registry_texts()), (docs.PAGE, _texts_within(json.loads(told), ""))):
        for place, text in texts:
            if kinds := kinds_in(text, public):
                found.append(Failure(PERSONAL_DATA, file, None, (), f"{file} ({named(kinds)}): {place}"))
    if not found:
        cache.entry(looked_through, lambda target: None)
    return found


def _key(told: bytes) -> str:
    """All that the verdict on what stands around the marts is a function of."""
    digest = hashlib.sha256(f"{version('phonenumbers')} {version('python-stdnum')}".encode())
    for name, content in sorted(carried.seeds().items()):
        digest.update(b"\0" + name.encode() + b"\0" + content)
    for part in (told, Path(__file__).read_bytes(), Path(personal_data.__file__).read_bytes()):
        digest.update(b"\0" + part)
    return digest.hexdigest()[:24]


def _registry_texts() -> Iterator[tuple[str, str]]:
    """(seed, line and column, text) of every cell of the registry."""
    for name, content in carried.seeds().items():
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        header = next(rows)
        for row in rows:
            for column, text in zip(header, row, strict=True):
                yield seed_file.place(f"seeds/{name}", rows.line_num, column), text


def _texts_within(document: Any, place: str) -> Iterator[tuple[str, str]]:
    """(place, text) of every text of a JSON document."""
    if isinstance(document, str):
        yield place, document
    elif isinstance(document, dict):
        for name, value in document.items():
            yield from _texts_within(value, f"{place}/{name}")
    elif isinstance(document, list):
        for number, value in enumerate(document, start=1):
            yield from _texts_within(value, f"{place}/{number}")


def _personal_data(
    con: duckdb.DuckDBPyConnection, mart: Mart, schema: str, public: frozenset[str], looked_at: dict[str, str]
) -> Iterator[tuple[str, _Place]]:
    """(text, where it stands) of what is found in a mart, column by column.

    Args:
        looked_at: text -> the kinds of personal data in it. The same text stands in many rows, columns and marts; of
            all of them it is looked at once.
    """
    # A trace key is made of columns that are scanned themselves.
    columns = [c.name for c in mart.columns if c.data_type == "VARCHAR" and c.name != TRACE_KEY]
    # Of all columns in one go: most marts are small, and to make the pattern ready costs more than to read their texts.
    texts = con.execute(
        f"""
        select distinct text
        from (select unnest([{", ".join(map(mart.leaving, columns))}]) as text from {schema}.{mart.name})
        where regexp_matches(text, ?)
        """,
        [POSSIBLE],
    ).fetchall()
    new = [text for (text,) in texts if text not in looked_at]
    looked_at |= zip(new, named_in_each(new, public), strict=True)
    if hits := [text for (text,) in texts if looked_at[text]]:
        for column in columns:
            yield from _places(con, mart, schema, column, hits, public)


def _places(
    con: duckdb.DuckDBPyConnection, mart: Mart, schema: str, column: str, hits: list[str], public: frozenset[str]
) -> Iterator[tuple[str, _Place]]:
    """Each of the texts that leaves in a column with the first row that holds it, by its key, in which personal data is
    masked."""
    parts = ", ".join(f"cast({name} as varchar)" for name in mart.key)
    whose = _SUBMISSION if _SUBMISSION in {c.name for c in mart.columns} else "null"
    rows = con.execute(
        f"""
        select text, min(row_key), count(*), list_sort(list(distinct whose) filter (where whose is not null))
        from (
            select {mart.leaving(column)} as text, [{parts}] as row_key, {whose} as whose
            from {schema}.{mart.name}
        )
        where list_contains(?, text)
        group by text
        order by text
        """,
        [hits],
    ).fetchall()
    for text, key, count, submissions in rows:
        masked = (_MASKED if part and kinds_in(part, public) else part or "" for part in key)
        yield text, _Place(f"{mart.name}.{column}", " | ".join(masked), count - 1, tuple(submissions or ()))
