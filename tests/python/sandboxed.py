"""A body for the sandbox that runs whatever it is given, as the test of its walls needs."""

from typing import Any

from flows.intake import sandbox
from flows.settings import Settings


def _run(job: Any, limits: Settings) -> str:
    try:
        exec(job)
    except PermissionError:
        return "refused"
    except (MemoryError, OSError) as error:
        return type(error).__name__
    return "done"


if __name__ == "__main__":
    sandbox.work(_run)
