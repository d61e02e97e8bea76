"""What needs no heavy library loads none: the help, and a night that finds nothing new."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from made_files import plain_csv

from flows.intake import archive
from flows.night import Night, receive
from flows.settings import PROJECT, Settings
from flows.standing import Outcome, quick_look, remember, standing
from flows.warehouse import registry_rows

HEAVY = {"pandas", "pyarrow", "dbt", "duckdb", "prefect", "great_expectations", "rdflib", "openpyxl", "jinja2", "yaml"}


def loaded(home: Path, *arguments: str, expected: int = 0) -> tuple[str, set[str]]:
    """What a command says, and the packages it has loaded at its end, by a look at the imports of its own Python."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "flows.cli", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "VEERKRACHT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == expected, ran.stderr[-2000:]
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    return ran.stdout, {name.partition(".")[0] for name in imported}


@pytest.mark.parametrize("command", [[], ["nightly"], ["check"], ["releases"], ["releases", "diff"], ["trace"]])
def test_the_help_loads_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    said, packages = loaded(tmp_path, *command, "--help")
    assert "Usage" in said and "flows" in packages
    assert not packages & (HEAVY | {"pydantic_settings", "phonenumbers"})


def test_a_night_that_finds_nothing_new_loads_nothing_heavy(tmp_path: Path) -> None:
    """With a return that was received before, one under another name, and one in the wrong place."""
    settings = Settings(home=tmp_path, cache=tmp_path / "cache")
    registry_rows.database(settings)
    for name in ("m7/OMG.csv", "m7/OMG_again.csv", "m99/OMG.csv"):
        path = settings.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(plain_csv())
    now = datetime(2025, 1, 15, tzinfo=UTC)
    receive(Night(settings, now))
    remember(settings, now, standing(settings), Outcome("published"))
    said, packages = loaded(tmp_path, "nightly")
    assert "niets nieuws" in said and "OMG_again.csv" in said and "m99" in said
    assert not packages & HEAVY


def test_a_night_that_finds_nothing_new_reads_each_receipt_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    path = settings.inbox / "m7" / "OMG.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(plain_csv())
    receive(Night(settings, datetime(2025, 1, 15, tzinfo=UTC)))
    remember(settings, datetime(2025, 1, 15, tzinfo=UTC), standing(settings), Outcome("published"))
    read = Mock(wraps=archive.receipts)
    monkeypatch.setattr(archive, "receipts", read)
    found = quick_look(settings)
    assert found and found.verdict == "nothing_new" and read.call_count == 1
