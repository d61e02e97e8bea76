"""The same models on Spark make the same marts, row by row; and what is turned into Spark's words, and why.

Spark has an environment of its own (`make .venv-spark/installed`) and needs Java; where one of them lacks, what asks it
is skipped. `make spark` asks all, and lists what it ran when each row was equal (`SEEN`). What is not as it is listed
there is asked in each run of the tests; where all is, two models of the small plan, so that what runs Spark is asked
too (`ALWAYS`).
"""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun
from sqlglot import exp

from benchmarks import beside, growth_models
from flows.night import Night, runbook
from flows.release import kept
from flows.settings import PROJECT, Settings
from flows.spark import __main__ as by_hand
from flows.spark import dialect, handover
from flows.warehouse import compiled, transform

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


# Between them they need every rewrite that any model needs; a cluster is asked these.
SAMPLE = {
    "bridge_project_indicator": "the first and the last value, words of a text a row each",
    "fct_finance_by_execution": "what is divided and rounded",
    "int_milestone_missing": "names within names",
    "int_registered_event": "a joined list of what differs",
    "stg_budget_transfer": "texts read: patterns, parts, what cannot be read, days later, zones",
    "stg_column_check": "numbers written plainly",
    "stg_layout_word": "lists in an order, of some rows only",
    "what_changed": "columns by name, texts replaced",
}
NEEDED_BY_NO_MODEL = {exp.Sub}
"""Rewrites that only stand ready: models count days by `date_diff`."""
ALWAYS = {"stg_budget_transfer", "what_changed"}
SEEN = Path(__file__).with_name("spark_seen.json")
"""Of each model the checksum of what was run when every row of the demonstration was equal; `make spark` writes it."""
# What takes Java long is making quick what runs long.
AT_ONCE = """
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.adaptive.enabled false
"""


