"""The registry as tables: every seed as its YAML declares it, after the tests declared there were asked of it.

It is made in seconds, without dbt, and kept per registry: a warehouse begins as a copy of it. Types, tests and their
SQL are dbt's own (the YAML beside the seeds, ``tests/generic``, ``macros/promises.sql``, and what dbt brings along), so
that ``dbt build`` says and makes the same. Each failure is a sentence that names file and line.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml

from flows import registry
from flows.settings import PROJECT, Settings
from flows.warehouse import cache as kept

_FILE = "rows.duckdb"
_SHOWN = 5
_GENERIC = PROJECT / "tests" / "generic"
_PROMISES = PROJECT / "macros" / "promises.sql"


class RegistryBroken(Exception):
    """The registry is not whole; the message has a sentence per fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class _Seed:
    name: str
    path: Path
    types: dict[str, str]
    """Column -> type."""
    tests: tuple[tuple[str, dict[str, Any], str | None], ...]
    """(test, arguments, column where it is of one)."""

    @property
    def told(self) -> str:
        """Its file as people find it."""
        return f"seeds/{self.path.relative_to(registry.SEEDS).as_posix()}"


def database(settings: Settings) -> Path:
    """A DuckDB file with the schema ``registry`` and nothing else; it is kept, and only to be copied.

    Raises:
        RegistryBroken: when a seed cannot be read or a test of one fails.
    """
    folder = settings.cache / "registry" / _key()
    return kept.entry(folder, lambda target: _make(target / _FILE)) / _FILE


def broken(settings: Settings) -> list[str]:
    """What is wrong in ``seeds/``, a sentence per fault; empty when nothing is."""
    try:
        database(settings)
    except RegistryBroken as found:
        return found.faults
    return []


def _key() -> str:
    """All that the tables and the verdict on them are a function of."""
    digest = hashlib.sha256(f"{version('duckdb')} {version('dbt-core')}".encode())
    seeds = [path for path in sorted(registry.SEEDS.rglob("*")) if path.suffix in {".csv", ".yml"}]
    for path in (Path(__file__), _PROMISES, *sorted(_GENERIC.glob("*.sql")), *seeds):
        digest.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _make(path: Path) -> None:
    seeds = list(_declared())
    with duckdb.connect(str(path)) as con:
        con.execute("set autoinstall_known_extensions = false; set autoload_known_extensions = false")
        con.execute("create schema registry")
        unread = {seed.name: fault for seed in seeds if (fault := _fill(con, seed))}
        faults = [*unread.values(), *(fault for seed in seeds for fault in _failing(con, seed, unread.keys()))]
    if faults:
        raise RegistryBroken(faults)


def _declared() -> Iterator[_Seed]:
    """Every seed, as the YAML of its folder declares it."""
    for described in sorted(registry.SEEDS.rglob("*.yml")):
        for seed in yaml.load(described.read_text(encoding="utf-8"), yaml.CSafeLoader)["seeds"]:
            tests: list[tuple[str, dict[str, Any], str | None]]
            tests = [(*_test(test), None) for test in seed.get("data_tests", [])]
            tests += [(*_test(test), c["name"]) for c in seed["columns"] for test in c.get("data_tests", [])]
            yield _Seed(
                seed["name"],
                described.with_name(f"{seed['name']}.csv"),
                seed["config"]["column_types"],
                tuple(tests),
            )


def _test(declared: Any) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a test as YAML declares it.

    Raises:
        ValueError: when it is declared with more than arguments, which dbt would heed and this does not.
    """
    if isinstance(declared, str):
        return declared, {}
    ((name, content),) = declared.items()
    if set(content) - {"name", "description"} != {"arguments"}:
        raise ValueError(f"test {name} of a seed has {', '.join(content)}; only arguments are known here")
    return name, content["arguments"]


def _fill(con: duckdb.DuckDBPyConnection, seed: _Seed) -> str | None:
    """Make a seed's table as dbt makes it; what is wrong with its file, if anything is."""
    header = seed.path.open(encoding="utf-8").readline().rstrip("\r\n").split(",")
    if set(header) != set(seed.types):
        return f"{seed.told}: the columns are {', '.join(header)}, declared are {', '.join(seed.types)}"
    con.execute(f"create table registry.{seed.name} ({', '.join(f'{name} {seed.types[name]}' for name in header)})")
    try:
        con.execute(f"copy registry.{seed.name} from '{seed.path}' (format csv, header true, delimiter ',')")
    except duckdb.Error as error:
        # DuckDB says in its first lines what is wrong and on which line; the rest is how it read the file.
        return f"{seed.told}: {' '.join(str(error).partition(chr(10) + '  ' + chr(10))[0].split())}"
    return None


