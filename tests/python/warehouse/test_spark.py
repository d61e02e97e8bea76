"""The same models on Spark make the same marts, row by row; and what is turned into Spark's words, and why.

Spark has an environment of its own (`make spark`) and needs Java; where one of them lacks, the comparison is skipped.
"""

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun

from flows.settings import PROJECT
from flows.spark import dialect

SPARK = PROJECT / ".venv-spark" / "bin" / "python"
# A sum of whole numbers in DuckDB has a type that Parquet lacks; no mart holds one.
AS_PARQUET = {"HUGEINT": "DECIMAL(38,0)"}
COLUMNS = {
    "row_id": "VARCHAR",
    "amount": "DECIMAL(18,2)",
    "number": "DECIMAL(38,15)",
    "parts": "INTEGER",
    "day": "DATE",
    "until": "DATE",
    "texts": "VARCHAR[]",
    "words": "MAP(VARCHAR, VARCHAR)",
}


@pytest.fixture(scope="module", params=["small", pytest.param("demo", marks=pytest.mark.slow)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The warehouse of a night, and the folder of what Spark made of the same raw rows."""
    if not SPARK.exists():
        pytest.skip("no Spark here; `make spark` installs it and asks this")
    if not shutil.which("java"):
        pytest.skip("no Java here, which Spark runs on; with it `make spark` asks this")
    run: DemoRun = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp("spark")
    command: list[str | Path] = [
        SPARK,
        "-m",
        "flows.spark",
        folder,
        "--plan",
        run.settings.plan,
        "--loaded",
        run.settings.warehouse,
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return run.settings.warehouse, folder


def test_every_table_of_the_night_is_the_same_on_spark(both: tuple[Path, Path]) -> None:
    """Of every type, to the last decimal; layers below the marts too, so that what differs is found where it began."""
    night, folder = both
    differing: dict[str, object] = {}
    models = json.loads((folder / "models.json").read_text(encoding="utf-8"))
    tables = [(model["schema"], model["name"]) for model in models if model["kind"] == "table"]
    with duckdb.connect(str(night), read_only=True) as con:
        for schema, name in tables:
            described = con.execute(f"describe {schema}.{name}").fetchall()
            kinds = {column: AS_PARQUET.get(kind, kind) for column, kind, *_ in described}
            made = f"read_parquet('{folder}/made/{schema}/{name}/*.parquet')"
            found = dict(row[:2] for row in con.execute(f"describe select * from {made}").fetchall())
            if found != kinds:
                differing[name] = {column: (kinds.get(column), kind) for column, kind in found.items()}
            columns = ", ".join(f'"{column}"' for column in kinds)
            sides = (f"select {columns} from {schema}.{name}", f"select {columns} from {made}")
            only = [con.execute(f"{a} except all {b} limit 2").fetchall() for a, b in (sides, sides[::-1])]
            if any(only):
                differing[name] = only
    assert differing == {}
    assert sum(schema == "marts" for schema, _ in tables) > 60


@pytest.mark.parametrize(
    ("duckdb_sql", "spark_sql"),
    [
        ("100.0 * amount / parts", "100.0 * t.amount AS DOUBLE) / CAST(t.parts AS DOUBLE)"),
        ("round(amount / parts, 4)", "* 1e4)) / 1e4"),
        ("rtrim(cast(number as varchar), '0')", "REPLACE(FORMAT_NUMBER(t.number, 15), ',')"),
        ("cast(amount as varchar)", "CAST(t.amount AS STRING)"),
        ("until - day", "DATEDIFF(t.until, t.day)"),
        ("day + parts", "DATE_ADD(t.day, CAST(t.parts AS INT))"),
        ("texts[1]", "TRY_ELEMENT_AT(t.texts, 1)"),
        ("words[row_id]", "TRY_ELEMENT_AT(t.words, t.row_id)"),
        ("row_id[-2:]", "RIGHT(t.row_id, 2)"),
        ("len(texts)", "ARRAY_SIZE(t.texts)"),
        ("[texts[n] for n in [1, 2]]", "TRANSFORM(ARRAY(1, 2), n -> TRY_ELEMENT_AT("),
        ("regexp_full_match(row_id, 'a+')", r"t.row_id RLIKE '^(?:a+)\\z'"),
        ("regexp_extract(row_id, 'a+')", "REGEXP_EXTRACT(t.row_id, 'a+', 0)"),
        ("regexp_replace(row_id, '(a)(b)', '\\2\\1', 'g')", "'$2$1'"),
        ("timezone('Europe/Brussels', timezone('UTC', cast(row_id as timestamp)))", "FROM_UTC_TIMESTAMP("),
    ],
)
def test_what_the_dialects_say_otherwise(duckdb_sql: str, spark_sql: str) -> None:
    tables = {"staging": {"t": COLUMNS}}
    told = dialect.spark_sql(f"select {duckdb_sql} as x from staging.t", dialect.known(tables), {"x": "VARCHAR"})
    assert spark_sql in told
    assert "staging__t AS t" in told


def test_columns_go_by_name_and_lists_have_an_order() -> None:
    tables = {"staging": {"t": COLUMNS}}
    sql = "select day, row_id from staging.t union all by name select row_id, day from staging.t"
    told = dialect.spark_sql(sql, dialect.known(tables), {"day": "DATE"})
    assert told.count("t.day AS day, t.row_id AS row_id") == 2
    listed = "select list(row_id order by day desc) filter (where parts > 1) as x from staging.t"
    assert "l.k0 < r.k0 THEN 1" in dialect.spark_sql(listed, dialect.known(tables), {"x": "VARCHAR[]"})


def test_what_has_no_form_on_spark_is_said() -> None:
    with pytest.raises(dialect.NotTold, match="first match"):
        dialect.spark_sql(
            "select regexp_replace(row_id, 'a', 'b') as x from staging.t",
            dialect.known({"staging": {"t": COLUMNS}}),
            {"x": "VARCHAR"},
        )
