"""The account of a figure: what it is, what it is made of, what it was before, and its warnings.

Rows of the marts that a page of the site accounts for itself (``elsewhere`` in ``accounts.yml``) have theirs there. All
others stand here, those of one mart and meetmoment on a page, at an address that follows from their trace key.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb

from flows import wording
from flows.forms.dictionary import TABLE
from flows.forms.short_keys import short
from flows.site import figures, made_of
from flows.site.answers import Row, asked, in_language
from flows.site.declared import SHARED, SITE
from flows.site.figures import FOLDER, Figures
from flows.site.made_of import Side

_YES = {True: {"nl": "ja", "en": "yes"}, False: {"nl": "nee", "en": "no"}}


@dataclass
class Known:
    """What was read of the marts for the accounts of one language, which are those of the other too."""

    rows: dict[str, Row] = field(default_factory=dict)
    sides: dict[tuple[str, str], list[Side]] = field(default_factory=dict)
    done: set[tuple[str, str]] = field(default_factory=set)


class Words:
    """What columns and their values are called, in one language."""

    def __init__(self, con: duckdb.DuckDBPyConnection, said: Mapping[str, Any], release: Path, language: str) -> None:
        self.language = language
        with (release / TABLE).open(encoding="utf-8", newline="") as file:
            self.columns = {(row["mart"], row["column"]): row for row in csv.DictReader(file)}
        # English is the language that has no ending in the dictionary.
        self._meaning = "meaning_nl" if language == "nl" else "meaning"
        self.marts = {mart: row[f"mart_{self._meaning}"] for (mart, _), row in self.columns.items()}
        codes = in_language(
            asked(con, "select code_list, code, label_nl, label_en from dim_code", "dim_code"), language
        )
        self.codes = {(row["code_list"], row["code"]): row["label"] for row in codes}
        self.labels: dict[str, dict[str, str]] = {}
        for column, sql in said["labels"].items():
            rows = in_language(asked(con, sql, f"accounts.yml: {column}"), language)
            self.labels[column] = {row["code"]: row["label"] for row in rows}

    def label(self, mart: str, column: str) -> str:
        """What a column is called."""
        row = self.columns.get((mart, column))
        return row[f"label_{self.language}"] if row else column

    def meaning(self, mart: str, column: str) -> str:
        """What a column means, as the dictionary has it."""
        row = self.columns.get((mart, column))
        return row[self._meaning] if row else ""

    def is_key(self, mart: str, column: str) -> bool:
        """Whether a column is of the key of its mart."""
        row = self.columns.get((mart, column))
        return row is not None and row["is_key"] == "true"

    def read(self, mart: str, column: str, text: str | None) -> str:
        """A value that the history of the returns holds as text, as the column itself would be shown."""
        kind = self.columns.get((mart, column), {}).get("type", "").upper().partition("(")[0]
        forms: dict[str, Callable[[str], Any]] = {"DECIMAL": Decimal, "DATE": date.fromisoformat}
        form = forms.get(kind, str)
        try:
            return self.value(column, form(text) if text is not None else None)
        except (InvalidOperation, ValueError):  # the returns may hold any text; it is shown as it is
            return str(text)

    def of(self, mart: str, column: str, value: Any, unit: str | None = None) -> str:
        """A value of a column of a mart: a code by its name in the list that the column is of."""
        code_list = self.columns.get((mart, column), {}).get("code_list", "")
        return self.codes.get((code_list, str(value))) or self.value(column, value, unit)

    def value(self, column: str, value: Any, unit: str | None = None) -> str:
        """A value in the form that its column's name and its unit ask for."""
        if value is None:
            return wording.MISSING
        if isinstance(value, bool):
            return _YES[value][self.language]
        if column in self.labels:
            return self.labels[column].get(str(value), str(value))
        if column.endswith("_eur") or unit == "EUR":
            return wording.euro(value, self.language)
        if column.endswith("_pct") or unit == "percent":
            return wording.percent(value, self.language)
        kind = type(value).__name__
        if kind in ("int", "Decimal", "float"):
            return wording.number(value, self.language)
        form = {"date": wording.day, "datetime": wording.moment}.get(kind)
        return form(value, self.language) if form else str(value)


