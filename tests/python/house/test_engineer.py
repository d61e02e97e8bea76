"""What an engineer meets first: settings in one table, versions, failures in words, and dbt on a fresh checkout."""

import importlib
import re
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt_common.exceptions import DbtRuntimeError
from typer.testing import CliRunner

from flows import cli
from flows.commands import console
from flows.night import Night
from flows.project import read_yaml
from flows.settings import PROJECT, Settings
from flows.warehouse.transform import TransformFailed


def test_every_setting_stands_in_one_table() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(VEERKRACHT_\w+)`", page, re.MULTILINE))
    declared = {f"VEERKRACHT_{name.upper()}" for name in Settings.model_fields}
    read_elsewhere = set(re.findall(r"VEERKRACHT_[A-Z_]*[A-Z]", (PROJECT / "profiles.yml").read_text("utf-8")))
    assert told == declared | read_elsewhere | {"VEERKRACHT_POSTGRES_DSN"}


def test_what_dbt_takes_by_itself_is_what_the_settings_say(tmp_path: Path) -> None:
    profile = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    memory = Settings(home=tmp_path).memory_beside(tmp_path / "w")
    (limit,) = re.findall(r"env_var\('VEERKRACHT_MEMORY_LIMIT', '(\w+)'\)", profile)
    (ending,) = re.findall(r"temp_directory: .* ~ '(\.\w+)'", profile)
    assert memory == {"memory_limit": limit, "temp_directory": f"{tmp_path / 'w'}{ending}"}


def test_the_version_names_the_commit() -> None:
    ran = CliRunner().invoke(cli.app, ["--version"])
    assert ran.exit_code == 0 and re.fullmatch(r"veerkracht \d+\.\d+\.\d+ \(\S+\)\n", ran.output)


@pytest.mark.parametrize("error", [LookupError("no release x"), TransformFailed("it failed"), OSError("disk full")])
def test_a_failure_is_told_without_the_name_of_its_class(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said, *page = capsys.readouterr().err.splitlines()
    assert said == f"veerkracht: {error}"
    assert bool(page) != isinstance(error, LookupError), "what was asked for by a name that there is not has no page"


def test_a_fault_of_the_code_says_that_it_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise KeyError("project_code")

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit):
        cli.main()
    assert "a fault of the code, not of a file: KeyError('project_code')" in capsys.readouterr().err


def test_an_installation_without_its_checkout_says_why_it_does_not_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "PROJECT", tmp_path)
    with pytest.raises(SystemExit):
        cli.main()
    assert "works from a checkout alone" in capsys.readouterr().err


def test_dbt_by_hand_says_what_it_needs_and_looks_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEERKRACHT_WAREHOUSE", raising=False)
    profile = read_yaml(PROJECT / "profiles.yml")["veerkracht"]["outputs"]
    environment = {"VEERKRACHT_HOME": str(tmp_path)}
    places = {
        jinja2.Template(output["path"]).render(env_var=lambda name, default=None: environment.get(name, default))
        for output in profile.values()
    }
    assert places == {f"{tmp_path}/veerkracht/build/warehouse.duckdb"}
    (named,) = profile["run"]["plugins"]
    plugin = importlib.import_module(named["module"]).Plugin
    there = tmp_path / "there.duckdb"
    there.touch()
    plugin("by hand", {}, DuckDBCredentials(database="there", schema="main", path=str(there)))
    gone = DuckDBCredentials(database="warehouse", schema="main", path=places.pop())
    with pytest.raises(DbtRuntimeError, match="make demo or veerkracht nightly first"):
        plugin("by hand", {}, gone)
    monkeypatch.setenv("VEERKRACHT_WAREHOUSE", "named by a run of the house, which makes it")
    plugin("by hand", {}, gone)


def test_progress_that_is_piped_tells_time_and_step(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress(Night(Settings(), datetime.now(UTC)), "De nacht", quiet=False) as night:
        night.on_step("load_raw")
    assert re.search(r"De nacht\n  \d\d:\d\d:\d\d laden / load\n", capsys.readouterr().out)
