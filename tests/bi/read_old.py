"""Row counts of every table of a release, read with an older DuckDB client; run in that client's own environment."""

import json
import sys

import duckdb

con = duckdb.connect(sys.argv[1], read_only=True)
names = con.execute("select table_name from information_schema.tables order by all").fetchall()
counts = {name: con.execute(f"select count(*) from {name}").fetchone()[0] for (name,) in names}
print(json.dumps({"version": duckdb.__version__, "counts": counts}))
