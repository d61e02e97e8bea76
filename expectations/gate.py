"""The gate: runs the Great Expectations suites of this folder and says what their failures mean.

A suite is a file in Great Expectations' own form; its ``meta`` names the table it judges and the key of a row, each
expectation's ``meta`` names its rule. What a rule means (severity, sentences) is its row in ``seeds/quality/rule.csv``.
Where a suite names a ``scanned`` column, a column ``personal_data`` beside it says which kinds the text holds: no
expectation knows check digits.

Great Expectations judges pandas frames holding only the columns a suite names: its SQL route cannot read DuckDB
(docs/adr/0003). An expectation that raises is a critical finding; a suite that is empty, or answers fewer results
than it has expectations, is an error of ours and stops the run.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import duckdb
import pandas as pd

from flows.personal_data import kinds_in, public_values
from flows.registry import own_severities, rules

SUITES = Path(__file__).parent
_TOLD = ("value", "expected", "expected_en")
SEVERITIES = ("critical", "error", "warning", "info")

Gate = Literal["submission", "comparison", "release"]


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
    """What failed, as a person writes it."""
    expected: str = ""
    """What stands beside it where the expectation's ``meta`` names that column: the earlier value, or the limit."""
    is_value_named: bool = False
    """Whether ``meta`` names the column of `value`, so that it is not the text of the cell."""
    expected_en: str = ""
    """`expected` in English, where it is a sentence and not a value."""


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
    if scanned := suite["meta"].get("scanned"):
        public = public_values()
        frame["personal_data"] = [", ".join(kinds_in(text, public)) or None for text in frame[scanned]]
    source = _context().data_sources.add_or_update_pandas(suite["name"])
    batch = (
        source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    )
    outcome = batch.validate(
        gx.ExpectationSuite(name=suite["name"], expectations=expectations),
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": _columns_told(suite),
        },
    )
    if len(outcome.results) != len(expectations):
        raise GateBroken(f"suite {suite['name']}: {len(outcome.results)} results of {len(expectations)} expectations")
    return [failure for result in outcome.results for failure in _failures_of(result, suite["meta"])]


def _columns_told(suite: dict[str, Any]) -> list[str]:
    """What is asked of each failing row: its key, and the columns that its expectations name for the sentence."""
    named = [e["meta"][n] for e in suite["expectations"] for n in _TOLD if n in e["meta"]]
    return list(dict.fromkeys([*suite["meta"]["key"], *named]))


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
    named = expectation.meta.get("value")
    judged = named or expectation.kwargs.get("column") or expectation.kwargs.get("column_B")
    beside = expectation.meta.get("expected")
    for row in rows:
        key = tuple(str(row[name]) for name in meta["key"])
        value, expected = _shown(row.get(judged)), _shown(row.get(beside))
        in_english = _shown(row.get(expectation.meta.get("expected_en")))
        yield Failure(rule_id, meta["table"], field, key, value, expected, bool(named), in_english)


def _shown(value: Any) -> str:
    """A value out of a frame as a person writes it: a day without its midnight, a whole number without its point."""
    if pd.isna(value):
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


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
    """The severity the registry gives to the rule that failed, for the plan of the failing row where its key names one.

    Keys of marts begin with the plan; ``off`` means that the rule is not asked of it.
    """
    plan_code = failure.key[0].partition("/")[0] if failure.key else ""
    return own_severities().get((plan_code, failure.rule_id), rules()[failure.rule_id].severity)
