"""`python -m flows.spark FOLDER`: a plan's marts on Spark, from what its archive holds (docs/scaling.md)."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from flows.intake import archive
from flows.settings import Settings
from flows.spark import engine, handover
from flows.warehouse.load import load


def main(arguments: Sequence[str] | None = None) -> None:
    """Hand a plan's night over and build it; a line of JSON per model says what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a new folder; a cluster reads and writes it under the same name")
    parser.add_argument("--plan", default=Settings().plan)
    parser.add_argument(
        "--loaded", type=Path, help="a warehouse that holds what was received; else the archive is read"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], help="these models alone, on the tables of --loaded, which is then a built one"
    )
    parser.add_argument("--address", default="local", help="sc://host:port of a cluster, or local")
    parser.add_argument("--cores", type=int, default=2, help="here, or the partitions of a shuffle")
    parser.add_argument("--memory", default="3g", help="of Spark in this process")
    said = parser.parse_args(arguments)
    settings = Settings(plan=said.plan)
    folder = said.folder.resolve()
    if not (folder / handover.MODELS).exists():
        handover.write(
            settings, said.loaded or _loaded(settings, folder / "loaded" / "warehouse.duckdb"), folder, said.only
        )
    try:
        spark = engine.session(said.address, said.cores, said.memory)
    except OSError as error:
        parser.error(f"no Spark answers at {said.address}: {error}")
    engine.build(spark, folder, folder / "made", lambda cost: print(json.dumps(cost), flush=True))
    spark.stop()


def _loaded(settings: Settings, warehouse: Path) -> Path:
    receipts = archive.receipts(settings.archive, settings.plan)
    sources = archive.sources(settings.archive, receipts)
    load(settings, sources, warehouse, archive.withdrawals(settings.archive, settings.plan))
    return warehouse


if __name__ == "__main__":
    main()
