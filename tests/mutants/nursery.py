"""A copy of the checkout in which one module at a time is another, and the tests that run the changed line.

Everything heavy is loaded once; each mutant has a process of its own, which forks from there and imports the code of
the copy. What tests keep between sessions is that of the code as it is: no mutant makes it anew.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from mutations import Mutant

HEAVY = (
    *("pandas", "pyarrow.parquet", "duckdb", "openpyxl", "dbt.cli.main", "dbt.adapters.duckdb", "great_expectations"),
    *(
        "jinja2",
        "yaml",
        "rdflib",
        "cryptography.hazmat.primitives",
        "pytest",
        "xlsxwriter",
        "babel",
        "pydantic_settings",
    ),
    *("hypothesis", "filelock", "typer", "rich", "stdnum", "phonenumbers", "xdist"),
)
AS_IT_IS = """
import json, conftest, kept_homes
from flows import registry
assert kept_homes.is_made("small"), "make coverage makes it"
print(json.dumps([kept_homes._state(), registry.code_checksum(), registry.code_files()]))
"""
_LONGEST = 120.0
"""Seconds that tests may take beside five times what they took; a mutant that takes longer is noticed."""


class Nursery:
    """One copy and its process."""

    def __init__(self, root: Path, copy: Path, cache: Path) -> None:
        files = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True
        )
        for name in files.stdout.splitlines():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target)
        self._root, self._copy = root, copy
        places = [copy, copy / "tests/python", copy / "tests/slow"]
        os.environ |= {
            "PYTHONPATH": os.pathsep.join(map(str, places)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "VEERKRACHT_TEST_CACHE": str(cache),
            "VEERKRACHT_REAL_FILES": str(root.parent / "none"),
        }
        asked = [sys.executable, "-c", AS_IT_IS]
        said = subprocess.run(asked, cwd=copy, capture_output=True, text=True, check=True).stdout
        self._as_it_is = json.loads(said.splitlines()[-1])
        self._at = time.time()
        sys.path[:0] = map(str, places)
        sys.dont_write_bytecode = True
        for name in HEAVY:
            import_module(name)

    def ended(self, mutant: Mutant, tests: Sequence[str], seconds: float) -> str:
        """What the tests say of a mutant: survived, killed (also where they come to no end), or no code at all."""
        path = self._copy / mutant.module
        before = path.read_bytes()
        path.write_text(mutant.code, encoding="utf-8")
        self._at += 2  # else what was compiled of it before would be taken
        os.utime(path, (self._at, self._at))
        try:
            return self._told(self._fork(tests), _LONGEST + 5 * seconds)
        finally:
            path.write_bytes(before)
            self._at += 2
            os.utime(path, (self._at, self._at))

    def _fork(self, tests: Sequence[str]) -> int:
        child = os.fork()
        if child:
            return child
        os.setsid()
        null = os.open(os.environ.get("VEERKRACHT_MUTANTS_LOG", os.devnull), os.O_RDWR | os.O_CREAT | os.O_APPEND)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        code = 3
        try:
            os.chdir(self._copy)
            code = self._run(tests)
        finally:
            os._exit(code)

    def _run(self, tests: Sequence[str]) -> int:
        import pytest

        for name, module in list(sys.modules.items()):
            lies = getattr(module, "__file__", None) or ""
            if lies.startswith(f"{self._root}/") and "/.venv" not in lies:
                del sys.modules[name]  # the code of the copy comes in its place
        state, checksum, files = self._as_it_is

        class AsItIs:
            """What is known by a checksum of the code is known by that of the code as it is."""

            def pytest_collection_finish(self) -> None:
                import kept_homes

                from flows import registry

                kept_homes._state = lambda: state  # type: ignore[assignment]
                registry.code_checksum = lambda: checksum
                registry.code_files = lambda: files

        return int(pytest.main(["-n", "0", "-x", "--no-header", "--tb=line", *tests], plugins=[AsItIs()]))

    def _told(self, child: int, seconds: float) -> str:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                self._end(child)
                if code == 4:
                    raise LookupError("a test that make coverage knows is not there: run it anew")
                return {0: "survived", 2: "no code"}.get(code, "killed")
            time.sleep(0.02)
        self._end(child)
        os.waitpid(child, 0)
        return "killed"

    def _end(self, child: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
