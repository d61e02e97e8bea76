"""The command line: every command stands under who uses it, with a sentence of its own."""

from typer.testing import CliRunner

from flows.cli import app
from flows.commands import nights, releases, returns


def test_each_command_is_listed_under_who_uses_it() -> None:
    panels = [module.PANEL for module in (nights, returns, releases)]
    under = {command.rich_help_panel for command in app.registered_commands}
    assert under | {group.rich_help_panel for group in app.registered_groups} == set(panels)
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "160"}).output
    assert [shown.index(panel) for panel in panels] == sorted(shown.index(panel) for panel in panels)
