"""The sandbox: the child process in which every stranger's file is opened, whether it is read or marked.

Bounded memory, computing time and output; no network and no other program; no files but those of its jobs and of our
code; of the parent's environment only what a Python needs to start, and so neither keys nor connection strings. The
parent hands it jobs one after the other; where the files are large, a child per core does a share of them.

Only a limit that is declared for a file says something about the file: the child tells of its memory and its output,
the kernel of its computing time. Any other end of a child, however it died, is a failure of the machine or of our own
code: it blames no file, nothing is kept of it, and it is told once all other jobs are done.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, Any, cast

from flows import log
from flows.project import PROJECT

if TYPE_CHECKING:
    from flows.settings import Settings

Broken = tuple[str, str]
"""What a child did, and what it was allowed."""
_WAITING = 5
"""For how many times its computing time a child may say nothing without computing meanwhile."""
_WORTH_A_CHILD = 2 * 2**20
"""Bytes of files for which another child is worth its start."""
_IN_A_ROW = 2
"""So many children that came to the end of nothing say that no other will."""
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "ctypes.")
"""Audit events of a process that reaches out or starts another."""
_NEEDED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Files:
    """The only files that a child may open beside our own code and registry."""

    read: Sequence[Path] = ()
    write: Sequence[Path] = ()
    """Folders in which it makes its files."""

    def order(self) -> dict[str, list[str]]:
        return {"read": [str(path) for path in self.read], "write": [str(path) for path in self.write]}


class Failed(RuntimeError):
    """Jobs that no child came to the end of, and no limit is why: nothing is known of their files."""

    def __init__(self, ends: dict[int, str]) -> None:
        super().__init__("; ".join(dict.fromkeys(ends.values())))
        self.ends = ends
        """Number of the job -> how its child ended."""


def run_all(
    body: str,
    jobs: Sequence[Any],
    limits: "Settings",
    on_done: Callable[[int, str], None],
    on_broken: Callable[[int, Broken], None],
    files: "Files | None" = None,
) -> None:
    """Have every job done in a sandbox; each child does its share in their order.

    Args:
        body: the module whose ``main`` is the body of the child: it calls `work`.
        jobs: each as JSON can hold it.
        limits: what one job may cost.
        on_done: told (number of the job, the child's word) as each is finished.
        on_broken: told (number of the job, what it broke) of each that takes more computing time than it may.
        files: what of the machine's files the jobs are about; none.

    Raises:
        Failed: after the other jobs are done, where a child ended through no limit of its file; sooner where child
            after child does.
    """
    files = files or Files()
    one_tells = threading.Lock()

    def in_turn(tell: Callable[[int, Any], None]) -> Callable[[int, Any], None]:
        def told(number: int, what: Any) -> None:
            with one_tells:
                tell(number, what)

        return told

    def do_share(numbers: range) -> dict[int, str]:
        return _do_share(body, jobs, numbers, limits, files, in_turn(on_done), in_turn(on_broken))

    count = _children(len(jobs), limits, files)
    with ThreadPoolExecutor(count) as pool:
        shares = pool.map(do_share, [range(first, len(jobs), count) for first in range(count)])
        failed = {number: end for share in shares for number, end in share.items()}
    if failed:
        raise Failed(dict(sorted(failed.items())))


def _children(job_count: int, limits: "Settings", files: Files) -> int:
    """How many children share the jobs: one for every so many bytes, as far as there are cores, and memory for each."""
    size = sum(path.stat().st_size for path in files.read if path.is_file())
    cores, memories = len(os.sched_getaffinity(0)), _free() // (limits.parse_memory_mb * 1024**2)
    return max(1, min(job_count, size // _WORTH_A_CHILD, cores, memories))


def _do_share(
    body: str,
    jobs: Sequence[Any],
    numbers: range,
    limits: "Settings",
    files: Files,
    on_done: Callable[[int, str], None],
    on_broken: Callable[[int, Broken], None],
) -> dict[int, str]:
    """Have the jobs of these numbers done one after the other; how each ended that no child came to the end of."""
    left, in_a_row = numbers, 0
    failed: dict[int, str] = {}
    while left and in_a_row < _IN_A_ROW:
        share = [jobs[number] for number in left]
        done, end = _run_child(body, share, limits, files, partial(_tell_of, left, on_done))
        left = left[done:]
        in_a_row = in_a_row + 1 if isinstance(end, str) and not done else 0
        if isinstance(end, str):
            failed[left[0]] = end
        elif end:
            on_broken(left[0], end)
        left = left[end is not None :]
    return failed


def _tell_of(numbers: range, on_done: Callable[[int, str], None], place: int, word: str) -> None:
    on_done(numbers[place], word)


def _environment() -> dict[str, str]:
    """What the child needs to start, and nothing that may be a secret; nothing reserves memory, which is limited.

    Workbooks are read and written by the same library whatever else is installed: else openpyxl takes lxml.
    """
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    memory = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    return kept | memory | {"PYTHONUTF8": "1", "OPENPYXL_LXML": "False"}


def _run_child(
    body: str, jobs: Sequence[Any], limits: "Settings", files: Files, on_done: Callable[[int, str], None]
) -> tuple[int, Broken | str | None]:
    """How many jobs one child finished, and what ended it before the rest: a limit of its file, or anything else."""
    order = {
        "limits": limits.model_dump(mode="json", exclude={"signing_key"}),
        "jobs": jobs,
        "files": files.order(),
    }
    with (
        tempfile.TemporaryDirectory(prefix="veerkracht_") as scratch,
        tempfile.TemporaryFile("w+") as stdin,
        tempfile.TemporaryFile("w+", errors="replace") as stderr,
    ):
        json.dump(order, stdin)
        stdin.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.intake.child", body],
            cwd=PROJECT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=_environment() | {"TMPDIR": scratch},
        )
        assert process.stdout
        words: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_forward, args=(process.stdout, words), daemon=True).start()
        done = 0
        end: Broken | str | None = None
        try:
            while done < len(jobs) and not end:
                word = _next_word(words, process.pid, limits.parse_seconds * _WAITING)
                if word is not None:
                    on_done(done, word)
                    done += 1
                elif process.wait() == -signal.SIGXCPU:
                    end = f"> {limits.parse_seconds} s", f"<= {limits.parse_seconds} s"
                else:
                    end = _how_it_ended(process.returncode)
        except queue.Empty:
            end = f"neither said nor computed anything for {limits.parse_seconds * _WAITING} s"
        finally:
            process.kill()
            process.wait()
            stderr.seek(0)
            if said := stderr.read().strip():
                log.event("said in the sandbox", body=body, said=said[-2_000:])
        if isinstance(end, str) and said:
            end = f"{end}: {said.splitlines()[-1][:300]}"
        return done, end


def _next_word(words: "queue.Queue[str | None]", pid: int, seconds: float) -> str | None:
    """What the child says next; on a busy machine a child that computes gets the time that its limit gives it.

    Raises:
        queue.Empty: when it neither said nor computed anything for these seconds.
    """
    computed = -1
    while True:
        try:
            return words.get(timeout=seconds)
        except queue.Empty:
            before, computed = computed, _computed(pid)
            if computed == before:
                raise


def _computed(pid: int) -> int:
    """The computing time of a process so far, in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _how_it_ended(code: int) -> str:
    """The end of a process in words: by which signal, or with which exit code."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


def _forward(stream: IO[str], words: "queue.Queue[str | None]") -> None:
    for line in stream:
        words.put(line.strip())
    words.put(None)


def _forbid(event: str, arguments: object) -> None:  # pragma: no cover - nothing traces what an audit hook does
    """No network and no other program: a file is opened and nothing else is done."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} has no place in opening a file")


