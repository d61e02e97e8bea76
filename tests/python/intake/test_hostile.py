"""Hundreds of hostile files in one delivery: each is told, the parent lives, and the returns beside them are read."""

import json
import os
import resource
import socket
import time
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from hostile import read_as_they_stand, refused
from made_files import plain_csv

from flows import registry
from flows.intake import inbox as inbox_room
from flows.intake import waiting
from flows.intake.reading import Job, parse_all
from flows.night import Night, receive
from flows.settings import Settings
from flows.standing import nothing_new

LEAST = 300
SAMPLE = 11
"""One in so many stands in for all."""
MOST_SECONDS = 20
MB = 1024**2


def outcome(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((job.target / "parsed.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("every", [SAMPLE, pytest.param(1, marks=pytest.mark.slow)])
def test_every_hostile_file_is_told_and_the_returns_beside_it_are_read(tmp_path: Path, every: int) -> None:
    jobs, good = {}, plain_csv()
    (tmp_path / "in").mkdir()
    files = chain([("good", good)], islice(refused(), 0, None, every), [("also good", good)])
    for number, (name, content) in enumerate(files):
        path = tmp_path / "in" / str(number)
        path.write_bytes(content)
        assert name not in jobs
        jobs[name] = Job(path, "veerkracht", tmp_path / "out" / str(number))
    kinds = list(jobs)[1:-1]
    assert len(kinds) >= LEAST // every
    before = sorted(path.name for path in (tmp_path / "in").iterdir())
    moments = [time.perf_counter()]
    parse_all(list(jobs.values()), Settings(), lambda job: moments.append(time.perf_counter()))
    taken = {name: after - at for name, at, after in zip(jobs, moments, moments[1:], strict=False)}
    assert {name: seconds for name, seconds in taken.items() if seconds > MOST_SECONDS} == {}
    for name in ("good", "also good"):
        assert [sheet["row_count"] for sheet in outcome(jobs[name])["sheets"]] == [1]
    critical = {rule.rule_id for rule in registry.rules().values() if rule.severity == "critical"}
    said = {name: {refusal["rule_id"] for refusal in outcome(jobs[name])["refusals"]} for name in kinds}
    assert {name for name, rules in said.items() if not rules <= set(registry.rules())} == set()
    # What is no return at its head is told as a note above the header, where a return follows.
    assert {name: rules for name, rules in said.items() if not rules & critical and rules != {"F22"}} == {}, "not told"
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == before
    assert {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()} <= {"parsed.json", "rows.parquet"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4_000_000, "the parent holds no bomb"


def test_what_is_dangerous_only_to_who_takes_it_for_more_is_read_as_it_stands(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    jobs = []
    for number, (_, content, text) in enumerate(read_as_they_stand()):
        path = tmp_path / f"in{number}"
        path.write_bytes(content)
        jobs.append((Job(path, "veerkracht", tmp_path / f"out{number}"), text))
    parse_all([job for job, _ in jobs], Settings())
    for job, text in jobs:
        assert outcome(job)["refusals"] == [], text[:40]
        (row,) = pq.read_table(job.target / "rows.parquet").to_pylist()
        assert row["texts"][3] == text


def test_what_the_machine_says_nothing_of_is_told_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may be listed and not entered says so of each file in it."""
    settings = Settings(home=tmp_path / "home", plan="veerkracht")
    inbox = settings.inbox / "m1"
    (inbox / "locked").mkdir(parents=True)
    for path in (inbox / "good.csv", inbox / "locked" / "within.csv"):
        path.write_bytes(plain_csv())
    lies = Path.lstat

    def refused(path: Path) -> os.stat_result:
        if path.parent.name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return lies(path)

    monkeypatch.setattr(Path, "lstat", refused)
    files, others = waiting.look(settings.inbox)
    assert [path.name for path in files] == ["good.csv"] and [path.name for path in others] == ["within.csv"]
    assert [told["file_name"] for told in inbox_room.unplaced(settings)] == ["within.csv"]


def test_nothing_in_an_inbox_but_files_is_received_and_the_rest_is_told(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", plan="veerkracht")
    inbox = settings.inbox / "m1"
    inbox.mkdir(parents=True)
    secret = tmp_path / "secret.csv"
    secret.write_bytes(plain_csv("VV001;geheim;;"))
    odd = {"a link.csv", "a link to nothing.csv", "a link to itself.csv", "a pipe.csv", "a socket.csv", "a folder.csv"}
    (inbox / "a link.csv").symlink_to(secret)
    (inbox / "a link to nothing.csv").symlink_to(tmp_path / "nowhere")
    (inbox / "a link to itself.csv").symlink_to(inbox / "a link to itself.csv")
    os.mkfifo(inbox / "a pipe.csv")
    at = Path.cwd()
    os.chdir(inbox)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("a socket.csv")
    os.chdir(at)
    (inbox / "a folder.csv").mkdir()
    (inbox / "a folder.csv" / "within.csv").write_bytes(plain_csv())
    if os.geteuid() == 0:
        os.mknod(inbox / "a device.csv", 0o20666, os.makedev(1, 5))
        odd.add("a device.csv")
    names = (
        "new\nline.csv",
        "..csv",
        "...",
        "\u202egnp.csv",
        "a" * 251 + ".csv",
        "-rf.csv",
        "$(reboot).csv",
        "a;b|c.csv",
        "%00.csv",
    )
    for number, name in enumerate(names):
        (inbox / name).write_bytes(plain_csv(f"VV{number:03};Opgestart;;"))
    latin = Path(os.fsdecode(os.fsencode(inbox) + b"/\xff\xfe.csv"))
    latin.write_bytes(plain_csv("VV900;Opgestart;;"))
    received = receive(Night(settings, datetime(2021, 4, 2, 1, 17, tzinfo=UTC)))
    waiting = {told["file_name"] for told in nothing_new(settings).unplaced}
    assert waiting >= odd - {"a folder.csv"} and "within.csv" in waiting
    hidden = sum(name.startswith(".") for name in names)
    assert len(received) == len(names) - hidden + 1
    assert all(name.isprintable() for name in received)
    kept = [path.read_bytes() for path in settings.archive.glob("*/content")]
    assert len(kept) == len(received) and not any(b"geheim" in content for content in kept)
