"""What gate 1 found, read from a judged warehouse."""

from pathlib import Path
from typing import Any

import duckdb

from flows.registry import SEVERITIES


def found(warehouse: Path, file_names: dict[str, str]) -> list[dict[str, Any]]:
    """The findings on some submissions (id -> file name), gravest first."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.sql("""
            select * exclude (finding_id, row_id, field, meetmoment_code, sender_code, file_name)
            from intermediate.int_finding
        """)
        columns = rows.columns
        named = [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]
    ours = [
        row | {"file_name": file_names[row["submission_id"]]} for row in named if row["submission_id"] in file_names
    ]
    return sorted(
        ours,
        key=lambda f: (
            SEVERITIES.index(f["severity"]),
            f["file_name"],
            f["sheet"] or "",
            f["row_number"] or 0,
            f["rule_id"],
        ),
    )
