"""A release in PostgreSQL, for tools that need a live SQL endpoint: one schema, brought up to date in one transaction.

Rows are replaced, not tables, so that nobody who reads waits for the export, and views on the tables stay. A table is
made anew only where its columns or its key changed. Foreign keys are asked at the end; those that touch a table that is
made anew are let go of before, since a table cannot be altered once its rows wait for that question.
"""

import gzip
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import psycopg
from psycopg import sql

from flows.forms.names import COMPRESSED, csv_of
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


@dataclass(frozen=True)
class Shape:
    """What a table is made of, but for its foreign keys."""

    columns: tuple[tuple[str, str], ...]
    key: str
    """As PostgreSQL writes it; empty where the table has none."""


@dataclass(frozen=True, order=True)
class ForeignKey:
    """A column that leads to the key of another table."""

    table: str
    column: str
    parent: str
    parent_column: str

    @property
    def name(self) -> str:
        return f"{self.table}_{self.column}_fkey"


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
        NotReadBack: when the release is not what was signed.
        NotExported: when the schema is somebody else's, when something stands on a table whose columns changed, or when
            what arrived is not what the release holds.
    """
    with (
        duckdb.connect(str(release.database), read_only=True) as db,
        psycopg.connect(dsn, autocommit=True) as con,
    ):
        wanted = {table: _shape(db, table) for table in sorted(release.manifest["tables"])}
        keys = {key for key in _wanted_keys(db) if {key.table, key.parent} <= wanted.keys()}
        with con.transaction():
            _claim(con, schema)
            present = _tables(con, schema)
            new = {table for table, shape in wanted.items() if present.get(table) != shape}
            going = new | (present.keys() - wanted.keys())
            _let_go(con, schema, [k for k in _keys(con, schema) if k not in keys or {k.table, k.parent} & going])
        with con.transaction():
            counts = {}
            for table, shape in wanted.items():
                target = table
                if table not in new:
                    con.execute(_sql("delete from {}.{}", schema, table))
                else:
                    target = table + _NEXT if table in present else table
                    _create(con, schema, target, shape)
                counts[table] = _fill(con, release, schema, target, table)
                _describe(con, db, schema, target, table)
            con.execute("set constraints all immediate")
            _replace(con, schema, sorted(new & present.keys()), gone=sorted(present.keys() - wanted.keys()))
            _refer(con, schema, sorted(keys - _keys(con, schema)))
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
        raise NotExported(
            f"schema {schema} bevat wat geen export maakte; noem een ander met --schema"
            f" / schema {schema} holds what no export made; name another one with --schema"
        )


def _tables(con: psycopg.Connection, schema: str) -> dict[str, Shape]:
    """The tables of a schema, with the names and types of their columns, in order, and their key."""
    rows = con.execute(
        "select c.relname,"
        " coalesce((select pg_get_constraintdef(k.oid) from pg_constraint as k"
        "  where k.conrelid = c.oid and k.contype in ('p', 'u') order by k.contype limit 1), ''),"
        " a.attname, format_type(a.atttypid, a.atttypmod) from pg_class as c"
        " inner join pg_namespace as n on c.relnamespace = n.oid"
        " left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where n.nspname = %s and c.relkind = 'r' order by c.relname, a.attnum",
        [schema],
    ).fetchall()
    keys = {table: key for table, key, _, _ in rows}
    return {
        table: Shape(tuple((column, type_) for of, _, column, type_ in rows if of == table), key)
        for table, key in keys.items()
    }


def _shape(db: duckdb.DuckDBPyConnection, table: str) -> Shape:
    """A table of the release, typed and with its key as PostgreSQL has them."""
    columns = db.execute(
        "select column_name, data_type from duckdb_columns() where table_name = ? order by column_index", [table]
    ).fetchall()
    keys = db.execute(
        "select constraint_type, constraint_column_names from duckdb_constraints()"
        " where table_name = ? and constraint_type in ('PRIMARY KEY', 'UNIQUE')",
        [table],
    ).fetchall()
    key = "".join(f"{kind} ({', '.join(names)})" for kind, names in keys)
    return Shape(tuple((name, _postgres_type(type_)) for name, type_ in columns), key)


def _wanted_keys(db: duckdb.DuckDBPyConnection) -> set[ForeignKey]:
    """The foreign keys of the release."""
    rows = db.execute(
        "select table_name, constraint_column_names[1], referenced_table, referenced_column_names[1]"
        " from duckdb_constraints() where constraint_type = 'FOREIGN KEY'"
    ).fetchall()
    return {ForeignKey(*row) for row in rows}


def _keys(con: psycopg.Connection, schema: str) -> set[ForeignKey]:
    """The foreign keys between the tables of a schema."""
    rows = con.execute(
        "select c.relname, a.attname, p.relname, b.attname from pg_constraint as k"
        " inner join pg_class as c on k.conrelid = c.oid inner join pg_class as p on k.confrelid = p.oid"
        " inner join pg_namespace as n on c.relnamespace = n.oid"
        " inner join pg_attribute as a on a.attrelid = c.oid and a.attnum = k.conkey[1]"
        " inner join pg_attribute as b on b.attrelid = p.oid and b.attnum = k.confkey[1]"
        " where n.nspname = %s and k.contype = 'f'",
        [schema],
    ).fetchall()
    return {ForeignKey(*row) for row in rows}


def _let_go(con: psycopg.Connection, schema: str, keys: Collection[ForeignKey]) -> None:
    """Drop foreign keys; the export puts back those that the release has."""
    if keys:
        _lock(con, schema, sorted({table for key in keys for table in (key.table, key.parent)}))
    for key in keys:
        con.execute(_sql("alter table {}.{} drop constraint {}", schema, key.table, key.name))


def _refer(con: psycopg.Connection, schema: str, keys: Sequence[ForeignKey]) -> None:
    """Add foreign keys; they are asked at the end of a transaction, once parents and children are both replaced."""
    for key in keys:
        con.execute(
            sql.SQL(
                "alter table {} add constraint {} foreign key ({}) references {} ({}) deferrable initially deferred"
            ).format(
                sql.Identifier(schema, key.table),
                sql.Identifier(key.name),
                sql.Identifier(key.column),
                sql.Identifier(schema, key.parent),
                sql.Identifier(key.parent_column),
            )
        )


def _create(con: psycopg.Connection, schema: str, table: str, shape: Shape) -> None:
    definitions = [sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(type_)) for column, type_ in shape.columns]
    if shape.key:
        definitions.append(sql.Composed([sql.SQL(shape.key)]))
    con.execute(sql.SQL("create table {} ({})").format(sql.Identifier(schema, table), sql.SQL(", ").join(definitions)))


def _fill(con: psycopg.Connection, release: Release, schema: str, target: str, table: str) -> int:
    """Fill an empty table from the release's CSV file and count what arrived."""
    name = sql.Identifier(schema, target)
    with con.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin (format csv, header)").format(name)) as copy:
        for block in _blocks(release, table):
            copy.write(block)
    arrived = con.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
    expected = release.manifest["tables"][table]
    if arrived != (expected,):
        raise NotExported(
            f"{table}: van {expected} rijen kwamen er {arrived} aan; het schema bleef zoals het was"
            f" / {arrived} rows arrived of {expected}; the schema was left as it was"
        )
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
    """Let the tables whose columns changed take the place of the old ones, and drop those that are no more."""
    old = [*changed, *gone]
    if not old:
        return
    names = _lock(con, schema, old)
    try:
        con.execute(sql.SQL("drop table {}").format(names))
    except psycopg.errors.DependentObjectsStillExist as error:
        detail = " ".join((error.diag.message_detail or "").split())
        raise NotExported(
            "er steunt iets op een tabel waarvan kolommen veranderden"
            f" / something stands on a table whose columns changed: {detail}"
        ) from None
    for table in changed:
        con.execute(_sql("alter table {}.{} rename to {}", schema, table + _NEXT, table))


