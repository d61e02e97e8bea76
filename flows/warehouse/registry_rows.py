"""The registry as tables: every seed as its YAML declares it, after all that is declared there was asked of its text.

It is made in seconds, without dbt, and kept per registry: a warehouse begins as a copy of it. What is not whole is not
made: each fault is a sentence that names file, line and column, and whoever reads the registry first asks here. A fault
in rows of one plan stops that plan; the others are made without it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import registry
from flows.project import read_yaml
from flows.settings import PROJECT, Settings
from flows.warehouse import cache as kept

if TYPE_CHECKING:
    from flows.warehouse.registry_contract import Seed

_FILE, _BROKEN = "rows.duckdb", "broken.json"
# A thousand queries on a few rows each: handing one on to a second thread, or finding how a column is best compressed,
# costs more than it saves.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "force_compression": "uncompressed",
    "threads": 1,
}
_MADE_BY = ("cache.py", "columns.py", "registry_*.py", "seed_file.py")


class RegistryBroken(Exception):
    """The registry is not whole; the message has a sentence per fault."""

    def __init__(self, of_all: list[str], of_plan: dict[str, list[str]], plan_code: str = "") -> None:
        self.of_all, self.of_plan = of_all, of_plan
        """What stops every plan, and what stops one plan each."""
        self.faults = of_plan[plan_code] if plan_code else [*of_all, *chain.from_iterable(of_plan.values())]
        self.whom_nl = f"in rijen van {plan_code}; andere plannen gaan door" if plan_code else "voor elk plan"
        self.whom_en = f"in rows of {plan_code}; other plans go on" if plan_code else "for every plan"
        super().__init__(
            f"het register klopt niet, {self.whom_nl} / the registry is not whole, {self.whom_en}: "
            f"{'; '.join(self.faults)}"
        )


def database(settings: Settings) -> Path:
    """A DuckDB file with the schema ``registry`` and nothing else; it is kept, and only to be copied.

    Raises:
        RegistryBroken: when anything in ``seeds/`` that the plan stands on is not as its YAML declares it.
    """
    folder = _entry(settings)
    of_plan = _broken_plans(folder)
    if settings.plan in of_plan:
        raise RegistryBroken([], of_plan, settings.plan)
    return folder / _FILE


def expect_readable(settings: Settings) -> None:
    """Ask the registry before it is known which plan is meant.

    Raises:
        RegistryBroken: when something in it is wrong that is of no plan alone.
    """
    _entry(settings)


def broken(settings: Settings) -> tuple[list[str], dict[str, list[str]]]:
    """What is wrong in ``seeds/``, a sentence per fault: what stops every plan, and what stops each plan alone."""
    try:
        return [], _broken_plans(_entry(settings))
    except RegistryBroken as found:
        return found.of_all, found.of_plan


def _entry(settings: Settings) -> Path:
    return kept.entry(settings.cache / "registry" / _key(), _make)


def _broken_plans(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((folder / _BROKEN).read_text(encoding="utf-8"))
    return found


def _key() -> str:
    """All that the tables and the verdict on them are a function of."""
    digest = hashlib.sha256(version("duckdb").encode())
    seeds = [path for path in sorted(registry.SEEDS.rglob("*")) if path.suffix in {".csv", ".yml"}]
    made_by = [path for pattern in _MADE_BY for path in sorted(Path(__file__).parent.glob(pattern))]
    asked = ("models/marts/*/*__models.yml", "expectations/**/*.json", "reports/*/document.yml")
    for path in (*made_by, *(path for pattern in asked for path in sorted(PROJECT.glob(pattern))), *seeds):
        digest.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _make(folder: Path) -> None:
    import duckdb

    from flows.warehouse import registry_contract, registry_owners, seed_file

    seeds = list(declared())
    texts = {seed.name: seed_file.read(seed.path, seed.told, list(seed.types)) for seed in seeds}
    with duckdb.connect(config=_CONFIG) as con:
        found = registry_owners.by_owner(registry_contract.broken(con, seeds, texts), seeds, texts)
        of_plan = {plan: list(map(str, faults)) for plan, faults in found.of_plan.items()}
        of_all = [*_undeclared(seeds), *map(str, found.of_all)]
        if of_all:
            raise RegistryBroken(of_all, of_plan)
        # A night's warehouse begins as a copy of this. Read by this DuckDB alone, it is written as that does it best.
        con.execute(f"attach '{folder / _FILE}' as kept (storage_version 'latest'); create schema kept.registry")
        for seed in seeds:
            con.execute(
                f"create table kept.registry.{seed.name} as select * exclude (line) from typed.{seed.name}"
                f" where {_is_of_others(seed, of_plan)}"
            )
        con.execute("detach kept")
    (folder / _BROKEN).write_text(json.dumps(of_plan), encoding="utf-8")


def _is_of_others(seed: "Seed", broken_plans: Iterable[str]) -> str:
    """The condition that leaves out the rows of the plans that are broken."""
    theirs = ", ".join("'" + plan.replace("'", "''") + "'" for plan in broken_plans) or "''"
    if "plan_code" in seed.types:
        return f"coalesce(plan_code not in ({theirs}), true)"
    if "layout_code" in seed.types:
        layouts = f"select layout_code from typed.layout where layout_code is not null and plan_code in ({theirs})"
        return f"layout_code not in ({layouts})"
    return "true"


def _undeclared(seeds: list["Seed"]) -> Iterator[str]:
    """Files that no YAML declares: nobody reads them, whatever they say."""
    known = {seed.path for seed in seeds}
    for path in sorted(registry.SEEDS.rglob("*.csv")):
        if path not in known:
            yield (
                f"{_told(path)}: geen YAML ernaast kent een bestand van die naam"
                " / no YAML beside it declares a seed of this name"
            )


def declared() -> Iterator["Seed"]:
    """Every seed, as the YAML of its folder declares it.

    Raises:
        RegistryBroken: where that is no YAML.
    """
    from flows.warehouse.registry_contract import Seed

    for described in sorted(registry.SEEDS.rglob("*.yml")):
        for seed in _described(described):
            path = described.with_name(f"{seed['name']}.csv")
            yield Seed(
                seed["name"],
                path,
                _told(path),
                seed["config"]["column_types"],
                seed["config"].get("meta", {}),
                {column["name"]: _meta(column) for column in seed["columns"]},
            )


def _described(path: Path) -> list[dict[str, Any]]:
    import yaml

    from flows.warehouse.seed_file import place

    try:
        found: list[dict[str, Any]] = read_yaml(path)["seeds"]
    except yaml.MarkedYAMLError as error:
        line, column = (error.problem_mark.line + 1, error.problem_mark.column + 1) if error.problem_mark else (1, 1)
        says = "vanaf hier is het geen YAML; kijk inspringing, dubbelepunten en aanhalingstekens na"
        beside = "from here on it is no YAML; look at indentation, colons and quotes"
        raise RegistryBroken([f"{place(_told(path), line, column)}: {says} / {beside}"], {}) from None
    return found


def _meta(column: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = column.get("config", {}).get("meta", {})
    return found


def _told(path: Path) -> str:
    """A file of the registry as people find it."""
    return f"seeds/{path.relative_to(registry.SEEDS).as_posix()}"
