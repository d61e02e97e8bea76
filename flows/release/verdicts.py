"""Submissions whose verdict has changed since the release that is served."""

from pathlib import Path
from typing import Any

import duckdb

from flows.release.kept import Release


def changed_verdicts(warehouse: Path, current: Release | None) -> list[dict[str, Any]]:
    """Submissions whose verdict (accepted, rejected, withdrawn) in a judged warehouse is not what the release says."""
    if current is None:
        return []
    with duckdb.connect(str(current.database), read_only=True) as con:
        before = _verdicts(con, "dim_submission")
    with duckdb.connect(str(warehouse), read_only=True) as con:
        after = _verdicts(con, "intermediate.int_submission")
    return [
        {
            "submission_id": submission_id,
            "file_name": file_name,
            "was": before[submission_id][1],
            "now": now,
        }
        for submission_id, (file_name, now) in after.items()
        if submission_id in before and before[submission_id][1] != now
    ]


def _verdicts(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[str, str]]:
    """Submission id -> (file name, verdict or withdrawn); releases from before withdrawals existed have none."""
    answer = con.sql(f"from {table} order by submission_id")
    found = {}
    for values in answer.fetchall():
        row = dict(zip(answer.columns, values, strict=True))
        verdict = "withdrawn" if row.get("withdrawn_at") else row["verdict"]
        found[row["submission_id"]] = (row["file_name"], verdict)
    return found
