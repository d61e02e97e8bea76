"""Which lines and branches each test runs, also in the processes that it starts: a plugin of pytest, `-p covering`.

``VEERKRACHT_COVERING`` names the folder in which it is kept.

The sandbox gives its children next to nothing of the environment; where they find their modules they do get. They are
killed once their last job is told, so what was run is kept before each word; and they write where they may: in the
folder for what is there for a while, which is that of what was run.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import coverage  # type: ignore[import-not-found]  # from the environment of `make mutants`
import pytest

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
NO_COVER, NO_BRANCH = (rf"# pragma: no {what} - \w+" for what in ("cover", "branch"))
"""What is left out says why, or it is not left out."""
EXCLUDED = [NO_COVER, r"if TYPE_CHECKING:", r"^\s*\.\.\.$"]


def started(folder: Path, context: str) -> coverage.Coverage:
    """Watch this process from now on; what it runs is kept at its end."""
    watching = watcher(folder / ".coverage", suffix=True)
    watching.start()
    watching.switch_context(context)
    watching._auto_save = True
    return watching


def watcher(data: Path | None, suffix: bool = False) -> coverage.Coverage:
    """Coverage of the code of this project; without a place to keep it, what of the code is looked at."""
    made = coverage.Coverage(
        data_file=str(data) if data else None,
        data_suffix=suffix,
        branch=True,
        config_file=False,
        source=[str(PROJECT / "flows"), str(PROJECT / "expectations")],
        messages=False,
    )
    made.set_option("report:exclude_lines", EXCLUDED)
    made.set_option("report:partial_branches", [NO_BRANCH])
    return made


def of_child(folder: Path) -> None:
    """Watch a process that a test started, for that test."""
    of_test = folder / f"context.{os.getppid()}"
    watching = started(folder, of_test.read_text(encoding="utf-8") if of_test.is_file() else "a process")
    if "flows." in " ".join(sys.orig_argv):
        tempfile.tempdir = str(folder)
    fdopen = os.fdopen

    def keeping(*given: Any, **named: Any) -> Any:
        opened = fdopen(*given, **named)
        if "w" in given[1:] and hasattr(opened, "encoding"):
            flush = opened.flush

            def keep_and_flush() -> None:
                watching.save()
                flush()

            opened.flush = keep_and_flush
        return opened

    os.fdopen = keeping


class _Covering:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.watching = started(folder, "between tests")
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.watching.switch_context(item.nodeid)
        (self.folder / f"context.{os.getpid()}").write_text(item.nodeid, encoding="utf-8")
        yield
        self.watching.switch_context("between tests")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_unconfigure(self) -> None:
        self.watching.stop()
        self.watching.save()
        told = {"seconds": self.seconds, "failed": sorted(self.failed)}
        (self.folder / f"tests.{os.getpid()}.json").write_text(json.dumps(told), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(os.environ["VEERKRACHT_COVERING"])
    start = f"import covering, pathlib\ncovering.of_child(pathlib.Path({str(folder)!r}))\n"
    (folder / "sitecustomize.py").write_text(start, encoding="utf-8")
    own = [str(folder), str(HERE)]
    found = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place and place not in own]
    os.environ["PYTHONPATH"] = os.pathsep.join([*own, *found])
    config.pluginmanager.register(_Covering(folder), "of_covering")
