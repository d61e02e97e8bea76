"""A release as BI tools read it: each client for real, each count equal to the manifest's."""

import csv
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import psycopg
import pytest
import sqlalchemy
from conftest import DemoRun
from superset_reading import drawn_bars, naive_chart, places, superset

from flows.release import kept, postgres
from flows.settings import PROJECT

BI = PROJECT / "tests" / "bi"
OLD_CLIENT = PROJECT / ".venv-bi" / "bin" / "python"


@pytest.fixture(scope="module")
def current(released: DemoRun) -> kept.Release:
    found = kept.current(released.settings)
    assert found
    return found


def committed(current: kept.Release) -> Decimal:
    """The sum of all committed amounts, counted by the client of the release."""
    with duckdb.connect(str(current.database), read_only=True) as con:
        (total,) = con.sql(
            "select sum(amount_eur) from fct_finance_as_returned where measure = 'committed'"
        ).fetchall()[0]
    return Decimal(total)


def test_sqlalchemy_reads_it_and_no_other_file(current: kept.Release) -> None:
    engine = sqlalchemy.create_engine(
        f"duckdb:///{current.database}",
        connect_args={
            "read_only": True,
            "config": {"enable_external_access": False, "lock_configuration": True},
        },
    )
    with engine.connect() as con:
        for table, expected in current.manifest["tables"].items():
            assert con.execute(sqlalchemy.text(f"select count(*) from {table}")).scalar() == expected
        with pytest.raises(sqlalchemy.exc.DBAPIError):
            con.execute(sqlalchemy.text("select * from read_text('/etc/hostname')"))
    engine.dispose()


def test_polars_and_pandas_read_the_parquet_files(current: kept.Release) -> None:
    for table, expected in current.manifest["tables"].items():
        path = current.folder / "parquet" / f"{table}.parquet"
        assert pl.read_parquet(path).height == expected
        assert len(pd.read_parquet(path)) == expected
    amounts = pl.read_parquet(current.folder / "parquet" / "fct_finance_as_returned.parquet")
    assert amounts.filter(pl.col("measure") == "committed")["amount_eur"].sum() == committed(current)