def _lock(con: psycopg.Connection, schema: str, tables: Sequence[str]) -> sql.Composed:
    """Take tables for the export alone, together and without waiting, and give their names.

    To wait for one while holding another is what makes readers fail.
    """
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
    deadline = time.monotonic() + _SECONDS_FOR_READERS
    while True:
        try:
            with con.transaction():
                con.execute(sql.SQL("lock table {} in access exclusive mode nowait").format(names))
            return names
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > deadline:
                raise NotExported(
                    "lezers houden tabellen vast die veranderden; probeer het later opnieuw"
                    f" / readers hold tables which changed; run it again later: {', '.join(tables)}"
                ) from None
            time.sleep(0.05)


def _postgres_type(duckdb_type: str) -> str:
    """The same type in PostgreSQL; decimals keep their precision."""
    if duckdb_type.startswith("DECIMAL"):
        return "numeric" + duckdb_type.removeprefix("DECIMAL")
    return _TYPES[duckdb_type]


def _blocks(release: Release, table: str) -> Iterator[bytes]:
    name = csv_of(table, (entry["path"] for entry in release.manifest["files"])) or f"csv/{table}.csv"
    path = release.file(name)
    with gzip.open(path) if name.endswith(COMPRESSED) else path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _grant(con: psycopg.Connection, schema: str, reader: str) -> None:
    if not con.execute("select 1 from pg_roles where rolname = %s", [reader]).fetchone():
        con.execute(_sql("create role {} nologin", reader))
    con.execute(_sql("grant usage on schema {} to {}", schema, reader))
    con.execute(_sql("grant select on all tables in schema {} to {}", schema, reader))


def _sql(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
