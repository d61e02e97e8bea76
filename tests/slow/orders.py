"""Marts do not depend on the order in which receipts are read, nor on that in which rows lie: `make orders`.

In 200 random orders of the receipts of the small plan and in all of the first four, with the rows of each raw table
laid in another order every time, all marts are made and held against those of the night. What does not differ between
orders is made once: what the files say, and the SQL of the models. What was found is kept as it comes; a run on the
same code goes on with it.
"""

import itertools
import json
import math
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path

import duckdb
import reliability
from conftest import kept_at, run_small

from flows import registry
from flows.intake import archive
from flows.intake.archive import Receipt
from flows.release import kept
from flows.settings import PROJECT, Settings
from flows.warehouse import compiled, transform
from flows.warehouse.load import load

Marts = dict[str, tuple[int, int]]
"""Of each mart how many rows it has, and the sum of their checksums: equal for equal rows in whatever order."""
RANDOM, FIRST = 200, 4
ORDERS = range(RANDOM + math.factorial(FIRST))
RESULTS = PROJECT / "var" / "orders.jsonl"


class Rebuilt:
    """Warehouses of a home that is there, each in another order."""

    def __init__(self, of: Settings, home: Path) -> None:
        """
        Args:
            of: after its nights.
            home: a folder that is made, for the warehouses.
        """
        self._of = of
        self._settings = Settings(home=home)
        shutil.copytree(of.build / "parsed", self._settings.build / "parsed")
        self._receipts = archive.receipts_to_read(of.archive, of.plan)
        self._withdrawn = archive.withdrawals(of.archive, of.plan)
        transform.project(self._settings.warehouse)
        variables = transform.variables(of.plan, None, kept.published(of)[-2].published_at)
        self._models = compiled.models(self._settings.warehouse, transform.WAREHOUSE, variables)
        self.expected = marts(of.warehouse)

    def differing(self, order: int) -> list[str]:
        """The marts that are other ones when receipts are read, and rows lie, in this order."""
        path = self._settings.warehouse
        load(
            self._settings, archive.sources(self._of.archive, receipts_in(order, self._receipts)), path, self._withdrawn
        )
        _shuffle(path, order)
        compiled.make(path, self._models)
        found = marts(path)
        return sorted(name for name in self.expected | found if self.expected.get(name) != found.get(name))


def receipts_in(order: int, receipts: Sequence[Receipt]) -> list[Receipt]:
    """The receipts in one of the orders: first the random ones, then those of the first four."""
    if order < RANDOM:
        return random.Random(order).sample(receipts, len(receipts))
    first = list(itertools.permutations(receipts[:FIRST]))[order - RANDOM]
    return [*first, *receipts[FIRST:]]


def _shuffle(warehouse: Path, order: int) -> None:
    """Lay the rows of every raw table in an order of this number."""
    with duckdb.connect(str(warehouse)) as con:
        for (table,) in con.sql("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall():
            con.execute(f"create table raw.other as select * from raw.{table} order by hash(rowid, {order})")
            con.execute(f"delete from raw.{table}; insert into raw.{table} from raw.other; drop table raw.other")


def marts(warehouse: Path) -> Marts:
    """The marts of a warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns = con.sql(
            "select table_name, string_agg(column_name, ', ' order by column_name) from duckdb_columns()"
            " where schema_name = 'marts' group by all order by all"
        ).fetchall()
        each = (
            f"select '{mart}', count(*), coalesce(sum(hash({names})::hugeint), 0)::varchar from marts.{mart}"
            for mart, names in columns
        )
        return {name: (count, int(total)) for name, count, total in con.sql(" union all ".join(each)).fetchall()}


_rebuilt: Rebuilt


def _start(of: Settings, scratch: Path) -> None:
    global _rebuilt
    _rebuilt = Rebuilt(of, Path(tempfile.mkdtemp(dir=scratch)))


def _one(order: int) -> tuple[int, list[str]]:
    return order, _rebuilt.differing(order)


def prove(of: Settings, scratch: Path, processes: int) -> None:
    """All orders that are not known yet; each is kept as soon as it is there."""
    before, code = known(), registry.code_checksum()
    todo = [order for order in ORDERS if order not in before]
    with Pool(processes, _start, (of, scratch)) as pool, RESULTS.open("a", encoding="utf-8") as kept_there:
        for number, (order, names) in enumerate(pool.imap_unordered(_one, todo), start=1):
            line = {"code": code, "order": order, "differs": names}
            print(json.dumps(line), file=kept_there, flush=True)
            if names or number % 20 == 0:
                print(f"{number} of {len(todo)}: order {order}: {', '.join(names) or 'equal'}", flush=True)


def known() -> dict[int, list[str]]:
    """Of each order that was tried on this code, the marts that differed."""
    lines = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []
    found, code = map(json.loads, lines), registry.code_checksum()
    return {said["order"]: said["differs"] for said in found if said["code"] == code}


def sentence(of: Settings) -> str:
    """What is known, with every order in which a mart was another."""
    found = known()
    differs = [f"order {order}: {', '.join(names)}" for order, names in sorted(found.items()) if names]
    at_random = sum(order < RANDOM for order in found)
    receipts = len(archive.receipts_to_read(of.archive, of.plan))
    run = reliability.run_of(reliability.here())
    tried = f"{at_random} of {RANDOM} random orders of the {receipts} receipts of the small plan"
    first = f"{len(found) - at_random} of the {len(ORDERS) - RANDOM} of the first {FIRST}"
    told = "; ".join(differs) or f"all {len(marts(of.warehouse))} marts equal in each"
    return f"{run}. {tried} and {first}, the rows of every raw table in another order each time: {told}."


def main() -> int:
    """Prove and write it down; the warehouses lie in memory where there is a disk of it."""
    memory = Path("/dev/shm")
    RESULTS.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="orders_") as scratch:
        small = kept_at("small", Path(scratch) / "small", run_small).settings
        if sys.argv[1:] != ["--report"]:
            prove(small, Path(scratch), processes=os.cpu_count() or 1)
        said = sentence(small)
    print(said)
    reliability.write("make orders", said)
    return int(any(known().values()))


if __name__ == "__main__":
    sys.exit(main())
