"""A disk of a given size: a tmpfs, where the machine lets this process mount one."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Disk:
    """A mounted disk, which can grow as when somebody frees some space."""

    folder: Path

    def grow(self, megabytes: int) -> None:
        _mount("-o", f"remount,size={megabytes}m", str(self.folder))

    @property
    def used(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self.folder).used


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk of so many megabytes, for as long as it is used.

    Raises:
        OSError: where this process may mount nothing; `make faults` gives it a name space in which it may.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        _unmount(folder)


def may_mount(scratch: Path) -> bool:
    """Whether this process may mount a disk."""
    try:
        with disk(scratch / "tried", 1):
            return True
    except OSError:
        return False


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"no disk: {done.stderr.strip()}")


def _unmount(folder: Path) -> None:
    """Take the disk away; what a night started to clear up after itself may outlive it for a moment."""
    for _ in range(100):
        if not subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode:
            return
        time.sleep(0.1)
    subprocess.run(["umount", str(folder)], check=True)
