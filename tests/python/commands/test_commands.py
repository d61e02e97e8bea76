"""The command line: every command stands under who uses it, with a sentence of its own."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import check
from flows.cli import app
from flows.commands import nights, releases, returns
from flows.commands.shared import EXIT_HELD
from flows.settings import Settings


def test_each_command_is_listed_under_who_uses_it() -> None:
    panels = [module.PANEL for module in (nights, returns, releases)]
    under = {command.rich_help_panel for command in app.registered_commands}
    assert under | {group.rich_help_panel for group in app.registered_groups} == set(panels)
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "160"}).output
    assert [shown.index(panel) for panel in panels] == sorted(shown.index(panel) for panel in panels)


def test_a_check_says_which_files_no_night_would_receive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their names alone, so that they are not judged; a file that would be received is."""
    judged: list[str] = []

    def judge(_: Settings, files: list[Path], *__: str | datetime | Path | None) -> check.Preview:
        judged.extend(path.name for path in files)
        return check.Preview([], [], {}, [])

    monkeypatch.setattr(check, "check", judge)
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    paths = [tmp_path / name for name in ("OMG_85073003328.csv", "~$OMG.xlsx", "OMG.csv.part", "OMG.csv")]
    for path in paths:
        path.write_text("x", encoding="utf-8")
    asked = ["check", *map(str, paths), "--meetmoment", "m1"]
    said = CliRunner().invoke(app, [*asked, "--json"])
    assert said.exit_code == EXIT_HELD and judged == ["OMG.csv"]
    assert [told["file_name"] for told in json.loads(said.stdout)["not_received"]] == [path.name for path in paths[:3]]
    assert "persoonsgegeven" in CliRunner().invoke(app, asked).output
    assert CliRunner().invoke(app, ["check", str(paths[-1]), "--meetmoment", "m1"]).exit_code == 0


def test_two_checks_at_once_are_made_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They judge in one and the same place."""
    running: list[int] = []
    together: list[int] = []

    def judge(*_: object) -> check.Preview:
        running.append(1)
        together.append(len(running))
        time.sleep(0.2)
        running.pop()
        return check.Preview([], [], {}, [])

    monkeypatch.setattr(check, "_checked", judge)
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda _: check.check(Settings(home=tmp_path), [], "m1", datetime.now(UTC)), range(2)):
            pass
    assert together == [1, 1]
