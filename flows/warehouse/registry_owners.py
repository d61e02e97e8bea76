"""Of which plan what is wrong in the registry is: a fault in the rows of one plan stops that plan and no other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flows.warehouse.registry_contract import Seed
from flows.warehouse.seed_file import Fault, SeedText, quoted

_LINES_NAMED = 8


@dataclass(frozen=True)
class Broken:
    """What is wrong in the registry."""

    of_all: list[Fault] = field(default_factory=list)
    """What can be given to no plan: every plan stands on it."""
    of_plan: dict[str, list[Fault]] = field(default_factory=dict)
    """What is wrong in rows of one plan, by its code."""

    @property
    def faults(self) -> list[Fault]:
        """All of it, in the order of the files."""
        return sorted([*self.of_all, *(fault for faults in self.of_plan.values() for fault in faults)])


def by_owner(faults: Iterable[Fault], seeds: Sequence[Seed], texts: Mapping[str, SeedText]) -> Broken:
    """Faults apart by the plan whose rows they are in; the same said of several lines of a column is said once."""
    owners = _Owners(seeds, texts)
    by_plan: dict[str | None, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_plan[owners.plan_of(fault)].append(fault)
    of_all = _gathered(by_plan.pop(None, []))
    return Broken(of_all, {plan: _gathered(found) for plan, found in sorted(by_plan.items()) if plan})


class _Owners:
    """Of which plan the rows of the seeds are, by the code of the plan or of the layout that stands in them."""

    def __init__(self, seeds: Sequence[Seed], texts: Mapping[str, SeedText]) -> None:
        self._seeds = {seed.told: seed for seed in seeds}
        self._rows = {seed.name: _by_line(seed, texts[seed.name]) for seed in seeds}
        self._plans = {row["plan_code"] for row in self._rows["plan"].values()} - {None}
        layouts: dict[str | None, set[str | None]] = defaultdict(set)
        for row in self._rows["layout"].values():
            layouts[row["layout_code"]].add(row["plan_code"])
        self._of_layout = {code: next(iter(plans)) for code, plans in layouts.items() if len(plans) == 1}

    def plan_of(self, fault: Fault) -> str | None:
        """The plan whose rows alone a fault is in; none where that cannot be told."""
        seed = self._seeds[fault.file]
        rows = self._rows[seed.name]
        row = rows.get(fault.line)
        if row is None or fault.spoils_file or any(said.get("every") for said in seed.of_column.values()):
            return None
        owner = self._owner(seed, row)
        if fault.beside and self._owner(seed, rows.get(fault.beside, {})) != owner:
            return None
        return owner

    def _owner(self, seed: Seed, row: Mapping[str, str | None]) -> str | None:
        plan = row.get("plan_code") if "plan_code" in seed.types else self._of_layout.get(row.get("layout_code"))
        return plan if plan in self._plans else None


def _by_line(seed: Seed, text: SeedText) -> dict[int, dict[str, str | None]]:
    """The rows by their line, those that are not whole too."""
    return {int(row[0] or 0): dict(zip(seed.types, row[2:], strict=False)) for row in text.rows}


def _gathered(faults: Iterable[Fault]) -> list[Fault]:
    """The same said of the same column on several lines is said once."""
    lines: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for fault in faults:
        lines[fault.file, fault.column, fault.says].append(fault.line)
    return sorted(
        Fault(file, min(on), column, f"{says}{_also(sorted(set(on))[1:])}")
        for (file, column, says), on in lines.items()
    )


def _also(lines: Sequence[int]) -> str:
    return (
        f" (ook op regel / also on line {', '.join(quoted([str(line) for line in lines], _LINES_NAMED))})"
        if lines
        else ""
    )
