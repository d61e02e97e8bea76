"""`python -m flows.spark FOLDER`: a plan's marts on Spark, from what its archive holds, or a whole night with them.

docs/scaling.md tells of both.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows import homes
from flows.commands.shared import EXIT_BUSY, EXIT_HELD
from flows.intake import archive
from flows.settings import Settings
from flows.spark import engine, handover, night
from flows.standing import AnotherNight
from flows.warehouse.load import load


def main(arguments: Sequence[str] | None = None) -> int:
    """Hand a plan's night over and build it; a line of JSON per model says what it cost, and one how a night ended.

    Returns:
        the exit code: of a night that of ``veerkracht nightly``, 0 published or nothing new, 20 held, 75 another one is
        running.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a new folder; a cluster reads and writes it under the same name")
    parser.add_argument("--plan", help="else the only one that has a home")
    parser.add_argument(
        "--loaded", type=Path, help="a warehouse that holds what was received; else the archive is read"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], help="these models alone, on the tables of --loaded, which is then a built one"
    )
    parser.add_argument(
        "--publish", action="store_true", help="a whole night, from the inbox to a release, whose models Spark makes"
    )
    parser.add_argument("--address", default="local", help="sc://host:port of a cluster, or local")
    parser.add_argument("--cores", type=int, default=2, help="here, or the partitions of a shuffle")
    parser.add_argument("--memory", default="3g", help="of Spark in this process")
    said = parser.parse_args(arguments)
    folder = said.folder.resolve()
    if said.publish and (said.loaded or said.only):
        parser.error("a night is of all that its archive holds: --publish goes without --loaded and --only")
    if said.publish and folder.exists() and any(folder.iterdir()):
        parser.error(f"a night begins in a new folder, and {folder} is not empty")
    if (said.loaded or said.only) and (folder / handover.MODELS).exists():
        parser.error(
            f"what {folder} holds was handed over before: --loaded and --only are of a new folder; without them what is"
            " there is built again"
        )
    try:
        settings = homes.of(said.plan)
    except LookupError as unknown:
        parser.error(str(unknown))
    try:
        spark = engine.session(said.address, said.cores, said.memory)
    except OSError as error:
        parser.error(f"no Spark answers at {said.address}: {error}")
    try:
        if said.publish:
            return _publish(spark, settings, folder)
        if not (folder / handover.MODELS).exists():
            loaded = said.loaded or _loaded(settings, folder / "loaded" / "warehouse.duckdb")
            handover.write(settings, loaded, folder, said.only)
        engine.build(spark, folder, folder / engine.MADE, settings.memory_beside(settings.warehouse), _tell)
        return 0
    finally:
        spark.stop()


def _publish(spark: Any, settings: Settings, folder: Path) -> int:
    try:
        ended = night.run(spark, settings, folder, _tell)
    except AnotherNight as busy:
        print(busy, file=sys.stderr)
        return EXIT_BUSY
    reasons = [*ended.reasons, *ended.reasons_en]
    _tell({"verdict": ended.verdict, "release": ended.release_id, "rejected": ended.rejected, "reasons": reasons})
    return EXIT_HELD if ended.verdict == "held" else 0


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _loaded(settings: Settings, warehouse: Path) -> Path:
    receipts = archive.receipts(settings.archive, settings.plan)
    sources = archive.sources(settings.archive, receipts)
    load(settings, sources, warehouse, archive.withdrawals(settings.archive, settings.plan))
    return warehouse


if __name__ == "__main__":
    sys.exit(main())
