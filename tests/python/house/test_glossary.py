"""One word per notion: all that people read is held against the glossary of the registry, in Dutch and in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from flows import cli, registry, sights
from flows.commands import console, status
from flows.project import read_yaml
from flows.senders.answer import verdict
from flows.senders.template import form_workbook
from flows.settings import PROJECT

Said = tuple[str, str, str]
"""Language, place, text."""
GLOSSARY = [
    (row["language"], re.compile(rf"\b(?:{row['avoided']})\b", re.IGNORECASE), row["preferred"])
    for row in registry.rows("publication/glossary")
]
_SUFFIXES = ("_nl", "_en")
_SAID = r'said\(\s*"([^"]*)"\s*,\s*"([^"]*)"\s*\)'
# What is written by others, or names what may not be said.
_OF_OTHERS = {"publication/glossary", "layouts/layout_column", "layouts/layout", "codes/code_synonym"}


def of_seeds() -> Iterator[Said]:
    """The columns of the registry that say their language."""
    for path in sorted((PROJECT / "seeds").rglob("*.csv")):
        seed = path.relative_to(PROJECT / "seeds").with_suffix("").as_posix()
        if seed in _OF_OTHERS:
            continue
        for line, row in enumerate(registry.rows(seed), start=2):
            for column, text in row.items():
                if column.endswith(_SUFFIXES):
                    yield column[-2:], f"seeds/{seed}.csv:{line} {column}", text


def of_yaml() -> Iterator[Said]:
    """Labels and Dutch descriptions of tables and columns, titles of pages and documents."""
    for folder in ("models", "site", "reports"):
        for path in sorted((PROJECT / folder).rglob("*.yml")):
            yield from within(read_yaml(path), str(path.relative_to(PROJECT)))


def of_descriptions() -> Iterator[Said]:
    """What the dictionary says of published tables and columns in English; `of_yaml` has what it says in Dutch."""
    for path in (PROJECT / "models" / "_columns.yml", *sorted((PROJECT / "models" / "marts").rglob("*models.yml"))):
        for text in _described(read_yaml(path)):
            yield "en", str(path.relative_to(PROJECT)), text
    yield from of_sights()


def of_sights() -> Iterator[Said]:
    """The pages of the runbook, by what is to be done: each names its page in both languages."""
    for sight in sights.SIGHTS:
        yield "nl", sight.page, sight.seen_nl
        yield "en", sight.page, sight.seen_en


def _described(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for entry in content:
            yield from _described(entry)
    elif isinstance(content, dict):
        if isinstance(content.get("description"), str):
            yield content["description"]
        for value in content.values():
            yield from _described(value)


def within(content: Any, place: str, language: str = "") -> Iterator[Said]:
    """The texts of a document whose keys say their language, by a suffix or by the language alone."""
    if isinstance(content, str) and language:
        yield language, place, content
    elif isinstance(content, list):
        for entry in content:
            yield from within(entry, place, language)
    elif isinstance(content, dict):
        for key, value in content.items():
            name = str(key)
            found = name if name in ("nl", "en") else name[-2:] if name.endswith(_SUFFIXES) else language
            yield from within(value, f"{place} {name}" if found else place, found)


def of_templates() -> Iterator[Said]:
    """Where a page says something, Dutch stands first; a document in Typst is Dutch but for its markup."""
    for path in sorted((PROJECT / "site").rglob("*.j2")):
        for nl, en in re.findall(r'say\(\s*"([^"]*)"\s*,\s*"([^"]*)"', path.read_text(encoding="utf-8")):
            yield "nl", path.name, nl
            yield "en", path.name, en
    for path in sorted((PROJECT / "reports").rglob("*.sql")):
        for heading in re.findall(r'as "([^"]+)"', path.read_text(encoding="utf-8")):
            yield "nl", str(path.relative_to(PROJECT)), heading
    for path in sorted((PROJECT / "reports").rglob("*.typ")):
        text = path.read_text(encoding="utf-8")
        for _, en in re.findall(_SAID, text):
            yield "en", str(path.relative_to(PROJECT)), en
        text = re.sub(_SAID, r'"\1"', text)
        for said in [*re.findall(r'"([^"\n]* [^"\n]*)"', text), *re.findall(r"\[([^\]\n#]{12,})\]", text)]:
            yield "nl", str(path.relative_to(PROJECT)), said


def of_code() -> Iterator[Said]:
    """The help, what is to be done, and the words of answers, returns and the terminal."""
    command: Any = typer.main.get_command(cli.app)
    for name, found in command.commands.items():
        for one in getattr(found, "commands", {"": found}).values():
            yield "en", f"help of {name}", f"{one.help} {' '.join(getattr(p, 'help', '') or '' for p in one.params)}"
    for sight in sights.SIGHTS:
        yield "nl", sight.page, re.sub(r"'veerkracht [^']*'", "", sight.todo_nl)  # a command has its own words
        yield "en", sight.page, sight.todo_en
    pairs = [*registry.severity_words().values(), *verdict._VERDICT_WORDS.values(), *verdict._NEXT_WORDS.values()]
    for nl, en in [*pairs, *form_workbook._GUIDE]:
        yield "nl", "answer or return", nl
        yield "en", "answer or return", en
    for words in (status._DELIVERY_WORDS, status._DAY_WORDS, status._NIGHT_WORDS, console.STEPS, console._DONE):
        for word in words.values():
            yield "nl", "terminal", word.partition(" / ")[0]


def of_python() -> Iterator[Said]:
    """The sentences that stand in Python: wherever a text stands beside its other language."""
    for path in sorted((PROJECT / "flows").rglob("*.py")):
        place = str(path.relative_to(PROJECT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for language, text in pairs(node):
                for words in strings(text):
                    yield language, f"{place}:{node.lineno}", _COMMAND.sub("", words)  # type: ignore[attr-defined]


_COMMAND = re.compile(r"'?veerkracht [a-z]+[^'.;,]*'?|`[^`]*`|\{[^}]*\}")
"""A command, and what is filled in, has words of its own."""


def pairs(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The texts of a place in the code that says its language: what is said in both, a choice, a name, a key."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[nl, en]) if name.strip("_") == "say":
            yield from (("nl", nl), ("en", en))
        case ast.Call(args=[_, nl, en], func=ast.Attribute(attr="counted")):
            yield from (("nl", nl), ("en", en))
        case ast.IfExp(test=ast.Name(id="dutch"), body=nl, orelse=en):
            yield from (("nl", nl), ("en", en))
        case ast.IfExp(test=ast.Compare(comparators=[ast.Constant(value="nl")], ops=[ast.Eq()]), body=nl, orelse=en):
            yield from (("nl", nl), ("en", en))
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("nl", "en"):
                    yield str(key.value), value
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AugAssign(target=ast.Name(id=name), value=value)
        ):
            if name in ("nl", "en") or name.endswith(_SUFFIXES):
                yield name[-2:], value
        case ast.keyword(arg=str(name), value=value) if name in ("nl", "en") or name.endswith(_SUFFIXES):
            yield name[-2:], value
        case ast.JoinedStr() | ast.Constant():
            said = next(strings(node), "")
            dutch, slash, english = said.partition(" / ")
            if slash and " " in dutch and "\n" not in said:
                yield from (("nl", ast.Constant(dutch)), ("en", ast.Constant(english)))


def strings(node: ast.AST) -> Iterator[str]:
    """The texts of an expression, each whole, with a mark where something is filled in."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif not isinstance(node, ast.Call | ast.Subscript | ast.Attribute):
        for child in ast.iter_child_nodes(node):
            yield from strings(child)


SOURCES = {
    "seeds": of_seeds,
    "yaml": of_yaml,
    "descriptions": of_descriptions,
    "templates": of_templates,
    "code": of_code,
    "python": of_python,
}


@pytest.mark.parametrize("source", SOURCES)
def test_no_text_says_what_the_glossary_avoids(source: str) -> None:
    texts = list(SOURCES[source]())
    assert len(texts) > 30 and {language for language, *_ in texts} == {"nl", "en"}
    found = [
        f"{place}: '{hit[0]}', say '{preferred}': {text[:160]}"
        for said_in, place, text in texts
        for language, avoided, preferred in GLOSSARY
        if said_in == language and (hit := avoided.search(text))
    ]
    assert found == [], "\n".join(found)


def test_every_row_of_the_glossary_finds_its_word() -> None:
    for language, avoided, preferred in GLOSSARY:
        assert language in ("nl", "en") and preferred, avoided.pattern
        assert not avoided.search(preferred)


def test_the_pages_for_people_are_read() -> None:
    assert {Path(place.split(" ")[0]).parts[0] for _, place, _ in of_yaml()} == {"models", "site", "reports"}
