"""Nights that are broken: a sample of `make faults`, and that no step and no way of writing is without its points."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DemoRun
from replay import without_pages
from small_plan import METINGEN

from flows.intake import archive
from flows.release import kept, publishing
from flows.settings import PROJECT, Settings

FAULTS = PROJECT / "tests" / "faults"
WITHOUT_POINTS = {"judge_release": "it reads the warehouse and changes nothing of the home"}
# What changes files, by the name code calls it: an example that must be counted, or none where it would not be.
CHANGES: dict[str, str | None] = {
    "write_text": "(home / 'new').write_text('x')",
    "write_bytes": "(home / 'new').write_bytes(b'x')",
    "touch": "(home / 'new').touch()",
    "open": "(home / 'new').open('w').close()",
    "rename": "(home / 'old').rename(home / 'new')",
    "unlink": "(home / 'old').unlink()",
    "remove": "os.remove(home / 'old')",
    "mkdir": "(home / 'folder').mkdir()",
    "makedirs": "os.makedirs(home / 'folder' / 'below')",
    "rmdir": "(home / 'empty').rmdir()",
    "symlink_to": "(home / 'link').symlink_to('old')",
    "hardlink_to": "(home / 'link').hardlink_to(home / 'old')",
    "link": "os.link(home / 'old', home / 'link')",
    "symlink": "os.symlink('old', home / 'link')",
    "truncate": "os.truncate(home / 'old', 0)",
    "chmod": "(home / 'old').chmod(0o600)",
    "utime": "os.utime(home / 'old')",
    "fsync": "archive_sync(home / 'old')",
    "copyfile": "shutil.copyfile(home / 'old', home / 'new')",
    "copy": "shutil.copy(home / 'old', home / 'new')",
    "copy2": "shutil.copy2(home / 'old', home / 'new')",
    "copytree": "shutil.copytree(home / 'folder_of_one', home / 'folder')",
    "copyfileobj": "shutil.copyfileobj((home / 'old').open('rb'), (home / 'new').open('wb'))",
    "move": "shutil.move(home / 'old', home / 'new')",
    "rmtree": "shutil.rmtree(home / 'folder_of_one')",
    "ZipFile": "zipfile.ZipFile(home / 'new', 'w').close()",
    "TemporaryFile": "tempfile.TemporaryFile().close()",
    "NamedTemporaryFile": "tempfile.NamedTemporaryFile(dir=home).close()",
    "TemporaryDirectory": "tempfile.TemporaryDirectory(dir=home).cleanup()",
    "mkdtemp": "tempfile.mkdtemp(dir=home)",
    "run": "subprocess.run(['true'])",
    "Popen": "subprocess.Popen(['true']).wait()",
    "sendfile": None,
    "copy_file_range": None,
    "fdatasync": None,
    "mkfifo": None,
    "mknod": None,
    "chown": None,
    "lchown": None,
    "posix_spawn": None,
    "mmap": None,
}
OF_FILES = ("os", "shutil", "tempfile", "zipfile", "subprocess", "mmap")


def steps_of_the_night() -> set[str]:
    """The steps that `flows/night.py` runs, by name."""
    tree = ast.parse((PROJECT / "flows" / "night.py").read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return {c.args[0].id for c in calls if c.func.id == "run" and isinstance(c.args[0], ast.Name)}  # type: ignore[attr-defined]


def ways_of_writing() -> Iterator[tuple[str, str]]:
    """(name, file) of every call in the code that changes files, as far as its name tells."""
    for path in sorted((PROJECT / "flows").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            name = node.func.attr
            if name == "mmap" and any(ast.unparse(keyword.value) == "mmap.ACCESS_READ" for keyword in node.keywords):
                continue  # a file that is read
            is_of_path = name in ("touch", "unlink", "mkdir", "rmdir", "rename", "write_text", "write_bytes", "chmod")
            if name in CHANGES and (of in OF_FILES or is_of_path or name.endswith("link_to")):
                yield name, path.relative_to(PROJECT).as_posix()


COUNTING = """
import json, os, shutil, subprocess, sys, tempfile, zipfile
from pathlib import Path
from breaking import Touches
from flows.intake.archive import sync as archive_sync
root = Path(sys.argv[1])
touches = Touches(root)
touches.watch()
for name, example in json.loads(sys.argv[2]).items():
    touches.step, home = "", root / name
    (home / "folder_of_one").mkdir(parents=True)
    (home / "empty").mkdir()
    (home / "old").write_text("x")
    (home / "folder_of_one" / "one").write_text("x")
    touches.step = name
    exec(example)
