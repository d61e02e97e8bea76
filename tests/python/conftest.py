"""What the tests share: real files of other countries where they are, homes after some nights, and one manifest.

Marts are a function of the archive, so that `demo` runs the last of the demonstration's nights only: what came in on
the others is received at its own moment and waits. `make slow` runs all eight, and proves that it is the same.
"""

import json
import os
import pickle
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from demo_reading import Returns, load
from kept_homes import CACHE, kept, put, unchanged
from real_night import KINGDOM, Staged, night_of, rows_of_all
from replay import without_dbt, without_pages
from small_plan import METINGEN, write_small_returns

from demo import Night as DemoNight
from demo import write_returns
from flows.homes import with_home
from flows.night import Night, receive, runbook
from flows.settings import PROJECT, Settings
from flows.standing import Outcome
from flows.warehouse import transform

# What follows from registry and code alone is made once for all tests, and for the next session.
os.environ.setdefault("VEERKRACHT_CACHE", str(CACHE / "of_code"))
# Whatever dbt finds old-fashioned is an error in all that tests ask of it, so that one parse serves and proves.
STRICT = '{"error": ["Deprecations", "NoNodesForSelectionCriteria", "InvalidMacroAnnotation"]}'
os.environ.setdefault("DBT_WARN_ERROR_OPTIONS", STRICT)
# As many workers as cores are at it already; `make slow` computes with all threads, since these might change an order.
os.environ.setdefault("VEERKRACHT_THREADS", "1")
# No test looks at what a power cut leaves, and a release is a thousand files that each would wait for the disk.
os.fsync = lambda fd: None

REAL = Path(os.environ.get("VEERKRACHT_REAL_FILES", PROJECT.parent / "shared" / "real"))
HELD = "held"
EVERY_NIGHT = ("m1", "m2", HELD, "m3", "m4", "m5", "m6", "m7")
FEW_NIGHTS = ("m7",)
# Which files come first, and when: those that make what is dear (the demonstration on one worker, the small plan on the
# other), what either does next, and then what needs neither, so that the first does not wait for the small plan. Spark
# takes longest of what needs both: begun last, it would end alone.
_IN_TURN = (
    *("demo_run", "backup", "registry_slips", "house", "rules", "seeded_defects", "what_changed_in_france"),
    "spark",
)
FIRST = {f"test_{name}.py": place for place, name in enumerate(_IN_TURN)}
SMALL_NIGHTS = tuple(f"m{meting}" for meting in METINGEN)


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real files; tests that need it skip where it is absent."""
    if not REAL.is_dir():
        pytest.skip(f"real files are not at {REAL}; VEERKRACHT_REAL_FILES says where they are")
    return REAL


@dataclass(frozen=True)
class DemoRun:
    """A home after some nights, with the outcome of each."""

    settings: Settings
    outcomes: tuple[Outcome, ...]
    nights: tuple[str, ...]
    """Which nights were run, by the meetmoment whose returns came in."""


def run_demo(home: Path, nights: tuple[str, ...] = EVERY_NIGHT) -> DemoRun:
    """Nights of the demonstration."""
    return run_nights(home, dict(zip(EVERY_NIGHT, write_returns(home / "returns"), strict=True)), nights)


def run_few(home: Path) -> DemoRun:
    """The last night of the demonstration, by the SQL that dbt compiled; its pages are read in `make slow`."""
    with without_dbt(), without_pages():
        return run_demo(home, FEW_NIGHTS)


def run_small(home: Path, nights: tuple[str, ...] = SMALL_NIGHTS) -> DemoRun:
    """Nights of the small plan."""
    return run_nights(home, dict(zip(SMALL_NIGHTS, write_small_returns(home / "returns"), strict=True)), nights)


def run_nights(home: Path, returns: Mapping[str, DemoNight], nights: tuple[str, ...]) -> DemoRun:
    """Nights by the plain runbook; of the others only what came in is received, at its own moment.

    The last one is built as nights are and released whole, those before it too where all of them are asked for.
    """
    settings = Settings(home=home)
    outcomes = []
    earlier: Callable[[], AbstractContextManager[None]] = nullcontext if nights == EVERY_NIGHT else in_short
    for name, night in returns.items():
        for delivery in night.deliveries:
            put(settings, delivery.path, delivery.plan_code, delivery.meetmoment_code)
        if name in nights:
            with nullcontext() if name == nights[-1] else earlier():
                outcomes.append(runbook(Night(settings, night.received_at)))
        else:
            receive(Night(settings, night.received_at))
    return DemoRun(settings, tuple(outcomes), nights)


def kept_run(name: str, factory: pytest.TempPathFactory, run: Callable[[Path], DemoRun]) -> DemoRun:
    """A copy, for this worker, of the home that these nights come to."""
    return kept_at(name, factory.mktemp(name) / "kept", run)


def kept_at(name: str, target: Path, run: Callable[[Path], DemoRun]) -> DemoRun:
    """A copy at ``target``, as `kept_run` gives it."""

    def make(folder: Path) -> None:
        (folder / "run").write_bytes(pickle.dumps(run(folder / "home")))

    copy = kept(name, make, target)
    made: DemoRun = pickle.loads((copy / "run").read_bytes())
    return replace(made, settings=Settings(home=copy / "home"))


@contextmanager
def in_short() -> Iterator[None]:
    with without_dbt(), without_pages():
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The demonstration after the last of its nights, for all tests that only read it."""
    return kept_run("demo", tmp_path_factory, run_few)


