"""The gate: runs the Great Expectations suites of this folder and says what their failures mean.

A suite is a file in Great Expectations' own form; its ``meta`` names the table it judges and the key of a row, each
expectation's ``meta`` names its rule. What a rule means (severity, sentences) is its row in ``seeds/quality/rule.csv``.

Great Expectations judges pandas frames holding only the columns a suite names: its SQL route cannot read DuckDB
(docs/adr/0003). An expectation that raises is a critical finding; a suite that is empty, or answers fewer results
than it has expectations, is an error of ours and stops the run.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import duckdb
import pandas as pd

from flows.registry import rules

SUITES = Path(__file__).parent
SEVERITIES = ("critical", "error", "warning", "info")

Gate = Literal["submission", "release"]


class GateBroken(Exception):
    """The gate itself does not work; nothing it says may be believed."""


@dataclass(frozen=True)
class Failure:
    """One row (or, with an empty key, one table) that an expectation fails on."""

    rule_id: str
    table: str
    field: str | None
    key: tuple[str, ...]
    value: str


def failures(con: duckdb.DuckDBPyConnection, gate: Gate) -> list[Failure]:
    """Every failure of every suite of a gate, in the order of the suites.

    Args:
        con: the warehouse; tables are read, nothing is written.
        gate: which folder of suites.
    """
    paths = sorted((SUITES / gate).glob("*.json"))
    if not paths:
        raise GateBroken(f"no suites in expectations/{gate}")
    return [failure for path in paths for failure in judge(con, json.loads(path.read_text(encoding="utf-8")))]


def judge(con: duckdb.DuckDBPyConnection, suite: dict[str, Any]) -> list[Failure]:
    """The failures of one suite on the table it names."""
    import great_expectations as gx

    expectations = suite["expectations"]
    if not expectations:
        raise GateBroken(f"suite {suite['name']} has no expectations")
    frame = con.sql(_frame_query(con, suite)).df()
    source = _context().data_sources.add_or_update_pandas(suite["name"])
    batch = (
        source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    )
    outcome = batch.validate(
        gx.ExpectationSuite(name=suite["name"], expectations=expectations),
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": suite["meta"]["key"],
        },
    )
    if len(outcome.results) != len(expectations):
        raise GateBroken(f"suite {suite['name']}: {len(outcome.results)} results of {len(expectations)} expectations")
    return [failure for result in outcome.results for failure in _failures_of(result, suite["meta"])]


def _frame_query(con: duckdb.DuckDBPyConnection, suite: dict[str, Any]) -> str:
    """Only the columns the suite names, so that judging a wide table stays cheap."""
    table = suite["meta"]["table"]
    named = json.dumps(suite)
    columns = [name for (name, *_) in con.sql(f"describe {table}").fetchall() if f"{name}" in named]
    return f"select {', '.join(columns)} from {table}"


def _failures_of(result: Any, meta: dict[str, Any]) -> Iterator[Failure]:
    expectation = result.expectation_config
    rule_id = expectation.meta["rule_id"]
    field = expectation.meta.get("field")
    if _raised(result.exception_info):
        yield Failure("G01", meta["table"], None, (), f"{rule_id}: {_raised(result.exception_info)}")
        return
    if result.success:
        return
    rows = result.result.get("unexpected_index_list")
    if not rows:
        yield Failure(rule_id, meta["table"], field, (), f"{meta['table']}: {result.result.get('observed_value')}")
        return
    judged = expectation.kwargs.get("column") or expectation.kwargs.get("column_B")
    for row in rows:
        key = tuple(str(row[name]) for name in meta["key"])
        value = row.get(judged)
        yield Failure(rule_id, meta["table"], field, key, "" if pd.isna(value) else str(value))


def _raised(info: Any) -> str:
    """What an expectation raised, or nothing; Great Expectations nests this by metric when a metric raised."""
    if not info:
        return ""
    for entry in [info] if "raised_exception" in info else list(info.values()):
        if entry.get("raised_exception"):
            return str(entry.get("exception_message"))[:300]
    return ""


@cache
def _context() -> Any:
    import great_expectations as gx

    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    return context


def worst(severities: Sequence[str]) -> str:
    """The gravest of the severities, ``info`` when there are none."""
    return min(severities, key=SEVERITIES.index, default="info")


def severity_of(failure: Failure) -> str:
    """The severity the registry gives to the rule that failed."""
    return rules()[failure.rule_id].severity
