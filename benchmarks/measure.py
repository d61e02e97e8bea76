"""What commands cost in two checkouts: whole processes, one after the other, each code in its turn."""

import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
RETURN = "OMG_return_m7.xlsx"
NIGHT, UNCHANGED, HELP, CHECK, REGISTRY = (
    "night of m7",
    "unchanged night",
    "--help",
    "check of one workbook",
    "registry",
)
COMMANDS = (NIGHT, UNCHANGED, HELP, CHECK, REGISTRY)


@dataclass(frozen=True)
class Cost:
    """What one process, with the children it waited for, has cost."""

    cpu_s: float
    """User and system time."""
    wall_s: float
    peak_mb: float
    """Of the largest of them."""


def machine() -> str:
    """What it is measured on, in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8") if platform.system() == "Linux" else ""
    model = re.search(r"model name\s*: (.+)", told)
    cores = f"{os.cpu_count()} cores{f' ({model[1]})' if model else ''}"
    return f"{cores}, {memory:.0f} GB, {platform.system()}, load {os.getloadavg()[0]:.1f} at the end"


def commit(checkout: Path) -> str:
    """Which code it is; a changed one is named by its changes too."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", checkout, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    head, changes = git("rev-parse", "--short", "HEAD").strip(), git("diff", "HEAD")
    return f"{head}+{hashlib.sha256(changes.encode()).hexdigest()[:6]}" if changes else head


def process(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    most_mb: float = float("inf"),
) -> tuple[Cost, int]:
    """Run a whole process; what it has cost, and its exit code. One that takes more memory is killed."""
    with log.open("wb") as said:
        began = time.perf_counter()
        started = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        threading.Thread(target=_watch, args=(started.pid, most_mb), daemon=True).start()
        _, status, used = os.wait4(started.pid, 0)
        wall = time.perf_counter() - began
    started.returncode = os.waitstatus_to_exitcode(status)
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024), started.returncode


def _watch(pid: int, most_mb: float) -> None:
    """Kill a process that takes more, before the machine takes it from others."""
    pages = Path(f"/proc/{pid}/statm")
    with suppress(OSError, IndexError, ProcessLookupError):  # it ended meanwhile
        while most_mb < float("inf"):
            if int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") > most_mb * 1024**2:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)


@dataclass(frozen=True)
class Code:
    """A checkout with its own .venv, and a folder for its homes."""

    name: str
    checkout: Path
    scratch: Path

    @property
    def commit(self) -> str:
        """Which code it is, as `commit` says."""
        return commit(self.checkout)

    @property
    def folder(self) -> Path:
        return self.scratch / self.commit

    @property
    def home(self) -> Path:
        """Where commands run; always the same place, since what is kept between runs knows where it was made."""
        return self.folder / "home"

    @property
    def prepared(self) -> Path:
        """The home up to m6 with the returns of m7 in the inbox."""
        return self.folder / "prepared"

    def prepare(self) -> None:
        """Make the prepared home, once per code; some minutes."""
        if self.prepared.exists():
            return
        print(f"{self.name}: the demo up to m6 ...", flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.run([sys.executable, HERE / "prepare.py"], interpreter=True)
        self.home.rename(self.prepared)

    def renew(self) -> None:
        """Put the prepared home in its place again."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.prepared, self.home, symlinks=True)

    def run(self, arguments: Sequence[str | Path], ends: tuple[int, ...] = (0,), interpreter: bool = False) -> Cost:
        """Run a command of the checkout in its home; what its whole process costs.

        Args:
            ends: exit codes that are as they should be.
            interpreter: the first argument is a Python, for which the checkout's own is taken.
        """
        binary = self.checkout / ".venv" / "bin" / ("python" if interpreter else "veerkracht")
        command = [str(binary), *map(str, arguments[1:] if interpreter else arguments)]
        log = self.folder / "last.log"
        cost, end = process(command, self.checkout, self._environment(), log)
        if end not in ends:
            raise SystemExit(f"{self.name}: {' '.join(command)} ended with {end}; see {log}")
        return cost

    def said(self) -> dict[str, Any]:
        """What the last command answered, where it was asked for JSON."""
        text = (self.folder / "last.log").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text[text.index("{") :])
        return found

    def _environment(self) -> Mapping[str, str]:
        plain = {n: v for n, v in os.environ.items() if not n.startswith(("VEERKRACHT_", "PREFECT_", "PYTHON"))}
        return plain | {"VEERKRACHT_HOME": str(self.home), "DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def after_the_night(self) -> Path:
        """The warehouse of the home after the night of m7, which is run where it was not yet."""
        if not self.home.exists():
            self.prepare()
            self.renew()
            self.run(["nightly"])
        found = self.home.rglob("build/warehouse.duckdb")
        return min(found, key=lambda path: len(path.parts))


def once(code: Code, command: str) -> Cost:
    """Run one of the commands, after putting things as they must be."""
    if command == NIGHT:
        code.renew()
        return _night(code, "published")
    if command == UNCHANGED:
        return _night(code, "nothing_new")
    if command == CHECK:
        workbook = next(path for path in code.home.rglob(RETURN) if "inbox" in path.parts)
        return code.run(["check", workbook, "--meetmoment", "m7", "--json"], ends=(0, 20))  # what a gate refuses too
    return code.run([REGISTRY, "--json"] if command == REGISTRY else [command])


def _night(code: Code, verdict: str) -> Cost:
    cost = code.run(["nightly", "--json"])
    if f'"{verdict}"' not in json.dumps(code.said()):
        raise SystemExit(f"{code.name}: the night was not {verdict}; see {code.folder / 'last.log'}")
    return cost


def side_by_side(codes: Sequence[Code], commands: Sequence[str], runs: int) -> dict[str, dict[str, Any]]:
    """Medians by code and command; every run measures each code once before the next run begins."""
    for code in codes:
        code.prepare()
        if NIGHT not in commands:
            code.after_the_night()
    costs: dict[tuple[str, str], list[Cost]] = {}
    for number in range(1, runs + 1):
        for command in commands:
            for code in codes:
                cost = once(code, command)
                costs.setdefault((code.name, command), []).append(cost)
                print(f"{number}/{runs} {code.name} {command}: {cost.cpu_s:.2f} s, {cost.peak_mb:.0f} MB", flush=True)
    return {code.name: dict(_medians(code, costs)) for code in codes}


def _medians(code: Code, costs: Mapping[tuple[str, str], list[Cost]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for (name, command), found in costs.items():
        if name == code.name:
            middle = {f: round(median(getattr(cost, f) for cost in found), 3) for f in Cost.__dataclass_fields__}
            yield command, {**middle, "all_cpu_s": [round(cost.cpu_s, 3) for cost in found]}


def growth(code: Code, copies: int, seconds: int) -> dict[str, Any]:
    """All models' SQL alone on as many copies of the demo's plan; see ``growth_models.py``."""
    warehouse = code.after_the_night()
    print(f"{code.name}: all models at {copies}x ...", flush=True)
    done = subprocess.run(
        [
            *(code.checkout / ".venv" / "bin" / "python", HERE / "growth_models.py"),
            *(code.checkout, warehouse, str(copies), code.folder / "growth", str(seconds)),
        ],
        cwd=code.checkout,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said
