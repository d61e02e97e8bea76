"""Reading that fails: the machine's failures and our own give no file a verdict, are not kept, and are tried again."""

import errno
import json
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from made_files import packed, plain_csv, plain_workbook

from flows import registry
from flows.intake.parse import parse_file
from flows.intake.reading import Job, NotRead, parse_all
from flows.settings import PROJECT, Settings

NUMBERS = (errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENOSPC, errno.EACCES)
STEPS = {"stat": (Path, "stat"), "read": (Path, "read_bytes"), "write": (pq.ParquetWriter, "write_batch")}
INJECTED = """
import pyarrow.parquet as pq

def write_batch(*_):
    raise OSError(5, "Input/output error")

pq.ParquetWriter.write_batch = write_batch
"""


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    """A workbook between two CSV files."""
    for name, content in (("a", plain_csv()), ("b", plain_workbook()), ("c", plain_csv())):
        (tmp_path / name).write_bytes(content)
    return [Job(tmp_path / name, "veerkracht", tmp_path / f"{name} read") for name in "abc"]


def read(jobs: list[Job]) -> list[str]:
    """Names of the files that have a verdict, all of which must be that they are read."""
    found = [job for job in jobs if (job.target / "parsed.json").exists()]
    for job in found:
        parsed = json.loads((job.target / "parsed.json").read_text("utf-8"))
        assert not parsed["refusals"] and parsed["sheets"]
    return [job.content.name for job in found]


@pytest.mark.parametrize("step", [*STEPS, "say"])
@pytest.mark.parametrize("number", NUMBERS, ids=errno.errorcode.get)
@pytest.mark.parametrize("build", [plain_csv, plain_workbook, lambda: packed({"a.csv": plain_csv()})])
def test_an_error_of_the_system_at_any_step_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: Callable[[], bytes], number: int, step: str
) -> None:
    content, layouts = tmp_path / "content", registry.layouts("veerkracht")
    content.write_bytes(build())

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as context:
        context.setattr(*STEPS.get(step, (os, "fsync")), fail)
        with pytest.raises(OSError) as failed:
            parse_file(content, layouts, tmp_path, Settings())
    assert failed.value.errno == number
    assert not (tmp_path / "parsed.json").exists()
    assert parse_file(content, layouts, tmp_path, Settings()).sheets


def test_what_fails_in_the_child_names_the_files_and_is_tried_again(
    jobs: list[Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(INJECTED)
    with monkeypatch.context() as context:
        context.setenv("PYTHONPATH", str(tmp_path))
        with pytest.raises(NotRead, match="Input/output error") as failed:
            parse_all(jobs, Settings())
    assert str(jobs[0].content) in str(failed.value)
    assert read(jobs) == []
    parse_all(jobs, Settings())
    assert read(jobs) == ["a", "b", "c"]


def test_memory_that_is_not_there_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same error is the file's own doing only where the machine could have given what a file may take."""
    content, layouts = tmp_path / "content", registry.layouts("veerkracht")
    content.write_bytes(plain_csv())

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(MemoryError):
        parse_file(content, layouts, tmp_path, Settings(parse_memory_mb=10**9))
    assert not (tmp_path / "parsed.json").exists()
    (refusal,) = parse_file(content, layouts, tmp_path, Settings(parse_memory_mb=64)).refusals
    assert (refusal.rule_id, refusal.value) == ("F08", "geheugen (memory)")


@pytest.mark.parametrize(
    "breaks",
    [
        lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4)),
        lambda: resource.setrlimit(resource.RLIMIT_AS, (40 * 1024**2, 40 * 1024**2)),
        lambda: os.kill(os.getpid(), 9),
    ],
    ids=["no files left", "no memory left", "killed"],
)
def test_a_child_that_cannot_start_is_no_verdict(
    jobs: list[Job], monkeypatch: pytest.MonkeyPatch, breaks: Callable[[], None]
) -> None:
    real = subprocess.Popen

    def start(*arguments: object, **named: object) -> object:
        return real(*arguments, **named, preexec_fn=breaks)  # type: ignore[call-overload]  # handed on as they came

    with monkeypatch.context() as context:
        context.setattr(subprocess, "Popen", start)
        with pytest.raises(NotRead, match="reading failed, and not because of what the files hold"):
            parse_all(jobs, Settings())
    assert read(jobs) == []
    parse_all(jobs, Settings())
    assert read(jobs) == ["a", "b", "c"]


@pytest.mark.parametrize("lost", ["gone", "a folder"])
def test_bytes_that_are_not_there_are_no_verdict(jobs: list[Job], lost: str) -> None:
    jobs[1].content.unlink()
    if lost == "a folder":
        jobs[1].content.mkdir()
    with pytest.raises(NotRead):
        parse_all(jobs, Settings())
    assert read(jobs) == ["a", "c"]


def test_paths_from_where_one_stands_are_found(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    """The child stands in the project, whoever calls stands elsewhere."""
    here = jobs[0].content.parent
    monkeypatch.chdir(here)
    assert PROJECT not in here.parents
    parse_all([Job(j.content.relative_to(here), j.plan_code, j.target.relative_to(here)) for j in jobs], Settings())
    assert read(jobs) == ["a", "b", "c"]
    assert Settings(home=Path("home")).plan_home == here / "home" / "veerkracht"
    assert Settings(cache=Path("cache")).cache == here / "cache"
    monkeypatch.setenv("VEERKRACHT_HOME", "elsewhere")
    assert Settings().home == here / "elsewhere"
