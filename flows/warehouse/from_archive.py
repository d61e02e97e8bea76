"""From the archive to the marts in a warehouse of its own, for a past day or a release made again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from flows.intake import archive
from flows.intake.archive import Receipt, Withdrawal
from flows.settings import Settings
from flows.warehouse import transform
from flows.warehouse.load import load


def build_as_known(
    settings: Settings,
    receipts: Sequence[Receipt],
    withdrawn: Mapping[str, Withdrawal],
    warehouse: Path,
    moment: datetime,
) -> None:
    """The whole warehouse as it was known at a moment (UTC); nothing is published.

    Args:
        receipts: what had been received by then.
        withdrawn: what had been withdrawn by then, by submission id.

    Raises:
        archive.Damaged: when the archive no longer has the bytes of a receipt.
    """
    sources = archive.sources(settings.archive, receipts)
    load(settings, sources, warehouse, withdrawn)
    transform.build(warehouse, transform.WAREHOUSE, settings.plan, moment)
