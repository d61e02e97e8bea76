"""Marts do not depend on the order in which receipts are read, nor on that in which rows lie: `make orders`.

In 200 random orders of the receipts of the small plan and in all of the first four, with the rows of each raw table
laid in another order every time, all marts are made and held against those of the night. What does not differ between
orders is made once: what the files say, and the SQL of the models.
"""

import itertools
import math
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path

import duckdb
import reliability
from conftest import kept_at, run_small

from flows.intake import archive
from flows.intake.archive import Receipt
from flows.release import kept
from flows.settings import Settings
from flows.warehouse import compiled, transform
from flows.warehouse.load import load

Marts = dict[str, tuple[int, int]]
"""Of each mart how many rows it has, and the sum of their checksums: equal for equal rows in whatever order."""
RANDOM, FIRST = 200, 4


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


def prove(of: Settings, scratch: Path, processes: int) -> tuple[str, list[str]]:
    """All orders; the sentence about them, and every order in which a mart was another."""
    started = time.monotonic()
    orders = range(RANDOM + math.factorial(FIRST))
    differs: list[str] = []
    with Pool(processes, _start, (of, scratch)) as pool:
        for number, (order, names) in enumerate(pool.imap_unordered(_one, orders), start=1):
            if names:
                differs.append(f"order {order}: {', '.join(names)}")
            if names or number % 20 == 0:
                print(f"{number} of {len(orders)}: {differs or 'equal'}", flush=True)
    count = len(marts(of.warehouse))
    receipts = len(archive.receipts_to_read(of.archive, of.plan))
    run = f"{reliability.run_of(reliability.here())}, in {time.monotonic() - started:.0f} seconds"
    said = (
        f"{run}. {RANDOM} random orders of the {receipts} receipts of the small plan and all {len(orders) - RANDOM} of "
        f"the first {FIRST}, the rows of every raw table in another order each time: "
        f"{'; '.join(differs) or f'all {count} marts equal in each'}."
    )
    return said, differs


def main() -> int:
    """Prove and write it down; the warehouses lie in memory where there is a disk of it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="orders_") as scratch:
        small = kept_at("small", Path(scratch) / "small", run_small)
        said, differs = prove(small.settings, Path(scratch), processes=os.cpu_count() or 1)
    print(said)
    reliability.write("make orders", said)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
