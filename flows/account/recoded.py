"""Keys of a project that has another code since: as earlier releases and documents have them, and as they are now."""

import duckdb


def before(con: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    """A key with each code that its project had before."""
    return [_with(key, now, code) for code, now in _codes(con) if now in key.split("/")]


def since(con: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    """A key with the code that its project has now, where it names one that was replaced."""
    return [_with(key, code, now) for code, now in _codes(con) if code in key.split("/")]


def _codes(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Each code that was replaced, and the one in its place."""
    return con.execute(
        "select distinct old_value, project_code from what_changed"
        " where kind = 'recoded' and record = 'project' and old_value <> project_code order by all"
    ).fetchall()


def _with(key: str, code: str, other: str) -> str:
    return "/".join(other if part == code else part for part in key.split("/"))
