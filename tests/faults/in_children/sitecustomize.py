"""In a process that a night starts: its touches are counted, and one may be broken, as the folder of the case says.

The night gives its children next to nothing of its environment; where they find their modules they do get.
"""

import json
import os
import sys
from pathlib import Path

from breaking import Kill, Refuse, Touches

CASE = next((folder for folder in map(Path, sys.path) if (folder / "case.json").is_file()), None)


def _number(folder: Path) -> int:
    """Which child of the night this one is: the first that is not taken yet."""
    number = 1
    while True:
        try:
            (folder / str(number)).mkdir()
            return number
        except FileExistsError:
            number += 1


def _watch(folder: Path) -> None:
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    number = _number(folder)
    breaks = None
    if case["child"] == number:
        breaks = Refuse(case["at"], case["error"]) if case["error"] else Kill(case["at"])
    # A byte per touch: nobody lets a child come to its end.
    told = os.open(folder / str(number) / "touches", os.O_WRONLY | os.O_CREAT)
    Touches(None, breaks, on_touch=lambda: os.write(told, b".")).watch()


if CASE:
    _watch(CASE)