def is_of_the_machine(error: BaseException) -> bool:
    """Whether an error says something about the machine and nothing about the file that is being read.

    Whatever the system itself refuses has a number; readers of broken content raise errors without one.
    """
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None)


def memory_was_there(limits: "Settings") -> bool:
    """Whether the machine has as much memory as a file may take, so that taking more was the file's doing."""
    return _free() + _pages(1) >= limits.parse_memory_mb * 1024**2


def _free() -> int:
    """Bytes of memory that the machine could still give."""
    words = Path("/proc/meminfo").read_text().split()
    return int(words[words.index("MemAvailable:") + 1]) * 1024


def _pages(kind: int) -> int:
    """Bytes of this process: of its address space (0), or of the memory that it has (1)."""
    return int(Path("/proc/self/statm").read_text().split()[kind]) * resource.getpagesize()


def _keep_to(read: Sequence[Path], write: Sequence[Path]) -> None:
    """Open nothing any more but these, our code, what Python stands in, and a folder for what is there for a while."""
    from flows.intake import landlock  # of the child alone

    ours = [PROJECT / "flows", PROJECT / "seeds", *(Path(place) for place in sys.path if Path(place) != PROJECT)]
    python = [Path(place) for place in (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64")]
    machine = [Path(place) for place in ("/etc/ld.so.cache", "/etc/localtime", "/proc/self", "/proc/meminfo")]
    devices = [Path("/dev/null"), Path("/dev/urandom")]
    landlock.only([*read, *ours, *python, *machine, *devices], [*write, Path(tempfile.gettempdir())])


def work(do: "Callable[[Any, Settings], str]") -> None:
    """Body of the child: take the order from standard input, answer one word per finished job.

    Args:
        do: does one job and says its word; imported with all it needs, since nothing more may be loaded afterwards.
    """
    order = json.loads(sys.stdin.read())
    limits = cast("Settings", SimpleNamespace(**order["limits"]))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    # Of what it takes to be there at all no file is the cause.
    memory = _pages(0) + limits.parse_memory_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = limits.max_output_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    _keep_to([Path(path) for path in order["files"]["read"]], [Path(path) for path in order["files"]["write"]])
    sys.addaudithook(_forbid)
    for job in order["jobs"]:
        seconds = math.ceil(time.process_time()) + limits.parse_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        print(do(job, limits), file=answers, flush=True)