print(json.dumps(touches.in_step))
"""


def counted(root: Path, examples: dict[str, str]) -> dict[str, int]:
    """How many changes the harness sees in each example."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, str(root), json.dumps(examples)],
        capture_output=True,
        text=True,
        env=_environment(),
        check=True,
    )
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def _environment() -> dict[str, str]:
    places = (PROJECT, FAULTS, PROJECT / "tests" / "python")
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places))}


def test_every_way_of_writing_that_the_code_uses_is_a_point(tmp_path: Path) -> None:
    used = dict(ways_of_writing())
    assert {"rename", "unlink", "mkdir", "fsync", "rmtree"} <= set(used)
    seen = counted(tmp_path, {name: example for name, example in CHANGES.items() if example})
    assert {name: path for name, path in used.items() if not seen.get(name)} == {}


@pytest.fixture(scope="module")
def before(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small plan before its last night, as `last_night.prepared` has it, made by undoing that night."""
    folder = tmp_path_factory.mktemp("broken")
    home = small.settings.plan_home
    shutil.copytree(home, folder / "before" / home.name, symlinks=True)
    shutil.copytree(small.settings.build, folder / "built")
    undone = Settings(home=folder / "before")
    for receipt in list(undone.archive.glob("*/receipts/*.json")):
        if json.loads(receipt.read_text())["received_at"] == METINGEN[max(METINGEN)].isoformat():
            receipt.unlink()
            if not any(receipt.parent.iterdir()):
                shutil.rmtree(receipt.parent.parent)
    *_, earlier, last = kept.ids(undone)
    shutil.rmtree(undone.releases / last)
    undone.current.unlink()
    undone.current.symlink_to(f"releases/{earlier}")
    shutil.rmtree(undone.answers)
    for name in ("published.json", "last_run.json", "inbox.json"):
        (undone.plan_home / name).unlink()
    shutil.copytree(folder / "before", folder / "after", symlinks=True)
    receipts = archive.receipts(small.settings.archive, small.settings.plan)
    with without_pages():
        publishing.publish(Settings(home=folder / "after"), small.settings.warehouse, receipts, METINGEN[max(METINGEN)])
    return folder


def broken_nights(before: Path, results: Path, **how_many: int) -> tuple[int, list[dict[str, Any]], str]:
    """What `make faults` says of so many broken nights."""
    given = {"kills": 0, "moments": 0, "errors": 0, "in-children": 0, "wholes": 0, "disks": 0, "processes": 1}
    options = [f"--{name}={number}" for name, number in (given | how_many).items()]
    command = [sys.executable, str(FAULTS / "prove.py"), f"--prepared={before}", f"--results={results}", *options]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), cwd=PROJECT, check=False)
    assert results.exists(), done.stderr[-3000:]
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return done.returncode, lines, done.stdout + done.stderr


def test_a_night_that_is_broken_leaves_nothing_behind(before: Path, tmp_path: Path) -> None:
    how_many = {"kills": 1, "errors": 4, "in-children": 1}
    code, (plain, *results), said = broken_nights(before, tmp_path / "results.jsonl", **how_many)
    assert [(result["case"], result["problems"]) for result in results if result["problems"]] == []
    assert (code, len(results)) == (0, sum(how_many.values())), said
    assert "killed" in {result["ended"] for result in results}
    points = set(plain["plain"]["in_step"]) - {""}
    assert points == steps_of_the_night() - set(WITHOUT_POINTS), "a step that no point of the harness breaks"
