"""What the gate must have judged: each expectation by its checksum, as the registry has it.

An expectation or suite that is taken away, or changed until it judges nothing, leaves findings out without a word, and
no result of Great Expectations says so. ``seeds/quality/rule_expectation.csv`` says which there must be, and the gate
reads it before it asks anything. ``python -m expectations.declared`` (``make expectations``) writes it anew after a
change that is meant; the difference shows what is judged otherwise.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.registry import SEEDS, rows

SUITES = Path(__file__).parent
FOLDERS = ("submission", "comparison/candidate", "comparison/version", "release")
_SEED = "quality/rule_expectation"
COLUMNS = ("folder", "suite", "rule_id", "checksum")

Declared = tuple[str, str, str, str]


def read(folder: str) -> list[dict[str, Any]]:
    """The suites of a folder, in the order of their names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((SUITES / folder).glob("*.json"))]


def written(folder: str, suites: list[dict[str, Any]]) -> Iterator[Declared]:
    """Every expectation of suites; what a suite judges is part of each of its expectations."""
    for suite in suites:
        for expectation in suite["expectations"]:
            told = json.dumps([suite["meta"], expectation], sort_keys=True, ensure_ascii=False)
            checksum = hashlib.sha256(told.encode()).hexdigest()[:12]
            yield folder, suite["name"], expectation["meta"]["rule_id"], checksum


def differences(folder: str, suites: list[dict[str, Any]]) -> list[str]:
    """What of the suites of a folder is not as declared."""
    there = set(written(folder, suites))
    declared = [(row["folder"], row["suite"], row["rule_id"], row["checksum"]) for row in rows(_SEED)]
    must = {one for one in declared if one[0] == folder}
    lacking = [f"{rule_id} of suite {suite} is not judged as declared" for _, suite, rule_id, _ in sorted(must - there)]
    return lacking + [f"{rule_id} of suite {suite} is not declared" for _, suite, rule_id, _ in sorted(there - must)]


if __name__ == "__main__":  # pragma: no cover - make expectations runs it, and writes the seed
    with (SEEDS / f"{_SEED}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(one for folder in FOLDERS for one in written(folder, read(folder)))
