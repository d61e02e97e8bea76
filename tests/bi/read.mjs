// Row counts of every table of a release, read with the Node client that Evidence and Cube use.
import { DuckDBInstance } from "@duckdb/node-api";

const instance = await DuckDBInstance.create(process.argv[2], { access_mode: "READ_ONLY" });
const connection = await instance.connect();
const names = await connection.runAndReadAll(
  "select table_name from information_schema.tables where table_catalog = current_database() order by all",
);
const counts = {};
for (const [name] of names.getRows()) {
  const counted = await connection.runAndReadAll(`select count(*)::integer from ${name}`);
  counts[name] = counted.getRows()[0][0];
}
console.log(JSON.stringify(counts));
