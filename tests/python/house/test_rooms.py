"""The rooms of the code: what each needs of the others, and what README says of them."""

import ast
import re
import subprocess
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from flows.settings import PROJECT

PROGRAMS = ("flows", "expectations", "demo")


def room(path: Path) -> str:
    """A folder of `flows`, one of its own modules, or another program."""
    program, *rest = path.relative_to(PROJECT).parts
    return f"{program}/{rest[0]}" if program == "flows" else program


def needs(path: Path) -> Iterator[str]:
    """The rooms that a module imports from, at its head or where it uses them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PROGRAMS:
            for name in node.names:
                place = PROJECT.joinpath(*node.module.split("."))
                found = next((p for p in (place / name.name, place / f"{name.name}.py", place) if p.exists()), None)
                yield room(found or place.with_suffix(".py"))


def rooms() -> dict[str, set[str]]:
    built: dict[str, set[str]] = {}
    for program in PROGRAMS:
        for path in (PROJECT / program).rglob("*.py"):
            if path.name != "__init__.py" or path.parent.parent != PROJECT:
                built.setdefault(room(path), set()).update(set(needs(path)) - {room(path)})
    return built


def test_no_two_rooms_need_each_other() -> None:
    order = list(TopologicalSorter(rooms()).static_order())
    assert order.index("flows/intake") < order.index("flows/warehouse") < order.index("flows/forms")
    assert order.index("flows/forms") < order.index("flows/release") < order.index("flows/night.py")


def test_two_rooms_that_need_each_other_are_found() -> None:
    built = rooms()
    built["flows/intake"].add("flows/release")
    with pytest.raises(CycleError):
        TopologicalSorter(built).prepare()


def test_the_map_of_the_readme_is_the_house() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`((?:flows/|demo/|expectations/)[a-z_./]*)`", text)) | {
        f"flows/{name}" for name in re.findall(r"`([a-z]+\.py)`", text)
    }
    names = ("log", "settings", "project", "personal_data", "registry")  # which say what they hold
    small = {f"flows/{name}.py" for name in names}
    there = {r if r.endswith(".py") else f"{r}/" for r in rooms()} - small
    assert told == there


def test_the_readme_names_every_subject_of_the_marts() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"\| `models/marts/` \| what is published: (.+?);", text)
    assert set(said.split(", ")) == {path.name for path in (PROJECT / "models" / "marts").iterdir() if path.is_dir()}


def test_the_map_of_the_readme_has_every_folder() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False).stdout
    folders = {line.split("/")[0] for line in listed.splitlines() if "/" in line and not line.startswith(".")}
    assert folders, "a checkout"
    assert {folder for folder in folders if f"`{folder}/" not in text} == set()


def test_paths_that_the_docs_name_are_there() -> None:
    gone = {
        f"{page.name}: {path}"
        for page in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").glob("*.md"))
        for path in re.findall(
            r"`((?:seeds|models|flows|macros|tests|expectations)/[\w./-]+)`", page.read_text("utf-8")
        )
        if not (PROJECT / path).exists()
    }
    assert gone == set()
