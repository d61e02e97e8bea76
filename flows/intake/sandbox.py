"""The sandbox: the child process in which every stranger's file is opened, whether it is read or marked.

Bounded memory, computing time and output; no network and no other program; of the parent's environment only what a
Python needs to start, and so neither keys nor connection strings. The parent hands it jobs one after the other; when
the child dies or takes too long over one, the parent is told which limit was broken and goes on with the rest.
"""

import json
import math
import os
import queue
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import IO, Any

from flows import log
from flows.settings import PROJECT, Settings

Broken = tuple[str, str]
"""What a child did, and what it was allowed."""
_WAITING = 5
"""How much longer than its computing time a file may take on a busy machine."""
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "ctypes.")
"""Audit events of a process that reaches out or starts another."""
_NEEDED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")


def run_all(
    body: str,
    jobs: Sequence[Any],
    limits: Settings,
    on_done: Callable[[int, str], None],
    on_broken: Callable[[int, Broken], None],
) -> None:
    """Have every job done in a sandbox, in their order.

    Args:
        body: the module whose ``main`` is the body of the child: it calls `work`.
        jobs: each as JSON can hold it.
        limits: what one job may cost.
        on_done: told (number of the job, the child's word) as each is finished.
        on_broken: told (number of the job, what it broke) of each that no child came to the end of.
    """
    first = 0
    while first < len(jobs):
        done, broken = _run_child(body, jobs[first:], limits, partial(_counted, on_done, first))
        first += done
        if broken:
            on_broken(first, broken)
            first += 1


def _counted(on_done: Callable[[int, str], None], first: int, number: int, word: str) -> None:
    on_done(first + number, word)


def _environment() -> dict[str, str]:
    """What the child needs to start, and nothing that may be a secret; few arenas, since address space is limited."""
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return kept | {"MALLOC_ARENA_MAX": "2", "PYTHONUTF8": "1"}


def _run_child(
    body: str, jobs: Sequence[Any], limits: Settings, on_done: Callable[[int, str], None]
) -> tuple[int, Broken | None]:
    """How many jobs one child finished, and what it broke on (nothing when it finished them all)."""
    order = {
        "limits": limits.model_dump(mode="json", exclude={"signing_key"}),
        "jobs": jobs,
    }
    with tempfile.TemporaryFile("w+") as stdin, tempfile.TemporaryFile("w+") as stderr:
        json.dump(order, stdin)
        stdin.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", body],
            cwd=PROJECT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=_environment(),
        )
        assert process.stdout
        words: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_forward, args=(process.stdout, words), daemon=True).start()
        done = 0
        try:
            while done < len(jobs):
                word = words.get(timeout=limits.parse_seconds * _WAITING)
                if word is None:
                    process.wait()
                    if process.returncode == -signal.SIGXCPU:
                        return done, _too_long(limits)
                    return done, (f"exit {process.returncode}", f"<= {limits.parse_memory_mb} MB")
                on_done(done, word)
                done += 1
            return done, None
        except queue.Empty:
            return done, _too_long(limits)
        finally:
            process.kill()
            process.wait()
            stderr.seek(0)
            if said := stderr.read():
                log.event("said in the sandbox", body=body, said=said[-2_000:])


def _too_long(limits: Settings) -> Broken:
    return f"> {limits.parse_seconds} s", f"<= {limits.parse_seconds} s"


def _forward(stream: IO[str], words: "queue.Queue[str | None]") -> None:
    for line in stream:
        words.put(line.strip())
    words.put(None)


def _forbid(event: str, arguments: object) -> None:
    """No network and no other program: a file is opened and nothing else is done."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} has no place in opening a file")


def work(do: Callable[[Any, Settings], str]) -> None:
    """Body of the child: take the order from standard input, answer one word per finished job.

    Args:
        do: does one job and says its word; imported with all it needs, since nothing more may be loaded afterwards.
    """
    order = json.loads(sys.stdin.read())
    limits = Settings(**order["limits"])
    memory = limits.parse_memory_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = limits.max_output_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    sys.addaudithook(_forbid)
    for job in order["jobs"]:
        seconds = math.ceil(time.process_time()) + limits.parse_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        print(do(job, limits), flush=True)
