"""What a document asks of a release: its SQL on the marts of one meetmoment, and its rows as people read them."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb

from flows import wording
from flows.forms.short_keys import short
from flows.project import read_yaml
from flows.reports.declared import FOLDER

TRACE_KEY = "trace_key"
KEY = "key"
WORDS = "words.yml"
Row = dict[str, Any]


@dataclass
class Subject:
    """The marts a document is of, at one meetmoment; its questions find all of it in variables of the same names."""

    con: duckdb.DuckDBPyConnection
    plan: Row
    meetmoment: Row
    keys: dict[str, str] = field(default_factory=dict)
    """Short key -> trace key of all that was asked."""
    facts: Mapping[str, Row] | None = None
    """What sentences are made of, once somebody asked."""

    def rows(self, sql: str) -> list[Row]:
        """The rows of a question, as they are; a short key beside each trace key."""
        asked = self.con.sql(sql)
        rows = [dict(zip(asked.columns, row, strict=True)) for row in asked.fetchall()]
        for column in asked.columns:
            if column.endswith(TRACE_KEY):
                name = column.removesuffix(TRACE_KEY) + KEY
                for row in rows:
                    row[name] = self.key(row[column])
        return rows

    def key(self, trace_key: str | None) -> str | None:
        """The short key of a figure, remembered."""
        if trace_key is None:
            return None
        key = short(trace_key)
        self.keys[key] = trace_key
        return key


class NothingDelivered(Exception):
    """The release holds nothing of the meetmoment."""


@contextmanager
def subject(database: Path, meetmoment_code: str | None = None, memory: Mapping[str, str] | None = None) -> Any:
    """Open the marts of a release for questions on a meetmoment: the last one of which something was delivered.

    Args:
        memory: what DuckDB is told of it (`Settings.memory_beside`); left out, it takes what the machine has.

    Raises:
        NothingDelivered: where there is none, or not of the one that is asked for.
    """
    with duckdb.connect(":memory:", config={"threads": 2, **(memory or {})}) as con:
        con.execute(f"attach {_literal(str(database))} as release (read_only)")
        con.execute("set search_path = 'release.main,memory.main'")
        _words(con)
        (plan,) = _dicts(con.sql("select * from dim_plan"))
        delivered = _dicts(
            con.sql("select * from dim_meetmoment where delivered_project_count > 0 order by meetmoment_number")
        )
        asked = [row for row in delivered if meetmoment_code in (None, row["meetmoment_code"])]
        if not asked:
            known = ", ".join(row["meetmoment_code"] for row in delivered) or "geen enkel / none"
            raise NothingDelivered(
                f"{meetmoment_code or plan['plan_code']}: er is niets voor geleverd; wel voor / nothing was "
                f"delivered for it; something was for {known}"
            )
        meetmoment = asked[-1]
        before = {row["meetmoment_code"] for row in delivered}
        variables = {
            "meetmoment": meetmoment["meetmoment_code"],
            "meetmoment_number": meetmoment["meetmoment_number"],
            "cutoff_date": meetmoment["cutoff_date"],
            "previous": code if (code := meetmoment["previous_meetmoment_code"]) in before else None,
            "scope": meetmoment["counts_scope_code"],
            "money_scope": meetmoment["money_scope_code"],
            "execution": meetmoment["headline_execution"],
            "final_meetmoment": _with_final_amounts(con, meetmoment["meetmoment_number"]),
        }
        for name, value in variables.items():
            # What is not there has a type as well.
            form = {int: "integer", date: "date"}.get(type(value), "varchar")
            con.execute(f"set variable {name} = cast(? as {form})", [value])
        yield Subject(con, plan, meetmoment)


def _with_final_amounts(con: duckdb.DuckDBPyConnection, up_to: int) -> str | None:
    """The last meetmoment up to this one that has all its definitive amounts; else the last one that has any."""
    found = con.execute(
        """
        select meetmoment_code
        from agg_finance_restatement
        inner join dim_meetmoment using (meetmoment_code)
        where level = 'plan' and scope_code = money_scope_code and meetmoment_number <= ?
        group by meetmoment_code, cutoff_date
        having sum(final_count) > 0
        order by sum(final_count) >= sum(provisional_count) desc, cutoff_date desc
        """,
        [up_to],
    ).fetchone()
    return found[0] if found else None


def _words(con: duckdb.DuckDBPyConnection) -> None:
    """How codes are written: the labels of the release and, of what has none there, of ``reports/words.yml``.

    ``word_nl`` and ``word_en`` give the word of a list for a code, or the code with spaces where there is none.
    """
    words = [
        (of_list, code, *labels)
        for of_list, codes in read_yaml(FOLDER / WORDS).items()
        for code, labels in codes.items()
    ]
    values = ", ".join(f"({', '.join(map(_literal, word))})" for word in words)
    con.execute(
        "create table memory.word as select code_list as word_list, code, label_nl, label_en from dim_code"
        f" union all values {values}"
    )
    for language in wording.LANGUAGES:
        con.execute(
            f"create macro memory.word_{language}(of_list, of_code) as if(of_code is null, null, coalesce("
            f"(select min(label_{language}) from memory.word where word_list = of_list and code = of_code),"
            " replace(of_code, '_', ' ')))"
        )


def shown(rows: list[Row], language: str) -> list[dict[str, str]]:
    """Rows as they are printed: every value a text, a name in two languages in the one that is read."""
    if not rows:
        return []
    other = "_en" if language == "nl" else "_nl"
    columns = [
        (column.removesuffix(f"_{language}"), column, form(column))
        for column in rows[0]
        if not column.endswith(other) and not column.endswith(TRACE_KEY)
    ]
    return [{name: printed(row[column], how, language) for name, column, how in columns} for row in rows]


def printed(value: Any, how: Callable[..., str] | None, language: str) -> str:
    """One value as it is printed; a dash where there is none."""
    if value is None:
        return wording.MISSING
    if isinstance(value, bool):
        return {"nl": ("nee", "ja"), "en": ("no", "yes")}[language][value]
    if how and not isinstance(value, str):
        return how(value, language)
    if isinstance(value, datetime):
        return wording.moment(value, language)
    if isinstance(value, date):
        return wording.short_day(value, language)
    if isinstance(value, Decimal | int | float):
        return wording.number(value, language)
    if isinstance(value, list):
        return wording.listed([printed(part, None, language) for part in value], language)
    return str(value)


@cache
def form(column: str) -> Callable[..., str] | None:
    """How the values of a column are printed, by the end of its name (``reports/forms.yml``)."""
    for ending, how in _forms().items():
        if column.endswith(ending):
            return partial(wording.FORMATS[how["form"]], **{k: v for k, v in how.items() if k != "form"})
    return None


@cache
def _forms() -> Mapping[str, Mapping[str, Any]]:
    declared: Mapping[str, Mapping[str, Any]] = read_yaml(FOLDER / "forms.yml")
    return declared


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _dicts(asked: duckdb.DuckDBPyRelation) -> list[Row]:
    return [dict(zip(asked.columns, row, strict=True)) for row in asked.fetchall()]