def expect_spark() -> None:
    """Skip where Spark cannot run: it needs a Java, of which `make java` knows the version, and is large."""
    java = subprocess.run(["make", "--silent", "java"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if java.returncode:
        needed = next(line for line in java.stderr.splitlines() if line.startswith("Spark"))
        pytest.skip(f"{needed}; with it `make spark` asks this")
    if not SPARK.exists():
        pytest.skip("no Spark here; `make spark` installs it and asks this")


def on_spark(night: Path, folder: Path, *said: str, settings: str = "") -> Path:
    """The folder of what Spark made of the raw rows of a night's warehouse, or of what DuckDB made of them."""
    (folder / "spark-defaults.conf").write_text(settings, encoding="utf-8")
    by_hand_there(folder, "--loaded", str(night), *said, SPARK_CONF_DIR=str(folder))
    return folder


def by_hand_there(folder: Path, *said: str, **environment: str) -> list[str]:
    """What `python -m flows.spark FOLDER` says, in Spark's own environment."""
    expect_spark()
    done = subprocess.run(
        [SPARK, "-m", "flows.spark", folder, *said],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout.splitlines()


def differing(night: Path, folder: Path) -> dict[str, object]:
    """The tables that Spark made and that are not as DuckDB made them: of every type, to the last decimal."""
    found: dict[str, object] = {}
    with duckdb.connect(str(night), read_only=True) as con:
        for schema, name in tables_of(folder):
            described = con.execute(f"describe {schema}.{name}").fetchall()
            kinds = {column: AS_PARQUET.get(kind, kind) for column, kind, *_ in described}
            made = f"read_parquet('{folder}/made/{schema}/{name}/*.parquet')"
            on_spark = dict(row[:2] for row in con.execute(f"describe select * from {made}").fetchall())
            if on_spark != kinds:
                found[name] = {column: (kinds.get(column), kind) for column, kind in on_spark.items()}
            columns = ", ".join(f'"{column}"' for column in kinds)
            sides = (f"select {columns} from {schema}.{name}", f"select {columns} from {made}")
            only = [con.execute(f"{a} except all {b} limit 2").fetchall() for a, b in (sides, sides[::-1])]
            if any(only):
                found[name] = only
    return found


def tables_of(folder: Path) -> list[tuple[str, str]]:
    models = json.loads((folder / "models.json").read_text(encoding="utf-8"))
    return [(model["schema"], model["name"]) for model in models if model["kind"] == "table"]


def checksums(models: list[dict[str, Any]]) -> dict[str, str]:
    """What each table in SQL is made by: its text for both engines, and their versions."""
    locked = (PROJECT / "requirements-spark.lock").read_text(encoding="utf-8")
    engines = re.findall(r"^(?:duckdb|pyspark)==[^ ]+", locked, re.MULTILINE)
    assert len(engines) == 2
    return {
        model["name"]: hashlib.sha256("\n".join([*engines, model["compiled"], model["spark"]]).encode()).hexdigest()
        for model in models
        if model["kind"] == "table" and model["language"] == "sql"
    }


def changed(models: list[dict[str, Any]], seen: dict[str, str]) -> set[str]:
    """The tables that are made by something else than when all were seen to be equal."""
    return {name for name, checksum in checksums(models).items() if seen.get(name) != checksum}


def test_what_changed_since_every_model_was_asked_is_the_same_on_spark(
    demo: DemoRun, small: DemoRun, tmp_path: Path
) -> None:
    """`make spark` asks all, in one go; what it did not see as it is now is asked here, of the same demonstration, each
    model on what DuckDB made of its parents."""
    expect_spark()
    other = changed(handover.models(demo.settings, demo.settings.warehouse), json.loads(SEEN.read_text("utf-8")))
    asked, night = (other, demo.settings.warehouse) if other else (ALWAYS, small.settings.warehouse)
    said = ("--cores", "1", "--memory", "1g", "--only", *asked)
    made = on_spark(night, tmp_path, *said, settings=AT_ONCE)
    assert {name for _, name in tables_of(made)} == asked
    assert differing(night, made) == {}


def test_a_model_is_asked_again_when_either_of_its_texts_changed() -> None:
    model = {"name": "a", "kind": "table", "language": "sql", "compiled": "select 1", "spark": "SELECT 1"}
    seen = checksums([model])
    assert changed([model], seen) == set()
    for what in ("compiled", "spark"):
        assert changed(
            [model, model | {"name": "b"}, model | {"name": "c", what: "other"}], seen | {"c": seen["a"]}
        ) == {*("b", "c")}
    assert changed([model | {"kind": "view"}, model | {"language": "python"}], {}) == set(), (
        "neither is a table of Spark"
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a Spark Connect of this machine: a server of its own, of which a client knows nothing else."""
    expect_spark()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = next(SPARK.parent.parent.glob("lib/python*/site-packages/pyspark"))
    listens = ("binding.address=127.0.0.1", f"binding.port={port}")
    server = subprocess.Popen(
        [
            *(home / "bin" / "spark-submit", "--master", "local[2]", "--conf", "spark.ui.enabled=false"),
            *(part for one in listens for part in ("--conf", f"spark.connect.grpc.{one}")),
            *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
        ],
        env=os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": str(SPARK)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while server.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.5)
        assert server.poll() is None
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.mark.slow
def test_a_cluster_is_only_an_address(small: DemoRun, tmp_path: Path, cluster: str) -> None:
    folder = on_spark(small.settings.warehouse, tmp_path, "--address", cluster, "--only", *SAMPLE)
    assert {name for _, name in tables_of(folder)} == SAMPLE.keys()
    assert differing(small.settings.warehouse, folder) == {}


def test_an_address_where_nothing_answers_is_said_at_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    expect_spark()
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"sc://127.0.0.1:{free.getsockname()[1]}"
    (tmp_path / "models.json").write_text("[]", encoding="utf-8")
    ended = subprocess.run([SPARK, "-m", "flows.spark", tmp_path, "--address", nowhere], cwd=PROJECT, check=False)
    assert ended.returncode == 2 and f"no Spark answers at {nowhere}" in capfd.readouterr().err


def test_the_sample_needs_all_that_is_said_otherwise(
    small: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rewrite that no model of the sample needs would be proved by `make spark` alone."""
    needed = set()

    def noted(kind: type[exp.Expr], rewrite: Callable[..., exp.Expr]) -> Callable[[exp.Expr], exp.Expr]:
        def rewritten(node: exp.Expr) -> exp.Expr:
            if (made := rewrite(node)) is not node:
                needed.add(kind)
            return made

        return rewritten

    rewrites = {kind: noted(kind, rewrite) for kind, rewrite in dialect.REWRITES.items()}
    monkeypatch.setattr(dialect, "REWRITES", rewrites)
    handover.write(small.settings, small.settings.warehouse, tmp_path, only=SAMPLE)
    assert rewrites.keys() - needed == NEEDED_BY_NO_MODEL
    texts = [model["compiled"] for model in json.loads((tmp_path / "models.json").read_text(encoding="utf-8"))]
    assert any("union all by name" in text for text in texts)


@pytest.mark.slow
@pytest.mark.parametrize("plan", ["small", "demo"])
def test_every_table_of_the_night_is_the_same_on_spark(
    plan: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Layers below the marts too, so that what differs is found where it began."""
    run: DemoRun = request.getfixturevalue(plan)
    hold_equal(run.settings.warehouse, tmp_path)
    if plan == "demo":
        asked = checksums(json.loads((tmp_path / "models.json").read_text(encoding="utf-8")))
        SEEN.write_text(json.dumps(asked, indent=1, sort_keys=True) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_every_table_of_ten_copies_of_the_demonstration_is_the_same_on_spark(demo: DemoRun, tmp_path: Path) -> None:
    copies = beside.Ours(PROJECT, tmp_path / "copies")
    copies.warehouse.parent.mkdir()
    shutil.copyfile(demo.settings.warehouse, copies.warehouse)
    copies.compile()
    growth_models.multiply(copies, 10)
    compiled.build(copies.warehouse, transform.WAREHOUSE, demo.settings.plan)
    hold_equal(copies.warehouse, tmp_path)


def hold_equal(night: Path, folder: Path) -> None:
    """Every table of a night, made on Spark from what was received, holds the rows that DuckDB made."""
    on_spark(night, folder)
    assert differing(night, folder) == {}
    assert sum(schema == "marts" for schema, _ in tables_of(folder)) > 60


@pytest.mark.slow
def test_a_release_of_what_spark_made_is_the_one_that_duckdb_makes(small: DemoRun, tmp_path: Path) -> None:
    """Two homes that received the same: one night of each, whose marts are the same bytes in Parquet."""
    expect_spark()
    homes = {name: Settings(home=tmp_path / name) for name in ("duckdb", "spark")}
    for settings in homes.values():
        shutil.copytree(small.settings.archive, settings.archive)
    by_duckdb = runbook(Night(homes["duckdb"]))
    told = by_hand_there(tmp_path / "made", "--publish", VEERKRACHT_HOME=str(homes["spark"].home))
    assert json.loads(told[-1])["verdict"] == by_duckdb.verdict == "published"
    released = {name: kept.current(settings) for name, settings in homes.items()}
    assert released["spark"] and released["duckdb"] and not released["spark"].misfits()
    assert released["spark"].manifest["content_sha256"] == released["duckdb"].manifest["content_sha256"]
    assert runbook(Night(homes["spark"])).verdict == "nothing_new"


@pytest.mark.parametrize(
    ("refused", "because"),
    [
        (["--loaded", "warehouse.duckdb"], "without --loaded and --only"),
        (["--only", "dim_project"], "without --loaded and --only"),
        ([], "is not empty"),
    ],
)
def test_a_night_on_spark_is_of_all_that_was_received_and_begins_in_a_new_folder(
    refused: list[str], because: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        by_hand.main([str(tmp_path), "--publish", *refused])
    assert ended.value.code == 2 and because in capsys.readouterr().err


@pytest.mark.parametrize("said", [["--loaded", "warehouse.duckdb"], ["--only", "dim_project"]])
def test_what_was_handed_over_before_is_not_taken_for_what_is_asked_now(
    said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        by_hand.main([str(tmp_path), *said])
    assert ended.value.code == 2 and "was handed over before" in capsys.readouterr().err


def test_what_another_engine_made_is_taken_over_under_the_contracts_and_promises_of_a_night(
    small: DemoRun, tmp_path: Path
) -> None:
    """A table comes as it was made; a row that breaks a promise, or a column of no contract, fails the build."""
    warehouse = tmp_path / "night" / "warehouse.duckdb"
    part = tmp_path / "made" / "marts" / "dim_project" / "part-0.parquet"
    for folder in (warehouse.parent, part.parent):
        folder.mkdir(parents=True)
    shutil.copyfile(small.settings.warehouse, warehouse)
    build = partial(transform.build, warehouse, ["dim_project"], small.settings.plan, made_in=tmp_path / "made")

    def made(columns: str) -> None:
        with duckdb.connect(str(small.settings.warehouse), read_only=True) as con:
            con.execute(f"copy (select * {columns} from marts.dim_project) to '{part}'")

    made("replace ('Elders gemaakt' as title)")
    build()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.sql("select distinct title from marts.dim_project").fetchall() == [("Elders gemaakt",)]
    shutil.copyfile(part, part.with_name("part-1.parquet"))
    with pytest.raises(transform.TransformFailed, match="no other row"):
        build()
    part.with_name("part-1.parquet").unlink()
    made(", 1 as more")
    with pytest.raises(transform.TransformFailed, match="more is INTEGER, declared is no such column"):
        build()


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