@pytest.fixture(scope="session")
def every_night(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The demonstration after all of its nights; for slow tests."""
    return kept_run("every_night", tmp_path_factory, run_demo)


@pytest.fixture(params=["demo", pytest.param("every_night", marks=pytest.mark.slow)])
def nights(request: pytest.FixtureRequest) -> DemoRun:
    """What holds of each night and release: of those of `demo`, and in `make slow` of all."""
    found: DemoRun = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRun]:
    """The small plan after its three nights, for tests that need a home to change: they copy it."""
    run = kept_run("small", tmp_path_factory, run_small)
    with unchanged(run.settings.home):
        yield run


@pytest.fixture(scope="session", params=["small", pytest.param("every_night", marks=pytest.mark.slow)])
def released(request: pytest.FixtureRequest) -> DemoRun:
    """What holds of any release: of the small plan's, and in `make slow` of the demonstration's."""
    found: DemoRun = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Returns:
    """The returns of the demonstration, read back from the files, which stay where they were first written."""

    def make(folder: Path) -> None:
        files = folder / "returns"
        (folder / "read").write_bytes(pickle.dumps(load(files, write_returns(files))))

    copy = kept("returns", make, tmp_path_factory.mktemp("returns") / "kept")
    found: Returns = pickle.loads((copy / "read").read_bytes())
    return found


@pytest.fixture(scope="session")
def real_rows(real_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Homes that hold the text rows of all real files and no more, read once for every home that starts as a copy."""
    files = [path for path in real_files.rglob("*.csv") if path.is_file()]
    target = tmp_path_factory.mktemp("real_rows") / "kept"
    return kept("real_rows", lambda folder: rows_of_all(folder / "home", real_files), target, files) / "home"


@pytest.fixture(scope="session")
def staged(real_files: Path, real_rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """One night of each plan with all real files, up to the judgement of the release; for slow tests."""
    return kept_night("real_night", real_files, tmp_path_factory, real_rows)


@pytest.fixture(scope="session", params=["compiled", pytest.param("by_dbt", marks=pytest.mark.slow)])
def kingdom(request: pytest.FixtureRequest, real_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """One night with the real files of the United Kingdom, the smallest of the three; in `make slow` built by dbt."""
    with without_dbt() if request.param == "compiled" else nullcontext():
        return kept_night(f"kingdom_{request.param}", real_files, tmp_path_factory, plans=KINGDOM)


def kept_night(
    name: str,
    real_files: Path,
    factory: pytest.TempPathFactory,
    rows: Path | None = None,
    plans: frozenset[str] | None = None,
) -> Staged:
    """A copy of the homes after one night with the real files of these plans, or of all."""

    def make(folder: Path) -> None:
        if rows:
            shutil.copytree(rows, folder / "home")
        night_of(folder / "home", real_files, plans)

    files = [path for path in real_files.rglob("*.csv") if path.is_file()]
    home = kept(name, make, factory.mktemp(name) / "kept", files) / "home"
    return Staged(real_files, {plan: Settings(home=home, plan=plan).warehouse for plan in with_home(home)})


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of dbt's manifest of the project, with every deprecation of dbt an error (`STRICT`).

    Test arguments outside ``arguments:`` are one of these.
    """
    warehouse = tmp_path_factory.mktemp("parsed") / "build" / "warehouse.duckdb"
    transform.project(warehouse)
    return transform.manifest_path(warehouse).parent


@pytest.fixture(scope="session")
def manifest(parsed: Path) -> dict[str, Any]:
    """The project as dbt parses it; no warehouse is needed."""
    found: dict[str, Any] = json.loads((parsed / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands on the whole demonstration, so that a room can be tested without waiting for it.

    What makes it comes first (`FIRST`), then what stands on the small plan; what reads the demonstration comes last, so
    that no worker waits for what another is making.
    """

    def standing_on(*fixtures: str) -> list[pytest.Item]:
        return [item for item in items if set(fixtures) & set(getattr(item, "fixturenames", ()))]

    for item in standing_on("demo", "nights"):
        item.add_marker("demo")
    of_demo = {item.path for item in standing_on("demo", "nights")}
    of_small = {item.path for item in standing_on("small", "released")}

    def turn(item: pytest.Item) -> int:
        if item.path.name in FIRST:
            return FIRST[item.path.name]
        return len(FIRST) + (2 if item.path in of_demo else 0 if item.path in of_small else 1)

    items.sort(key=turn)
