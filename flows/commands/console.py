"""What people see on a terminal: progress, tables and closing words."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from flows.intake.signs import with_controls_shown
from flows.log import Seldom

if TYPE_CHECKING:
    from flows.commands.wellbeing import ToDo
    from flows.night import Night
    from flows.senders.answer.verdict import Answer
    from flows.sights import Sight


class _Plain(Console):
    """A console on which every text stands as it is: none of it is markup, and nothing steers the terminal."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts as they stand; what has a style of ours comes as `styled`."""
        super().print(*(with_controls_shown(o) if isinstance(o, str) else o for o in objects), **options)


console = _Plain(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 160)
_STYLES = {"critical": "bold red", "error": "red", "warning": "yellow", "info": "dim"}
STEPS = {
    "receive": "ontvangen / receive",
    "load_raw": "laden / load",
    "build": "bouwen / build",
    "answer_senders": "beantwoorden / answer",
    "judge_release": "tweede poort / gate 2",
    "publish": "publiceren / publish",
}
PARTS = {
    "registry": "register / registry",
    "staging": "gelezen rijen / staging",
    "gate 1": "eerste poort / gate 1",
    "intermediate": "tussenlagen / intermediate",
    "marts": "marts",
    "tables": "tabellen / tables",
    "workbook": "werkboek / workbook",
    "checksum": "controlegetal / checksum",
    "documents": "documenten / documents",
    "catalogue": "catalogus en lijsten / catalogue and lists",
    "site": "site",
    "read back": "teruglezen / read back",
}
_DONE = {
    "files": "gelezen bestanden / files read",
    "models": "modellen en tests / models and tests",
    "answers": "gemerkte werkboeken / workbooks marked",
    "parts": "geschreven delen van de uitgave / parts of the release written",
}
ROWS_SHOWN = 40
"""Rows of a long table that a terminal gets; --json gives all of them."""
_CELL = 44


def styled(markup: str, *parts: Any) -> Text:
    """A text in our own style; each ``{}`` in it is a text of others, which stands as it is."""
    return Text.from_markup(markup.format(*(escape(with_controls_shown(str(part))) for part in parts)), emoji=False)


def _in_lines(night: "Night", title: str) -> "Night":
    """The night with a line as each step begins, and one for each minute of it that says how far it is."""
    from flows.registry import TIME_ZONE

    console.print(title)
    on_done = Seldom(lambda what, done, total: console.print(f"    {done} / {total} {_DONE[what]}"))

    def on_step(name: str) -> None:
        on_done.begin()
        console.print(f"  {datetime.now(TIME_ZONE):%H:%M:%S} {STEPS[name]}")

    return replace(night, on_step=on_step, on_done=on_done)


@contextmanager
def progress(night: "Night", title: str, quiet: bool) -> Iterator["Night"]:
    """The night with its steps shown as they go: moving on a terminal, a line each elsewhere; nothing where quiet."""
    if quiet:
        yield night
        return
    if not console.is_terminal:
        yield _in_lines(night, title)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as bars:
        steps = bars.add_task(title, total=len(STEPS))
        within = bars.add_task("", total=None, visible=False)

        def on_step(name: str) -> None:
            bars.update(steps, completed=[*STEPS].index(name), description=f"{title}: {STEPS[name]}")
            bars.update(within, visible=False)

        def on_done(what: str, done: int, total: int) -> None:
            bars.update(within, description=f"  {_DONE[what]}", completed=done, total=total, visible=done < total)

        yield replace(night, on_step=on_step, on_done=on_done)
        bars.update(steps, completed=len(STEPS), description=title)


def show_findings(
    findings: Sequence[dict[str, Any]], rest: str, plan_code: str = "", meetmoment_code: str = ""
) -> None:
    """Findings as a table: what, where, and the sentence in Dutch with English beneath; those that are alike as one.

    They read as in the answer to their sender; where they are of one meetmoment, with the words that a list allows.

    Args:
        rest: where those stand that the table has no room for.
    """
    if not findings:
        return
    from flows import registry
    from flows.senders.answer import told

    words = registry.severity_words()

    table = Table(
        "Regel / rule", "Bestand / file", "Waar / where", "Bevinding / finding", box=None, padding=(0, 1, 0, 0)
    )
    groups = list(told.grouped([told.readable(f, plan_code, meetmoment_code) for f in findings]))
    for group in groups[:ROWS_SHOWN]:
        finding = group.finding
        style = _STYLES[finding["severity"]]
        expected = f" ({finding['expected']})" if finding["rule_id"] in told.NOT_IN_LIST and finding["expected"] else ""
        table.add_row(
            styled(
                f"[{style}]{{}}[/] {{}}{' (vrijgesteld / waived)' if finding['waiver_id'] else ''}\n[dim]{{}}[/]",
                *(finding["rule_id"], *words[finding["severity"]]),
            ),
            with_controls_shown(finding["file_name"]),
            with_controls_shown(" ".join(filter(None, (finding["sheet"], group.where, finding["column_name"])))),
            styled(
                "{}{}\n[dim]{}{}[/]",
                *(group.times_nl, f"{finding['message_nl']}{expected}", group.times_en, finding["message_en"]),
            ),
        )
    console.print(table)
    show_more(len(groups), rest)


