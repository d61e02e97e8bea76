"""What a process may still open from now on, by the kernel's Landlock: its own files and no other, and nothing outside.

There is no well-kept library of it; these are its three calls, by the numbers they have on every machine. Where the
kernel has none of it (before Linux 5.13, or switched off), the other walls of the sandbox stand alone.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_KERNEL = ctypes.CDLL(None, use_errno=True)
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38
_START, _WRITE_FILE, _READ_FILE, _READ_FOLDER, _TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
# By the version that brought it; starting a program is allowed nowhere.
_FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: 1 << 15}
_SPECIAL = 0b1_1110_0100_0000
"""Making devices, sockets, pipes and links, which no body of a sandbox does."""
_NETWORK, _NETWORK_SINCE = 0b11, 4
_SIGNALS, _SIGNALS_SINCE = 0b11, 6


def version() -> int:
    """Which Landlock the kernel has; 0 where it has none."""
    return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def only(read: Iterable[Path], write: Iterable[Path]) -> bool:
    """Let this process open nothing else any more, reach no network and start no program; whether the kernel does it.

    Args:
        read: files and folders with all in them; those that are not there are left out.
        write: folders in which files are read, made, changed and removed.

    Raises:
        OSError: when the kernel has it and refuses.
    """
    known = version()
    if not known:
        return False
    files = sum(bits for since, bits in _FILES.items() if since <= known)
    network = _NETWORK if known >= _NETWORK_SINCE else 0
    signals = _SIGNALS if known >= _SIGNALS_SINCE else 0
    handled = struct.pack("QQQ", files, network, signals)[: 24 if signals else 16 if network else 8]
    ruleset = _expect(_call(_CREATE_RULESET, handled, len(handled), 0))
    reading = _READ_FILE | _READ_FOLDER
    for paths, allowed in ((read, reading), (write, files & ~_SPECIAL & ~_START)):
        for path in {path for path in paths if path.exists()}:
            _allow(ruleset, path, allowed if path.is_dir() else allowed & (_READ_FILE | _WRITE_FILE | _TRUNCATE))
    _expect(_KERNEL.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _expect(_call(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return True


def _allow(ruleset: int, path: Path, access: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        _expect(_call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", access, place), 0))
    finally:
        os.close(place)


def _call(number: int, *given: int | bytes | None) -> int:
    return int(_KERNEL.syscall(ctypes.c_long(number), *(ctypes.c_long(x) if isinstance(x, int) else x for x in given)))


def _expect(returned: int) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return returned
