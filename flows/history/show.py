"""What the commands of history say on a terminal."""

from pathlib import Path

from flows import console
from flows.history import diff
from flows.history.asof import MartRows
from flows.history.diff import Difference
from flows.history.rebuild import Rebuilt

_ROWS_SHOWN = 40
_CELL = 44


def about(rebuilt: Rebuilt, mart: str) -> None:
    """Which moment and release an answer is about, and what stands between."""
    then = rebuilt.release.release_id if rebuilt.release else "none yet"
    console.console.print(f"{mart}, as known on {rebuilt.moment:%Y-%m-%d %H:%M} UTC (release then: {then})")
    for note in rebuilt.notes:
        console.console.print(f"[yellow]let op / note[/]  {note}")


def mart_rows(mart: str, found: MartRows) -> None:
    """The first rows of a mart."""
    console.show_rows(mart, found.columns, [[_short(value) for value in row] for row in found.rows[:_ROWS_SHOWN]])
    _more(len(found.rows), "--json or --csv FILE gives all of them")


def written(path: Path) -> None:
    """Where a file was written."""
    console.console.print(f"  {path}")


def difference(found: Difference) -> None:
    """Counts per kind, the restatements, the projects that came, went or changed, and the marts that differ."""
    print_ = console.console.print
    print_(
        f"Ontvangen na / received after {found.after:%Y-%m-%d %H:%M},"
        f" tot en met / until {found.until:%Y-%m-%d %H:%M} UTC"
        f" ({found.before_release or 'no release'} -> {found.after_release})"
    )
    for note in found.notes:
        print_(f"[yellow]let op / note[/]  {note}")
    labels = diff.labels()
    counted = [(comparison, *labels[kind], count) for comparison, kind, count in found.counts()]
    console.show_rows("Wat er wijzigde / what changed", ("comparison", "soort", "kind", "count"), counted)
    columns = ("meetmoment_key", "record", "record_key", "field", "kind", "old_value", "new_value", "reason")
    told = [c for c in found.changes if c["comparison"] == "restatement" or c["record"] == "project"]
    if told:
        rows = [[_short(change[column]) for column in columns] for change in told[:_ROWS_SHOWN]]
        console.show_rows("Herzieningen en projecten / restatements and projects", columns, rows)
        _more(len(told), "--json gives all of them")
    if found.tables:
        console.show_rows(
            "Bestanden / files",
            ("mart", "rows before", "rows after", "rows gone", "rows new"),
            [(t.table, t.rows_before, t.rows_after, t.rows_gone, t.rows_new) for t in found.tables],
        )


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def _more(count: int, advice: str) -> None:
    if count > _ROWS_SHOWN:
        console.console.print(f"... and {count - _ROWS_SHOWN} more; {advice}")
