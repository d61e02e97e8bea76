"""What the tests share: real files of other countries where they are, and one demo run per session."""

import os
import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from flows.demo import write_returns
from flows.night import Night, Outcome, runbook
from flows.settings import PROJECT, Settings

REAL = Path(os.environ.get("VEERKRACHT_REAL_FILES", PROJECT.parent / "shared" / "real"))


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real files; tests that need it skip where it is absent."""
    if not REAL.is_dir():
        pytest.skip(f"real files are not at {REAL}; VEERKRACHT_REAL_FILES says where they are")
    return REAL


@dataclass(frozen=True)
class DemoRun:
    """A demo home after its eight nights, with the outcome of each."""

    settings: Settings
    outcomes: tuple[Outcome, ...]


def run_demo(home: Path) -> DemoRun:
    """Every night of the demo by the plain runbook."""
    settings = Settings(home=home)
    outcomes = []
    for night in write_returns(home / "returns"):
        for delivery in night.deliveries:
            put(settings, delivery.path, delivery.plan_code, delivery.meetmoment_code)
        outcomes.append(runbook(Night(settings, night.received_at)))
    return DemoRun(settings, tuple(outcomes))


def put(settings: Settings, path: Path, plan_code: str, meetmoment_code: str) -> Path:
    """Put a file in the inbox."""
    inbox = settings.inbox / plan_code / meetmoment_code
    inbox.mkdir(parents=True, exist_ok=True)
    target = inbox / path.name
    target.write_bytes(path.read_bytes())
    return target


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> DemoRun:
    """One demo run for all tests that only read it; workers that run side by side share it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "demo"
    with FileLock(f"{shared}.lock"):
        kept = shared.with_suffix(".outcomes")
        if not kept.exists():
            kept.write_bytes(pickle.dumps(run_demo(shared)))
        found: DemoRun = pickle.loads(kept.read_bytes())
        return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The file that makes the demo run comes first, and the files that only read it last, so that nobody waits long."""

    def turn(item: pytest.Item) -> int:
        if item.path.name == "test_demo_run.py":
            return 0
        needs_demo = "demo" in getattr(item, "fixturenames", ())
        return 2 if item.path in demo_files or needs_demo else 1

    demo_files = {item.path for item in items if "demo" in getattr(item, "fixturenames", ())}
    items.sort(key=turn)
