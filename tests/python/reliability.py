"""What a proof that ran writes into `docs/reliability.md`: its numbers between its marks, and what they were run on."""

import os
import platform
from datetime import UTC, datetime

from flows.forms.carried import code_version
from flows.settings import PROJECT

REPORT = PROJECT / "docs" / "reliability.md"


def write(command: str, text: str) -> None:
    """Put the numbers of a command between its marks.

    Args:
        command: as one types it, such as ``make faults``; the marks stand in the page.
    """
    start, end = f"<!-- written by {command} -->", f"<!-- end of {command} -->"
    page = REPORT.read_text(encoding="utf-8")
    head, rest = page.split(start)
    REPORT.write_text(f"{head}{start}\n{text}\n{end}{rest.split(end)[1]}", encoding="utf-8")


def here() -> dict[str, str]:
    """When and where a run is made, and of which code."""
    system = f"{platform.system()} {platform.release()}"
    return {
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}",
        "code": code_version(),
    }


def run_of(said: dict[str, str]) -> str:
    """The beginning of a sentence about a run."""
    return f"Run of {said['on']} on {said['machine']}, code {said['code']}"
