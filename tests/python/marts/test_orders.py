"""Marts do not depend on the order in which receipts are read and rows lie: one order of those of `make orders`."""

from pathlib import Path

import duckdb
from conftest import DemoRun
from orders import ORDERS, Rebuilt, marts, receipts_in

from flows.intake import archive


def test_the_order_of_receipts_and_rows_changes_no_mart(small: DemoRun, tmp_path: Path) -> None:
    rebuilt = Rebuilt(small.settings, tmp_path)
    assert len(rebuilt.expected) > 20 and any(count for count, _ in rebuilt.expected.values())
    assert rebuilt.differing(0) == []


def test_a_row_that_is_other_or_there_twice_is_seen(tmp_path: Path) -> None:
    """By the sum of checksums that the orders are compared by."""
    path = tmp_path / "warehouse.duckdb"
    seen = set()
    for rows in ("(1, 0.1::double), (2, null)", "(1, 0.2), (2, null)", "(1, 0.1), (2, null), (2, null)", "(1, 0.1)"):
        with duckdb.connect(str(path)) as con:
            con.execute("create schema if not exists marts")
            con.execute(f"create or replace table marts.one as select * from (values {rows}) as rows (a, b)")
        seen.add(marts(path)["one"])
    assert len(seen) == 4


def test_the_orders_are_as_many_as_are_told(small: DemoRun) -> None:
    receipts = archive.receipts_to_read(small.settings.archive, small.settings.plan)
    orders = [tuple(receipts_in(order, receipts)) for order in ORDERS]
    assert len(set(orders)) == len(orders) == 224 and {frozenset(order) for order in orders} == {frozenset(receipts)}
