"""What a model is to give: in each of its unit tests, and on the small plan; it is run as dbt compiled it."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any

import duckdb
from sql_mutations import read, sample, written

from flows.project import read_yaml
from flows.release import kept
from flows.settings import PROJECT, Settings
from flows.warehouse import compiled, transform

ROOMS = ("models/intermediate/", "models/marts/")
BY_TEST, BY_ROWS, SAME_ROWS = "unit test", "other rows", "same rows"
_NO_SQL = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)
_LONGEST = 20.0
"""Seconds that a query may take; one that takes longer is noticed."""


@dataclass(frozen=True)
class Result:
    """What became of a mutant."""

    within: str
    was: str
    becomes: str
    ended: str
    """What notices it first, or `SAME_ROWS`."""


@dataclass(frozen=True)
class Asked:
    """What became of the mutants of a model."""

    model: str
    of: str
    """Checksum of its SQL, its unit tests and the sample."""
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Proof:
    """Where a model is made, and what is to come of it."""

    database: str
    expected: str
    """A table."""
    columns: str
    """Those that are looked at, as SQL."""
    variables: Mapping[str, str]

    def notices(self, con: duckdb.DuckDBPyConnection, sql: str) -> bool:
        """Whether a query gives other rows than it is to give, or none at all.

        Raises:
            duckdb.Error: of `_NO_SQL`, where it is no query.
        """
        for name, value in self.variables.items():
            sql = sql.replace(_stands_for(name), value)
        patience = Timer(_LONGEST, con.interrupt)
        patience.start()
        try:
            con.execute(f"use {self.database}")
            con.execute(f"create or replace temp table made as ({sql})")
            made, expected = (f"select {self.columns} from {table}" for table in ("temp.made", self.expected))
            other = f"({made} except all {expected}) union all ({expected} except all {made})"
            return con.execute(f"select count(*) from ({other})").fetchone() != (0,)
        except _NO_SQL:
            raise
        except duckdb.Error:
            return True
        finally:
            patience.cancel()


class Models:
    """The SQL of the models, their unit tests, and the warehouse of the small plan after its last night."""

    def __init__(self, small: Settings) -> None:
        told = json.loads(transform.manifest_path(small.warehouse).read_text(encoding="utf-8"))
        nodes = {node["name"]: node for node in told["nodes"].values()}
        self._warehouse = small.warehouse
        self._tables = {name: f"{node['schema']}.{name}" for name, node in nodes.items()}
        self._default = read_yaml(PROJECT / "dbt_project.yml")["vars"]
        self._night = transform.variables(small.plan, None, kept.published(small)[-2].published_at)
        as_named = {name: _stands_for(name) for name in self._default}
        made = compiled.models(small.warehouse, transform.WAREHOUSE, as_named)
        self.sql = {m["name"]: m["compiled"] for m in made if m["path"].startswith(ROOMS)}
        self.rooms = {m["name"]: m["path"].removeprefix("models/").rpartition("/")[0] for m in made}
        self.macros = {name: _one_macro(nodes[name]["raw_code"]) for name in self.sql}
        self.tests: dict[str, list[dict[str, Any]]] = {}
        for test in told["unit_tests"].values():
            self.tests.setdefault(test["model"], []).append(test)

    def to_ask(self) -> list[str]:
        """The models; of those that are one and the same macro, the one with the most unit tests."""
        of_macro: dict[str, str] = {}
        for name in sorted(self.sql, key=lambda name: (-len(self.tests.get(name, [])), name)):
            of_macro.setdefault(self.macros[name] or name, name)
        return sorted(of_macro.values())

    def checksum(self, model: str, count: int, seed: int) -> str:
        asked = json.dumps([self.sql[model], self.tests.get(model), count, seed])
        return hashlib.sha256(asked.encode()).hexdigest()[:12]

    def ask(self, model: str, count: int, seed: int) -> Asked:
        """What becomes of a sample of the mutants of a model.

        Raises:
            ValueError: where the model as it stands does not give what is expected of it.
        """
        sql = written(read(self.sql[model]))
        with duckdb.connect(config={"threads": 1}) as con:
            con.execute(f"attach '{self._warehouse}' as warehouse (read_only)")
            by_test = {test["name"]: self._unit_test(con, test) for test in self.tests.get(model, [])}
            proofs = by_test | {BY_ROWS: self._small_plan(con, model)}
            for name, proof in proofs.items():
                if proof.notices(con, sql):
                    raise ValueError(f"{model} as it stands does not give what is expected: {name}")
            found = []
            for mutant in sample(sql, count, f"{seed} {model}"):
                noticed = (name for name, proof in proofs.items() if proof.notices(con, mutant.sql))
                with suppress(*_NO_SQL):
                    first = next(noticed, SAME_ROWS)
                    ended = BY_TEST if first in by_test else first
                    found.append(Result(mutant.within, mutant.was, mutant.becomes, ended))
        return Asked(model, self.checksum(model, count, seed), tuple(found))

    def _small_plan(self, con: duckdb.DuckDBPyConnection, model: str) -> Proof:
        table = f"warehouse.{self._tables[model]}"
        return Proof("warehouse", table, _named(_columns(con, table)), self._default | self._night)

    def _unit_test(self, con: duckdb.DuckDBPyConnection, test: dict[str, Any]) -> Proof:
        """A database with what is given, and the table that is expected, as dbt makes both of the YAML."""
        name, expected = test["name"], test["expect"]["rows"]
        con.execute(f"attach ':memory:' as {name}")
        for given in test["given"]:
            table = self._tables[given["input"].removeprefix("ref('").removesuffix("')")]
            con.execute(f"create schema if not exists {name}.{table.partition('.')[0]}")
            _fill(con, f"{name}.{table}", f"warehouse.{table}", given["rows"])
        _fill(con, f"{name}.expected", f"warehouse.{self._tables[test['model']]}", expected)
        columns = _named(expected[0] if expected else _columns(con, f"{name}.expected"))
        said = (test["overrides"] or {}).get("vars", {})
        return Proof(
            name, f"{name}.expected", columns, self._default | {key: str(value) for key, value in said.items()}
        )


def _fill(con: duckdb.DuckDBPyConnection, table: str, like: str, rows: list[dict[str, Any]]) -> None:
    """Make a table with the columns of another, and these rows; what they do not name is empty."""
    con.execute(f"create table {table} as from {like} limit 0")
    types = _columns(con, table)
    for row in rows:
        values = ", ".join(f"cast({_literal(value)} as {types[column]}) as {column}" for column, value in row.items())
        con.execute(f"insert into {table} by name select {values}")


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a table with their types."""
    return {column: kind for column, kind, *_ in con.execute(f"describe {table}").fetchall()}


def _named(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "null" if value is None else str(value)


def _one_macro(code: str) -> str:
    """The macro that a model is, where it is one call and no more."""
    lines = [line for line in code.splitlines() if line and not line.startswith("--")]
    called = re.fullmatch(r"\{\{ (\w+)\(.*\) \}\}", " ".join(lines))
    return called[1] if called else ""


def _stands_for(variable: str) -> str:
    return f"<{variable}>"
