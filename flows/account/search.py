"""Search: which figure of a release somebody means, by its key, the beginning of one, its value or its name."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from flows.account import names, recoded
from flows.forms import dictionary, headlines, short_keys
from flows.release.kept import Release

_NAMED = Path(__file__).with_name("named_figures.sql")
_OFFERED = 12
# An amount as people write it: signs and spaces of thousands between the digits, a unit before or behind it.
_NUMBER = re.compile(
    r"(?i)\s*(?:€|eur)?\s*([+-]?\d[\d.,\s\u00a0\u202f']*)\s*(%|€|eur|mln\.?|million|miljoen)?\s*(?:eur)?\s*"
)
_MILLION = ("mln", "mln.", "million", "miljoen")


@dataclass(frozen=True)
class Candidate:
    """A figure that may be meant."""

    key: str
    label_nl: str
    label_en: str
    value: Decimal | None
    unit: str | None
    series: str
    """What it measures, in which scope; the same at every meetmoment."""
    rank: int
    """How likely it is meant: 2 printed so, 1 published as a headline, 0 any other."""

    def label(self, language: str) -> str:
        """What it is called."""
        return {"nl": self.label_nl, "en": self.label_en}[language]


@dataclass(frozen=True)
class Found:
    """What a search led to: the figure that is meant, or those that may be."""

    key: str | None
    candidates: tuple[Candidate, ...] = ()
    is_exact: bool = True
    """Whether the candidates are what was asked, and not only near it."""
    is_gone: bool = False
    """Whether the row was left out of its meetmoment, as ``what_changed`` has it; the candidates are it at others."""


def search(of: Release, asked: str) -> Found:
    """The figure that is meant; where several may be, the latest of one series, else all of them to choose from."""
    asked = asked.strip()
    with duckdb.connect(str(of.database), read_only=True) as con:
        keys = short_keys.found(con, asked) if short_keys.is_short(asked) else []
        if len(keys) == 1:
            return Found(keys[0])
        if keys:
            return Found(None, tuple(map(_of_key, keys)))
        if "/" in asked:
            return _by_key(con, of, asked)
        con.execute("set variable dictionary = ?", [str(of.file(dictionary.TABLE))])
        con.execute(headlines.NAMES)
        con.execute(f"create temp view named_figures as {_NAMED.read_text(encoding='utf-8')}")
        values = read_values(asked)
        return _by_value(con, values) if values else _by_words(con, asked)


def read_values(text: str) -> list[tuple[Decimal, Decimal]]:
    """Every number that a text may mean, each with what was rounded off at most; none where it is no number.

    ``1.523`` is a thousand and more in Dutch, one and a half in English: both are looked for.
    """
    found = _NUMBER.fullmatch(text)
    if not found:
        return []
    digits = re.sub(r"[\s\u00a0\u202f']", "", found[1]).rstrip(".,")
    factor = Decimal(1_000_000) if (found[2] or "").lower() in _MILLION else Decimal(1)
    readings = {read for sign in (",", ".") if (read := _plain(digits, sign))}
    return sorted(
        (Decimal(read) * factor, Decimal(1).scaleb(-len(read.partition(".")[2])) * factor / 2) for read in readings
    )


def _plain(digits: str, decimal_sign: str) -> str | None:
    """A number with this decimal sign and the other one between thousands; None where it is not written so."""
    other = {",": ".", ".": ","}[decimal_sign]
    whole, _, decimals = digits.partition(decimal_sign)
    if not re.fullmatch(rf"[+-]?(\d+|\d{{1,3}}(\{other}\d{{3}})+)", whole) or not re.fullmatch(r"\d*", decimals):
        return None
    return whole.replace(other, "") + (f".{decimals}" if decimals else "")


def _by_key(con: duckdb.DuckDBPyConnection, of: Release, asked: str) -> Found:
    """A whole key, or the keys that begin so; where none does, those that share the longest beginning with it.

    The plan in front may be left out.
    """
    ((plan,),) = con.sql("select plan_code from dim_plan").fetchall()
    first, second = asked.split("/")[:2]
    key = asked if second in of.manifest["tables"] else f"{plan}/{asked}"
    mart = second if key == asked else first
    if not con.execute(_IS_TRACED, [mart]).fetchall():
        return Found(key)
    if con.execute(f"select 1 from {mart} where trace_key in (?, ?)", [key, key.rpartition(":")[0]]).fetchall():
        return Found(key)
    begins, keys = key, _begin_with(con, mart, key)
    if not keys and (elsewhere := _gone(con, mart, key)):
        return Found(None, tuple(map(_of_key, elsewhere)), is_exact=False, is_gone=True)
    for now in recoded.since(con, key.partition(":")[0]):
        keys = keys or _begin_with(con, mart, now)
    while not keys and begins:
        begins = begins.rpartition("/")[0]
        keys = _begin_with(con, mart, begins)
    if not keys:  # the mart has no row at all
        return Found(key)
    is_exact = begins == key and keys[0].startswith(key)
    return Found(keys[0] if is_exact and len(keys) == 1 else None, tuple(map(_of_key, keys)), is_exact)


_IS_TRACED = "select 1 from duckdb_columns() where column_name = 'trace_key' and table_name = ?"


def _begin_with(con: duckdb.DuckDBPyConnection, mart: str, begins: str) -> list[str]:
    sql = f"select trace_key from {mart} where starts_with(trace_key, ?) order by trace_key limit {_OFFERED}"
    return [key for (key,) in con.execute(sql, [begins]).fetchall()]


def _gone(con: duckdb.DuckDBPyConnection, mart: str, key: str) -> list[str]:
    """The same row at other meetmomenten, the last first, where this one left it out."""
    plan, _, *within = key.partition(":")[0].split("/")
    meetmoment, record = within[:1], within[1:]
    parts = names.RECORD_KEY.format("record_key")
    sql = f"select 1 from what_changed where kind = 'dropped' and meetmoment_code = ? and {parts} = ?"
    if not any(record) or not con.execute(sql, [*meetmoment, sorted(filter(None, record))]).fetchall():
        return []
    pattern = f"{plan}/{mart}/*/{'/'.join(record)}"
    sql = f"select trace_key from {mart} where trace_key glob ? order by trace_key desc"
    return [found for (found,) in con.execute(sql, [pattern]).fetchall()]


def _of_key(key: str) -> Candidate:
    return Candidate(key, "", "", None, None, key, 0)


_COLUMNS = "trace_key || coalesce(':' || figure, '') as key, label_nl, label_en, value, unit, series"


def _by_value(con: duckdb.DuckDBPyConnection, values: Sequence[tuple[Decimal, Decimal]]) -> Found:
    """The figures of this value, as printed or rounded as it is; where there are none, those nearest to it."""
    asked = ", ".join(f"({value}, {half})" for value, half in values)
    sql = f"""
        with asked(wanted, half) as (values {asked}),
        told as (
            select {_COLUMNS}, is_published, printed, cutoff_date, value as number from named_figures
            union all
            select {_COLUMNS}, is_published, printed, cutoff_date, value / 1000000
            from named_figures where unit = 'EUR' and abs(value) >= 1000000
        )
        select
            key, label_nl, label_en, value, unit, series,
            max(case when printed = wanted then 2 when is_published and abs(number - wanted) <= half then 1 else 0 end)
                as rank,
            bool_or(coalesce(printed = wanted, false) or abs(number - wanted) <= half) as is_exact
        from told, asked
        where number is not null
        group by all
        order by is_exact desc, rank desc, min(abs(number - wanted)), max(cutoff_date) desc, key
        limit {_OFFERED}
    """
    return _chosen(con.execute(sql).fetchall())


def _by_words(con: duckdb.DuckDBPyConnection, asked: str) -> Found:
    """The figures whose name, in either language, or whose codes have every word that was given."""
    words = re.findall(r"\w+", asked)
    if not words:
        return Found(None, is_exact=False)
    text = "strip_accents(lower(concat_ws(' ', label_nl, label_en, codes, meetmoment_code)))"
    # A word may be a part of one; a number is that number, and not some digits of a year.
    has = [
        f"regexp_matches({text}, '\\b' || ? || '\\b')" if word.isdecimal() else f"contains({text}, ?)" for word in words
    ]
    sql = f"""
        select {_COLUMNS}, is_published::int as rank, {" and ".join(has)} as is_exact
        from named_figures
        where {" or ".join(has)}
        order by is_exact desc, {" + ".join(f"{each}::int" for each in has)} desc, rank desc, cutoff_date desc, key
    """
    folded = [_folded(word) for word in words]
    return _chosen(con.execute(sql, folded * 3).fetchall())


def _folded(word: str) -> str:
    """As `strip_accents(lower())` has it."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(sign))


def _chosen(rows: Sequence[tuple[Any, ...]]) -> Found:
    """The one that is meant: the only likely one, or the latest of the only likely series."""
    exact = [Candidate(*row[:7]) for row in rows if row[7]]
    if not exact:
        return Found(None, tuple(Candidate(*row[:7]) for row in rows[:_OFFERED]), is_exact=False)
    likely = [each for each in exact if each.rank == exact[0].rank]
    one = likely[0] if len({each.series for each in likely}) == 1 else None
    return Found(one.key if one else None, tuple(exact))
