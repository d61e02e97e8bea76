"""The limited child process that reads strangers' files: bounded memory, time and output, and nothing executed.

The parent hands it files one after the other; when it dies or takes too long over one, that file is refused with
the limit it broke, and a new child goes on with the rest.
"""

import json
import math
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from flows import registry
from flows.receive.fit import Refusal
from flows.receive.parse import Parsed, parse_file
from flows.settings import PROJECT, Settings

Broken = tuple[str, str] | None
"""What a child did, and what it was allowed."""
_WAITING = 5
"""How much longer than its computing time a file may take on a busy machine."""
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "ctypes.")
"""Audit events of a process that reaches out or starts another."""


@dataclass(frozen=True)
class Job:
    """One file to read: its bytes, the plan whose layouts apply, and the folder for the result."""

    content: Path
    plan_code: str
    target: Path


def parse_all(jobs: Sequence[Job], limits: Settings, on_done: Callable[[Job], None] = lambda job: None) -> None:
    """Read every file; afterwards each target folder holds ``rows.parquet`` and ``parsed.json``."""
    left = list(jobs)
    while left:
        for job in left:
            job.target.mkdir(parents=True, exist_ok=True)
        done, broke = _run_child(left, limits, on_done)
        left = left[done:]
        if broke and left:
            _write_refusal(left[0], Parsed(refusals=[Refusal("F08", value=broke[0], expected=broke[1])]))
            on_done(left[0])
            left = left[1:]


def _environment() -> dict[str, str]:
    """What the child needs to start, and nothing that may be a secret; few arenas, since address space is limited."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"MALLOC_ARENA_MAX": "2", "PYTHONUTF8": "1"}


def _run_child(jobs: Sequence[Job], limits: Settings, on_done: Callable[[Job], None]) -> tuple[int, Broken]:
    """How many jobs one child finished, and what it broke on (nothing when it finished them all)."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.receive.child"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=_environment(),
    )
    assert process.stdin and process.stdout
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
    order = {
        "limits": limits.model_dump(mode="json"),
        "jobs": [[str(job.content), job.plan_code, str(job.target)] for job in jobs],
    }
    try:
        process.stdin.write(json.dumps(order))
        process.stdin.close()
    except BrokenPipeError:
        pass
    done = 0
    try:
        while done < len(jobs):
            if lines.get(timeout=limits.parse_seconds * _WAITING) is None:
                process.wait()
                if process.returncode == -signal.SIGXCPU:
                    return done, _too_long(limits)
                return done, (f"exit {process.returncode}", f"<= {limits.parse_memory_mb} MB")
            on_done(jobs[done])
            done += 1
    except queue.Empty:
        return done, _too_long(limits)
    finally:
        process.kill()
        process.wait()
    return done, None


def _too_long(limits: Settings) -> Broken:
    return f"> {limits.parse_seconds} s", f"<= {limits.parse_seconds} s"


def _forward(stream: IO[str], lines: "queue.Queue[str | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _write_refusal(job: Job, parsed: Parsed) -> None:
    (job.target / "rows.parquet").unlink(missing_ok=True)
    (job.target / "parsed.json").write_text(json.dumps(asdict(parsed)), encoding="utf-8")


def _forbid(event: str, arguments: object) -> None:
    """No network and no other program: a file is read and nothing else is done."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} has no place in reading a file")


def main() -> None:
    """Body of the child: take the order from standard input, answer one line per finished file."""
    order = json.loads(sys.stdin.read())
    limits = Settings(**order["limits"])
    memory = limits.parse_memory_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = limits.max_output_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    sys.addaudithook(_forbid)
    for content, plan_code, target in order["jobs"]:
        seconds = math.ceil(time.process_time()) + limits.parse_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        parse_file(Path(content), registry.layouts(plan_code), Path(target), limits)
        print("done", flush=True)


if __name__ == "__main__":
    main()
