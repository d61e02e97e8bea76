"""A release in PostgreSQL, for tools that need a live SQL endpoint: one schema, replaced in one transaction."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import psycopg
from psycopg import sql

from flows.publish.release import DATABASE, Release

_TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
_BLOCK = 1 << 16


class NotExported(Exception):
    """The schema was left as it was."""


def export(release: Release, dsn: str, schema: str = "veerkracht") -> dict[str, int]:
    """Replace a schema by the tables of a release; readers see the old one or the new one, never a mixture.

    The tables are written and counted in ``<schema>__next``; then, in one transaction, the old schema goes and the new
    one takes its name. The role ``<schema>_reader`` (no login of its own) may read and nothing else.

    Args:
        release: the release to export.
        dsn: a PostgreSQL connection string of a role that may create schemas and roles.
        schema: name of the schema; it belongs to the export and is replaced whole.

    Returns:
        rows per table.

    Raises:
        NotExported: when what arrived is not what the release holds.
    """
    following = f"{schema}__next"
    with (
        psycopg.connect(dsn, autocommit=True) as con,
        duckdb.connect(str(release.folder / DATABASE), read_only=True) as db,
    ):
        with con.transaction():
            con.execute(_sql("drop schema if exists {} cascade", following))
            con.execute(_sql("create schema {}", following))
        counts = {}
        for table in sorted(release.manifest["tables"]):
            counts[table] = _copy(con, db, release, following, table)
        with con.transaction():
            _grant(con, following, f"{schema}_reader")
            con.execute(
                sql.SQL("comment on schema {} is {}").format(
                    sql.Identifier(following),
                    sql.Literal(f"Release {release.release_id}, exported {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
                )
            )
            con.execute(_sql("drop schema if exists {} cascade", schema))
            con.execute(_sql("alter schema {} rename to {}", following, schema))
    return counts


def _copy(con: psycopg.Connection, db: duckdb.DuckDBPyConnection, release: Release, schema: str, table: str) -> int:
    """Create one table with its comments and fill it from the release's CSV file."""
    columns = db.execute(
        "select column_name, data_type, comment from duckdb_columns() where table_name = ? order by column_index",
        [table],
    ).fetchall()
    (comment,) = db.execute("select comment from duckdb_tables() where table_name = ?", [table]).fetchall()[0]
    name = sql.Identifier(schema, table)
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_postgres_type(type_))) for column, type_, _ in columns
    )
    con.execute(sql.SQL("create table {} ({})").format(name, definitions))
    if comment:
        con.execute(sql.SQL("comment on table {} is {}").format(name, sql.Literal(comment)))
    for column, _, words in columns:
        if words:
            place = sql.Identifier(schema, table, column)
            con.execute(sql.SQL("comment on column {} is {}").format(place, sql.Literal(words)))
    with con.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin (format csv, header)").format(name)) as copy:
        for block in _blocks(release, table):
            copy.write(block)
    arrived = con.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
    expected = release.manifest["tables"][table]
    if arrived != (expected,):
        raise NotExported(f"{table}: {arrived} rows arrived of {expected}; the schema was left as it was")
    return int(expected)


def _postgres_type(duckdb_type: str) -> str:
    """The same type in PostgreSQL; decimals keep their precision."""
    if duckdb_type.startswith("DECIMAL"):
        return "numeric" + duckdb_type.removeprefix("DECIMAL")
    return _TYPES[duckdb_type]


def _blocks(release: Release, table: str) -> Iterator[bytes]:
    with (release.folder / "csv" / f"{table}.csv").open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _grant(con: psycopg.Connection, schema: str, reader: str) -> None:
    if not con.execute("select 1 from pg_roles where rolname = %s", [reader]).fetchone():
        con.execute(_sql("create role {} nologin", reader))
    con.execute(_sql("grant usage on schema {} to {}", schema, reader))
    con.execute(_sql("grant select on all tables in schema {} to {}", schema, reader))


def _sql(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
