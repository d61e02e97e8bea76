"""Tables, columns and comments of a release as Superset asks for them: SQLAlchemy 1.4, read-only and shut in."""

import json
import sys

import sqlalchemy

engine = sqlalchemy.create_engine(
    f"duckdb:///{sys.argv[1]}",
    connect_args={"read_only": True, "config": {"enable_external_access": False, "lock_configuration": True}},
)
inspector = sqlalchemy.inspect(engine)
found = {}
with engine.connect() as con:
    for table in inspector.get_table_names(schema="main"):
        columns = [column["name"] for column in inspector.get_columns(table, schema="main")]
        count = con.execute(sqlalchemy.text(f"select count(*) from {table}")).scalar()
        found[table] = {"columns": columns, "rows": count}
print(json.dumps(found))
