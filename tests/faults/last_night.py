"""The last night of the small plan, to be broken and run again: its home before, what it comes to, one run of it."""

import hashlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal
from unittest.mock import Mock, patch

from breaking import Kill, Refuse, Touches
from kept_homes import kept, put
from replay import without_dbt, without_pages
from small_plan import METINGEN, write_small_returns

from flows.forms import carried
from flows.intake import archive
from flows.night import Night, call, runbook
from flows.release import kept as releases
from flows.release import verify, writing
from flows.release.anchor import ANCHOR
from flows.senders.answer import verdict
from flows.settings import Settings

NOW = METINGEN[max(METINGEN)]
BUILT, PAST_REFUSAL = "built", "past_refusal.duckdb"
NOT_NEEDED = shutil.ignore_patterns("compiled", "*.msgpack", "perf_info.json", "graph_summary.json")
"""What dbt leaves beside a warehouse and no later step reads."""
# What tomorrow's night does not stand on: it is made anew, or only tells of a run.
NOT_HELD = ("build", "logs", "last_run.json", "nights.jsonl", ".night.lock")
IN_PLACE = (".night.lock", "nights.jsonl", "build")
"""What is written in place, or made anew: never shared between homes."""
HERE = Path(__file__).resolve().parent
Work = Literal["put", "read", "whole"]
"""How much of what a night computes is computed: nothing of it, the reading of what came in, or all of it."""
# A database file is never the same twice; the manifest tells its checksum, and is signed.
OF_DATABASE = ("marts.duckdb", "marts.duckdb.sig", "manifest.json.sig")


@dataclass(frozen=True)
class Ended:
    """How one run of the night ended."""

    killed: bool = False
    verdict: str = ""
    told: str = ""
    """What it said: reasons, what was not received, or the failure."""
    touches: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    in_step: dict[str, int] = field(default_factory=dict)
    """Changes of the home by the step that made them; those around the steps under no name."""


@dataclass(frozen=True)
class InChild:
    """One of the processes that the night starts is broken, at its n-th touch; without an error it dies there."""

    child: int
    at: int
    error: int = 0


def prepared(folder: Path) -> Path:
    """A folder with ``before`` (two nights published, the returns of the third in the inbox), ``after`` (the third
    published) and ``built`` (the warehouse of the third).

    Releases are of tables alone: a page is a file like any other, and a thousand of them would be most of what breaks.
    """
    return kept("broken_night", _prepare, folder, [Path(__file__)])


def _prepare(folder: Path) -> None:
    before = Settings(home=folder / "before")
    *earlier, last = write_small_returns(folder / "returns")
    for night in [*earlier, last]:
        for delivery in night.deliveries:
            put(before, delivery.path, delivery.plan_code, delivery.meetmoment_code)
        if night is not last:
            with without_dbt(), without_pages():
                runbook(Night(before, night.received_at))
    shutil.copytree(before.home, folder / "after", symlinks=True)
    after = Settings(home=folder / "after")
    with without_dbt(), without_pages():
        runbook(Night(after, NOW))
    shutil.copytree(after.build, folder / BUILT, ignore=NOT_NEEDED)


def home_before(prepared_in: Path, target: Path, share: bool = True) -> Settings:
    """A home as it is before the night, in place of what is there; what nobody writes in place may be shared."""
    shutil.rmtree(target, ignore_errors=True)
    copy = os.link if share else shutil.copy2
    before = prepared_in / "before"
    shutil.copytree(before, target, symlinks=True, copy_function=copy, ignore=shutil.ignore_patterns(*IN_PLACE))
    settings = Settings(home=target, cache=prepared_in / "cache")
    for diary in before.glob("*/nights.jsonl"):
        shutil.copy2(diary, target / diary.relative_to(before))
    return settings


def once(
    settings: Settings,
    prepared_in: Path,
    breaks: Kill | Refuse | InChild | None = None,
    after: float | None = None,
    work: Work = "put",
) -> Ended:
    """Run the night in a process of its own, broken or not.

    What a night computes and does not keep (the warehouse, the judgement, the body of the release) is put there as it
    was made, as far as ``work`` says so: the same files are written, read back, synced, renamed and served.

    Args:
        after: kill it after so many seconds, wherever it is.
    """
    with tempfile.TemporaryFile("w+") as told:
        child = os.fork()
        if child == 0:
            _child(settings, prepared_in, breaks, work, told.fileno())
        killer = _kill_after(child, after)
        _, status = os.waitpid(child, 0)
        killer()
        if os.WIFSIGNALED(status):
            return Ended(killed=True, told=signal.Signals(os.WTERMSIG(status)).name)
        told.seek(0)
        return Ended(**json.loads(told.read()))


def touches_of_children(settings: Settings) -> dict[int, int]:
    """How often each process that the last night started touched anything."""
    return {int(told.parent.name): told.stat().st_size for told in _case(settings).glob("*/touches")}


def _case(settings: Settings) -> Path:
    return settings.home.with_name(f"{settings.home.name}_children")


def _tell_children(settings: Settings, breaks: InChild | None) -> None:
    """What a child is to know stands where it finds its modules."""
    folder = _case(settings)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    order = {"child": breaks.child, "at": breaks.at, "error": breaks.error} if breaks else {"child": 0}
    (folder / "case.json").write_text(json.dumps(order), encoding="utf-8")
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, (folder, HERE / "in_children", HERE)))


