"""One structured log per run: a JSON object per line in ``logs/<run>.jsonl``; what would be told too often, seldom."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

logger = logging.getLogger("veerkracht")
_SECONDS = 60


class Seldom:
    """Passes on what it is told once a minute at most, the first time a minute after it began."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self.begin()

    def begin(self) -> None:
        """Count the minute from now."""
        self._began = time.monotonic()

    def __call__(self, *said: Any) -> None:
        """Pass this on, or let it go by."""
        if time.monotonic() >= self._began + _SECONDS:
            self.begin()
            self._tell(*said)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _LogFile(logging.FileHandler):
    """A log on disk. What the disk does not take is said on standard error, as the line that it would have been."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say a line that could not be written: a full disk is told once by the night, and has no trace of its own."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        with suppress(OSError):  # where nobody hears either, the night still ends as it does
            print(f"{self.baseFilename}: {error.strerror}: {self.format(record)}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Let go of the file; lines that it did not take were said, and are no failure of the night."""
        with suppress(OSError):
            super().close()


_RUN = "%Y%m%dT%H%M%SZ"


def run_id(moment: datetime) -> str:
    """What the log of a run of this moment is called."""
    return moment.astimezone(UTC).strftime(_RUN)


def moment_of_run(name: str) -> datetime | None:
    """The moment of the run whose log is called so; none of a log of another name."""
    try:
        return datetime.strptime(name, _RUN).replace(tzinfo=UTC)
    except ValueError:
        return None


@contextmanager
def run_log(folder: Path, run_id: str) -> Iterator[Path]:
    """Send everything logged meanwhile to ``folder/<run_id>.jsonl``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run_id}.jsonl"
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(_JsonLines())
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield path
    finally:
        logger.removeHandler(handler)
        handler.close()


def event(name: str, **facts: Any) -> None:
    """Log one event with its facts."""
    logger.info(name, extra={"facts": facts})


def failure(name: str) -> None:
    """Log the exception being handled."""
    logger.error(name, exc_info=True)
