"""Two demo homes hold the same releases, value for value: `make equal OLD=home NEW=home`.

It knows nothing but ``equal_releases.toml``: which columns, keys and marts have another name, and what is gone or new
on purpose. Marts are compared as bags of rows, every column; then the answers to senders and a sample of traces
(``equal_answers.py``). Exit code 1 where anything differs.

A home without releases is compared by the warehouse of its last night. So are the real files of other countries, plan
by plan (``--plan``), in the homes that each code's own tests of real layouts leave behind: `pytest -m slow -n 0
--basetemp=FOLDER tests/python/warehouse/test_real_layouts.py`, of older code one folder higher.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from equal_answers import compare_answers, compare_traces

MAP = Path(__file__).with_suffix(".toml")
SHOWN = 3
"""Rows of each side that are shown of a difference."""


@dataclass(frozen=True)
class Map:
    """What is known to be called otherwise."""

    plan: str
    said: Mapping[str, Any]

    def of(self, part: str, mart: str) -> dict[str, Any]:
        """The entries of a part that hold for a mart, its own first."""
        entries = self.said.get(part) or {}
        return (entries.get("*") or {}) | (entries.get(mart) or {})

    def named(self, part: str) -> dict[str, Any]:
        """A part that has no marts below it."""
        return self.said.get(part) or {}

    def rule(self, name: str | None) -> list[tuple[str, str]]:
        """(pattern, replacement) of a rule, in turn; none where nothing is rewritten."""
        if not name:
            return []
        return [(p.replace("{plan}", self.plan), r.replace("{plan}", self.plan)) for p, r in self.said["rules"][name]]

    def rewritten(self, column: str, mart: str) -> str:
        """SQL for the old column with the values of the new one."""
        sql = f'old."{column}"'
        for pattern, replacement in self.rule(self.of("values", mart).get(column)):
            sql = f"regexp_replace({sql}, {literal(pattern)}, {literal(replacement)}, 'g')"
        return sql


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Home:
    """A home folder of either layout."""

    folder: Path
    plan: str

    @property
    def state(self) -> Path:
        """Where releases are: the home itself, or the folder of the plan in it."""
        own = self.folder / self.plan
        return own if (own / "releases").is_dir() or (own / "build").is_dir() else self.folder

    @property
    def answers(self) -> Path:
        return self.state / "answers"

    def releases(self) -> list[Path]:
        """The folders of the releases in the order of publication."""
        found = [f for f in self.state.glob("releases/*") if f.is_dir() and not f.name.startswith(".")]
        return sorted(found, key=lambda f: (f.name.rpartition(".")[0], int(f.name.rpartition(".")[2])))

    def marts(self) -> list[Path]:
        """The databases of the releases; of a home without releases the warehouse of its last night."""
        return [folder / "marts.duckdb" for folder in self.releases()] or [self.state / "build" / "warehouse.duckdb"]


class Comparison:
    """The marts of an old and a new database beside each other."""

    def __init__(self, old: Path, new: Path, known: Map) -> None:
        self.known = known
        self.con = duckdb.connect()
        self.columns = {side: self._attach(side, path) for side, path in (("o", old), ("n", new))}

    def _attach(self, side: str, database: Path) -> dict[str, dict[str, str]]:
        """Views of one side's marts, with the types of their columns; of Parquet where there is no database."""
        self.con.execute(f"create schema {side}")
        if database.exists():
            self.con.execute(f"attach {literal(str(database))} as {side}_file (read_only)")
            schema = "marts" if database.name == "warehouse.duckdb" else "main"
            names = self.con.execute(
                "select table_name from information_schema.tables where table_catalog = ? and table_schema = ?",
                [f"{side}_file", schema],
            ).fetchall()
            sources = {name: f'{side}_file.{schema}."{name}"' for (name,) in names}
        else:
            # Of a large mart there is a folder with a file per meetmoment.
            found = sorted((database.parent / "parquet").iterdir())
            files = {path.stem: str(path / "*.parquet" if path.is_dir() else path) for path in found}
            sources = {name: f"read_parquet({literal(path)})" for name, path in files.items()}
        if not sources:
            raise SystemExit(f"no marts in {database} or in parquet beside it")
        for name, source in sources.items():
            self.con.execute(f'create view {side}."{name}" as select * from {source}')
        return {name: dict(r[:2] for r in self.con.sql(f'describe {side}."{name}"').fetchall()) for name in sources}

    def run(self) -> Iterator[tuple[str, int, list[str]]]:
        """(mart, rows compared, what differs) of every mart of either side."""
        renamed, gone, new = (self.known.named(p) for p in ("renamed_marts", "gone_marts", "new_marts"))
        pairs = {mart: renamed.get(mart, mart) for mart in self.columns["o"]}
        for mart, now in sorted(pairs.items()):
            if now in self.columns["n"]:
                yield mart, *self.mart(mart, now)
            elif mart not in gone:
                yield mart, 0, ["the new release has no such mart"]
        for mart in sorted(self.columns["n"].keys() - set(pairs.values()) - new.keys()):
            yield mart, 0, ["the old release has no such mart"]

    def mart(self, mart: str, now: str) -> tuple[int, list[str]]:
        """Rows compared, and what differs in a mart."""
        olds, news = self.columns["o"][mart], self.columns["n"][now]
        renamed, gone, added = (self.known.of(p, mart) for p in ("columns", "gone_columns", "new_columns"))
        pairs = {c: c if c in news else renamed.get(c, c) for c in olds}
        wrong = [f"new column {c}" for c in news if c not in {*pairs.values(), *added}]
        ours = self._ours("old", mart, olds)
        for column in [c for c, other in pairs.items() if other not in news]:
            del pairs[column]
            if gone.get(column) == "the plan":
                wrong += self._held_more_than_the_plan(mart, column, ours)
            elif column not in gone:
                wrong.append(f"old column {column} is gone")
        wrong += [f"{c} was {olds[c]}, is {news[o]}" for c, o in pairs.items() if olds[c] != news[o]]
        selected = [self._selected(mart, now, column, other) for column, other in pairs.items()]
        before = f'select {", ".join(s for s, _ in selected)} from o."{mart}" as old where {ours}'
        after = f'select {", ".join(s for _, s in selected)} from n."{now}" as new where {self._ours("new", now, news)}'
        wrong += self._rows_apart(before, after, list(pairs))
        return self._number(before), wrong

    def _selected(self, mart: str, now: str, column: str, other: str) -> tuple[str, str]:
        """SQL for a column on either side: rewritten where it is renamed, or where it is not equal as it stands."""
        plain, rewritten, new = f'old."{column}"', self.known.rewritten(column, mart), f'new."{other}"'
        if column == other and rewritten != plain:
            both = f'select "{column}" from o."{mart}" except select "{column}" from n."{now}"'
            if not self._number(both):
                return plain, new
        return rewritten, new

    def _ours(self, side: str, mart: str, columns: Mapping[str, str]) -> str:
        """Which rows of a mart are of this plan: a new release holds those of no other."""
        plan = literal(self.known.plan)
        if "plan_code" in columns:
            return f"({side}.plan_code is null or {side}.plan_code = {plan})"
        if side == "old" and (said := self.known.named("rows_of_the_plan").get(mart)):
            return f"({said.replace('{plan}', self.known.plan)})"
        # A key without a plan in front is of the plan whose home it is in.
        keys = [c for c, rule in self.known.of("values", mart).items() if rule == "without_plan" and c in columns]
        ours = "coalesce({0} like {1} || '/%' or {0} not like '%/%', true)"
        return " and ".join(ours.format(f'{side}."{c}"', plan) for c in keys if c.endswith("_key")) or "true"

    def _held_more_than_the_plan(self, mart: str, column: str, ours: str) -> list[str]:
        others = self._number(
            f'select 1 from o."{mart}" as old where {ours} and old."{column}" <> {literal(self.known.plan)}'
        )
        return [f"old column {column} held more than the plan in {others} rows"] if others else []

    def _rows_apart(self, before: str, after: str, columns: Sequence[str]) -> list[str]:
        """The rows of one side only, and in which columns the sides have other values."""
        found = {side: f"{a} except all {b}" for side, (a, b) in _directions(before, after).items()}
        counts = {side: self._number(query) for side, query in found.items()}
        if not any(counts.values()):
            return []
        named = [f'"{c}"' for c in columns]
        apart = []
        for column in named:
            one, other = (f"select {column} from ({q}) as t ({', '.join(named)})" for q in (before, after))
            if n := self._number(f"{one} except all {other}"):
                apart.append(f"{column} {n}")
        wrong = [
            f"only old {counts['old']}, only new {counts['new']}; values that differ: {', '.join(apart) or 'none'}"
        ]
        for side, query in found.items():
            for row in self.con.sql(f"{query} order by all limit {SHOWN}").fetchall():
                wrong.append(f"  {side} {dict(zip(columns, map(str, row), strict=True))}"[:600])
        return wrong

    def _number(self, query: str) -> int:
        return int(self.con.sql(f"select count(*) from ({query})").fetchall()[0][0])


