"""What people see on a terminal: texts of others stand there as they are, and steer nothing."""

import ast
import io
from typing import Any

import pytest

from flows.commands import console
from flows.settings import PROJECT

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
        "sheet": text,
        "cell": "A1",
        "column_name": text,
        "row_number": 1,
    }
    console.show_findings([finding])
    console.show_rows(text, [text], [[text]])
    console.console.print(text)
    console.show_unplaced([dict.fromkeys(("file_name", "folder", "remedy_nl", "remedy_en"), text)])
    console.show_unchanged(
        [dict.fromkeys(("file_name", "received_as", "received_at"), text[:10]) | {"is_withdrawn": False}]
    )
    console.show_mended([dict.fromkeys(("told_nl", "told_en"), text)])
    console.show_changed_verdicts([dict.fromkeys(("file_name", "submission_id", "was", "now"), text)])
    assert shown.getvalue().count(text[:10]) >= 21


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
