"""Files received one after another, in one warehouse: what many nights would have come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.intake.archive import Receipt, receipt_for
from flows.settings import Settings
from flows.warehouse import transform
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
    transform.build(settings.warehouse, [f"+{model}" for model in models], plan_code)
    return settings.warehouse
