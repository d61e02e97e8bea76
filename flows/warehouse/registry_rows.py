"""The registry as tables: every seed as its YAML declares it, after all that is declared there was asked of its text.

It is made in seconds, without dbt, and kept per registry: a warehouse begins as a copy of it. What is not whole is not
made: each fault is a sentence that names file, line and column, and whoever reads the registry first asks here.
"""

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import registry
from flows.settings import PROJECT, Settings
from flows.warehouse import cache as kept

if TYPE_CHECKING:
    from flows.warehouse.registry_contract import Seed

_FILE = "rows.duckdb"
_MADE_BY = ("cache", "columns", "registry_contract", "registry_rows", "seed_file")


class RegistryBroken(Exception):
    """The registry is not whole; the message has a sentence per fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def database(settings: Settings) -> Path:
    """A DuckDB file with the schema ``registry`` and nothing else; it is kept, and only to be copied.

    Raises:
        RegistryBroken: when anything in ``seeds/`` is not as its YAML declares it.
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
    digest = hashlib.sha256(version("duckdb").encode())
    seeds = [path for path in sorted(registry.SEEDS.rglob("*")) if path.suffix in {".csv", ".yml"}]
    made_by = [Path(__file__).with_name(f"{name}.py") for name in _MADE_BY]
    for path in (*made_by, *sorted(PROJECT.glob("models/marts/*/*__models.yml")), *seeds):
        digest.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _make(path: Path) -> None:
    import duckdb

    from flows.warehouse import registry_contract, seed_file

    seeds = list(declared())
    texts = {seed.name: seed_file.read(seed.path, seed.told, list(seed.types)) for seed in seeds}
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as con:
        faults = [*_undeclared(seeds), *map(str, registry_contract.broken(con, seeds, texts))]
        if faults:
            raise RegistryBroken(faults)
        con.execute(f"attach '{path}' as kept; create schema kept.registry")
        for seed in seeds:
            con.execute(f"create table kept.registry.{seed.name} as select * exclude (line) from typed.{seed.name}")
        con.execute("detach kept")


def _undeclared(seeds: list["Seed"]) -> Iterator[str]:
    """Files that no YAML declares: nobody reads them, whatever they say."""
    known = {seed.path for seed in seeds}
    for path in sorted(registry.SEEDS.rglob("*.csv")):
        if path not in known:
            yield f"{_told(path)}: no YAML beside it declares a seed of this name"


def declared() -> Iterator["Seed"]:
    """Every seed, as the YAML of its folder declares it."""
    import yaml

    from flows.warehouse.registry_contract import Seed

    for described in sorted(registry.SEEDS.rglob("*.yml")):
        for seed in yaml.load(described.read_text(encoding="utf-8"), yaml.CSafeLoader)["seeds"]:
            path = described.with_name(f"{seed['name']}.csv")
            yield Seed(
                seed["name"],
                path,
                _told(path),
                seed["config"]["column_types"],
                seed["config"].get("meta", {}),
                {column["name"]: _meta(column) for column in seed["columns"]},
            )


def _meta(column: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = column.get("config", {}).get("meta", {})
    return found


def _told(path: Path) -> str:
    """A file of the registry as people find it."""
    return f"seeds/{path.relative_to(registry.SEEDS).as_posix()}"
