"""Findings: failures of gate 1 and refusals of the intake, on the cell as the sender knows it, in two languages."""

import hashlib
from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from expectations.gate import Failure, Gate
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
    "waiver_id": "varchar",
    "waiver_reason_nl": "varchar",
    "waiver_reason_en": "varchar",
}

# The cell of a failure: by field where the layout maps it, else the row alone; or no cell, where the key of what was
# judged is the submission itself. Severity is the rule's own unless the
# registry says otherwise for the plan; a waiver counts when the return was received while it was valid.
_PLACES = """
    with touched as (
        select cells.row_id, cells.submission_id, cells.sheet, cells.row_number,
            max(cells.canonical) filter (where cells.field = 'project_code') as project_code,
            string_agg(coalesce(cells.canonical, ''), '|' order by cells.position) filter (where cells.is_key)
                as record_key
        from staging.stg_cell as cells
        where cells.row_id in (select row_id from failed)
        group by all
    ),
    places as (
        select
            failed.rule_id, failed.gate, failed.row_id, touched.submission_id, touched.sheet, touched.row_number,
            coalesce(cells.source_header, failed.field) as column_name,
            cells.column_number,
            coalesce(failed.named_value, cells.text, failed.received_value) as received_value,
            failed.expected,
            failed.expected_en,
            touched.project_code,
            touched.record_key
        from failed
        inner join touched on failed.row_id = touched.row_id
        left join staging.stg_cell as cells on failed.row_id = cells.row_id and failed.field = cells.field
        union all
        select
            failed.rule_id, failed.gate, null, submission.submission_id, null, null, null, null,
            failed.received_value, failed.expected, failed.expected_en, null, null
        from failed
        inner join staging.stg_submission as submission on failed.row_id = submission.submission_id
        union all
        select
            rule_id, 'intake', null, submission_id, sheet, row_number, column_name, column_number, received_value,
            expected, null, null, null
        from raw.refusal
    ),
    judged as (
        select
            places.* exclude (project_code, record_key),
            coalesce(own.severity, rule.severity) as severity,
            (
                select min(waiver.waiver_id)
                from registry.waiver as waiver
                where waiver.rule_id = places.rule_id
                    and waiver.plan_code = submission.plan_code
                    and coalesce(waiver.meetmoment_code, submission.meetmoment_code) = submission.meetmoment_code
                    and coalesce(waiver.project_code = places.project_code, waiver.project_code is null)
                    and coalesce(waiver.record_key = places.record_key, waiver.record_key is null)
                    and submission.received_on between waiver.granted_on and waiver.valid_until
            ) as waiver_id
        from places
        inner join staging.stg_submission as submission on places.submission_id = submission.submission_id
        inner join registry.rule as rule on places.rule_id = rule.rule_id
        left join registry.rule_severity as own
            on places.rule_id = own.rule_id and submission.plan_code = own.plan_code
        where places.gate in (select gate from asked)
    )
    select judged.*, waiver.reason_nl as waiver_reason_nl, waiver.reason_en as waiver_reason_en
    from judged
    left join registry.waiver as waiver on judged.waiver_id = waiver.waiver_id
    where judged.severity <> 'off'
    order by all
"""


def rejects(finding: Mapping[str, Any]) -> bool:
    """Whether this finding alone rejects its submission."""
    return finding["severity"] == "critical" and not finding["waiver_id"]


def write(con: duckdb.DuckDBPyConnection, failed: list[Failure], gate: Gate = "submission") -> int:
    """Write the findings of one pass of gate 1 into ``gate.finding``, one row per finding.

    Args:
        con: the staged warehouse.
        failed: the failures of the pass.
        gate: ``submission`` makes the table anew, with the refusals of the intake; ``comparison`` adds to it.

    Returns:
        the number of findings written.
    """
    columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
    con.execute("create schema if not exists gate")
    if gate == "submission":
        con.execute(f"create or replace table gate.finding ({columns})")
    con.register("failed", _frame(failed, gate))
    con.register("asked", pd.DataFrame({"gate": [gate, "intake"] if gate == "submission" else [gate]}))
    found = con.sql(_PLACES).df()
    con.unregister("failed")
    con.unregister("asked")
    findings = [_finding(row) for row in found.to_dict("records")]
    if not findings:
        return 0
    frame = pd.DataFrame(findings, columns=list(COLUMNS)).drop_duplicates("finding_id")
    con.register("findings", frame)
    con.execute("insert into gate.finding select * from findings")
    con.unregister("findings")
    return len(frame)


def _frame(failed: list[Failure], gate: Gate) -> pd.DataFrame:
    """The failures that stand on a row; the second part of a key is the field, unless the expectation names one."""
    return pd.DataFrame(
        [
            (
                gate,
                f.rule_id,
                f.key[0],
                f.field or (f.key[1] if len(f.key) > 1 else None),
                f.value,
                f.value if f.is_value_named else None,
                f.expected or None,
                f.expected_en or None,
            )
            for f in failed
            if f.key
        ],
        columns=["gate", "rule_id", "row_id", "field", "received_value", "named_value", "expected", "expected_en"],
        dtype="string",
    )


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
        "severity": known["severity"],
        "submission_id": known["submission_id"],
        "row_id": known.get("row_id"),
        "sheet": known.get("sheet"),
        "row_number": row,
        "column_name": known.get("column_name"),
        "cell": cell,
        "received_value": known.get("received_value"),
        "expected": known.get("expected") or rule.expected_nl or None,
        "message_nl": rule.message_nl.format(**words),
        "message_en": rule.message_en.format(**words | {"expected": known.get("expected_en", words["expected"])}),
        "waiver_id": known.get("waiver_id"),
        "waiver_reason_nl": known.get("waiver_reason_nl"),
        "waiver_reason_en": known.get("waiver_reason_en"),
    }


def column_letters(number: int) -> str:
    """1 is A, 27 is AA, as a spreadsheet names its columns."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
