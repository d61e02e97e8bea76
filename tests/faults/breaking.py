"""What breaks a night: the n-th time that a process touches its home, it dies or the machine refuses.

Every touch is found by Python's own audit events and by `os.fsync`, so that a step that is added has its points without
being listed anywhere. What native libraries write (DuckDB, PyArrow) lies between two points; a disk that is full, and a
process that is killed at a moment of the clock, find them there.
"""

import errno
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHANGES = (
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "os.chmod",
    "os.utime",
)
READS = ("read", "os.listdir", "os.scandir")
STARTS = "subprocess.Popen"
ERRORS = (errno.EIO, errno.ENOSPC, errno.EMFILE, errno.ENOMEM)


@dataclass(frozen=True)
class Kill:
    """The process dies before its n-th change."""

    at: int

    def strike(self, what: str, path: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def counts(self, what: str) -> bool:
        return what not in READS


@dataclass(frozen=True)
class Refuse:
    """The machine answers the n-th touch, reading too, with an error."""

    at: int
    error: int

    def strike(self, what: str, path: str) -> None:
        raise OSError(self.error, f"{os.strerror(self.error)} (injected at {what})", path)

    def counts(self, what: str) -> bool:
        return True


@dataclass
class Touches:
    """The touches of a process, from now on: counted, and one of them broken."""

    home: Path | None
    """Where they count, beside files that are only there for a while; everywhere where there is none."""
    breaks: Kill | Refuse | None = None
    seen: Counter[str] = field(default_factory=Counter)
    in_step: Counter[str] = field(default_factory=Counter)
    """Changes by the step of the night."""
    step: str = ""
    at: int = 0
    on_touch: Callable[[], Any] = lambda: None
    _temporary: str = field(default_factory=tempfile.gettempdir)

    def watch(self) -> None:
        """From now on; a process can be watched once, since audit hooks stay."""
        fsync = os.fsync

        def watched(descriptor: Any) -> None:
            number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
            self._touch("fsync", str(Path(f"/proc/self/fd/{number}").readlink()))
            fsync(descriptor)

        os.fsync = watched  # type: ignore[assignment]  # a file or its number, as the original takes
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            self._touch("write" if writes else "read", path)
        elif event == "os.symlink":
            self._touch(event, arguments[1])  # first comes what it points to
        elif event in CHANGES or event in READS:
            self._touch(event, arguments[0])
        elif event == STARTS:
            self._count(event, str(arguments[0]))

    def _touch(self, what: str, path: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # an open descriptor: its opening was a touch
        name = os.fsdecode(path)
        is_temporary = name == self._temporary or os.path.dirname(name) == self._temporary  # noqa: PTH120
        if self.home is None or name.startswith(f"{self.home}/") or is_temporary:
            self._count(what, name)

    def _count(self, what: str, name: str) -> None:
        self.on_touch()
        self.seen[what] += 1
        if what not in READS:
            self.in_step[self.step] += 1
        if self.breaks and self.breaks.counts(what):
            self.at += 1
            if self.at == self.breaks.at:
                self.breaks.strike(what, name)
