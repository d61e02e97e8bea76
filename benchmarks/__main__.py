"""`make bench OLD=checkout`: what two checkouts cost, side by side, into docs/performance.md and .json."""

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks import measure, table
from benchmarks.measure import COMMANDS, Code

PROJECT = Path(__file__).parents[1]
NUMBERS = PROJECT / "docs" / "performance.json"
PAGE = PROJECT / "docs" / "performance.md"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for; what is not measured keeps the numbers it had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path, help="checkout of the code before, with its own .venv; left out: only ours")
    parser.add_argument("--new", type=Path, default=PROJECT)
    parser.add_argument("--only", choices=["old", "new"], help="one side, where the other has its numbers")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--commands", nargs="*", choices=COMMANDS, default=list(COMMANDS))
    parser.add_argument("--growth", default="1,10", help="sizes, for example 1,10,100; empty for none")
    parser.add_argument("--seconds", type=int, default=900, help="a model that computes longer is stopped")
    parser.add_argument("--scratch", type=Path, default=PROJECT / "var" / "bench", help="homes; kept for the next time")
    said = parser.parse_args(arguments)
    checkouts = {"old": said.old, "new": said.new}
    codes = [
        Code(name, path.resolve(), said.scratch.resolve())
        for name, path in checkouts.items()
        if path and said.only in (None, name)
    ]
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8")) if NUMBERS.exists() else {}
    sizes = [int(size) for size in said.growth.split(",") if size]
    if said.commands:
        for name, costs in measure.side_by_side(codes, said.commands, said.runs).items():
            numbers.setdefault(name, {}).setdefault("commands", {}).update(costs)
    for size in sizes:
        for code in codes:
            grown = numbers.setdefault(code.name, {}).setdefault("growth", {})
            grown[str(size)] = measure.growth(code, size, said.seconds) | _stamp(code)
    for code in codes:
        numbers[code.name] |= _stamp(code) | {"machine": measure.machine()}
    NUMBERS.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    table.write(PAGE, numbers)
    print(table.of(numbers))


def _stamp(code: Code) -> dict[str, str]:
    return {"commit": code.commit, "measured_on": f"{date.today()}"}


if __name__ == "__main__":
    main()
