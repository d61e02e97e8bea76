"""What the tests share: real files of other countries where they are, and one demo run per session."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

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
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """One demo run for all tests that only read it."""
    return run_demo(tmp_path_factory.mktemp("demo"))
