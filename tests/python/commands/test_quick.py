"""What needs no heavy library loads none: the help, and a night that finds nothing new."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from files import plain_csv

from flows.night import Night, receive
from flows.settings import PROJECT, Settings
from flows.standing import Outcome, remember, standing
from flows.warehouse import registry_rows

HEAVY = {"pandas", "pyarrow", "dbt", "duckdb", "prefect", "great_expectations", "rdflib", "openpyxl", "jinja2", "yaml"}


def loaded(home: Path, *arguments: str) -> tuple[str, set[str]]:
    """What a command says, and the packages it has loaded at its end, by a look at the imports of its own Python."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "flows.cli", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "VEERKRACHT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
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
