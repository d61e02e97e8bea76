"""Change the SQL of a model and see whether its unit tests notice: `make sqlmutants`.

Of each model of intermediate and marts (of those that are one call of the same macro, of one) a sample of the changes
that could be a slip, the same for a seed; each is put in the place of the model in its unit tests, and of what none
of these notices it is asked whether a row of the model is another one on the small plan. What was found is written
down as it comes; a run goes on with it, and asks again of a model whose SQL or unit tests changed.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from multiprocessing import Pool
from pathlib import Path

import reliability
from conftest import kept_at, run_small
from sql_proofs import BY_ROWS, BY_TEST, SAME_ROWS, Asked, Models, Result

from flows.settings import PROJECT

RESULTS = PROJECT / "var" / "sql_mutants.jsonl"
HEAD = "models of|with a unit test|changed|a unit test notices|other rows on the small plan|the same rows there|score"

_models: Models


def _start(models: Models) -> None:
    global _models
    _models = models


def _one(given: tuple[str, int, int]) -> Asked:
    return _models.ask(*given)


def known(path: Path) -> dict[str, Asked]:
    """What was asked before, by model; what was told last counts."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    told = (json.loads(line) for line in lines)
    return {t["model"]: Asked(t["model"], t["of"], tuple(Result(**r) for r in t["results"])) for t in told}


def table(models: Models, found: Mapping[str, Asked], count: int, seed: int) -> Iterator[str]:
    """What became of the mutants by folder, and which models have no unit test."""
    of, alike = reliability.run_of(reliability.here()), len(models.sql) - len(models.to_ask())
    yield (
        f"{of}. Of {len(found)} of {len(models.sql)} models {count} changes each, at random (seed {seed}), or all; "
        f"{alike} are one call of a macro of which another model was asked."
    )
    yield ""
    yield f"| {HEAD.replace('|', ' | ')} |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for room in sorted({models.rooms[name] for name in found}):
        yield _row(f"`{room}`", models, [of_model for name, of_model in found.items() if models.rooms[name] == room])
    yield _row("all", models, list(found.values()))
    without = sorted(set(found) - set(models.tests))
    yield _row("those with a unit test", models, [of_model for name, of_model in found.items() if name not in without])
    yield from _listed("Without a unit test, so that the small plan alone was asked", without)
    told = "With a unit test, and so many changes gave other rows on the small plan that none of their own notices"
    missed = {name: _ended(found[name])[BY_ROWS] for name in sorted(set(found) - set(without))}
    yield from _listed(told, [f"{name}: {count}" for name, count in missed.items() if count])


def _listed(said: str, names: list[str]) -> Iterator[str]:
    if names:
        yield ""
        yield f"{said}: {', '.join(f'`{name}`' for name in names)}."


def _row(name: str, models: Models, asked: list[Asked]) -> str:
    ended = _ended(*asked)
    seen = ended[BY_TEST] + ended[BY_ROWS]
    tested = f"{sum(of_model.model in models.tests for of_model in asked)} of {len(asked)}"
    score = f"{100 * ended[BY_TEST] / seen:.0f} %" if seen else ""
    numbers = (ended.total(), ended[BY_TEST], ended[BY_ROWS], ended[SAME_ROWS])
    return f"| {' | '.join((name, tested, *map(str, numbers), score))} |"


def _ended(*asked: Asked) -> Counter[str]:
    return Counter(result.ended for of_model in asked for result in of_model.results)


def main() -> int:
    """Ask of every model that is not known as it is, keep what is found, write the scores."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", action="append", help="this one alone; or several")
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutants_") as scratch:
        models = Models(kept_at("small", Path(scratch) / "small", run_small).settings)
        as_it_is = {name: models.checksum(name, asked.sample, asked.seed) for name in models.sql}
        todo = _unknown(asked.model or models.to_ask(), as_it_is, known(asked.results))
        asked.results.parent.mkdir(parents=True, exist_ok=True)
        with Pool(asked.processes, _start, (models,)) as pool, asked.results.open("a", encoding="utf-8") as file:
            for found in pool.imap_unordered(_one, [(name, asked.sample, asked.seed) for name in todo]):
                print(json.dumps(asdict(found)), file=file, flush=True)
                for result in found.results:
                    if result.ended != BY_TEST:
                        what = f"{result.within}: {result.was}  ->  {result.becomes}"
                        print(f"{found.model}, {result.ended}: {what}", flush=True)
        now = known(asked.results)
        of_all = {name: now[name] for name in models.to_ask() if not _unknown([name], as_it_is, now)}
        reliability.write("make sqlmutants", "\n".join(table(models, of_all, asked.sample, asked.seed)))
    return 0


def _unknown(names: Iterable[str], as_it_is: Mapping[str, str], before: Mapping[str, Asked]) -> list[str]:
    return [name for name in names if name not in before or before[name].of != as_it_is[name]]


if __name__ == "__main__":
    sys.exit(main())
