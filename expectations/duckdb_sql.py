"""How Great Expectations asks DuckDB: a small SQLAlchemy dialect over a connection that is already open.

Stock `duckdb-engine` does not do, for reasons of both libraries: Great Expectations closes a cursor before it fetches,
and a cursor of the engine is the connection itself, so rows are taken at once; and it knows no regular expressions of
a dialect called duckdb, so this one answers to postgresql, whose `~` searches, as `regexp_matches` does.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import duckdb_engine
from sqlalchemy import pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGCompiler

URL = "duckdb+session:///"
_sessions: list[tuple[duckdb.DuckDBPyConnection, str]] = []
"""Connections that are asked, each with the query whose rows are judged."""


@contextmanager
def asking(session: duckdb.DuckDBPyConnection, judged: str = "") -> Iterator[str]:
    """Let the dialect ask this connection meanwhile; the address that names it.

    Args:
        judged: the query whose rows are judged. Great Expectations asks for it as it stands where it wants the names
            of its columns, and would have each of its rows, for every suite and condition.
    """
    _sessions.append((session, judged))
    try:
        yield URL
    finally:
        _sessions.pop()


class _Cursor(duckdb_engine.CursorWrapper):
    """Holds the rows of the last statement, so that they outlive the connection's next one."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._rows: deque[Any] = deque()
        self._described: Any = None

    def execute(self, statement: str, parameters: Any = None, context: Any = None) -> None:
        if statement == _sessions[-1][1]:
            statement = f"select * from ({statement}) limit 0"
        super().execute(statement, parameters, context)
        self._described = self.connection.description
        self._rows = deque(self.connection.fetchall()) if self._described else deque()

    @property
    def description(self) -> Any:
        return self._described

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or 1, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows = list(self._rows)
        self._rows.clear()
        return rows


class _Connection(duckdb_engine.ConnectionWrapper):
    def cursor(self) -> _Cursor:
        return _Cursor(self._ConnectionWrapper__c, self)

    def close(self) -> None:
        """The connection belongs to whoever handed it over."""


class _Compiler(PGCompiler):
    def visit_custom_op_binary(self, element: Any, operator: Any, **kw: Any) -> str:
        if operator.opstring not in ("~", "!~"):
            return super().visit_custom_op_binary(element, operator, **kw)
        matches = f"regexp_matches({self.process(element.left, **kw)}, {self.process(element.right, **kw)})"
        return matches if operator.opstring == "~" else f"not {matches}"


class SessionDialect(duckdb_engine.Dialect):
    """DuckDB as Great Expectations can ask it."""

    name = "postgresql"
    supports_statement_cache = False
    statement_compiler = _Compiler

    def connect(self, *_: Any, **__: Any) -> Any:
        return _Connection(_sessions[-1][0])

    def do_begin(self, dbapi_connection: Any) -> None:
        """Reads within whatever transaction its owner has open."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """The transaction is its owner's."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """The transaction is its owner's."""

    @classmethod
    def get_pool_class(cls, url: Any) -> type[pool.Pool]:
        return pool.NullPool


registry.register("duckdb.session", __name__, "SessionDialect")