def pages(
    con: duckdb.DuckDBPyConnection,
    known: Known,
    shown: Figures,
    said: Mapping[str, Any],
    language: str,
    release: Path,
    site: Path = SITE,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The address of each page of accounts, and what its template says."""
    there = [name for (name,) in con.sql("select table_name from duckdb_tables()").fetchall()]
    words = Words(con, said, release, language)
    _close(con, known, shown, there)
    constant = _constant(con, known, shown, words, said)
    history: dict[str, list[Row]] = {}
    for row in in_language(asked(con, (site / SHARED / "history.sql").read_text("utf-8"), "history.sql"), language):
        history.setdefault(row["trace_key"], []).append(row)
    for mart in sorted(shown.shown):
        of_page: dict[str, list[str]] = {}
        for key in sorted(shown.shown[mart]):
            of_page.setdefault(shown.page_of(mart, key.split("/")[2:]), []).append(key)
        for name, keys in of_page.items():
            accounts = [
                _account(mart, key, known.rows[key], shown, known.sides, words, said, history.get(key, []))
                | {"constant": constant.get(key, [])}
                for key in keys
            ]
            moment, *apart = name.split("/")
            heading = " · ".join([words.value("meetmoment_code", moment), *apart])
            yield (
                f"{FOLDER}/{mart}/{name}.html",
                {
                    "mart": mart,
                    "mart_meaning": words.marts.get(mart, ""),
                    "heading": heading,
                    "accounts": accounts,
                    "columns": _said_once(accounts) if len(accounts) > said["most_accounts"] else [],
                },
            )


def _said_once(accounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The columns that any of the accounts shows, each once."""
    shown = (entry for account in accounts for entry in account["entries"] if entry["is_shown"])
    return list({entry["column"]: entry for entry in shown}.values())


def _close(con: duckdb.DuckDBPyConnection, known: Known, shown: Figures, there: Sequence[str]) -> None:
    """Read the rows of what was shown and what it is made of, and of the parts that have their account here too."""
    rows, sides = known.rows, known.sides
    for keys in sides.values():
        for part in (part for side in keys for part in side.keys):
            shown.address(part)
    while True:
        waiting = [
            (mart, key, column)
            for mart, keys in shown.shown.items()
            for key, columns in keys.items()
            for column in (columns or {""})
            if (key, column) not in known.done
        ]
        if not waiting:
            return
        known.done |= {(key, column) for _, key, column in waiting}
        for mart in sorted({mart for mart, *_ in waiting}):
            new = sorted({key for of, key, _ in waiting if of == mart and key not in rows})
            if new:
                con.execute("create or replace temp table wanted as select unnest($1::varchar[]) as trace_key", [new])
                found = asked(con, f"select * from {mart} semi join wanted using (trace_key)", mart)
                rows |= {row["trace_key"]: row for row in found}
            of_figure: dict[str, list[Row]] = {}
            for of, key, column in waiting:
                if of == mart and column and key in rows:
                    of_figure.setdefault(_figure(rows[key], column), []).append(rows[key])
            for figure in sorted(of_figure):
                unique = list({row["trace_key"]: row for row in of_figure[figure]}.values())
                for key, found_sides in made_of.sides(con, mart, figure, unique, there).items():
                    sides[key, figure] = found_sides
                    for part in (part for side in found_sides for part in side.keys):
                        shown.address(part)


def _constant(
    con: duckdb.DuckDBPyConnection, known: Known, shown: Figures, words: Words, said: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Trace key -> what its figures are on each constant scope: the same projects at every meetmoment."""
    found: dict[str, list[dict[str, Any]]] = {}
    for mart, on_scope in said["on_constant_scope"].items():
        keys = sorted(key for key, columns in shown.shown.get(mart, {}).items() if columns)
        if not keys:
            continue
        same = [name for of, name in words.columns if of == mart and words.is_key(mart, name) and name != "scope_code"]
        con.execute("create or replace temp table wanted as select unnest($1::varchar[]) as trace_key", [keys])
        rows = asked(
            con,
            f"""
            select whole.trace_key as whole_key, scope.label_{words.language} as scope_label, constant.*
            from {mart} as whole
            semi join wanted using (trace_key)
            inner join {on_scope} as constant
                on {" and ".join(f"whole.{name} is not distinct from constant.{name}" for name in same)}
                and constant.scope_code <> whole.scope_code
            inner join dim_scope as scope
                on constant.scope_code = scope.scope_code and scope.member_of_meetmoment is not null
            order by all
            """,
            f"accounts.yml: {on_scope}",
        )
        for row in rows:
            of_whole, columns = known.rows[row["whole_key"]], sorted(shown.shown[mart][row["whole_key"]] & set(row))
            others = [
                (
                    words.label(mart, name),
                    words.value(name, row[name], row.get("unit") if name in said["with_unit"] else None),
                )
                for name in columns
                if row[name] != of_whole[name]
            ]
            found.setdefault(row["whole_key"], []).append(
                {
                    "scope": row["scope_label"],
                    "values": others,
                    "is_whole": len(others) == len(columns),
                    "key": short(row["trace_key"]),
                }
            )
    return found


def _figure(row: Row, column: str) -> str:
    """The figure as its parts are declared: a headline is told by its measure and item, any other by its column."""
    if column in ("figure", "numerator", "denominator") and "item" in row:
        return f"{row['measure']}/{row['item']}"
    return column


def _account(
    mart: str,
    key: str,
    row: Row,
    shown: Figures,
    sides: Mapping[tuple[str, str], list[Side]],
    words: Words,
    said: Mapping[str, Any],
    history: list[Row],
) -> dict[str, Any]:
    language = words.language
    row_in = in_language([row], language)[0]
    unit = row.get("unit")
    columns = sorted(shown.shown[mart][key])
    keys = [name for name in row if words.is_key(mart, name)]
    entries = [
        {
            "column": name,
            "label": words.label(mart, name),
            "value": words.of(mart, name, row_in[name], unit if name in said["with_unit"] else None),
            "meaning": words.meaning(mart, name),
            "is_shown": name in columns,
            "is_in_heading": name in keys and name not in columns,
        }
        for name in row
        if name not in ("trace_key", *said["left_out"]) and not (row[name] is None and name not in columns)
    ]
    made = []
    for figure in dict.fromkeys(_figure(row, column) for column in columns):
        for side in sides.get((key, figure), []):
            listed = said["listed"].get(side.mart) if shown.has_details else None
            made.append(
                {
                    "figure": words.label(mart, figure) if "/" not in figure else None,
                    "side": side.side,
                    "mart": side.mart,
                    "condition": side.condition,
                    "count": side.count,
                    "total": words.value(side.amount.lstrip("-"), side.total),
                    "parts": [
                        {
                            "key": part,
                            "address": shown.address(part),
                            "label": "/".join(part.split("/")[2:]),
                            "value": words.value(side.amount.lstrip("-"), amount),
                        }
                        for part, amount in zip(side.keys, side.amounts, strict=True)
                        if not listed
                    ],
                    "listed": listed.format(**row) if listed and "meetmoment_code" in row else None,
                    "first_total": words.value(side.amount.lstrip("-"), side.first_total),
                    "is_restated": side.first_total is not None,
                    "restated": [
                        one
                        | {
                            "address": shown.address(one["key"]),
                            "label": "/".join(one["key"].split("/")[2:]),
                            "was": words.read(side.mart, one["column"], one["was"]),
                            "became": words.read(side.mart, one["column"], one["became"]),
                        }
                        for one in side.restated
                    ],
                    "restated_count": side.restated_count,
                }
            )
    term = f"{row['measure']}/{row['item']}" if "item" in row else None
    return {
        "key": key,
        "short_key": short(key),
        "anchor": figures.anchor(key),
        "heading": [words.value(name, row_in[name]) for name in keys if row[name] is not None],
        "term": term,
        "entries": entries,
        "made": made,
        "history": history,
        "warnings": row.get("warning_count"),
        "scope_code": row.get("scope_code"),
    }