def _directions(before: str, after: str) -> dict[str, tuple[str, str]]:
    return {"old": (before, after), "new": (after, before)}


def compare_marts(old: Home, new: Home, known: Map) -> int:
    """Compare the releases of two homes in their order; the number of marts that differ."""
    olds, news = old.marts(), new.marts()
    different = 0
    if len(olds) != len(news):
        print(f"{len(olds)} old releases, {len(news)} new ones")
        different += 1
    for before, after in zip(olds, news, strict=False):
        print(f"{before.parent.name} beside {after.parent.name}")
        compared = marts = 0
        for mart, rows, wrong in Comparison(before, after, known).run():
            compared, marts, different = compared + rows, marts + 1, different + bool(wrong)
            if wrong:
                print(f"  {mart}: {rows} rows, " + "\n    ".join(wrong))
        print(f"  {marts} marts, {compared} rows compared")
    return different


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two homes; 0 where they are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path, help="home of the code before")
    parser.add_argument("new", type=Path, help="home of this code")
    parser.add_argument("--map", type=Path, default=MAP)
    parser.add_argument("--plan", default="veerkracht")
    parser.add_argument("--old-code", type=Path, help="checkout with its own .venv; traces are compared where both are")
    parser.add_argument("--new-code", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--traces", type=int, default=3, help="traced rows per mart, of the last release")
    said = parser.parse_args(arguments)
    known = Map(said.plan, tomllib.loads(said.map.read_text(encoding="utf-8")))
    old, new = Home(said.old, said.plan), Home(said.new, said.plan)
    different = compare_marts(old, new, known)
    different += compare_answers(old.answers, new.answers, known)
    if said.old_code and old.releases():
        last = Comparison(old.marts()[-1], new.marts()[-1], known)
        different += compare_traces(last, (said.old_code, said.old), (said.new_code, said.new), said.traces)
    else:
        print("traces: not compared; --old-code names the checkout that traces the old releases")
    print("equal" if not different else f"{different} differences")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
