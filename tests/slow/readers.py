"""Readers while releases are switched: `make readers` reads at least 5,000 times over at least 300 switches.

Two releases of one home differ in every amount; a reader sums two tables in each read, and what opens a release reads
its manifest first. Half of the readers open anew for every read, half keep a reader that goes on by itself.
"""

import json
import multiprocessing
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from made_release import manifest, sign

from flows.forms.names import DATABASE
from flows.release import kept, publishing
from flows.release.reader import open_current
from flows.settings import Settings

READERS = 4
_ROWS = 20_000


@dataclass(frozen=True)
class Seen:
    """What the readers saw."""

    reads: int
    switches: int
    errors: int
    mixtures: int
    releases: int
    """Different releases that were seen."""


def watch(home: Path, reads: int, switches: int) -> Seen:
    """Switch ``current`` between two releases while four processes read, until both numbers are reached."""
    settings = Settings(home=home)
    folders = [_make(settings, f"2030-01-01.{number}", number) for number in (1, 2)]
    publishing.switch(settings, folders[0])
    context = multiprocessing.get_context("spawn")
    stop, counted = context.Event(), context.Value("i", 0)
    answers: Any = context.Queue()
    readers = [
        context.Process(target=_read, args=(settings.plan_home, number % 2 == 0, stop, counted, answers))
        for number in range(READERS)
    ]
    for reader in readers:
        reader.start()
    switched = 0
    while (switched < switches or counted.value < reads) and any(reader.is_alive() for reader in readers):
        switched += 1
        publishing.switch(settings, folders[switched % 2])
        time.sleep(0.002)
    stop.set()
    found = [answers.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join()
    return Seen(
        reads=sum(f["reads"] for f in found),
        switches=switched,
        errors=sum(f["errors"] for f in found),
        mixtures=sum(f["mixtures"] for f in found),
        releases=len({seen for f in found for seen in f["seen"]}),
    )


def _make(settings: Settings, release_id: str, number: int) -> Path:
    """A release whose every row holds its own number."""
    folder = settings.releases / release_id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(f"attach '{folder / DATABASE}' as made (storage_version 'v1.0.0')")
        for table in ("one", "two"):
            con.execute(f"create table made.{table} as select {number} as number, i from range({_ROWS}) as t (i)")
    (folder / kept.MANIFEST).write_text(json.dumps(manifest(release_id, datetime(2030, 1, 1, tzinfo=UTC))))
    sign(settings, folder)
    return folder


def _read(home: Path, keeps_open: bool, stop: Any, counted: Any, answers: Any) -> None:
    answer: dict[str, Any] = {"reads": 0, "errors": 0, "mixtures": 0, "seen": set()}
    reader = open_current(home)
    sums = "select sum(number) from one union all select sum(number) from two"
    while not stop.is_set():
        try:
            rows = (reader if keeps_open else open_current(home)).query(sums)
        except Exception:
            answer["errors"] += 1
            continue
        answer["reads"] += 1
        answer["seen"].add(rows[0])
        answer["mixtures"] += rows[0] != rows[1] or rows[0][0] not in (_ROWS, 2 * _ROWS)
        with counted.get_lock():
            counted.value += 1
    answers.put(answer)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        seen = watch(Path(folder), reads=5_000, switches=300)
    print(seen)
    sys.exit(seen.errors or seen.mixtures or seen.releases != 2)
