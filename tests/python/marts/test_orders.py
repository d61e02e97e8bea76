"""Marts do not depend on the order in which receipts are read, nor on the order in which their rows lie."""

import itertools
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun

from flows.intake import archive
from flows.intake.archive import Receipt
from flows.release import kept
from flows.settings import Settings
from flows.warehouse import compiled, transform
from flows.warehouse.load import load

Order = Callable[[list[Receipt]], Sequence[Receipt]]


def at_random(seed: int) -> Order:
    return lambda receipts: random.Random(seed).sample(receipts, len(receipts))


def first_four(order: tuple[int, ...]) -> Order:
    return lambda receipts: [*(receipts[place] for place in order), *receipts[4:]]


ORDERS = [
    at_random(0),
    *(pytest.param(at_random(seed), marks=pytest.mark.slow) for seed in range(1, 200)),
    *(pytest.param(first_four(order), marks=pytest.mark.slow) for order in itertools.permutations(range(4))),
]


def differing(one: Path, other: Path) -> tuple[list[str], int]:
    """The marts of which the rows of two warehouses differ, whatever their order; and how many marts there are."""
    with duckdb.connect() as con:
        con.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        asked = (
            "select table_name, string_agg(column_name, ', ' order by column_name) from duckdb_columns()"
            " where schema_name = 'marts' and database_name = '{}' group by all order by all"
        )
        marts, there = (con.sql(asked.format(database)).fetchall() for database in ("one", "other"))
        assert marts == there
        rows = "select {3} from {0}.marts.{2} except all select {3} from {1}.marts.{2}"
        ways = (("one", "other"), ("other", "one"))
        both = [(mart, rows.format(*way, mart, columns)) for mart, columns in marts for way in ways]
        return sorted({mart for mart, sql in both if con.sql(f"select 1 from ({sql}) limit 1").fetchall()}), len(marts)


def built(small: DemoRun, home: Path, order: Order) -> Path:
    """The warehouse of the small plan, its receipts read in another order and their rows laid in another."""
    before = small.settings
    settings = Settings(home=home)
    sources = archive.sources(before.archive, order(archive.receipts_to_read(before.archive, before.plan)))
    load(settings, sources, settings.warehouse, archive.withdrawals(before.archive, before.plan))
    with duckdb.connect(str(settings.warehouse)) as con:
        for (table,) in con.sql("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall():
            con.execute(f"create table raw.other as select * from raw.{table} order by hash(rowid)")
            con.execute(f"delete from raw.{table}; insert into raw.{table} from raw.other; drop table raw.other")
    transform.project(settings.warehouse)
    known_before = kept.published(before)[-2].published_at
    compiled.build(settings.warehouse, transform.WAREHOUSE, settings.plan, known_before=known_before)
    return settings.warehouse


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_receipts_and_rows_changes_no_mart(small: DemoRun, tmp_path: Path, order: Order) -> None:
    different, count = differing(small.settings.warehouse, built(small, tmp_path, order))
    assert (different, count > 20) == ([], True)
