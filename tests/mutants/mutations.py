"""The ways in which a module can be wrong, as Cosmic Ray knows them, and a sample of them."""

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-not-found]
from cosmic_ray.mutating import mutate_code  # type: ignore[import-not-found]
from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-not-found]
from covering import watcher

_OF_PATHS = ("ReplaceBinaryOperator_Div", "ReplaceBinaryOperator_BitOr")
"""A path or a set of alternatives is no sum: with another sign nothing runs, which any test notices."""


@dataclass(frozen=True)
class Mutant:
    """One change of a module."""

    module: str
    line: int
    until: int
    was: str
    becomes: str
    code: str
    """The whole module as it then is."""


def sample(root: Path, module: str, count: int, seed: int) -> list[Mutant]:
    """So many mutants of a module at random, or all where there are fewer; always the same for a seed.

    Of the ways to replace one sign at one place there is one.
    """
    found = sorted(_places(root / module), key=str)
    random.Random(f"{seed} {module}").shuffle(found)
    made = (_mutant(root, module, *place) for place in found)
    return sorted(islice(filter(None, made), count), key=lambda mutant: mutant.line)


def _places(path: Path) -> Iterator[tuple[str, int, int, int]]:
    """(operator, occurrence, first line, last line): of each family of operators one at each place.

    None where `make coverage` leaves a line out: the reason beside it says why no test runs it.
    """
    code = path.read_text(encoding="utf-8")
    tree = get_ast(code)
    annotations = set(_annotations(ast.parse(code)))
    left_out = set(watcher(None).analysis2(str(path))[2])
    seen: dict[tuple[str, object], list[tuple[str, int, int, int]]] = {}
    for name in sorted(operator_names()):
        kind = get_operator(name)
        if kind.arguments() or any(sign in name for sign in _OF_PATHS):
            continue  # some have to be told which names they are about
        operator = kind()
        positions = [position for node in ast_nodes(tree) for position in operator.mutation_positions(node)]
        for occurrence, (start, end) in enumerate(positions):
            if start not in annotations and start[0] not in left_out:
                family = name.partition("_")[0]
                seen.setdefault((family, (start, end)), []).append((name, occurrence, start[0], end[0]))
    for (family, position), ways in seen.items():
        yield random.Random(f"{family} {position}").choice(ways)


def _annotations(tree: ast.AST) -> Iterator[tuple[int, int]]:
    """Where something stands in what a name is said to be: no test can notice that."""
    for node in ast.walk(tree):
        for said in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(said, ast.AST):
                yield from ((n.lineno, n.col_offset) for n in ast.walk(said) if isinstance(n, ast.expr))


def _mutant(root: Path, module: str, operator: str, occurrence: int, line: int, until: int) -> Mutant | None:
    code = (root / module).read_text(encoding="utf-8")
    try:
        mutated = mutate_code(code, get_operator(operator)(), occurrence)
        compile(mutated or "", module, "exec")
    except (SyntaxError, AttributeError):  # no code any more; and what Cosmic Ray itself cannot change
        return None
    if not mutated or mutated == code or re.search(r"\wCosmicRay|Exception(?<=CosmicRayTestingException)\w", mutated):
        return None
    before, after = code.splitlines(), mutated.splitlines()
    if len(before) != len(after):
        return Mutant(module, line, until, before[line - 1].strip(), "(left out)", mutated)
    at = next(n for n, (one, other) in enumerate(zip(before, after, strict=True)) if one != other)
    return Mutant(module, line, until, before[at].strip(), after[at].strip(), mutated)
