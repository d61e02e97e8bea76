"""What lies in an inbox: the files that have arrived whole, and what is none. Nothing is followed out of it."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

_UNFINISHED = re.compile(r"^(\.|~\$)|\.(part|partial|filepart|tmp|swp|crdownload|download)$|~$", re.IGNORECASE)


def look(inbox: Path) -> tuple[list[Path], list[Path]]:
    """Every file that has arrived whole, in whatever folder, and what is none, each in a fixed order.

    A link, a pipe or a folder that may not be opened is told as it lies. What is hidden or temporary is still being
    written, and is neither.
    """
    files: list[Path] = []
    others: list[Path] = []
    for folder, below, names in os.walk(inbox, onerror=lambda error: others.append(Path(str(error.filename)))):
        below[:] = [name for name in below if not _UNFINISHED.search(name)]
        for path in (Path(folder) / name for name in (*names, *below) if not _UNFINISHED.search(name)):
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:  # it was taken away meanwhile
                continue
            except OSError:  # its folder may be listed and not entered
                mode = 0
            if stat.S_ISREG(mode):
                files.append(path)
            elif not stat.S_ISDIR(mode):
                others.append(path)
    return sorted(files), sorted(path for path in others if path != inbox)


def is_unfinished(path: Path) -> bool:
    """Whether a file has the name of one that is hidden, temporary or still being written."""
    return bool(_UNFINISHED.search(path.name))


def is_link(path: Path) -> bool:
    """Whether a path leads elsewhere; not where nobody may look."""
    with suppress(OSError):
        return path.is_symlink()
    return False


def finished_files(inbox: Path) -> list[Path]:
    """Every file that has arrived whole; what is hidden or temporary is none."""
    return look(inbox)[0]


def waiting_files(inbox: Path) -> Iterator[tuple[str, Path]]:
    """(meetmoment_code, path) of every finished file in ``inbox/<meetmoment>/``, in a fixed order."""
    for path in finished_files(inbox):
        match path.relative_to(inbox).parts:
            case meetmoment_code, _:
                yield meetmoment_code, path


def readable_name(path: Path) -> str:
    """The name of a file as it can be written down: bytes that are no UTF-8 are Latin, what is unseen gets a mark."""
    try:
        name = os.fsencode(path.name).decode()
    except UnicodeDecodeError:
        name = os.fsencode(path.name).decode("cp1252", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A file of an inbox, open for reading: a regular one, and no link to another.

    Raises:
        OSError: when it is none, or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is geen gewoon bestand / is not a regular file")
        yield file
