"""The sandbox: the same walls around reading a stranger's file and marking it."""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sandboxed
from made_files import plain_workbook

from flows.intake import landlock, sandbox
from flows.intake import reading as reading
from flows.senders.answer import marking as marking
from flows.senders.answer.verdict import Answer
from flows.settings import Settings

SECRETS = {"VEERKRACHT_SIGNING_KEY": "c2VjcmV0", "VEERKRACHT_POSTGRES_DSN": "host=db", "PGPASSWORD": "for nobody"}


def read(book: Path, folder: Path) -> None:
    reading.parse_all([reading.Job(book, "veerkracht", folder / "read")], Settings())
    assert (folder / "read" / "rows.parquet").exists()


def mark(book: Path, folder: Path) -> None:
    answer = Answer("veerkracht-m7-1", "veerkracht", "m7", "A.xlsx", "1", datetime(2025, 1, 1), False, ())
    assert marking.mark_all([marking.Job(book, answer, folder / "marked.xlsx")], Settings()) == {answer.submission_id}


@pytest.mark.parametrize("open_it", [read, mark])
def test_what_opens_a_strangers_file_gets_no_secret_of_the_parent(
    open_it: Callable[[Path, Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment is looked at in the child itself, before its Python begins."""
    book = tmp_path / "A.xlsx"
    book.write_bytes(plain_workbook())
    seen, python = tmp_path / "environment", tmp_path / "python"
    python.write_text(f'#!/bin/sh\nenv > "{seen}"\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    open_it(book, tmp_path)
    text = seen.read_text()
    names = {line.partition("=")[0] for line in text.splitlines()} - {"PWD", "OLDPWD", "SHLVL", "_"}
    needed = {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR"}
    assert names - needed <= {"MALLOC_ARENA_MAX", "ARROW_DEFAULT_MEMORY_POOL", "PYTHONUTF8", "OPENPYXL_LXML"}
    assert not [secret for secret in SECRETS.values() if secret in text]


def tried(
    monkeypatch: pytest.MonkeyPatch, jobs: list[str], files: sandbox.Files | None = None, **limits: int
) -> list[tuple[int, object]]:
    """What becomes of these jobs."""
    monkeypatch.setenv("PYTHONPATH", str(Path(sandboxed.__file__).parent))
    told: list[tuple[int, object]] = []
    try:
        sandbox.run_all(
            "sandboxed",
            jobs,
            Settings(**limits),
            lambda number, word: told.append((number, word)),
            lambda number, broken: told.append((number, broken)),
            files,
        )
    except sandbox.Failed as failed:
        told += failed.ends.items()
    return told


@pytest.mark.parametrize(
    "job",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
    ],
)
def test_it_reaches_nothing(job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tried(monkeypatch, ["pass", job, "pass"]) == [(0, "done"), (1, "refused"), (2, "done")]


def test_it_opens_its_own_files_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor another sender's, nor a key, nor a device; it makes files in its own folder and nowhere else."""
    if not landlock.version():
        pytest.skip("this kernel has no Landlock: here the other walls stand alone")
    own, out, other = tmp_path / "own", tmp_path / "out", tmp_path / "other"
    for folder in (out, other):
        folder.mkdir()
    for file in (own, other / "key"):
        file.write_text("x")
    done = [
        f"open({str(own)!r}).read()",
        f"open({str(out / 'made')!r}, 'w').write('x')",
        f"import os; os.rename({str(out / 'made')!r}, {str(out / 'named')!r})",
        "import tempfile; tempfile.TemporaryFile().write(b'x')",
    ]
    refused = [
        f"open({str(other / 'key')!r}).read()",
        f"import os; os.listdir({str(other)!r})",
        f"open({str(own)!r}, 'a').write('x')",
        f"open({str(other / 'made')!r}, 'w').write('x')",
        f"import os; os.unlink({str(other / 'key')!r})",
        f"import os; os.rename({str(out / 'named')!r}, {str(other / 'named')!r})",
        "open('/etc/passwd').read()",
        "open('/proc/1/environ').read()",
        f"import os; os.symlink({str(other / 'key')!r}, {str(out / 'link')!r})",
        f"import os; os.mkfifo({str(out / 'pipe')!r})",
    ]
    told = tried(monkeypatch, [*done, *refused], sandbox.Files([own], [out]))
    assert [word for _, word in told] == ["done"] * len(done) + ["refused"] * len(refused)
    assert (other / "key").read_text() == "x" and [path.name for path in other.iterdir()] == ["key"]


def test_large_files_are_done_by_a_child_per_core_and_each_is_told_by_its_own_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two wait for each other, so that one child alone would never end; one more dies, and one is slow."""
    monkeypatch.setattr(sandbox, "_WORTH_A_CHILD", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2})
    large = tmp_path / "large"
    large.write_bytes(b"xx")
    meet = "import pathlib, time\npathlib.Path({!r}).touch()\nwhile not pathlib.Path({!r}).exists(): time.sleep(0.02)"
    here, there = str(tmp_path / "out" / "here"), str(tmp_path / "out" / "there")
    (tmp_path / "out").mkdir()
    dies, slow = "import os; os._exit(7)", "while True: pass"
    jobs = [meet.format(here, there), meet.format(there, here), "pass", dies, slow, "pass"]
    told = tried(monkeypatch, jobs, sandbox.Files([large], [tmp_path / "out"]), parse_seconds=1)
    done = [(number, "done") for number in (0, 1, 2, 5)]
    assert sorted(told, key=lambda one: one[0]) == [*done[:3], (3, "exit 7"), (4, ("> 1 s", "<= 1 s")), done[3]]


@pytest.mark.parametrize(
    ("free_gb", "sizes", "children"),
    [(8, [3, 4], 1), (8, [9, 9], 2), (8, [99] * 9, 4), (8, [99], 1), (3, [99] * 9, 3), (0, [99] * 9, 1)],
    ids=["small files", "by bytes", "by cores", "by files", "by memory", "one in any case"],
)
def test_so_many_children_share_the_files_as_there_are_bytes_cores_files_and_memories_for(
    free_gb: int, sizes: list[int], children: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_WORTH_A_CHILD", 8)
    monkeypatch.setattr(sandbox, "_free", lambda: free_gb * 1024**3)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(4)))
    files = [tmp_path / str(number) for number in range(len(sizes))]
    for path, size in zip(files, sizes, strict=True):
        path.write_bytes(b"x" * size)
    assert sandbox._children(len(files), Settings(parse_memory_mb=1024), sandbox.Files(files)) == children


EXECUTE, WRITE, READ, LIST, REMOVE_FOLDER, REMOVE = (1 << n for n in range(6))
MAKE_FOLDER, MAKE_FILE, REFER, TRUNCATE, DEVICE = (1 << n for n in (7, 8, 13, 14, 15))


@pytest.mark.parametrize(
    ("known", "files", "beside"),
    [
        (1, (1 << 13) - 1, ()),
        (2, (1 << 14) - 1, ()),
        (3, (1 << 15) - 1, ()),
        (4, (1 << 15) - 1, (0b11,)),
        (5, (1 << 16) - 1, (0b11,)),
        (6, (1 << 16) - 1, (0b11, 0b11)),
    ],
)
def test_the_kernel_is_asked_for_every_wall_that_its_version_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: int, files: int, beside: tuple[int, ...]
) -> None:
    """By the bits of linux/landlock.h: a kernel that is older or newer than the one at hand is only met this way."""
    asked: list[tuple[Any, ...]] = []
    allowed: dict[str, int] = {}
    file = tmp_path / "file"
    file.touch()

    def call(*given: Any) -> int:
        asked.append(given)
        return known if given[-1] == 1 else os.open(os.devnull, os.O_RDONLY)

    monkeypatch.setattr(landlock, "_call", call)
    monkeypatch.setattr(landlock, "_KERNEL", SimpleNamespace(prctl=lambda *_: 0))
    monkeypatch.setattr(landlock, "_allow", lambda _, path, access: allowed.update({path.name: access}))
    gone = tmp_path / "gone"
    assert landlock.only([tmp_path.parent, file, gone], [tmp_path])
    (_, handled, length, _) = asked[1]
    assert handled == struct.pack(f"{1 + len(beside)}Q", files, *beside) and length == len(handled)
    writing = WRITE | READ | LIST | REMOVE_FOLDER | REMOVE | MAKE_FOLDER | MAKE_FILE | REFER | TRUNCATE | DEVICE
    assert allowed == {tmp_path.parent.name: READ | LIST, "file": READ, tmp_path.name: writing & files}
    assert not any(access & EXECUTE for access in allowed.values()), "no program is started anywhere"


def test_where_the_kernel_has_none_of_it_nothing_is_asked_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "_call", lambda *given: -1 if given[0] == 444 else pytest.fail("it was asked"))
    assert landlock.version() == 0 and landlock.only([Path("/")], []) is False


def test_a_kernel_that_refuses_what_it_offers_is_an_error_of_the_machine() -> None:
    ctypes.set_errno(errno.EINVAL)
    with pytest.raises(OSError, match="Landlock: Invalid argument") as told:
        landlock._expect(-1)
    assert told.value.errno == errno.EINVAL and [landlock._expect(n) for n in (0, 3)] == [0, 3]


def test_what_computes_too_long_is_told_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    told = tried(monkeypatch, ["pass", "while True: pass", "pass"], parse_seconds=1)
    assert told == [(0, "done"), (1, ("> 1 s", "<= 1 s")), (2, "done")]


@pytest.mark.parametrize(
    ("job", "end"),
    [
        ("import os; os._exit(7)", "exit 7"),
        ("import time; time.sleep(60)", "neither said nor computed anything for 2 s"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("import os; os.kill(os.getpid(), 11)", "killed by SIGSEGV"),
        ("import os; os.kill(os.getpid(), 15)", "killed by SIGTERM"),
        ("raise KeyError('a slip of ours')", "exit 1: KeyError: 'a slip of ours'"),
    ],
)
def test_any_other_end_is_a_failure_that_blames_no_file_and_the_rest_goes_on(
    job: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_WAITING", 2)
    assert tried(monkeypatch, ["pass", job, "pass"], parse_seconds=1) == [(0, "done"), (2, "done"), (1, end)]


def test_children_that_all_fail_are_not_tried_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    told = tried(monkeypatch, ["import os; os._exit(7)"] * 5)
    assert told == [(0, "exit 7"), (1, "exit 7")]


def test_what_a_library_prints_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tried(monkeypatch, ["print('done')", "import os; os.write(1, b'done\\n')"]) == [(0, "done"), (1, "done")]


def test_memory_that_the_machine_does_not_have_is_no_limit_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sandbox.memory_was_there(Settings())
    assert not sandbox.memory_was_there(Settings(parse_memory_mb=10**9))


def test_it_takes_no_more_memory_and_writes_no_more_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tried(monkeypatch, ["pass", "bytearray(2 * 1024**3)", "pass"])
    assert told == [(0, "done"), (1, "MemoryError"), (2, "done")]
    large = tmp_path / "large"
    write = f"open({str(large)!r}, 'wb').write(bytes(2 * 1024**2))"
    told = tried(monkeypatch, ["pass", write, "pass"], sandbox.Files((), [tmp_path]), max_output_mb=1)
    assert told == [(0, "done"), (1, "OSError"), (2, "done")]
    assert large.stat().st_size <= 1024**2
