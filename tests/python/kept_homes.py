"""What is dear to make is made once: kept in a folder between sessions, under the checksum of all it stands on."""

import hashlib
import inspect
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from demo import write_returns
from flows import registry
from flows.settings import PROJECT, Settings

CACHE = Path(os.environ.get("VEERKRACHT_TEST_CACHE", PROJECT / ".test_cache"))
KEPT = 2
"""How many of each kind stay beside the one in use: those of the code of before, to which one often goes back."""
# Nobody writes into a file of these in place, so that a copy of a home can share them.
SHARED = {"archive", "inbox", "releases", "returns", "answers", "parsed"}
DONE = ".done"


def kept(name: str, make: Callable[[Path], None], target: Path, inputs: Iterable[Path] = ()) -> Path:
    """A copy at ``target`` of what ``make`` makes in an empty folder, now or in an earlier session.

    Workers and sessions that want the same wait for the first of them; each has a copy of its own.

    Args:
        name: what is made.
        make: a function of the code, the registry and the inputs alone.
        target: a folder that is not there yet.
        inputs: files that it stands on beside these.
    """
    entry = CACHE / name / _checksum(inputs)
    entry.parent.mkdir(parents=True, exist_ok=True)
    with _lock(entry):
        if not (entry / DONE).exists():
            shutil.rmtree(entry, ignore_errors=True)
            entry.mkdir()
            make(entry)
        (entry / DONE).touch()  # and when it was last asked for
        shutil.copytree(entry, target, symlinks=True, copy_function=_share)
    _forget_before(entry)
    return target


def is_made(name: str) -> bool:
    """Whether it is kept, as the code and the registry now are."""
    return (CACHE / name / _checksum(()) / DONE).exists()


def put(settings: Settings, path: Path, plan_code: str, meetmoment_code: str) -> Path:
    """Put a file in the inbox of its plan."""
    inbox = settings.home / plan_code / "inbox" / meetmoment_code
    inbox.mkdir(parents=True, exist_ok=True)
    target = inbox / path.name
    target.write_bytes(path.read_bytes())
    return target


def _share(source: str, target: str) -> None:
    """Copy a file, or link it where nobody writes in place."""
    if SHARED & set(Path(source).relative_to(CACHE).parts):
        with suppress(OSError):  # another file system
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _lock(entry: Path, timeout: float = -1) -> FileLock:
    return FileLock(entry.with_suffix(".lock"), timeout=timeout)


def _forget_before(entry: Path) -> None:
    """Remove what was asked for longest ago, unless somebody is at it."""
    others = [done.parent for done in entry.parent.glob(f"*/{DONE}") if done.parent != entry]
    for old in sorted(others, key=lambda other: (other / DONE).stat().st_mtime, reverse=True)[KEPT:]:
        with suppress(Timeout), _lock(old, timeout=0):
            shutil.rmtree(old, ignore_errors=True)


def _checksum(inputs: Iterable[Path]) -> str:
    digest = hashlib.sha256(_state().encode())
    for path in sorted(inputs):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _state() -> str:
    """Registry, code, what is installed, limits of the environment, the demo's generator and these helpers."""
    helpers = [*Path(__file__).parent.glob("*.py"), *Path(inspect.getfile(write_returns)).parent.rglob("*.py")]
    files = [*helpers, *(p for p in (PROJECT / "flows").rglob("*") if p.is_file() and p.suffix != ".pyc")]
    files += [PROJECT / name for name in ("dbt_project.yml", "profiles.yml", "requirements.lock")]
    digest = hashlib.sha256(f"{registry.checksum()} {registry.code_checksum()}".encode())
    digest.update(Settings().model_dump_json(exclude={"home"}).encode())
    for path in sorted(set(files)):
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
