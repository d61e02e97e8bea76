"""What people see on a terminal: progress, tables and closing words."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.night import Night

console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
_STYLES = {"critical": "bold red", "error": "red", "warning": "yellow", "info": "dim"}
_STEPS = ("receive", "load", "stage", "gate 1", "marts", "gate 2", "publish")
_FINDINGS_SHOWN = 40


@contextmanager
def progress(night: Night, title: str, quiet: bool) -> Iterator[Night]:
    """The night with its steps shown as they go on a terminal, its title alone elsewhere; nothing where quiet."""
    if quiet or not console.is_terminal:
        if not quiet:
            console.print(title)
        yield night
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as bars:
        steps = bars.add_task(title, total=len(_STEPS))
        files = bars.add_task("  files read", total=None, visible=False)

        def on_step(name: str) -> None:
            bars.update(steps, completed=_STEPS.index(name), description=f"{title}: {name}")

        def on_parsed(done: int, total: int) -> None:
            bars.update(files, completed=done, total=total, visible=done < total)

        yield replace(night, on_step=on_step, on_parsed=on_parsed)
        bars.update(steps, completed=len(_STEPS), description=title)


def show_findings(findings: Sequence[dict[str, Any]]) -> None:
    """Findings as a table: what, where, and the sentence in Dutch with English beneath."""
    if not findings:
        return
    table = Table(
        "Regel / rule", "Bestand / file", "Waar / where", "Bevinding / finding", box=None, padding=(0, 1, 0, 0)
    )
    for finding in findings[:_FINDINGS_SHOWN]:
        style = _STYLES[finding["severity"]]
        table.add_row(
            f"[{style}]{finding['rule_id']}[/] {finding['severity']}",
            finding["file_name"],
            where(finding),
            f"{finding['message_nl']}\n[dim]{finding['message_en']}[/]",
        )
    console.print(table)
    if len(findings) > _FINDINGS_SHOWN:
        console.print(f"... and {len(findings) - _FINDINGS_SHOWN} more; --json gives all of them")


def where(finding: dict[str, Any]) -> str:
    """Sheet, cell or row, and column of a finding."""
    place = finding["cell"] or (f"rij {finding['row_number']}" if finding["row_number"] else None)
    return " ".join(part for part in (finding["sheet"], place, finding["column_name"]) if part)


def show_rows(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Any rows as a table."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table)
