"""The log of a run: a line per event; what the disk does not take is said plainly, and stops nothing."""

import json
from errno import ENOSPC
from pathlib import Path
from unittest.mock import Mock

import pytest

from flows import log

FULL = Path("/dev/full")
"""A file of the system that takes nothing: as on a disk without space."""


def events(path: Path) -> list[str]:
    return [json.loads(line)["event"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_leaves_a_line_per_event(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with log.run_log(tmp_path, "night") as path:
        log.event("received", file="a.xlsx")
        log.event("built")
    assert (events(path), capsys.readouterr().err) == (["received", "built"], "")


def test_what_a_full_disk_does_not_take_is_said_in_a_line_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every event with its facts, that of a failure too; no trace of the log's own, and the run ends as it ends."""
    (tmp_path / "night.jsonl").symlink_to(FULL)
    with log.run_log(tmp_path, "night"):
        log.event("received", file="a.xlsx")
        try:
            raise OSError("no space")
        except OSError:
            log.failure("failed")
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ", 2)[:2] for line in said] == [[f"{tmp_path}/night.jsonl", "No space left on device"]] * 2
    first, second = (json.loads(line.split(": ", 2)[2]) for line in said)
    assert (first["event"], first["file"]) == ("received", "a.xlsx")
    assert second["event"] == "failed" and "no space" in second["exception"]


def test_a_disk_that_has_room_again_gets_what_it_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with log.run_log(tmp_path, "night") as path:
        *_, handler = log.logger.handlers
        with monkeypatch.context() as full:
            full.setattr(handler, "flush", Mock(side_effect=OSError(ENOSPC, "No space left on device")))
            log.event("received")
        log.event("built")
    assert events(path) == ["received", "built"]


def test_where_nobody_hears_the_night_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "night.jsonl").symlink_to(FULL)
    with FULL.open("w", buffering=1) as deaf:
        monkeypatch.setattr("sys.stderr", deaf)
        with log.run_log(tmp_path, "night"):
            log.event("received")
        monkeypatch.undo()
        with pytest.raises(OSError):
            deaf.close()
