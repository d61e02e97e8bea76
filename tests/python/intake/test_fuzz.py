"""Mutated returns: whatever comes in, the parent lives and every file is accepted or refused with a reason.

A sample runs with the other tests; ``make fuzz`` runs 10,000 of each form.
"""

import io
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from made_files import packed, plain_csv, workbook

from flows import registry
from flows.intake.reading import Job, parse_all
from flows.settings import Settings

COUNT = int(os.environ.get("VEERKRACHT_FUZZ", "200"))
TOKENS = [
    *(b"\0", b'"', b";", b",", b"\r", b"\n", b"\xff", b"\xef\xbb\xbf", b"\xe9", b"EINDE;1", b"\t"),
    *(b"<", b">", b"</row>", b"<v>", b'r="A1048576"', b't="s"', b"<!ENTITY x 'y'>", b"999999999999", b"-1", b"1e999"),
]


def csv_return() -> bytes:
    return plain_csv(*(f'VV{n:03};Opgestart;VR 2021;"regel {n}\nbelgië €"' for n in range(1, 30)))


def xlsx_return() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        for row in range(1, 30):
            sheet.write_string(row, 0, f"VV{row:03}")
            sheet.write_datetime(row, 1, datetime(2021, 6, row), book.add_format({"num_format": "dd/mm/yyyy"}))
            sheet.write_number(row, 2, row / 7)
            sheet.write_formula(row, 3, "=1+1", value=2)
        sheet.merge_range("B40:C41", "samen")
        sheet.set_row(5, None, None, {"hidden": True})

    return workbook(fill)


def mutated(content: bytes, random_: random.Random) -> bytes:
    """One to six cuts, repeats, insertions and changed bytes."""
    changed = bytearray(content)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(changed) + 1)
        end = min(len(changed), at + random_.choice((1, 4, 40, 400)))
        match random_.randrange(5):
            case 0:
                del changed[at:end]
            case 1:
                changed[at:at] = changed[at:end]
            case 2:
                changed[at:at] = random_.choice(TOKENS)
            case 3:
                changed[at:end] = random_.randbytes(end - at)
            case 4 if random_.random() < 0.3:
                del changed[at:]
    return bytes(changed)


def mutated_workbook(content: bytes, random_: random.Random) -> bytes:
    """Half of the time the container is changed, half of the time a part in it, which reaches further in."""
    if random_.random() < 0.5:
        return mutated(content, random_)
    with ZipFile(io.BytesIO(content)) as container:
        parts = {name: container.read(name) for name in container.namelist()}
    name = random_.choice(sorted(parts))
    return packed({**parts, name: mutated(parts[name], random_)})


@pytest.mark.parametrize(
    ("form", "build", "mutate"),
    [("csv", csv_return, mutated), ("xlsx", xlsx_return, mutated_workbook)],
)
def test_every_mutated_file_is_accepted_or_refused_with_a_reason(
    tmp_path: Path, form: str, build: Callable[[], bytes], mutate: Callable[[bytes, random.Random], bytes]
) -> None:
    random_ = random.Random(form)
    base = build()
    jobs = []
    for number in range(COUNT):
        path = tmp_path / str(number)
        path.write_bytes(mutate(base, random_))
        jobs.append(Job(path, "veerkracht", tmp_path / f"{number}-out"))
    moments = [time.perf_counter()]
    parse_all(jobs, Settings(), lambda job: moments.append(time.perf_counter()))
    # The first file waits for its child to start.
    seconds = sorted(after - before for before, after in pairwise(moments[1:]))
    outcomes: Counter[str] = Counter()
    for job in jobs:
        parsed = json.loads((job.target / "parsed.json").read_text(encoding="utf-8"))
        refused = {r["rule_id"] for r in parsed["refusals"]}
        assert parsed["sheets"] or refused, job
        assert refused <= set(registry.rules()), job
        broke = [r["value"] for r in parsed["refusals"] if str(r["value"]).startswith(">")]
        assert not broke, (job, broke)
        outcomes[" ".join(sorted(refused)) or "read"] += 1
    p99 = seconds[int(len(seconds) * 0.99)]
    print(f"\n{form}: {len(jobs)} files, p99 {p99:.3f} s, slowest {seconds[-1]:.3f} s, {dict(outcomes.most_common())}")
    assert p99 <= 1
