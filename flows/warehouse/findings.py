"""What gate 1 found, read from a judged warehouse."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from flows.registry import SEVERITIES

ALIKE = ("submission_id", "severity", "rule_id", "sheet", "column_name", "waiver_id")
"""What findings that are alike have in common."""
MOST_ALIKE = 1_000
"""So many findings of one rule on one column of one file are read; all of them are in the answer to its sender."""


def found(warehouse: Path, submissions: Collection[str]) -> list[dict[str, Any]]:
    """The findings on some submissions, gravest first; ``alike_count`` says how many of its file each is one of."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(
            f"""
            select
                * exclude (finding_id, row_id, field, meetmoment_code, sender_code, file_name),
                file_name,
                count(*) over alike as alike_count
            from intermediate.int_finding
            where list_contains($submissions, submission_id)
            window alike as (partition by {", ".join(ALIKE)})
            qualify row_number() over (alike order by row_number, cell, finding_id) <= $most
            order by
                list_position($severities, severity), file_name, coalesce(sheet, ''), coalesce(row_number, 0), rule_id,
                finding_id
            """,
            {"submissions": list(submissions), "severities": list(SEVERITIES), "most": MOST_ALIKE},
        )
        columns = [name for name, *_ in rows.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]


def count(warehouse: Path, submissions: Collection[str]) -> int:
    """How many findings there are on some submissions."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as con:
        query = "select count(*) from intermediate.int_finding where list_contains($1, submission_id)"
        ((number,),) = con.execute(query, [list(submissions)]).fetchall()
    return int(number)
