"""What is dear to make is made once: kept in a folder between sessions, under the checksum of all it stands on."""

import hashlib
import inspect
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from demo import write_returns
from flows import registry
from flows.settings import PROJECT, Settings

CACHE = Path(os.environ.get("VEERKRACHT_TEST_CACHE", PROJECT / ".test_cache"))
KEPT = 2
"""How many of each kind stay beside the one in use: those of the code of before, to which one often goes back."""
# Nobody writes into a file of these in place, so that a copy of a home can share them: to copy a home of the small plan
# takes eight times as long. A test that does makes the file its `own` first, and `unchanged` finds one that does not.
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
        copied(entry, target)
    _forget_before(entry)
    return target


def copied(source: Path, target: Path, ignore: Callable[..., set[str]] | None = None) -> Path:
    """A copy of a home, of a plan's in it or of a release, to be changed; what nobody writes in place is linked."""
    inside = source.parent.name in SHARED

    def share(path: str, to: str) -> None:
        if inside or _is_shared(Path(path), source):
            with suppress(OSError):  # another file system
                os.link(path, to)
                return
        shutil.copy2(path, to)

    return Path(shutil.copytree(source, target, symlinks=True, copy_function=share, ignore=ignore))


def own(path: Path) -> Path:
    """A file of a copy by itself, to be written in place."""
    beside = path.with_name(f".{path.name}.own")
    shutil.copy2(path, beside)
    beside.replace(path)
    return path


@contextmanager
def unchanged(home: Path) -> Iterator[None]:
    """What copies share with this home stays as it is; else the test that wrote into a copy has changed them all."""

    def listed() -> dict[str, tuple[int, int]]:
        files = [path for path in home.rglob("*") if _is_shared(path, home) and path.is_file()]
        return {str(path): ((told := path.stat()).st_size, told.st_mtime_ns) for path in files}

    before = listed()
    yield
    changed = sorted(path for path, told in listed().items() if told != before.get(path, told))
    assert not changed, f"written in place, through a copy: {changed[:3]}; such a test makes them its `own` first"


def _is_shared(path: Path, home: Path) -> bool:
    return not SHARED.isdisjoint(path.relative_to(home).parts)


def is_made(name: str) -> bool:
    """Whether it is kept, as the code and the registry now are."""
    return (CACHE / name / _checksum(()) / DONE).exists()


def put(settings: Settings, path: Path, plan_code: str, meetmoment_code: str) -> Path:
    """Put a file in the inbox of its plan."""
    inbox = settings.home / plan_code / "inbox" / meetmoment_code
    inbox.mkdir(parents=True, exist_ok=True)
    target, content = inbox / path.name, path.read_bytes()
    target.unlink(missing_ok=True)  # of a copy it is also that of the original
    target.write_bytes(content)
    return target


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
