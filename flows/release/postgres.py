"""A release in PostgreSQL, for tools that need a live SQL endpoint: one schema, brought up to date in one transaction.

Rows are replaced, not tables, so that nobody who reads waits for the export, and views on the tables stay. A table is
made anew only where its columns changed.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import duckdb
import psycopg
from psycopg import sql

from flows.forms.names import DATABASE
from flows.release.kept import Release

_TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
}
_BLOCK = 1 << 16
_NEXT = "__next"
"""What a table is called until its turn, where its columns changed."""
_SECONDS_FOR_READERS = 60
_COMMENT = "Release {}, exported {:%Y-%m-%d %H:%M} UTC"

Columns = list[tuple[str, str]]


class NotExported(Exception):
    """The schema was left as it was."""


def export(release: Release, dsn: str, schema: str = "veerkracht") -> dict[str, int]:
    """Bring a schema up to date with a release; a query sees the old one or the new one, never a mixture or an error.

    The role ``<schema>_reader`` (no login of its own) may read and nothing else. Views of others on the tables stay.

    Args:
        release: the release to export.
        dsn: a PostgreSQL connection string of a role that may create schemas and roles.
        schema: name of the schema; once it was made by an export, every table in it belongs to the export.

    Returns:
        rows per table.

    Raises:
        NotExported: when the schema is somebody else's, when something stands on a table whose columns changed, or when
            what arrived is not what the release holds.
    """
    with (
        psycopg.connect(dsn, autocommit=True) as con,
        duckdb.connect(str(release.folder / DATABASE), read_only=True) as db,
    ):
        with con.transaction():
            _claim(con, schema)
            present = _tables(con, schema)
            wanted = {table: _columns(db, table) for table in sorted(release.manifest["tables"])}
            counts, changed = {}, []
            for table, columns in wanted.items():
                if present.get(table) == columns:
                    con.execute(_sql("delete from {}.{}", schema, table))
                    target = table
                else:
                    target = table + _NEXT if table in present else table
                    _create(con, schema, target, columns)
                    changed += [table] if table in present else []
                counts[table] = _fill(con, release, schema, target, table)
                _describe(con, db, schema, target, table)
            _replace(con, schema, changed, gone=sorted(present.keys() - wanted.keys()))
            _grant(con, schema, f"{schema}_reader")
            words = _COMMENT.format(release.release_id, datetime.now(UTC))
            con.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(words)))
        for table in counts:
            con.execute(_sql("vacuum (analyze) {}.{}", schema, table))
    return counts


def _claim(con: psycopg.Connection, schema: str) -> None:
    """Make the schema where it is not there; refuse one that holds what no export made."""
    found = con.execute(
        "select obj_description(oid, 'pg_namespace'), exists (select 1 from pg_class where relnamespace = n.oid)"
        " from pg_namespace as n where nspname = %s",
        [schema],
    ).fetchone()
    if found is None:
        con.execute(_sql("create schema {}", schema))
    elif found[1] and not (found[0] or "").startswith(_COMMENT.partition("{")[0]):
        raise NotExported(f"schema {schema} holds what no export made; name another one with --schema")


def _tables(con: psycopg.Connection, schema: str) -> dict[str, Columns]:
    """The tables of a schema with the names and types of their columns, in order."""
    rows = con.execute(
        "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) from pg_class as c"
        " inner join pg_namespace as n on c.relnamespace = n.oid"
        " left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where n.nspname = %s and c.relkind = 'r' order by c.relname, a.attnum",
        [schema],
    ).fetchall()
    tables: dict[str, Columns] = {}
    for table, column, type_ in rows:
        tables.setdefault(table, []).append((column, type_))
    return tables


def _columns(db: duckdb.DuckDBPyConnection, table: str) -> Columns:
    """The columns of a table of the release, typed as PostgreSQL has them."""
    rows = db.execute(
        "select column_name, data_type from duckdb_columns() where table_name = ? order by column_index", [table]
    ).fetchall()
    return [(name, _postgres_type(type_)) for name, type_ in rows]


def _create(con: psycopg.Connection, schema: str, table: str, columns: Columns) -> None:
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(type_)) for column, type_ in columns
    )
    con.execute(sql.SQL("create table {} ({})").format(sql.Identifier(schema, table), definitions))


def _fill(con: psycopg.Connection, release: Release, schema: str, target: str, table: str) -> int:
    """Fill an empty table from the release's CSV file and count what arrived."""
    name = sql.Identifier(schema, target)
    with con.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin (format csv, header)").format(name)) as copy:
        for block in _blocks(release, table):
            copy.write(block)
    arrived = con.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
    expected = release.manifest["tables"][table]
    if arrived != (expected,):
        raise NotExported(f"{table}: {arrived} rows arrived of {expected}; the schema was left as it was")
    return int(expected)


def _describe(con: psycopg.Connection, db: duckdb.DuckDBPyConnection, schema: str, target: str, table: str) -> None:
    """The comments of the release on a table and its columns."""
    for kind, query in (
        ("table", "select null, comment from duckdb_tables() where table_name = ?"),
        ("column", "select column_name, comment from duckdb_columns() where table_name = ?"),
    ):
        for column, words in db.execute(query, [table]).fetchall():
            place = sql.Identifier(schema, target, *([column] if column else []))
            con.execute(sql.SQL(f"comment on {kind} {{}} is {{}}").format(place, sql.Literal(words)))


def _replace(con: psycopg.Connection, schema: str, changed: Sequence[str], gone: Sequence[str]) -> None:
    """Let the tables whose columns changed take the place of the old ones, and drop those that are no more.

    Their locks are taken together and without waiting: to wait for one while holding another is what makes readers
    fail.
    """
    old = [*changed, *gone]
    if not old:
        return
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in old)
    deadline = time.monotonic() + _SECONDS_FOR_READERS
    while True:
        try:
            with con.transaction():
                con.execute(sql.SQL("lock table {} in access exclusive mode nowait").format(names))
            break
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > deadline:
                raise NotExported(f"readers hold {', '.join(old)}, whose columns changed; run it again later") from None
            time.sleep(0.05)
    try:
        con.execute(sql.SQL("drop table {}").format(names))
    except psycopg.errors.DependentObjectsStillExist as error:
        detail = " ".join((error.diag.message_detail or "").split())
        raise NotExported(f"something stands on a table whose columns changed: {detail}") from None
    for table in changed:
        con.execute(_sql("alter table {}.{} rename to {}", schema, table + _NEXT, table))


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
