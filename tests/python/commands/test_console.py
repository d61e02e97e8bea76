"""What people see on a terminal: texts of others stand there as they are, and steer nothing."""

import ast
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows import log
from flows.commands import console
from flows.night import Night
from flows.settings import PROJECT, Settings

TEXTS = [
    "[/bold] tekst",
    "[red]rood[/red]",
    "[/]",
    "a\\",
    ":smile:",
    "[link=file:///x]y[/link]",
    "[bold",
    "{0}",
    "[a-z]",
]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What comes on a terminal."""
    screen = io.StringIO()
    monkeypatch.setattr(console.console, "_file", screen)  # what is put back then is no screen of a test
    monkeypatch.setattr(console.console, "_width", 4_000, raising=False)
    return screen


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_looks_like_markup_stands_as_it_is(text: str, shown: io.StringIO) -> None:
    finding: dict[str, Any] = dict.fromkeys(("rule_id", "file_name", "message_nl", "message_en"), text)
    finding |= {
        "severity": "error",
        "waiver_id": None,
        "submission_id": "s",
        "expected": None,
        "sheet": text,
        "cell": "A1",
        "column_name": text,
        "row_number": 1,
        "received_value": text,
    }
    console.show_findings([finding], "x")
    console.show_rows(text, [text], [[text]])
    console.console.print(text)
    console.show_unplaced([dict.fromkeys(("file_name", "folder", "remedy_nl", "remedy_en"), text)])
    at = {"received_at": "2025-01-20T01:17:00+00:00", "is_withdrawn": False}
    console.show_received([{"file_name": text, "received_as": text[:10]} | at], text, text)
    console.show_mended([dict.fromkeys(("told_nl", "told_en"), text)])
    console.show_changed_verdicts([dict.fromkeys(("file_name", "submission_id", "was", "now"), text)])
    assert shown.getvalue().count(text[:10]) >= 21


def test_without_a_terminal_a_line_a_minute_says_how_many_files_are_read(
    shown: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moments = iter((0.0, 30.0, 89.0, 90.0, 90.0, 130.0, 151.0, 151.0))
    monkeypatch.setattr(log, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    with console.progress(Night(Settings(home=tmp_path), datetime(2026, 1, 2, tzinfo=UTC)), "nacht", False) as night:
        night.on_step("load_raw")
        for done in range(1, 5):
            night.on_done("files", done, 125)
    title, step, *lines = shown.getvalue().splitlines()
    assert title == "nacht" and re.fullmatch(r"  \d\d:\d\d:\d\d .+", step)
    assert lines == [f"    {done} / 125 gelezen bestanden / files read" for done in (2, 4)]


def test_findings_that_are_alike_are_one_line_with_their_number(shown: io.StringIO) -> None:
    of_all = {
        "severity": "error",
        "rule_id": "V01",
        "submission_id": "s",
        "file_name": "A.csv",
        "waiver_id": None,
        "sheet": "csv",
        "expected": None,
        "received_value": None,
    }
    many = [
        of_all | {"column_name": "Bedrag", "row_number": n, "cell": f"C{n}", "message_nl": "nee", "message_en": "no"}
        for n in range(2, 3_002)
    ]
    console.show_findings(many, console.WITH_JSON)
    lines = shown.getvalue().splitlines()
    assert (
        len(lines) == 3
        and "3000 keer; bijvoorbeeld: nee" in lines[1]
        and "csv C2, C3, C4, C5, C6, C7 + 2994 Bedrag" in lines[1]
    )


def test_findings_that_are_alike_are_told_together_and_as_people_write(shown: io.StringIO) -> None:
    alike = {
        "rule_id": "DQ13C",
        "severity": "warning",
        "submission_id": "s",
        "file_name": "OMG.xlsx",
        "sheet": "Financien",
        "column_name": "Bedrag",
        "waiver_id": None,
        "received_value": "1234567.50",
        "expected": "2000000.00",
        "message_nl": "Gedaald naar 1234567.50 euro.",
        "message_en": "Fell to 1234567.50 euro.",
    }
    console.show_findings([alike | {"cell": f"D{row}", "row_number": row} for row in range(2, 29)], "x")
    said = shown.getvalue()
    assert (
        "27 keer; bijvoorbeeld: Gedaald naar 1.234.567,50 euro." in said
        and "27 times; for example: Fell to 1,234,567.50" in said
    )
    assert "Financien D2" in said and "+ 21" in said and said.count("DQ13C") == 1


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x07", "\x9b2J", "\x00", "\x1b]0;t\x07"])
def test_no_text_steers_the_terminal(sign: str, shown: io.StringIO) -> None:
    console.console.print(sign)
    console.show_rows("t", ["c"], [[f"a{sign}"]])
    console.console.print(console.styled("[red]{}[/]", sign))
    assert not {sign[0], "\x07"} & set(shown.getvalue())


def test_markup_of_ours_is_never_mixed_with_values() -> None:
    """A style stands in a plain text given to `styled`, and never in one that already holds values."""
    mixed = [
        f"{path.name}:{node.lineno}"
        for path in sorted((PROJECT / "flows").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) and "[/]" in ast.unparse(node) and "{{}}" not in ast.unparse(node)
    ]
    assert mixed == []


def test_the_terminal_speaks_dutch_with_english_beside_it() -> None:
    """A sentence that a command prints stands there in both languages, in one text or in two of one call."""
    shows = {"print", "print_", "echo", "styled", "show_rows", "progress", "add_task"}
    alone = [
        f"{path.name}:{node.lineno} {' '.join(said)}"
        for path in sorted((PROJECT / "flows" / "commands").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in shows
        if (said := [text for argument in node.args if not isinstance(argument, ast.Call) for text in _said(argument)])
        if any(map(_is_english, said)) and " / " not in " ".join(said) and not any(map(_is_dutch, said))
    ]
    assert alone == []


# What only who changes the project can bring about: their words are English.
OF_DEVELOPERS = {
    *("flows/forms/contents.py", "flows/forms/publication.py", "flows/forms/tables.py", "flows/forms/workbook.py"),
    *("flows/site/assets.py", "flows/site/declared.py", "flows/site/documents.py", "flows/warehouse/docs.py"),
    *(
        "flows/warehouse/dbt_by_hand.py",
        "flows/intake/references.py",
        "flows/intake/sandbox.py",
        "expectations/gate.py",
    ),
}


def test_a_failure_is_told_in_dutch_with_english_beside_it() -> None:
    """What is raised with a sentence reaches a screen, a page of an answer or the diary of the nights."""
    alone = [
        f"{path.relative_to(PROJECT)}:{node.lineno} {said}"
        for room in ("flows", "expectations")
        for path in sorted((PROJECT / room).rglob("*.py"))
        if path.relative_to(PROJECT).as_posix() not in OF_DEVELOPERS and "spark" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if ast.unparse(node.exc.func) != "over_limit"  # a value within a sentence, its English between brackets
        if (said := " ".join(_said(node.exc))) and _is_english(said) and " / " not in said
    ]
    assert alone == []


def _said(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def _is_english(text: str) -> bool:
    return bool(re.search(r"\b(the|is|was|were|of|as|with|and|no|to|it|run|rows?|gives|pages|stops|new|read)\b", text))


def _is_dutch(text: str) -> bool:
    return bool(re.search(r"\b(de|het|een|van|met|wordt|er)\b", text))


def test_many_files_that_ask_for_the_same_are_one_message(shown: io.StringIO) -> None:
    remedy = {"folder": "inbox", "remedy_nl": "zet het bestand elders", "remedy_en": "put the file elsewhere"}
    console.show_unplaced([{"file_name": f"{number}.txt", **remedy} for number in range(5_000)])
    assert shown.getvalue().count("zet het bestand elders") == 1 and "(5000)" in shown.getvalue()
