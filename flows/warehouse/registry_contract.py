"""What the YAML beside the seeds promises of them, asked of their text: each broken promise by file, line and column.

In ``config: meta`` of a seed stand ``key`` (columns of which no two rows share the values, in any case of letters),
``unique`` (further keys), ``in_order`` (columns whose values never go down) and ``holds`` (a ``condition`` in SQL, the
``column`` it is about and a ``message``; a row on which it is unknown is let through). In ``config: meta`` of a column:

filled      true where no row may leave it empty
values      the words it may hold; with ``every: true`` each of them must be there
pattern     what its text matches as a whole
form        what else its text must be: ``FORMS`` of `registry_forms.py`
sql_with    it is SQL that may call these, each with the name of something
sql_on      it is SQL on the mart that another column names, where ``{column}`` is a value of the ``aggregate``
each        the sign between several values of one cell; values, pattern and references are of each of them
references  ``seed.column`` where its values stand, or a mapping: ``to``; ``within`` columns that both have and share
            (or ``theirs: ours``); ``where`` on the seed referred to; ``when`` on its own row; ``or`` further words;
            ``glob: true`` where it is a pattern of names. ``mart_column`` (mart, column) is what models/marts declares,
            ``expectation`` (folder, suite, rule_id, checksum) what stands in expectations/.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from expectations import declared as expectations
from flows.warehouse import columns
from flows.warehouse.registry_forms import FORMS
from flows.warehouse.seed_file import Fault, SeedText, nearest, quoted

_DATE = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Seed:
    """A seed as its YAML declares it."""

    name: str
    path: Path
    told: str
    """Its file as people find it."""
    types: Mapping[str, str]
    """Column -> type."""
    promises: Mapping[str, Any]
    """Of the seed as a whole."""
    of_column: Mapping[str, Mapping[str, Any]]
    """Column -> what is promised of it."""


def broken(con: duckdb.DuckDBPyConnection, seeds: Sequence[Seed], texts: Mapping[str, SeedText]) -> list[Fault]:
    """Every broken promise, and every fault of form; the same said of several lines is said of each.

    Args:
        con: where the tables ``typed.<seed>`` are made, the values of each row beside its line.
        seeds: the registry as declared.
        texts: what was read of each.
    """
    return _Contract(con, seeds, texts).faults()


class _Contract:
    def __init__(self, con: duckdb.DuckDBPyConnection, seeds: Sequence[Seed], texts: Mapping[str, SeedText]) -> None:
        self._con, self._texts = con, texts
        self._seeds = {seed.name: _without(seed, texts[seed.name].absent) for seed in seeds}
        self._absent = {f"{name}.{column}" for name, text in texts.items() for column in text.absent}
        self._found = [fault for text in texts.values() for fault in text.faults]

    def faults(self) -> list[Fault]:
        """Load everything, then ask everything: what is alone in its cell before what looks at other cells."""
        self._con.execute("create schema text; create schema typed; create schema marts")
        self._load_marts()
        self._load_expectations()
        for seed in self._seeds.values():
            self._load(seed)
        self._con.execute("set search_path = 'typed'")
        for asked in (self._cells, self._forms, self._keys, self._references, self._rows):
            said = {(fault.file, fault.line, fault.column) for fault in self._found}
            for seed in self._seeds.values():
                found = [fault if isinstance(fault, Fault) else Fault(seed.told, *fault) for fault in asked(seed)]
                self._found += [fault for fault in found if (fault.file, fault.line, fault.column) not in said]
        return self._found

    def _load_marts(self) -> None:
        marts = columns.marts()
        names = [(mart["name"], column["name"]) for mart in marts for column in mart["columns"]]
        self._con.execute('create table text.mart_column (mart varchar, "column" varchar)')
        self._con.execute("insert into text.mart_column select unnest($1), unnest($2)", list(zip(*names, strict=True)))
        for mart in marts:
            declared = ", ".join(f'"{c["name"]}" {c["data_type"]}' for c in mart["columns"])
            self._con.execute(f"create table marts.{mart['name']} ({declared})")

    def _load_expectations(self) -> None:
        names = ", ".join(f"{name} varchar" for name in expectations.COLUMNS)
        self._con.execute(f"create table text.expectation ({names})")
        there = [
            one for folder in expectations.FOLDERS for one in expectations.written(folder, expectations.read(folder))
        ]
        values = ", ".join(f"unnest(${number})" for number in range(1, len(expectations.COLUMNS) + 1))
        self._con.execute(f"insert into text.expectation select {values}", list(zip(*there, strict=True)))

    def _load(self, seed: Seed) -> None:
        names = list(seed.types)
        cells = ", ".join(f'cells[{n}] as "{name}"' for n, name in enumerate(names, start=3))
        self._con.execute(
            f"""
            create table text.{seed.name} as
            select cells[1]::integer as line, cells[2]::boolean as is_whole, {cells}
            from (select unnest($rows::varchar[][]) as cells)
            """,
            {"rows": self._texts[seed.name].rows},
        )
        typed = ", ".join(f'try_cast("{name}" as {type_}) as "{name}"' for name, type_ in seed.types.items())
        self._con.execute(
            f"create table typed.{seed.name} as select line, {typed} from text.{seed.name} where is_whole order by line"
        )

    # What a cell says for itself.

    def _cells(self, seed: Seed) -> Iterator[tuple[int, str, str]]:
        asked = [sql for name in seed.types for sql in self._asked_of_cells(seed, name)]
        if asked:
            for line, column, value, promise in self._rows_of(" union all ".join(asked)):
                yield line, column, self._broken_cell(seed, column, value, promise)
        for name, promised in seed.of_column.items():
            if promised.get("every"):
                there = {value for (value,) in self._rows_of(f'select "{name}" from text.{seed.name}')}
                last = max((int(row[0] or 0) for row in self._texts[seed.name].rows), default=1)
                yield from (
                    (last, name, f"geen rij heeft / no row has '{word}'")
                    for word in promised["values"]
                    if word not in there
                )

    def _asked_of_cells(self, seed: Seed, name: str) -> Iterator[str]:
        promised, type_ = seed.of_column.get(name, {}), seed.types[name]

        def where(promise: str, condition: str, of: str = f'"{name}"') -> str:
            each = self._each(name, promised) if of == "one_word" else ""
            return (
                f"select line, '{name}', {of}, '{promise}' from text.{seed.name}{each} where is_whole and {condition}"
            )

        if promised.get("filled"):
            yield where("filled", f'"{name}" is null')
        if type_ != "varchar":
            yield where("type", f'"{name}" is not null and not coalesce({_has_type(name, type_)}, false)')
        if "values" in promised:
            yield where("values", f"one_word not in ({_texts(promised['values'])})", "one_word")
        if "pattern" in promised:
            yield where("pattern", f"not regexp_full_match(one_word, '{_quote(promised['pattern'])}')", "one_word")

    def _each(self, name: str, promised: Mapping[str, Any]) -> str:
        """The parts of a cell, beside its row."""
        parts = f"string_split(\"{name}\", '{promised['each']}')" if "each" in promised else f'["{name}"]'
        return f", unnest({parts}) as words(one_word)"

    def _broken_cell(self, seed: Seed, column: str, value: str, promise: str) -> str:
        promised = seed.of_column.get(column, {})
        match promise:
            case "filled":
                return "is leeg / is empty"
            case "type":
                return f"'{value}' {_type_in_words(seed.types[column])}{_meant(value, seed.types[column])}"
            case "values":
                words = [str(word) for word in promised["values"]]
                return f"'{value}' is geen van / is none of {', '.join(quoted(words))}{nearest(value, words)}"
            case _:
                return f"'{value}' heeft niet de vorm / has not the form {promised['pattern']}"

    def _forms(self, seed: Seed) -> Iterator[tuple[int, str, str]]:
        for name, promised in seed.of_column.items():
            if form := promised.get("form"):
                for line, value in self._rows_of(f'select line, "{name}" from text.{seed.name} where is_whole'):
                    if value is not None and (wrong := FORMS[form](value)):
                        yield line, name, f"'{value}' {wrong}"
            if "sql_with" in promised:
                yield from self._broken_calls(seed, name, promised["sql_with"])
            if "sql_on" in promised:
                yield from self._broken_sql(seed, name, promised["sql_on"])

    def _broken_calls(self, seed: Seed, name: str, may_call: Sequence[str]) -> Iterator[tuple[int, str, str]]:
        for macro in may_call:
            self._con.execute(f"create or replace temp macro {macro}(name) as (select null)")
        for line, sql in self._rows_of(f'select line, "{name}" from text.{seed.name} where is_whole'):
            try:
                self._con.execute(f"explain select ({sql or 'true'})::boolean")
            except duckdb.Error as error:
                yield line, name, f"'{sql}' is geen voorwaarde in SQL / is no condition in SQL: {_first_line(error)}"

    def _broken_sql(self, seed: Seed, name: str, mart: str) -> Iterator[tuple[int, str, str]]:
        known: dict[str, set[str]] = defaultdict(set)
        for relation, column in self._rows_of("from text.mart_column"):
            known[relation].add(column)
        asked = self._rows_of(
            f"""
            select
                seeds.line,
                seeds."{name}",
                any_value(part.mart order by part.mart),
                any_value(whole.mart order by whole.mart)
            from text.{seed.name} as seeds
            inner join text.mart_column as part on part.mart glob seeds.{mart}
            inner join text.mart_column as whole on whole.mart glob seeds.aggregate
            where seeds.is_whole and seeds."{name}" is not null
            group by all
            """
        )
        # A condition may ask another mart whether it has a row.
        path = str(self._con.execute("select current_setting('search_path')").fetchall()[0][0])
        self._con.execute(f"set search_path = '{path},marts'")
        for line, sql, relation, aggregate in asked:
            strange = [word for word in re.findall(r"\{(\w+)\}", sql) if word not in known[aggregate]]
            if strange:
                yield (
                    line,
                    name,
                    f"{{{strange[0]}}} is geen kolom van / is no column of {aggregate}"
                    f"{nearest(strange[0], sorted(known[aggregate]))}",
                )
                continue
            filled = re.sub(r"\{(\w+)\}", rf'(select "\1" from marts.{aggregate})', sql)
            try:
                self._con.execute(f"explain select {filled} from marts.{relation} as part")
            except duckdb.Error as error:
                yield line, name, f"'{sql}' is geen SQL op / is no SQL on {relation}: {_first_line(error)}"
        self._con.execute(f"set search_path = '{path}'")

    # What a row says beside other rows.

    def _keys(self, seed: Seed) -> Iterator[Fault]:
        for key in [k for k in (seed.promises.get("key"), *seed.promises.get("unique", [])) if k]:
            shared = ", ".join(f'lower("{name}")' for name in key)
            names = ", ".join(f'"{name}"' for name in key)
            for line, first, *values in self._rows_of(
                f"""
                select line, min(line) over (partition by {shared}) as first_line, {names}
                from text.{seed.name}
                where is_whole
                qualify line > first_line
                """
            ):
                held = ", ".join(f"{name} '{value or ''}'" for name, value in zip(key, values, strict=True))
                yield Fault(
                    seed.told, line, key[-1], f"{held} staat ook op regel / stands on line {first} too", beside=first
                )

    def _references(self, seed: Seed) -> Iterator[tuple[int, str, str]]:
        for name, promised in seed.of_column.items():
            declared = promised.get("references", [])
            for reference in declared if isinstance(declared, list) else [declared]:
                yield from self._broken_reference(
                    seed, name, promised, {"to": reference} if isinstance(reference, str) else reference
                )

    def _broken_reference(
        self, seed: Seed, name: str, promised: Mapping[str, Any], to: Mapping[str, Any]
    ) -> Iterator[tuple[int, str, str]]:
        if to["to"] in self._absent:
            return
        parent, column = to["to"].split(".")
        within = to.get("within", [])
        shared = dict(within) if isinstance(within, dict) else {other: other for other in within}
        same = "".join(f' and parent."{theirs}" = child."{ours}"' for theirs, ours in shared.items())
        where = f" and ({to['where']})" if "where" in to else ""
        meets = f'parent."{column}" glob one_word' if to.get("glob") else f'parent."{column}" = one_word'
        rows = self._rows_of(
            f"""
            select child.line, one_word, {", ".join([f'child."{ours}"' for ours in shared.values()] or ["null"])}
            from text.{seed.name} as child{self._each(name, promised).replace(f'"{name}"', f'child."{name}"')}
            where
                child.is_whole and one_word is not null and one_word not in ({_texts(to.get("or", [""]))})
                and {f"coalesce({to['when']}, false)" if "when" in to else "true"}
                and not exists (select 1 from text.{parent} as parent where {meets}{same}{where})
            """
        )
        said = {(fault.line, fault.column) for fault in self._found if fault.file == seed.told}
        for line, value, *beside in rows:
            if any((line, ours) in said for ours in shared.values()):
                continue
            asked = "".join(f' and parent."{theirs}" is not distinct from ?' for theirs in shared)
            found = self._con.execute(
                f"""
                select distinct parent."{column}" from text.{parent} as parent
                where parent."{column}" is not null{asked}{where}
                order by all
                """,
                beside[: len(shared)],
            ).fetchall()
            known = [*(word for (word,) in found), *to.get("or", [])]
            place = self._seeds[parent].told if parent in self._seeds else parent
            of = " van / of " + ", ".join(str(word) for word in beside[: len(shared)]) if shared else ""
            has = ", ".join(quoted(known)) or "niets / none"
            told = f"'{value}' staat niet in / is not in {place}{of}, met wel / which has {has}{nearest(value, known)}"
            yield line, name, told

    def _rows(self, seed: Seed) -> Iterator[tuple[int, str, str]]:
        for names in seed.promises.get("in_order", []):
            for first, then in pairwise(names):
                for line, before, after in self._rows_of(
                    f'select line, "{first}", "{then}" from typed.{seed.name} where "{first}" > "{then}"'
                ):
                    yield line, then, f"'{after}' komt voor / comes before {first} '{before}'"
        for held in seed.promises.get("holds", []):
            about = f'cast("{held["column"]}" as varchar)'
            for line, value in self._rows_of(
                f"select line, {about} from typed.{seed.name} as this where not ({held['condition']})"
            ):
                yield line, held["column"], f"'{value or ''}': {held['message']}"

    def _rows_of(self, sql: str) -> list[tuple[Any, ...]]:
        return self._con.execute(sql).fetchall()


def _without(seed: Seed, absent: Sequence[str]) -> Seed:
    """The seed with no promise of the columns that its file does not have, and are told already."""
    return replace(seed, of_column={name: said for name, said in seed.of_column.items() if name not in absent})


def _has_type(name: str, type_: str) -> str:
    """Whether a text is of a type, written in the one way that everybody reads alike."""
    pattern = {"integer": r"-?\d+", "date": _DATE, "boolean": "true|false"}.get(type_)
    if pattern is None:
        places = re.findall(r"\d+", type_)[1]
        pattern = rf"-?\d+(\.\d{{1,{places}}})?"
    return f'regexp_full_match("{name}", \'{pattern}\') and try_cast("{name}" as {type_}) is not null'


def _type_in_words(type_: str) -> str:
    words = {
        "integer": "is geen geheel getal / is no whole number",
        "date": "is geen datum / is no date (2025-12-31)",
        "boolean": "is geen true of false / is no true or false",
    }
    return words.get(type_, f"is geen getal / is no number (1234.5, {type_})")


def _meant(value: str, type_: str) -> str:
    """How the value is probably to be written."""
    day = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", value)
    if type_ == "date" and day:
        return f"; is '{day[3]}-{int(day[2]):02}-{int(day[1]):02}' bedoeld / meant?"
    if type_ == "boolean":
        return nearest(value, ["true", "false"])
    return ""


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _quote(text: str) -> str:
    return text.replace("'", "''")


def _texts(words: Iterable[Any]) -> str:
    return ", ".join(f"'{_quote(str(word))}'" for word in words)
