"""What follows from the registry and the code alone is made once and kept, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_KEPT = 8
"""Entries of one kind that stay: those of the plans, homes and versions that are in use side by side."""


def entry(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder of the cache, made where it is not there yet; who wants the same one meanwhile waits for it.

    Args:
        folder: named by a checksum of all that its content is a function of.
        make: fills the empty folder it is given.
    """
    if folder.is_dir():
        os.utime(folder)
        return folder
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent.with_suffix(".lock")):
        if folder.is_dir():
            return folder
        unfinished = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
        try:
            make(unfinished)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    others = sorted(folder.parent.glob("[!.]*"), key=lambda path: path.stat().st_mtime)
    for surplus in others[:-_KEPT]:
        shutil.rmtree(surplus, ignore_errors=True)
    return folder
