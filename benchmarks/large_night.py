"""A whole night on as many copies of the demonstration's plan as are asked for: returns as files, to a release.

    .venv/bin/python -m benchmarks.large_night FOLDER --copies 10

The files are those of the demonstration, of the same senders and in the same forms, each row with a project in it as
often as there are copies, of other projects. Printed figures are of one copy, so that the code is taken along without
them, and with as many projects announced as there are; everything else is as it stands. With ``--apart`` the projects
of each copy come in files of their own: as many small files as there are copies in place of large ones. Of each step of
`veerkracht nightly` it says the wall time and the most memory that the night had of its own, with all its children
together: of a file that it reads in place the system keeps pages, and takes them back when it needs room. What was made
stays in FOLDER: the next night there is of the same returns, received by then, with the code as it is by then.
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from demo import demo_nights
from demo.return_tables import Cell, Row, Sheet, definitive_sheet, return_sheets
from demo.targets import PLAN_CODE
from flows import profile
from flows.settings import PROJECT, Settings

_PROJECT_CODE = re.compile(r"VV(\d{3})")
_PRINTED = ("seeds/quality/published_figure.csv", "seeds/quality/figure_restatement.csv")
_CALENDAR = "seeds/plan/meetmoment.csv"
_STEP = re.compile(r"\s*(?:\d\d:){2}\d\d (.+)")
_SECONDS = 0.5
_WRITTEN = "written.json"
"""What the returns are of, once all are there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the returns, run the night, tell what it took; the exit code of the night."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--apart", action="store_true", help="each copy in files of its own")
    said = parser.parse_args(arguments)
    folder, asked = said.folder.resolve(), {"copies": said.copies, "apart": said.apart}
    checkout, home, written = folder / "checkout", folder / "home", folder / _WRITTEN
    if folder.is_relative_to(PROJECT) and subprocess.run(["git", "check-ignore", "-q", folder], cwd=PROJECT).returncode:
        parser.error(f"{folder} would be part of the code: say one outside of {PROJECT}, or below its var/")
    if written.exists():
        there = json.loads(written.read_text(encoding="utf-8"))
        if there != asked:
            parser.error(f"{folder} holds returns of {there}, asked is {asked}: say another folder, or remove it")
    else:
        for left in (folder / "returns", home):  # by one that was stopped while it wrote them
            shutil.rmtree(left, ignore_errors=True)
        started = time.monotonic()
        count, size = write_returns(folder / "returns", home, said.copies, said.apart)
        print(f"{count} files, {size / 1e6:.0f} MB, written in {time.monotonic() - started:.0f} s", flush=True)
        written.write_text(json.dumps(asked), encoding="utf-8")
    shutil.rmtree(checkout, ignore_errors=True)
    _code_for(checkout, said.copies)
    return night(checkout, home)


def write_returns(scratch: Path, home: Path, copies: int, apart: bool) -> tuple[int, int]:
    """Write the returns of all metingen into the inbox of a home; how many files, and their bytes."""
    size = count = 0
    for numbers in (range(number, number + 1) for number in range(copies)) if apart else (range(copies),):
        behind = f"_{numbers[0]:03}" if numbers[0] else ""
        for delivery in _written(scratch / f"from{behind}", numbers):
            inbox = home / delivery.plan_code / "inbox" / delivery.meetmoment_code
            inbox.mkdir(parents=True, exist_ok=True)
            count, size = count + 1, size + delivery.path.stat().st_size
            sender, rest = delivery.path.name.split("_", 1)
            shutil.move(delivery.path, inbox / f"{sender}{behind}_{rest}")
    return count, size


