"""One structured log per run: a JSON object per line in ``logs/<run>.jsonl``."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

logger = logging.getLogger("veerkracht")


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
    handler = logging.FileHandler(path, encoding="utf-8")
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
