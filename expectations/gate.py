"""The gate: runs the Great Expectations suites of this folder and says what their failures mean.

A suite is a file in Great Expectations' own form; its ``meta`` names the table it judges and the key of a row, each
expectation's ``meta`` names its rule. What a rule means (severity, sentences) is its row in ``seeds/quality/rule.csv``.
Where a suite names a ``scanned`` column, a column ``personal_data`` beside it says which kinds the text holds: no
expectation knows check digits.

What must be judged is declared (`expectations.declared`), and a suite that ``covers`` rows judges at least as many of
its table as there are of another one: what was narrowed until it judges nothing is an error of ours too.

Great Expectations asks the database and only what fails comes home (docs/adr/0012). Gate 1 is part of the models
(``models/gate``), gate 2 judges what they built. An expectation that raises is a critical finding; a suite that is
empty, or answers fewer results than it has expectations, is an error of ours and stops the run.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import duckdb

from expectations import declared, duckdb_sql, sparing
from flows.personal_data import POSSIBLE, kinds_in, named, public_values
from flows.registry import SEVERITIES, own_severities, rules

SUITES = declared.SUITES
_TOLD = ("value", "expected", "expected_en")
_NO_LIMIT = 2**31 - 1

Suites = Literal["submission", "comparison/candidate", "comparison/version", "release"]


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


def suites(of: Suites) -> list[dict[str, Any]]:
    """The suites of a folder, in the order of their names.

    Raises:
        GateBroken: when they are not what the registry says that must be judged.
    """
    found = declared.read(of)
    if differing := declared.differences(of, found):
        raise GateBroken(f"expectations/{of}: {'; '.join(differing)}; if that is meant: make expectations")
    return found


def failures(con: duckdb.DuckDBPyConnection, of: Suites) -> list[Failure]:
    """Every failure of every suite of a folder, in the order of the suites.

    Args:
        con: the warehouse; tables are read, nothing is written.
        of: which folder of suites.
    """
    return [failure for suite in suites(of) for failure in (*uncovered(con, suite["meta"]), *judge(con, suite))]


def failed_rows(con: duckdb.DuckDBPyConnection, of: Suites) -> Any:
    """The failures of a folder of gate 1 as a table, for the model that is named after it.

    The second part of a key is the field, unless the expectation names one.

    Raises:
        GateBroken: when a check could not be carried out; then nothing may be accepted.
    """
    import pyarrow as pa

    # Great Expectations leaves the frames of its callers in cycles until Python collects these; dbt's among them would
    # hold the warehouse open. A thread of its own has no callers, and a connection of its own is closed.
    own = con.cursor()
    try:
        with ThreadPoolExecutor(max_workers=1) as apart:
            found = apart.submit(failures, own, of).result()
    finally:
        own.close()
    if broken := [failure.value for failure in found if failure.rule_id == "G01" or not failure.key]:
        raise GateBroken("; ".join(broken))
    names = ("rule_id", "row_id", "field", "value", "named_value", "expected", "expected_en")
    rows = dict.fromkeys(
        (
            f.rule_id,
            f.key[0],
            f.field or (f.key[1] if len(f.key) > 1 else None),
            f.value,
            f.value if f.is_value_named else None,
            f.expected or None,
            f.expected_en or None,
        )
        for f in found
    )  # two expectations may carry one rule
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=names)


def judge(con: duckdb.DuckDBPyConnection, suite: dict[str, Any]) -> list[Failure]:
    """The failures of one suite on the table it names.

    All its expectations are asked together whether they hold; of those that do not, the rows are fetched.
    """
    expectations = suite["expectations"]
    if not expectations:
        raise GateBroken(f"suite {suite['name']} has no expectations")
    query = _query(con, suite)
    with duckdb_sql.asking(con, query) as address:
        return [f for result in _not_held(con, suite, query, address) for f in _failures_of(result, suite["meta"])]


def uncovered(con: duckdb.DuckDBPyConnection, meta: dict[str, Any]) -> list[Failure]:
    """What a suite must have judged and did not: fewer rows of its table than there are to be judged."""
    found = []
    for rows, to_be_judged in meta.get("covers", {}).items():
        sql = f"select (select count(*) from {meta['table']} where {rows}), (select count(*) from {to_be_judged})"
        there, must = con.sql(sql).fetchall()[0]
        if there < must:
            found.append(
                Failure("G01", meta["table"], None, (), f"{meta['table']}: {there} of {must} rows where {rows}")
            )
    return found


def _not_held(con: duckdb.DuckDBPyConnection, suite: dict[str, Any], query: str, address: str) -> list[Any]:
    """The results of the expectations that do not hold, in their order, with the rows that they fail on."""
    numbered = [e | {"meta": e["meta"] | {"number": number}} for number, e in enumerate(suite["expectations"])]
    name = suite["name"]
    table = _table(address, name, query)
    not_held = [
        numbered[result.expectation_config.meta["number"]]
        for result in _results(table, name, numbered, {"result_format": "BOOLEAN_ONLY"})
        if not result.success
    ]
    told = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": _columns_told(suite),
        "partial_unexpected_count": _NO_LIMIT,  # where the rows come from SQL, this is what limits them
        "return_unexpected_index_query": False,
    }
    of_rows = [expectation for expectation in not_held if "column_list" not in expectation["kwargs"]]
    results = _results(table, name, of_rows, told) if of_rows else []
    for expectation in not_held:
        if key := expectation["kwargs"].get("column_list"):
            results += _results(_frame(con, query, key), name, [expectation], told)
    return sorted(results, key=lambda result: int(result.expectation_config.meta["number"]))


def _results(batch: Any, name: str, asked: list[dict[str, Any]], result_format: dict[str, Any]) -> list[Any]:
    gx = sparing.great_expectations()
    outcome = batch.validate(gx.ExpectationSuite(name=name, expectations=asked), result_format=result_format)
    if len(outcome.results) != len(asked):
        raise GateBroken(f"suite {name}: {len(outcome.results)} results of {len(asked)} expectations")
    return list(outcome.results)


def _table(address: str, name: str, query: str) -> Any:
    """What is asked in SQL."""
    sparing.great_expectations()
    from great_expectations.datasource.fluent import SQLDatasource

    source = SQLDatasource(name=name, connection_string=address, create_temp_table=False)
    return _batch(source, source.add_query_asset("rows", query=query).add_batch_definition_whole_table("all"))


def _frame(con: duckdb.DuckDBPyConnection, query: str, key: list[str]) -> Any:
    """The rows that share a key with another, as a frame: of a key of several columns SQL tells how many, not which."""
    from great_expectations.datasource.fluent import PandasDatasource

    shared = con.execute(f"select * from ({query}) qualify count(*) over (partition by {', '.join(key)}) > 1").df()
    source = PandasDatasource(name="shared")
    asset = source.add_dataframe_asset("rows")
    return _batch(source, asset.add_batch_definition_whole_dataframe("all"), {"dataframe": shared})


def _batch(source: Any, definition: Any, parameters: Any = None) -> Any:
    """What a source gives. It learns of its context last: of each step that it hears of, that writes all as YAML."""
    source._data_context = _context()
    _context().data_sources.all()[source.name] = source
    return definition.get_batch(parameters)


def _columns_told(suite: dict[str, Any]) -> list[str]:
    """What is asked of each failing row: its key, and the columns that its expectations name for the sentence."""
    named = [e["meta"][n] for e in suite["expectations"] for n in _TOLD if n in e["meta"]]
    return list(dict.fromkeys([*suite["meta"]["key"], *named]))


def _query(con: duckdb.DuckDBPyConnection, suite: dict[str, Any]) -> str:
    """The columns the suite names, so that judging a wide table stays cheap; with what was found in scanned texts."""
    table, scanned = suite["meta"]["table"], suite["meta"].get("scanned")
    named = json.dumps(suite)
    columns = [name for (name, *_) in con.execute(f"describe {table}").fetchall() if f'"{name}"' in named]
    query = f"select {', '.join(columns)} from {table}"
    if not scanned:
        return query
    _scan(con, table, scanned)
    return (
        f"select judged.*, hits.personal_data from ({query}) as judged left join hits on judged.{scanned} = hits.text"
    )


def _scan(con: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """The texts of a column that hold personal data, as the temporary table ``hits`` with the kinds of each."""
    candidates = con.execute(
        f"select distinct {column} from {table} where regexp_matches({column}, ?)", [POSSIBLE]
    ).fetchall()
    public = public_values()
    hits = [(text, named(kinds)) for (text,) in candidates if (kinds := kinds_in(text, public))]
    con.execute("create or replace temporary table hits (text varchar, personal_data varchar)")
    if hits:
        con.executemany("insert into hits values (?, ?)", hits)


def _failures_of(result: Any, meta: dict[str, Any]) -> Iterator[Failure]:
    expectation = result.expectation_config
    rule_id = expectation.meta["rule_id"]
    field = expectation.meta.get("field")
    if _raised(result.exception_info):
        yield Failure("G01", meta["table"], None, (), f"{rule_id}: {_raised(result.exception_info)}")
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
    """A value as a person writes it: a day without its midnight, a number without zeros after its point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, Decimal):
        written = f"{value:f}"
        return written.rstrip("0").rstrip(".") if "." in written else written
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
    gx = sparing.great_expectations()
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


def worst(severities: Sequence[str]) -> str:
    """The gravest of the severities, ``info`` when there are none."""
    return min(severities, key=SEVERITIES.index, default="info")


def rejects(finding: Mapping[str, Any]) -> bool:
    """Whether this finding alone rejects its submission."""
    return finding["severity"] == "critical" and not finding["waiver_id"]


def severity_of(failure: Failure, plan_code: str) -> str:
    """The severity that the registry gives to the rule that failed, for a plan; ``off``: it is not asked of it."""
    return own_severities().get((plan_code, failure.rule_id), rules()[failure.rule_id].severity)
