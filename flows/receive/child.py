"""The limited child process that reads strangers' files: bounded memory, time and output, and nothing executed.

The parent hands it files one after the other; when it dies or takes too long over one, that file is refused with
the limit it broke, and a new child goes on with the rest.
"""

import json
import queue
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from flows import registry
from flows.receive.fit import Refusal
from flows.receive.parse import Parsed, parse_file
from flows.settings import PROJECT, Settings


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
            refused = Parsed(refusals=[Refusal("F08", value=broke, expected=_allowed(limits))])
            _write_refusal(left[0], refused)
            on_done(left[0])
            left = left[1:]


def _allowed(limits: Settings) -> str:
    return f"<= {limits.parse_seconds} s, <= {limits.parse_memory_mb} MB"


def _run_child(jobs: Sequence[Job], limits: Settings, on_done: Callable[[Job], None]) -> tuple[int, str]:
    """How many jobs one child finished, and what it broke on (empty when it finished them all)."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.receive.child"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout and process.stderr
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
    errors: list[str] = []
    threading.Thread(target=lambda: errors.append(process.stderr.read()), daemon=True).start()  # type: ignore[union-attr]
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
            if lines.get(timeout=limits.parse_seconds) is None:
                process.wait()
                return done, f"exit {process.returncode}"
            on_done(jobs[done])
            done += 1
    except queue.Empty:
        return done, f"{limits.parse_seconds} s"
    finally:
        process.kill()
        process.wait()
    return done, ""


def _forward(stream: IO[str], lines: "queue.Queue[str | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _write_refusal(job: Job, parsed: Parsed) -> None:
    (job.target / "rows.parquet").unlink(missing_ok=True)
    (job.target / "parsed.json").write_text(json.dumps(asdict(parsed)), encoding="utf-8")


def main() -> None:
    """Body of the child: take the order from standard input, answer one line per finished file."""
    order = json.loads(sys.stdin.read())
    limits = Settings(**order["limits"])
    memory = limits.parse_memory_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * 1024**3, 4 * 1024**3))
    for content, plan_code, target in order["jobs"]:
        parse_file(Path(content), registry.layouts(plan_code), Path(target), limits)
        print("done", flush=True)


if __name__ == "__main__":
    main()