def show_verdicts(answers: Sequence["Answer"], copies: Mapping[str, str]) -> None:
    """What would become of each file, in the words of the answer to its sender, and which is a copy of which."""
    for answer in answers:
        style = "bold red" if answer.is_rejected else "yellow" if answer.rows_set_apart else "green"
        nl, english = answer.verdict_words
        where = f"{answer.file_name} ({answer.plan_code}/{answer.meetmoment_code})"
        console.print(styled(f"{{}}: [{style}]{{}}[/] / [{style}]{{}}[/]", where, nl, english), soft_wrap=True)
    for name, other in copies.items():
        word = "kopie van {}, telt niet apart / copy of it, not counted by itself"
        console.print(styled("{}: [yellow]" + word + "[/]", name, other), soft_wrap=True)


def show_rows(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Any rows as a table; only what is a text of our own making has markup."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(value if isinstance(value, Text) else _cell(value) for value in row))
    console.print(table)


def _cell(value: Any) -> str:
    return "" if value is None else with_controls_shown(str(value))


WITH_JSON = "met / with --json"


def show_more(count: int, rest: str = WITH_JSON, shown: int = ROWS_SHOWN) -> None:
    """That a table was longer than what is shown, and how or where to get the rest."""
    if (more := count - shown) > 0:
        console.print(f"... en nog / and {more} more: alle / all {rest}", soft_wrap=True)


def short(value: Any) -> str:
    """A value in the width of a cell."""
    text = "" if value is None else str(value)
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def day(moment: str) -> str:
    """A moment as it was written down, as the clock stood in Brussels: ``20/01/2025 02:17``."""
    from flows import registry

    return registry.clock(datetime.fromisoformat(moment))


def counted(count: int, one_nl: str, more_nl: str, one_en: str, more_en: str) -> str:
    """A number and its word in both languages: ``1 fout / fault``."""
    nl, en = (one_nl, one_en) if count == 1 else (more_nl, more_en)
    return f"{count} {nl} / {en}"


def show_hold(reasons: Sequence[tuple[str, str]], pages: Sequence["Sight"]) -> None:
    """Why a night was held, in Dutch with English beneath, what to do, and the page that says how."""
    for nl, en in reasons:
        console.print(styled("  [red]{}[/]", nl), soft_wrap=True)
        if en:
            console.print(styled("    [dim]{}[/]", en), soft_wrap=True)
    for sight in pages:
        show_to_do(sight)


def show_to_do(sight: "Sight") -> None:
    """What to do about something, and the page of the runbook about it."""
    told = styled(
        "  wat te doen / what to do: {}\n    [dim]{}[/]\n    zie / see {}", sight.todo_nl, sight.todo_en, sight.path
    )
    console.print(told, soft_wrap=True)


def show_to_dos(found: "Sequence[ToDo]") -> None:
    """What asks for somebody: what is seen, what the program said of it, what to do."""
    for told in found:
        console.print(styled("  [red]{}[/]\n    [dim]{}[/]", told.seen_nl, told.seen_en), soft_wrap=True)
        if told.message:
            console.print(styled("  melding / message: {}", told.message), soft_wrap=True)
        show_to_do(told.sight)


def moment(value: Any) -> str:
    """A moment (UTC) as the clock stood in Brussels; nothing where there is none."""
    return day(f"{value}+00:00") if value else ""


_NAMED = 5
"""So many files are told by their names."""


def show_unplaced(files: Sequence[dict[str, str]]) -> None:
    """Files in the inbox that are not received, and what to do; those of a folder that ask for the same told as one."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        alike.setdefault((file["folder"], file["remedy_nl"], file["remedy_en"]), []).append(file["file_name"])
    for (folder, *remedies), names in alike.items():
        told = ", ".join(names) if len(names) <= _NAMED else f"{names[0]} ... {names[-1]} ({len(names)})"
        console.print(
            styled(
                "  [yellow]niet ontvangen / not received[/] {} in {}:\n    {}\n    [dim]{}[/]", told, folder, *remedies
            ),
            soft_wrap=True,
        )
    if files:
        from flows import sights

        console.print(f"    zie / see {sights.UNPLACED.path}")


def show_mended(mended: Sequence[dict[str, str]]) -> None:
    """What an earlier run left half-way, and what became of it."""
    for told in mended:
        console.print(
            styled("  [yellow]hersteld / mended[/] {}\n    [dim]{}[/]", told["told_nl"], told["told_en"]),
            soft_wrap=True,
        )


def show_received(files: Sequence[dict[str, Any]], nl: str, en: str) -> None:
    """Files whose bytes were received before, each with what follows from it in Dutch and in English."""
    withdrawn = (
        "sindsdien ingetrokken; stuur het opnieuw met een wijziging",
        "withdrawn since; send it again with a change",
    )
    for file in files:
        named = "" if file["received_as"] == file["file_name"] else f" ({file['received_as']})"
        follows = withdrawn if file["is_withdrawn"] else (nl, en)
        told = "  [yellow]al ontvangen / received before[/] {}{}, {}: {}\n    [dim]{}[/]"
        console.print(styled(told, file["file_name"], named, day(file["received_at"]), *follows), soft_wrap=True)


_VERDICT_WORDS = {
    "accepted": "aanvaard / accepted",
    "rejected": "geweigerd / rejected",
    "withdrawn": "ingetrokken / withdrawn",
}


def show_changed_verdicts(changed: Sequence[dict[str, Any]]) -> None:
    """Submissions that are judged otherwise than in the release before."""
    for change in changed:
        console.print(
            styled(
                "  [yellow]ander oordeel / other verdict[/] {} ({}): {} -> {}",
                *(change["file_name"], change["submission_id"]),
                *(_VERDICT_WORDS.get(change[side], change[side]) for side in ("was", "now")),
            )
        )
