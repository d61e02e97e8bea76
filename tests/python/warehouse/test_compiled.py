"""A preview runs what dbt compiled, without dbt, and makes the tables of a night to the value."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun

from expectations import gate
from flows import night
from flows.intake import archive
from flows.settings import Settings
from flows.warehouse import compiled, transform
from flows.warehouse.load import load


def loaded(settings: Settings, warehouse: Path) -> Path:
    """A warehouse that holds what was received, and nothing made of it."""
    receipts = archive.receipts(settings.archive, settings.plan)
    sources = {receipt: archive.content_path(settings.archive, receipt.sha256) for receipt in receipts}
    load(settings, sources, warehouse, archive.withdrawals(settings.archive, settings.plan))
    return warehouse


def differing(night: Path, preview: Path, at_least: int) -> dict[str, tuple[int, int]]:
    """Table -> rows that only the night has, rows that only the preview has; of all tables that the preview made."""
    found = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{night}' as night (read_only); attach '{preview}' as preview (read_only)")
        made = con.sql(
            "select schema_name, table_name from duckdb_tables() where database_name = 'preview' and schema_name in "
            "('staging', 'gate', 'intermediate', 'marts')"
        ).fetchall()
        assert len(made) >= at_least
        for schema, table in made:
            columns = ", ".join(f'"{name}"' for (name, *_) in con.sql(f"describe night.{schema}.{table}").fetchall())
            sides = [f"select {columns} from {side}.{schema}.{table}" for side in ("night", "preview")]
            sums = (
                f"select count(*), sum(hash({columns})) from {side}.{schema}.{table}" for side in ("night", "preview")
            )
            if con.sql(" union ".join(sums)).fetchall()[1:] == []:
                continue
            only = [con.sql(f"{a} except all {b}").fetchall() for a, b in (sides, sides[::-1])]
            if any(only):
                found[f"{schema}.{table}"] = (len(only[0]), len(only[1]))
    return found


def test_a_night_compiles_in_silence_what_a_preview_runs_without_dbt(
    small: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of two models, since what a preview makes is a part of what the next test compares."""
    preview = loaded(small.settings, tmp_path / "preview" / "warehouse.duckdb")
    transform.project(preview)
    parsed = Settings().cache / "parsed"
    monkeypatch.setenv("VEERKRACHT_CACHE", str(tmp_path / "cache"))  # nothing compiled yet
    shutil.copytree(parsed, tmp_path / "cache" / "parsed")
    monkeypatch.setattr(transform, "build", lambda *_, **__: {})
    night.build(night.Night(Settings(home=tmp_path / "home")))
    assert capfd.readouterr().out == "", "dbt prints nothing amid the answer of a command"
    told = subprocess.run(
        [sys.executable, "-c", _PREVIEW, str(preview), small.settings.plan], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"
    assert differing(small.settings.warehouse, preview, at_least=2) == {}


def test_what_dbt_compiled_makes_every_table_of_a_night(released: DemoRun, tmp_path: Path) -> None:
    """So that a preview needs no dbt, nor a test which asks what tables say (`replay.without_dbt`)."""
    made = loaded(released.settings, tmp_path / "warehouse.duckdb")
    compiled.build(made, transform.WAREHOUSE, released.settings.plan)
    assert differing(released.settings.warehouse, made, at_least=150) == {}


_PREVIEW = """
import sys
from pathlib import Path
from flows.warehouse import compiled

compiled.build(Path(sys.argv[1]), ["+stg_submission", "+dim_plan"], sys.argv[2])
print([name for name in sys.modules if name.partition(".")[0] == "dbt"])
"""


def test_a_gate_that_cannot_judge_fails_the_preview(
    small: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise gate.GateBroken("no judgement")

    monkeypatch.setattr(gate, "failed_rows", broken)
    preview = loaded(small.settings, tmp_path / "warehouse.duckdb")
    with pytest.raises(transform.TransformFailed, match="gate_submission: no judgement"):
        compiled.build(preview, transform.FINDINGS, small.settings.plan)
