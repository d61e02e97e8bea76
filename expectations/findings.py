"""Findings: failures of gate 1 and refusals of the intake, on the cell as the sender knows it, in two languages."""

import hashlib
from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from expectations.gate import Failure
from flows.registry import rules

COLUMNS = {
    "finding_id": "varchar",
    "gate": "varchar",
    "rule_id": "varchar",
    "severity": "varchar",
    "submission_id": "varchar",
    "row_id": "varchar",
    "sheet": "varchar",
    "row_number": "integer",
    "column_name": "varchar",
    "cell": "varchar",
    "received_value": "varchar",
    "expected": "varchar",
    "message_nl": "varchar",
    "message_en": "varchar",
}

# The cell of a failure: by field where the layout maps it, else the row alone; or no cell, where the key of what was
# judged is the submission itself.
_PLACES = """
    select
        failed.rule_id, 'submission' as gate, failed.row_id, places.submission_id, places.sheet, places.row_number,
        coalesce(cells.source_header, failed.field) as column_name,
        cells.column_number,
        coalesce(cells.text, failed.received_value) as received_value,
        null::varchar as expected
    from failed
    inner join (select distinct row_id, submission_id, sheet, row_number from staging.stg_cell) as places
        on failed.row_id = places.row_id
    left join staging.stg_cell as cells on failed.row_id = cells.row_id and failed.field = cells.field
    union all
    select
        failed.rule_id, 'submission', null, submissions.submission_id, null, null, null, null, failed.received_value,
        null
    from failed
    inner join staging.stg_submission as submissions on failed.row_id = submissions.submission_id
    union all
    select
        rule_id, 'intake', null, submission_id, sheet, row_number, column_name, column_number, received_value, expected
    from raw.refusal
    where submission_id in (select submission_id from staging.stg_submission)
    order by all
"""


def write(con: duckdb.DuckDBPyConnection, failed: list[Failure]) -> int:
    """Write ``gate.finding``, one row per finding, from the failures of gate 1 and the refusals in raw.

    Returns:
        the number of findings written.
    """
    con.register(
        "failed",
        pd.DataFrame(
            [(f.rule_id, f.key[0], f.key[1] if len(f.key) > 1 else f.field, f.value) for f in failed if f.key],
            columns=["rule_id", "row_id", "field", "received_value"],
            dtype="string",
        ),
    )
    found = con.sql(_PLACES).df()
    con.unregister("failed")
    findings = [_finding(row) for row in found.to_dict("records")]
    columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
    con.execute("create schema if not exists gate")
    con.execute(f"create or replace table gate.finding ({columns})")
    if findings:
        frame = pd.DataFrame(findings, columns=list(COLUMNS)).drop_duplicates("finding_id")
        con.register("findings", frame)
        con.execute("insert into gate.finding select * from findings")
        con.unregister("findings")
        return len(frame)
    return 0


def _finding(place: Mapping[Any, Any]) -> dict[str, Any]:
    """One finding with its sentences; the same cell and rule always give the same ``finding_id``."""
    known = {name: value for name, value in place.items() if not pd.isna(value)}
    rule = rules()[known["rule_id"]]
    row = known.get("row_number")
    cell = f"{column_letters(int(known['column_number']))}{row}" if row and "column_number" in known else None
    words = {
        "value": known.get("received_value", ""),
        "column": known.get("column_name", ""),
        "row": row or "",
        "sheet": known.get("sheet", ""),
        "cell": cell or f"rij {row}" if row else "",
        "expected": known.get("expected", ""),
    }
    identity = "|".join(str(known.get(n, "")) for n in ("rule_id", "submission_id", "row_id", "sheet")) + (
        f"|{row}|{known.get('column_number', '')}|{known.get('column_name', '')}|{known.get('received_value', '')}"
    )
    return {
        "finding_id": hashlib.sha256(identity.encode()).hexdigest()[:16],
        "gate": known["gate"],
        "rule_id": rule.rule_id,
        "severity": rule.severity,
        "submission_id": known["submission_id"],
        "row_id": known.get("row_id"),
        "sheet": known.get("sheet"),
        "row_number": row,
        "column_name": known.get("column_name"),
        "cell": cell,
        "received_value": known.get("received_value"),
        "expected": known.get("expected") or rule.expected_nl or None,
        "message_nl": rule.message_nl.format(**words),
        "message_en": rule.message_en.format(**words),
    }


def column_letters(number: int) -> str:
    """1 is A, 27 is AA, as a spreadsheet names its columns."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
