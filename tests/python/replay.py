"""Files received one after another, in one warehouse: what many nights would have come to."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from flows.forms import catalogue, names, workbook
from flows.intake.archive import Receipt, receipt_for
from flows.release import writing
from flows.reports import making
from flows.settings import Settings
from flows.warehouse import compiled, docs, transform
from flows.warehouse.load import load


@dataclass(frozen=True)
class Received:
    """A file, what it was sent for, and when it came (UTC)."""

    path: Path
    plan_code: str
    meetmoment_code: str
    at: datetime

    @property
    def receipt(self) -> Receipt:
        return receipt_for(self.path, self.plan_code, self.meetmoment_code, self.at)


def replay(home: Path, files: Sequence[Received], models: Sequence[str]) -> Path:
    """A warehouse on these files of one plan, judged by gate 1, with what the models need built; its path."""
    (plan_code,) = {file.plan_code for file in files}
    settings = Settings(home=home, plan=plan_code)
    load(settings, {file.receipt: file.path for file in files}, settings.warehouse, {})
    transform.project(settings.warehouse)  # beside the warehouse stands what every mart and column is
    compiled.build(settings.warehouse, [f"+{model}" for model in models], plan_code)
    return settings.warehouse


@contextmanager
def without_dbt() -> Iterator[None]:
    """Nights whose tables are made by the SQL that dbt compiled, for tests that ask what the tables say.

    `test_compiled` holds these tables equal to those of dbt. What dbt asks of them besides (tests, promises, contracts)
    is asked of the last night of `small`, and in `make slow` of every night of the demonstration and of all real files.
    """

    def build(
        warehouse: Path,
        select: Sequence[str],
        plan_code: str,
        known_on: datetime | None = None,
        known_before: datetime | None = None,
        on_done: object = None,
    ) -> dict[str, float]:
        transform.project(warehouse)
        compiled.build(warehouse, select, plan_code, known_on, known_before)
        return {}

    with patch.object(transform, "build", build):
        yield


@contextmanager
def without_pages() -> Iterator[None]:
    """Releases of tables alone, for tests that ask how a release is made, kept and followed.

    Site, documents, catalogue, dbt's pages and the workbook are most of what a release costs; of that of the last night
    of `small` they are read. A file stands where the workbook would, since other files tell of it.
    """

    def nothing(*_: object, **__: object) -> None:
        pass

    def no_workbook(folder: Path, *_: object) -> None:
        (folder / names.WORKBOOK).write_text("left out", encoding="utf-8")

    pages = [(writing, "build_site")] + [(form, "write") for form in (making, catalogue, docs)]
    with ExitStack() as stack:
        stack.enter_context(patch.object(workbook, "write", no_workbook))
        for module, name in pages:
            stack.enter_context(patch.object(module, name, nothing))
        yield