def _written(folder: Path, numbers: range) -> list[demo_nights.Delivery]:
    """The returns of some copies, but for those of a night that is held."""

    def of_copies(sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
        return tuple(sheet for sheet in (multiplied(sheet, numbers) for sheet in sheets) if sheet.rows)

    with (
        patch.object(demo_nights, "return_sheets", lambda *of: of_copies(return_sheets(*of))),
        patch.object(demo_nights, "definitive_sheet", lambda of: multiplied(definitive_sheet(of), numbers)),
    ):
        nights = demo_nights.write_returns(folder)
    return [delivery for made in nights if made.expects == "published" for delivery in made.deliveries]


def multiplied(sheet: Sheet, numbers: range) -> Sheet:
    """A sheet with the projects of these copies, the first of which (0) is as it stands; it has what names none too."""

    def of_copy(row: Row, number: int) -> Row:
        def cell(value: Cell) -> Cell:
            return _PROJECT_CODE.sub(rf"VV{number:03}\1", value) if isinstance(value, str) else value

        return tuple(map(cell, row))

    own = [row for row in sheet.rows if any(isinstance(cell, str) and _PROJECT_CODE.search(cell) for cell in row)]
    copied = [of_copy(row, number) for number in numbers if number for row in own]
    return Sheet(sheet.name, (*(sheet.rows if 0 in numbers else ()), *copied))


def _code_for(checkout: Path, copies: int) -> None:
    """The files of this checkout, without printed figures and with as many projects expected as there are."""
    ask = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(ask, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, checkout / name)
    for name in _PRINTED:
        heading = (checkout / name).read_text(encoding="utf-8").splitlines()[0]
        (checkout / name).write_text(heading + "\n", encoding="utf-8")
    path = checkout / _CALENDAR
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["plan_code"] == PLAN_CODE and row["project_count"]:
            row["project_count"] = str(int(row["project_count"]) * copies)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def night(checkout: Path, home: Path) -> int:
    """Run a night and print its steps as they end, and at last the parts of those that have some."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "VEERKRACHT_HOME": str(home)}
    began, started = datetime.now(UTC), time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-u", "-m", "flows.cli", "nightly"],
        cwd=checkout,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    peak, ended = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(running.pid, peak, ended), daemon=True)
    watch.start()
    step, since, highest = "start", started, 0

    def tell() -> None:
        print(f"{step:30} {time.monotonic() - since:8.1f} s {peak[0]:8} MB", flush=True)

    assert running.stdout
    for line in running.stdout:
        if told := _STEP.fullmatch(line.rstrip("\n")):
            tell()
            step, since, highest, peak[0] = told[1], time.monotonic(), max(highest, peak[0]), 0
        else:
            print("  " + line.rstrip(), flush=True)
    code = running.wait()
    ended.set()
    tell()
    used = os.times()
    print(
        f"exit {code}; {time.monotonic() - started:.0f} s of wall, {used.children_user + used.children_system:.0f} s of"
        f" computing, {max(highest, peak[0])} MB at most; load {os.getloadavg()[0]:.1f} at the end"
    )
    last, _ = profile.last_two(Settings(home=home, plan=PLAN_CODE))
    if last and last.night >= began.replace(microsecond=0):  # else this one built nothing
        for step, parts in last.parts.items():
            print(f"{step}: " + ", ".join(f"{part} {seconds:.1f} s" for part, seconds in parts.items()))
    return code


def _watch(pid: int, peak: list[int], ended: threading.Event) -> None:
    """Keep the largest memory (MB) of a process with its descendants in ``peak``, until it has ended."""
    while not ended.wait(_SECONDS):
        peak[0] = max(peak[0], sum(map(own_memory, _family(pid))))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has just ended
            for child in thread.read_text(encoding="ascii").split():
                yield from _family(int(child))


def own_memory(pid: int) -> int:
    """What a process has in memory (MB) but for the files that it maps."""
    try:
        _, resident, mapped, *_ = map(int, Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split())
    except (OSError, ValueError):  # it has just ended
        return 0
    return (resident - mapped) * os.sysconf("SC_PAGE_SIZE") >> 20


if __name__ == "__main__":
    sys.exit(main())