def _failing(con: duckdb.DuckDBPyConnection, seed: _Seed, unread: Any) -> Iterator[str]:
    for name, arguments, column in seed.tests:
        target = _target(arguments)
        if seed.name in unread or target in unread:
            continue
        asked = arguments | ({"column_name": column} if column else {})
        if target:
            asked["to"] = f"registry.{target}"
        found = con.sql(getattr(_sql(), f"test_{name}")(model=f"registry.{seed.name}", **asked))
        for row in found.fetchmany(_SHOWN):
            values = dict(zip(found.columns, row, strict=True))
            fault = _fault(con, name, column, arguments, values)
            yield f"{seed.told}{_lines(seed, column, values)}: {fault}"


def _target(arguments: dict[str, Any]) -> str | None:
    """The seed that a test refers to."""
    found = re.fullmatch(r"ref\('(\w+)'\)", arguments.get("to", ""))
    return found[1] if found else None


@cache
def _sql() -> Any:
    """The SQL of every test, as macros called ``test_<name>``: dbt's own four, and those of ``tests/generic``."""
    found = find_spec("dbt")
    places = [Path(place) for place in (found and found.submodule_search_locations) or ()]
    own = [path for place in places for path in place.glob("include/global_project/macros/generic_test_sql/*.sql")]
    texts = [path.read_text(encoding="utf-8").replace("macro default__test_", "macro test_") for path in own]
    for path in sorted(_GENERIC.glob("*.sql")):
        text = path.read_text(encoding="utf-8").replace("{% endtest %}", "{% endmacro %}")
        texts.append(re.sub(r"\{% test (\w+)", r"{% macro test_\1", text))
    texts.append(_PROMISES.read_text(encoding="utf-8"))
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.globals |= {"ref": lambda name: f"registry.{name}", "should_store_failures": lambda: False}
    return environment.from_string("\n".join(texts)).module


def _fault(
    con: duckdb.DuckDBPyConnection, test: str, column: str | None, arguments: dict[str, Any], row: dict[str, Any]
) -> str:
    """What a failing row of a test means."""
    value = next(iter(row.values()))
    match test:
        case "relationships":
            target = _target(arguments)
            known = con.sql(f"select distinct {arguments['field']} from registry.{target} order by all limit 20")
            words = ", ".join(str(found) for (found,) in known.fetchall())
            return f"{column} '{value}' is not in the seed {target}, which has {words}"
        case "known_code":
            return f"{column} '{value}' is no code of {arguments['code_list']}, which has {row['known_codes']}"
        case "sound_rows":
            return _broken_promise(row)
        case "always_holds":
            return str(arguments["message"])
        case other:
            return f"{other} does not hold: {row}"


def _broken_promise(row: dict[str, Any]) -> str:
    """What a row of the test ``sound_rows`` means."""
    held = ", ".join(f"{name} '{value}'" for name, value in zip(row["column_names"], row["found"], strict=True))
    match row["promise"]:
        case "key":
            return f"{held} occurs {row['row_count']} times"
        case "filled":
            return f"{row['column_names'][0]} is empty"
        case _:
            return f"{held} is none of {row['expected']}"


def _lines(seed: _Seed, column: str | None, row: dict[str, Any]) -> str:
    """The lines of the seed's file that a failing row stands for; the header is line 1."""
    known: dict[str, Any] = {name: row[name] for name in row if name in seed.types}
    if "promise" in row:
        known = dict(zip(row["column_names"], row["found"], strict=True))
    if not known and column:
        known = {column: next(iter(row.values()))}
    # Only texts stand in the file as they stand in the warehouse.
    text = {name for name in known if seed.types[name] == "varchar"}
    entries = registry.rows(seed.path.relative_to(registry.SEEDS).with_suffix("").as_posix())
    lines = [
        str(number)
        for number, entry in enumerate(entries, start=2)
        if all(entry[name] == (known[name] or "") for name in text)
    ]
    return f" line {', '.join(lines[:_SHOWN])}" if lines else ""