def _kill_after(child: int, after: float | None) -> Callable[[], None]:
    if after is None:
        return lambda: None
    guard = os.fork()
    if guard == 0:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os._exit(0)

    def stop() -> None:
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)

    return stop


def _child(
    settings: Settings, prepared_in: Path, breaks: Kill | Refuse | InChild | None, work: Work, told: int
) -> None:
    """The body of the process: never returns."""
    _tell_children(settings, breaks if isinstance(breaks, InChild) else None)
    touches = Touches(settings.home, None if isinstance(breaks, InChild) else breaks)
    said: dict[str, Any] = {}
    try:
        touches.watch()
        of_now = patch.object(carried, "code_version", lambda: _version(prepared_in))
        with without_dbt() if work == "whole" else nullcontext(), without_pages(), of_now:
            outcome = runbook(Night(settings, NOW), _in_steps(touches, _put_there(prepared_in, work)))
        waiting = [f"{left['file']}: {left['reason']}" for left in outcome.unplaced]
        said = {"verdict": outcome.verdict, "told": "; ".join([*outcome.reasons, *waiting])}
    except BaseException as error:
        said = {"verdict": "failed", "told": f"{type(error).__name__}: {error}"[:500]}
    finally:
        touches.breaks = None
        said |= {"touches": touches.at, "seen": dict(touches.seen), "in_step": dict(touches.in_step)}
        with os.fdopen(os.dup(told), "w") as file:
            json.dump(said, file)
        os._exit(0)


def _version(prepared_in: Path) -> str:
    """The version of the code that a release was prepared with, which a commit of nothing but tests changes."""
    manifest = Settings(home=prepared_in / "after").current / releases.MANIFEST
    return str(json.loads(manifest.read_text(encoding="utf-8"))["code"]["version"])


def _in_steps(touches: Touches, run: Callable[..., Any]) -> Callable[..., Any]:
    """Steps that say which of them it is that touches."""

    def named(step: Callable[..., Any], *given: Any) -> Any:
        touches.step = step.__name__
        try:
            return run(step, *given)
        finally:
            touches.step = ""

    return named


def _put_there(prepared_in: Path, work: Work) -> Callable[..., Any]:
    """How the steps of a night are run."""

    def run(step: Callable[..., Any], *given: Any) -> Any:
        name = step.__name__
        if work == "whole" or name == "receive":
            return call(step, *given)
        if name == "load_raw" and work == "read":
            return call(step, *given)
        if name in ("load_raw", "build"):
            made, there = prepared_in / BUILT, given[0].settings.build
            if name == "load_raw":
                shutil.copytree(made / "parsed", there / "parsed", dirs_exist_ok=True)
            else:
                shutil.copytree(made, there, dirs_exist_ok=True, ignore=shutil.ignore_patterns("parsed"))
            return None
        if name == "judge_release":
            return []
        written = patch.multiple(writing, begin=partial(_written, prepared_in), finish=lambda *_: None)
        with written, patch.object(verdict, "look_past_refusal", partial(_looked_past, prepared_in)):
            return call(step, *given)

    return run


def _written(prepared_in: Path, settings: Settings, warehouse: Path, folder: Path, *_: Any) -> Mock:
    """The body of the release as the whole night wrote it, file after file; what its tables hold."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Settings(home=prepared_in / "after").current.resolve(), folder, copy_function=shutil.copyfile)
    said = json.loads((folder / releases.MANIFEST).read_text(encoding="utf-8"))
    return Mock(content_sha256=said["content_sha256"])


_look = verdict.look_past_refusal


def _looked_past(prepared_in: Path, warehouse: Path, *given: Any) -> None:
    """The warehouse in which the refused file of the night is looked past; the first night that asks makes it."""
    made = prepared_in / PAST_REFUSAL
    if not made.exists():
        _look(warehouse, *given)
        shutil.copyfile(warehouse, made)
    shutil.copyfile(made, warehouse)


def held(settings: Settings) -> dict[str, str]:
    """What a home holds that must not depend on how the night went: each file with its checksum, each link."""
    home = settings.plan_home
    found = {}
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if name.split("/")[0] in NOT_HELD or path.name in OF_DATABASE:
            continue
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.name == "manifest.json" and name.startswith("releases/"):
            found[name] = _manifest(path)
        elif name == ANCHOR:
            found[name] = _published(path)
        elif path.is_file():
            lies = path.stat()
            found[name] = _checksum(path, lies.st_ino, lies.st_size, lies.st_mtime_ns)
        elif not any(path.iterdir()):
            found[name] = "an empty folder"
    return found


@lru_cache(maxsize=8_192)
def _checksum(path: Path, *lies: int) -> str:
    """Of a file that lies as it lay before, what it was then."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _manifest(path: Path) -> str:
    said = json.loads(path.read_text(encoding="utf-8"))
    said["database"] = {name: said["database"][name] for name in ("path", "contents_sha256")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _published(path: Path) -> str:
    """Which release was published last and is served; the checksum of its manifest is that of a database too."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return f"{said['release_id']} {said['served']}"


def torn(settings: Settings) -> list[str]:
    """What a reader would find broken at this moment: in the release that is served, and in what was received."""
    served = releases.current(settings)
    if served is None:
        return ["no release is served"]
    broken = verify.own_problems(served)
    for receipt in archive.receipts(settings.archive, settings.plan):
        content = archive.content_path(settings.archive, receipt.sha256)
        if hashlib.sha256(content.read_bytes()).hexdigest() != receipt.sha256:
            broken.append(f"the bytes of {receipt.submission_id} are not those received")
    return broken