def test_csv_reads_back_to_the_cent(current: kept.Release) -> None:
    with (current.folder / "csv" / "fct_finance_as_returned.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == current.manifest["tables"]["fct_finance_as_returned"]
    total = sum((Decimal(r["amount_eur"]) for r in rows if r["measure"] == "committed" and r["amount_eur"]), Decimal(0))
    assert total == committed(current)


@pytest.fixture
def old_client() -> str:
    """Python with DuckDB 1.4 and SQLAlchemy 1.4; absent where only `make test` ran, never in .ci/run."""
    if not OLD_CLIENT.exists():
        pytest.skip("no older clients here; `make bi` installs them")
    return str(OLD_CLIENT)


def test_an_older_duckdb_client_opens_it(current: kept.Release, old_client: str) -> None:
    answer = json.loads(_run(old_client, str(BI / "read_old.py"), str(current.database)))
    assert answer["version"].startswith("1.4.")
    assert answer["counts"] == current.manifest["tables"]


def test_superset_finds_every_table_and_column(current: kept.Release, old_client: str) -> None:
    found = json.loads(_run(old_client, str(BI / "read_as_superset.py"), str(current.database)))
    assert {table: described["rows"] for table, described in found.items()} == current.manifest["tables"]
    with duckdb.connect(str(current.database), read_only=True) as con:
        for table, described in found.items():
            assert described["columns"] == [name for name, *_ in con.sql(f"describe {table}").fetchall()]


def test_node_opens_it(current: kept.Release) -> None:
    if not (BI / "node_modules").is_dir():
        pytest.skip("no Node client here; `make bi` installs it")
    assert json.loads(_run("node", str(BI / "read.mjs"), str(current.database))) == current.manifest["tables"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of its own on loopback; gone afterwards."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL here; install Debian's package postgresql")
    programs = found[-1].parent
    folder = Path(tmp_path_factory.mktemp("postgres"))
    as_owner: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        as_owner = ["runuser", "-u", "postgres", "--"]
        folder = Path("/tmp") / f"veerkracht-postgres-{os.getpid()}"
        folder.mkdir()
        shutil.chown(folder, "postgres")
    data = folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _run(*as_owner, str(programs / "initdb"), "-D", str(data), "-U", "owner", "-A", "trust", "-E", "UTF8", cwd=folder)
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder} -c fsync=off"
    control = [*as_owner, str(programs / "pg_ctl"), "-D", str(data)]
    _run(*control, "-w", "-l", str(folder / "log"), "-o", options, "start", cwd=folder)
    try:
        yield f"host=127.0.0.1 port={port} user=owner dbname=postgres"
    finally:
        _run(*control, "-m", "immediate", "stop", cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def exported(current: kept.Release, server: str) -> str:
    """A server that holds the release; every test leaves it so."""
    postgres.export(current, server)
    return server


def test_postgres_holds_the_release_to_the_cent(current: kept.Release, server: str) -> None:
    counts = postgres.export(current, server)
    assert counts == current.manifest["tables"]
    with psycopg.connect(server) as con:
        total = con.execute(
            "select sum(amount_eur) from veerkracht.fct_finance_as_returned where measure = 'committed'"
        ).fetchone()
        empty = con.execute(
            "select count(*) from veerkracht.fct_finance_as_returned where amount_eur is null"
        ).fetchone()
    assert total == (committed(current),)
    with duckdb.connect(str(current.database), read_only=True) as db:
        assert empty == db.sql("select count(*) from fct_finance_as_returned where amount_eur is null").fetchone()


def test_postgres_has_the_keys_of_the_release_also_after_a_table_was_made_anew(
    current: kept.Release, exported: str
) -> None:
    server = exported
    with duckdb.connect(str(current.database), read_only=True) as db:
        wanted = db.sql("""
            select constraint_type, count(*) from duckdb_constraints()
            where constraint_type in ('PRIMARY KEY', 'FOREIGN KEY') group by all order by all
        """).fetchall()
    kinds = """
        select case contype when 'p' then 'PRIMARY KEY' else 'FOREIGN KEY' end, count(*) from pg_constraint
        where connamespace = 'veerkracht'::regnamespace and contype in ('p', 'f') group by 1 order by 1
    """
    with psycopg.connect(server, autocommit=True) as con:
        assert con.execute(kinds).fetchall() == wanted
        con.execute("alter table veerkracht.dim_project add column former integer")
        con.execute("alter table veerkracht.dim_scope drop constraint dim_scope_pkey cascade")
        postgres.export(current, server)
        assert con.execute(kinds).fetchall() == wanted
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            con.execute("update veerkracht.fct_finance set cluster_code = 'no such cluster'")


def test_a_reader_may_read_and_nothing_else(exported: str) -> None:
    with psycopg.connect(exported, autocommit=True) as con:
        con.execute("set role veerkracht_reader")
        assert con.execute("select count(*) from veerkracht.dim_plan").fetchone()
        for statement in ("delete from veerkracht.dim_plan", "create table veerkracht.mine (a integer)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                con.execute(statement)


def test_a_reader_sees_the_old_release_or_the_new_one(released: DemoRun, current: kept.Release, server: str) -> None:
    older = kept.published(released.settings)[0]
    versions = {r.manifest["tables"]["fct_finance"] for r in (older, current)}
    postgres.export(older, server)
    with psycopg.connect(server) as reader:
        both = "select (select count(*) from veerkracht.fct_finance), (select count(*) from veerkracht.dim_submission)"
        seen = {reader.execute(both).fetchone()}
        reader.commit()
        postgres.export(current, server)
        seen.add(reader.execute(both).fetchone())
    pairs = {(r.manifest["tables"]["fct_finance"], r.manifest["tables"]["dim_submission"]) for r in (older, current)}
    assert seen == pairs
    assert len(versions) == 2


@pytest.mark.slow
def test_readers_of_several_tables_never_fail_or_see_a_mixture(
    released: DemoRun, current: kept.Release, server: str
) -> None:
    older = kept.published(released.settings)[0]
    pairs = {(r.manifest["tables"]["fct_finance"], r.manifest["tables"]["dim_submission"]) for r in (older, current)}
    postgres.export(older, server)
    done, seen, errors = threading.Event(), set(), []

    def read() -> None:
        both = "select (select count(*) from veerkracht.fct_finance), (select count(*) from veerkracht.dim_submission)"
        with psycopg.connect(server, autocommit=True) as con:
            while not done.is_set():
                try:
                    seen.add(con.execute(both).fetchone())
                except psycopg.Error as error:
                    errors.append(error)
                done.wait(0.01)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with psycopg.connect(server, autocommit=True) as con:
        for exported in (current, older, current):
            # A column that the release does not have: the table is made anew while it is read.
            con.execute("alter table veerkracht.fct_finance add column former integer")
            postgres.export(exported, server)
    done.set()
    for reader in readers:
        reader.join()
    assert errors == [] and seen == pairs


@pytest.mark.slow
def test_an_export_leaves_alone_what_is_not_its_own(current: kept.Release, exported: str) -> None:
    server = exported
    with psycopg.connect(server, autocommit=True) as con:
        con.execute("create schema payroll create table salaries (amount integer)")
        with pytest.raises(postgres.NotExported, match="payroll holds what no export made"):
            postgres.export(current, server, "payroll")
        con.execute("create schema mine create view plans as select plan_code from veerkracht.dim_plan")
        postgres.export(current, server)
        plans = con.execute("select count(*) from mine.plans").fetchone()
        assert plans == (current.manifest["tables"]["dim_plan"],)
        con.execute("alter table veerkracht.dim_plan add column former integer")
        with pytest.raises(postgres.NotExported, match=r"view mine\.plans depends on table"):
            postgres.export(current, server)
        assert con.execute("select count(*) from mine.plans").fetchone() == plans
        con.execute("drop schema mine cascade")
        postgres.export(current, server)
        columns = "select count(*) from information_schema.columns where table_name = 'dim_plan' and column_name = %s"
        assert con.execute(columns, ["former"]).fetchone() == (0,)


def test_an_export_takes_nothing_that_others_made_stand_on_or_read(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_SECONDS_FOR_READERS", 0.1)
    with psycopg.connect(server, autocommit=True) as con, psycopg.connect(server) as reader:
        for _ in range(2):
            postgres._claim(con, "nothing_in_it")
        con.execute("create schema payroll create table salaries (amount integer)")
        with pytest.raises(postgres.NotExported, match="payroll holds what no export made"):
            postgres._claim(con, "payroll")
        without_key = postgres.Shape((("amount", "integer"),), "")
        postgres._create(con, "payroll", "bonuses", without_key)
        assert postgres._tables(con, "payroll") == {"salaries": without_key, "bonuses": without_key}
        con.execute("create view payroll.of_it as select amount from payroll.salaries")
        with pytest.raises(postgres.NotExported, match=r"view payroll\.of_it depends on table payroll\.salaries"):
            postgres._replace(con, "payroll", [], gone=["salaries"])
        reader.execute("select amount from payroll.bonuses")
        with pytest.raises(
            postgres.NotExported, match="readers hold tables which changed; run it again later: bonuses, salaries"
        ):
            postgres._lock(con, "payroll", ["bonuses", "salaries"])
        reader.commit()
        with con.transaction():
            postgres._lock(con, "payroll", ["bonuses", "salaries"])
        con.execute("drop schema payroll cascade; drop schema nothing_in_it")


def test_a_failed_export_leaves_the_schema_as_it_was(current: kept.Release, exported: str) -> None:
    server = exported
    broken = replace(current, manifest={**current.manifest, "tables": {"dim_plan": 99}})
    with pytest.raises(postgres.NotExported, match="dim_plan"):
        postgres.export(broken, server)
    with psycopg.connect(server) as con:
        assert con.execute("select count(*) from veerkracht.dim_plan").fetchone() == (
            current.manifest["tables"]["dim_plan"],
        )


def _run(*command: str, cwd: Path = PROJECT) -> str:
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_superset_shows_the_published_figures_and_the_chart_of_the_plan(demo: DemoRun, tmp_path: Path) -> None:
    """No filter on scope or execution; the order and the colours of the statuses come by one join on their codes."""
    release = kept.current(demo.settings)
    assert release
    figures = {
        "paid at m3": ("fct_finance", "sum(paid_eur)", {"meetmoment_code": "m3"}, 218_600_000),
        "paid at m6": ("fct_finance", "sum(paid_eur)", {"meetmoment_code": "m6"}, 2_163_550_000),
        "projects": ("agg_status_by_meetmoment", "sum(project_count)", {"meetmoment_code": "m3"}, 180),
        "milestones": ("fct_milestone_status", "count(*)", {"meetmoment_code": "m6"}, 1753),
        "for the EU": ("fct_rrf_milestone_target", "count(*)", {"meetmoment_code": "m6"}, 39),
    }
    charts = {
        name: naive_chart({"table_name": table}, metric, **filters)
        for name, (table, metric, filters, _) in figures.items()
    }
    statuses = """
        select statuses.*, codes.sort_order, codes.colour
        from agg_status_by_meetmoment as statuses
        inner join dim_code as codes on codes.code_list = 'project_status' and codes.code = statuses.status
    """
    by = ("sort_order", "status", "status_label_nl", "colour")
    charts["chart"] = naive_chart(
        {"table_name": "statuses", "sql": statuses}, "sum(project_count)", by, meetmoment_code="m3"
    )
    shut_in = {"read_only": True, "config": {"enable_external_access": False, "lock_configuration": True}}
    with (PROJECT / "seeds" / "codes" / "code.csv").open(encoding="utf-8", newline="") as file:
        scale = {row["code"]: row for row in csv.DictReader(file) if row["code_list"] == "project_status"}
    told = {"expressionType": "SQL"}
    form = {
        "viz_type": "echarts_timeseries_bar",
        "x_axis": "status_label_nl",
        "xAxisForceCategorical": True,
        "metrics": [{**told, "sqlExpression": "sum(project_count)", "label": "Projecten"}],
        "timeseries_limit_metric": {**told, "sqlExpression": "min(sort_order)", "label": "Volgorde"},
        "x_axis_sort": "Volgorde",
        "x_axis_sort_asc": True,
        "color_by_primary_axis": True,
        "groupby": [],
        "adhoc_filters": [{**told, "clause": "WHERE", "sqlExpression": "meetmoment_code = 'm3'"}],
        "row_limit": 100,
    }
    asked = {
        "uri": f"duckdb:///{release.database}",
        "schema": "main",
        "connect_args": shut_in,
        "tables": ["fct_finance"],
        "charts": charts,
        "drawn": {
            "dataset": {"table_name": "drawn", "sql": statuses},
            "form": form,
            "colours": {row["label_nl"]: row["colour"] for row in scale.values()},
        },
    }
    with superset(tmp_path, **asked) as answer:
        bars = drawn_bars(answer["drawn"], tmp_path / "statuses.png")
    shown = {name: answer["charts"][name][0]["figure"] for name in figures}
    assert shown == {name: published for name, (*_, published) in figures.items()}
    drawn = answer["charts"]["chart"]
    assert [bar["status"] for bar in drawn] == sorted(
        (bar["status"] for bar in drawn), key=lambda status: int(scale[status]["sort_order"])
    )
    for bar in drawn:
        assert (bar["colour"], bar["status_label_nl"]) == (
            scale[bar["status"]]["colour"],
            scale[bar["status"]]["label_nl"],
        )
    assert len(drawn) == 6 and sum(bar["figure"] for bar in drawn) == 180
    # What was drawn is what was answered: the statuses from left to right, each in its colour.
    assert [(bar["label"], bar["value"], bar["colour"]) for bar in bars] == [
        (bar["status_label_nl"], bar["figure"], bar["colour"]) for bar in drawn
    ]
    seen = places(tmp_path / "statuses.png", [bar["colour"] for bar in drawn if bar["figure"] > 5])
    assert len(seen) == sum(bar["figure"] > 5 for bar in drawn) and seen == sorted(seen)
    finance = answer["tables"]["fct_finance"]
    assert finance["comment"].startswith("Eén rij per meetmoment en project")
    assert all(column["comment"] for column in finance["columns"])


@pytest.mark.slow
def test_superset_reflects_the_keys_of_the_export(demo: DemoRun, server: str, tmp_path: Path) -> None:
    """Of a file duckdb-engine asks for keys where DuckDB has none; PostgreSQL answers for the same keys."""
    release = kept.current(demo.settings)
    assert release
    postgres.export(release, server)
    parts = dict(part.split("=", 1) for part in server.split())
    uri = f"postgresql+psycopg2://{parts['user']}@{parts['host']}:{parts['port']}/{parts['dbname']}"
    with superset(tmp_path, uri=uri, schema="veerkracht", connect_args={}, tables=["fct_finance"], charts={}) as answer:
        found = answer["tables"]["fct_finance"]
    with duckdb.connect(str(release.database), read_only=True) as con:
        wanted = con.sql(
            "select constraint_type, constraint_column_names, referenced_table, referenced_column_names"
            " from duckdb_constraints() where table_name = 'fct_finance'"
        ).fetchall()
    keys = {kind: columns for kind, columns, *_ in wanted}
    assert found["primaryKey"] == keys["PRIMARY KEY"]
    assert {
        (*key["column_names"], key["referred_table"], *key["referred_columns"]) for key in found["foreignKeys"]
    } == {(*columns, table, *parents) for kind, columns, table, parents in wanted if kind == "FOREIGN KEY"}
