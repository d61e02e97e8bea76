"""References: is the registry whole? The tests of the seeds, each failure a sentence that names file and line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from flows import registry
from flows.settings import PROJECT
from flows.warehouse import transform

_SHOWN = 5


def broken(folder: Path) -> list[str]:
    """What is wrong in ``seeds/``, a sentence per fault; empty when nothing is.

    Args:
        folder: where a small warehouse holding only the registry may be made; kept, it makes the next check faster.

    Raises:
        TransformFailed: when dbt could not run at all.
    """
    warehouse = folder / "seeds.duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    warehouse.unlink(missing_ok=True)
    results = folder / "dbt" / "run_results.json"
    results.unlink(missing_ok=True)
    try:
        arguments = transform.build_arguments(warehouse, ["path:seeds"])
        transform.run(warehouse, [*arguments, "--write-json", "--log-level", "none"])
    except transform.TransformFailed:
        if not results.exists():
            raise
        return list(_sentences(warehouse, results))
    return []


def _sentences(warehouse: Path, results: Path) -> Iterator[str]:
    manifest = json.loads((results.parent / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for result in json.loads(results.read_text(encoding="utf-8"))["results"]:
            node = manifest["nodes"][result["unique_id"]]
            if result["status"] == "error":
                # DuckDB says in its first lines what is wrong and on which line; the rest is how it read the file.
                reason = " ".join(result["message"].partition("\n  \n")[0].split())
                yield f"{node['original_file_path']}: {reason}"
            elif result["status"] == "fail":
                seed = manifest["nodes"][node["attached_node"]]
                rows = con.sql(result["compiled_code"])
                for row in rows.fetchmany(_SHOWN):
                    values = dict(zip(rows.columns, row, strict=True))
                    yield f"{seed['original_file_path']}{_lines(seed, node, values)}: {_fault(con, node, values)}"


def _fault(con: duckdb.DuckDBPyConnection, node: dict[str, Any], row: dict[str, Any]) -> str:
    """What a failing row of a test means."""
    column, arguments = node["column_name"], node["test_metadata"]["kwargs"]
    value = next(iter(row.values()))
    match node["test_metadata"]["name"]:
        case "relationships":
            target = arguments["to"].split("'")[1]
            known = con.sql(f"select distinct {arguments['field']} from registry.{target} order by all limit 20")
            words = ", ".join(str(found) for (found,) in known.fetchall())
            return f"{column} '{value}' is not in the seed {target}, which has {words}"
        case "known_code":
            return f"{column} '{value}' is no code of {arguments['code_list']}, which has {row['known_codes']}"
        case "accepted_values":
            return f"{column} '{value}' is none of {', '.join(str(v) for v in arguments['values'])}"
        case "not_null":
            return f"{column} is empty"
        case "unique":
            return f"{column} '{value}' occurs more than once"
        case "unique_key":
            key = ", ".join(f"{name} '{row[name]}'" for name in arguments["columns"])
            return f"{key} occurs {row['row_count']} times"
        case "always_holds":
            return str(arguments["message"])
        case other:
            return f"{other} does not hold: {row}"


def _lines(seed: dict[str, Any], node: dict[str, Any], row: dict[str, Any]) -> str:
    """The lines of the seed's file that a failing row stands for; the header is line 1."""
    known: dict[str, Any] = {name: row[name] for name in row if name in seed["columns"]}
    if not known:
        known = {node["column_name"]: next(iter(row.values()))}
    path = (PROJECT / seed["original_file_path"]).relative_to(registry.SEEDS).with_suffix("")
    # Only texts stand in the file as they stand in the warehouse.
    types = seed["config"]["column_types"]
    text = {name for name in known if types[name] == "varchar"}
    lines = [
        str(number)
        for number, entry in enumerate(registry.rows(str(path)), start=2)
        if all(entry[name] == (known[name] or "") for name in text)
    ]
    return f" line {', '.join(lines[:_SHOWN])}" if lines else ""
