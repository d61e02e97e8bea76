"""Keys of a project that has another code since: as earlier releases and documents have them, and as they are now."""

import duckdb

CODES = """
    select old_value as project_code, project_code as code_now, known_from
    from what_changed
    where kind = 'recoded' and record = 'project'
"""
"""One row per code that was replaced: the one in its place, and since when that is known."""


def before(con: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    """A key with each code that its project had before."""
    return [_with(key, now, code) for code, now in _codes(con) if now in key.split("/")]


def since(con: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    """A key with the code that its project has now, where it names one that was replaced."""
    return [_with(key, code, now) for code, now in _codes(con) if code in key.split("/")]


def _codes(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Each code that was replaced, and the one in its place."""
    return con.execute(
        f"select distinct project_code, code_now from ({CODES}) where project_code <> code_now order by all"
    ).fetchall()


def _with(key: str, code: str, other: str) -> str:
    return "/".join(other if part == code else part for part in key.split("/"))
