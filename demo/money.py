"""Money of the projects: current budget, committed (VAK) and paid (VEK), cumulative, in cents.

Totals of the one-off projects come from targets.py and are spread over the projects within bounds
that hold for every one of them: 0 <= VEK <= VAK <= current budget, and nothing falls, except the
commitments named in _CANCELLED_M7.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from demo.course import first_realised, first_stopped, status_at
from demo.plan import (
    ADDED_PROJECT_FROM,
    TRANSFER_REF,
    Project,
    budget_at,
    clusters,
    in_scope,
    projects,
    transfer,
)
from demo.targets import (
    COMMITTED_PROJECTS_M1,
    DEFINITIVE,
    METINGEN,
    PAID_PROJECTS_M1,
    PROVISIONAL,
    cents,
)

Amounts = dict[str, int]  # project code -> cents

# Commitments cancelled at meting 7, in EUR; never below what is already paid.
_CANCELLED_M7 = {
    "VV127": 100_000_000,
    "VV142": 100_000_000,
    "VV074": 9_000_000,
    "VV045": 4_000_000,
    "VV067": 2_500_000,
}
# How many one-off projects have anything committed, or paid, at the first metingen; then all may.
_COMMITTED_PROJECTS = {1: COMMITTED_PROJECTS_M1, 2: 98}
_PAID_PROJECTS = {1: PAID_PROJECTS_M1, 2: 44, 3: 96, 4: 131}
# Regular projects whose committed and paid money is not monitored apart.
_NOT_MONITORED = ("VV160", "VV163", "VV167", "VV170", "VV174", "VV178")
_REGULAR_PATH = {1: 0.06, 2: 0.18, 3: 0.30, 4: 0.44, 5: 0.60, 6: 0.82}  # VAK as part of the budget


@dataclass(frozen=True)
class ProjectMoney:
    """Money of one project at one meting in cents; None: not applicable."""

    budget: int
    committed: int | None
    paid: int | None
    explanation: str


def allocate(total: int, low: Mapping[str, int], high: Mapping[str, int], weight: Mapping[str, float]) -> Amounts:
    """Spread a total over projects, each between its bounds, heavier ones nearer to the upper one.

    The amount of a project is low + (high - low) * min(1, level * weight); the level is found by
    halving, and the cents that rounding leaves go to the first projects with room.
    """
    if not sum(low.values()) <= total <= sum(high.values()):
        raise ValueError(f"{total} is outside {sum(low.values())}..{sum(high.values())}")

    def at(level: float) -> Amounts:
        return {code: low[code] + int((high[code] - low[code]) * min(1.0, level * weight[code])) for code in low}

    bottom, top = 0.0, 1.0
    while sum(at(top).values()) < total and top < 1e12:
        top *= 2
    for _ in range(100):
        middle = (bottom + top) / 2
        if sum(at(middle).values()) <= total:
            bottom = middle
        else:
            top = middle
    amounts = at(bottom)
    rest = total - sum(amounts.values())
    for code in amounts:
        step = min(rest, high[code] - amounts[code])
        amounts[code] += step
        rest -= step
    return amounts


@cache
def _one_off() -> tuple[Project, ...]:
    return tuple(project for project in projects() if not project.is_regular)


@cache
def _ceiling() -> Amounts:
    """Most that each project will commit: a little less than its smallest budget over time."""
    rng = random.Random("ceiling")
    return {
        p.code: int(
            (budget_at(p, 7) or p.budget_initial) * (0.45 if first_stopped(p.code) == 6 else rng.uniform(0.975, 1.0))
        )
        for p in _one_off()
    }


def _eagerness(code: str, meting: int, rng: random.Random) -> float:
    """Weight of a project in a spread; one that is realised gets all it may."""
    realised = first_realised(code)
    if realised is not None and realised <= meting:
        return 10_000.0
    return rng.uniform(0.4, 1.6) * (0.3 if first_stopped(code) else 1.0)


def _limit(meting: int) -> Amounts:
    """Most that each project can have committed at a meting; nothing where it has not started."""
    scope = {p.code for p in in_scope(meting)}
    return {
        p.code: 0
        if p.code not in scope or (meting <= 5 and status_at(p.code, meting) == "niet_gestart")
        else _ceiling()[p.code]
        for p in _one_off()
    }


def _weights(codes: Mapping[str, int], meting: int, what: str) -> dict[str, float]:
    rng = random.Random(f"{what} {meting}")
    return {code: _eagerness(code, meting, rng) for code in codes}


def _committed_m3() -> Amounts:
    """Committed at meting 3: the known shares by cluster; one cluster takes what is left."""
    # EUR million times percent is ten thousand euro.
    known = {c.code: cents(round(c.budget_million * c.share_m3 * 10_000)) for c in clusters() if c.share_m3 is not None}
    remainder = cents(PROVISIONAL[3].committed) - sum(known.values())
    limit = _limit(3)
    amounts: Amounts = {}
    for cluster in clusters():
        high = {p.code: limit[p.code] for p in _one_off() if p.cluster == cluster.code}
        total = known.get(cluster.code, remainder)
        weight = _weights(high, 3, f"committed cluster {cluster.code}")
        amounts |= allocate(total, dict.fromkeys(high, 0), high, weight)
    return amounts


def _only_largest(high: Amounts, low: Amounts, number: int, meting: int) -> Amounts:
    """Upper bounds with only a number of projects above 0: those that had something before or are
    realised, then the largest."""

    def order(code: str) -> tuple[bool, int, str]:
        realised = first_realised(code)
        return (low[code] == 0 and (realised is None or realised > meting), -high[code], code)

    kept = sorted(high, key=order)[:number]
    return {code: amount if code in kept else 0 for code, amount in high.items()}


@cache
def _committed() -> dict[int, Amounts]:
    """Committed money of the one-off projects at metingen 1 to 6."""
    third = _committed_m3()
    nothing = dict.fromkeys(third, 0)
    found = {3: third}
    for meting in (2, 1):
        later, limit = found[meting + 1], _limit(meting)
        high = {code: min(later[code], limit[code]) for code in third}
        high = _only_largest(high, nothing, _COMMITTED_PROJECTS[meting], meting)
        total = cents(PROVISIONAL[meting].committed)
        found[meting] = allocate(total, nothing, high, _weights(high, meting, "committed"))
    for meting in (4, 5, 6):
        low = found[meting - 1]
        high = {code: max(low[code], limit) for code, limit in _limit(meting).items()}
        total = cents(PROVISIONAL[meting].committed)
        found[meting] = allocate(total, low, high, _weights(high, meting, "committed"))
    return found


def _committed_m7(paid: Amounts) -> Amounts:
    """Committed at meting 7, when cancelled commitments outweigh the new ones."""
    before, ceiling = _committed()[6], _ceiling()
    low = {code: max(amount - cents(_CANCELLED_M7.get(code, 0)), paid[code]) for code, amount in before.items()}
    high = {code: low[code] if code in _CANCELLED_M7 else max(low[code], ceiling[code]) for code in low}
    return allocate(cents(PROVISIONAL[7].committed), low, high, _weights(high, 7, "committed"))


def _payable(code: str, meting: int, committed: int) -> int:
    """Most that a project can have paid; only realised ones have paid nearly everything."""
    realised = first_realised(code)
    if realised is None or realised > meting:
        return committed * 93 // 100
    return committed * (1000 - 3 * (int(code[2:]) % 5)) // 1000


@cache
def _one_off_money() -> tuple[dict[int, Amounts], dict[int, Amounts]]:
    """Committed and paid money of the one-off projects by meting, provisional execution."""
    committed = dict(_committed())
    paid: dict[int, Amounts] = {}
    low = dict.fromkeys(committed[1], 0)
    for meting in METINGEN:
        if meting == 7:
            committed[7] = _committed_m7(paid[6])
        high = {c: max(low[c], _payable(c, meting, a)) for c, a in committed[meting].items()}
        if meting in _PAID_PROJECTS:
            high = _only_largest(high, low, _PAID_PROJECTS[meting], meting)
        if meting == 7:  # nothing is paid any more on what was stopped before
            high |= {code: low[code] for code in high if first_stopped(code) == 6}
        total = cents(PROVISIONAL[meting].paid)
        paid[meting] = allocate(total, low, high, _weights(high, meting, "paid"))
        low = paid[meting]
    return committed, paid


def _restate(total: int, amounts: Amounts, low: Mapping[str, int], high: Mapping[str, int]) -> Amounts:
    """Definitive amounts: three projects a little lower, six a little higher, to a given total."""
    down = sorted(amounts, key=lambda code: (low[code] - amounts[code], code))[:3]
    up = [code for code in sorted(amounts, key=lambda code: (amounts[code] - high[code], code)) if code not in down][:6]
    found = dict(amounts)
    for code in down:
        found[code] -= (found[code] - low[code]) // 400
    rest = total - sum(amount for code, amount in found.items() if code not in up)
    room = {code: max(high[code], amounts[code]) for code in up}
    return found | allocate(rest, {c: amounts[c] for c in up}, room, dict.fromkeys(up, 1.0))


@cache
def _definitive() -> tuple[dict[int, Amounts], dict[int, Amounts]]:
    """Committed and paid money of the one-off projects once the accounts are closed."""
    committed, paid = _one_off_money()
    new_committed: dict[int, Amounts] = {}
    new_paid: dict[int, Amounts] = {}
    for meting, money in DEFINITIVE.items():
        before, now, after = meting - 1, committed[meting], committed[meting + 1]
        new_committed[meting] = _restate(
            cents(money.committed),
            now,
            {c: max(committed[before][c], paid[meting][c]) for c in now},
            {c: max(now[c], after[c]) for c in now},
        )
        new_paid[meting] = _restate(
            cents(money.paid),
            paid[meting],
            paid[before],
            {c: min(paid[meting + 1][c], new_committed[meting][c]) for c in now},
        )
    return new_committed, new_paid


def _regular(project: Project, meting: int) -> ProjectMoney:
    """Money of a regular project: its own path, or not monitored."""
    budget = budget_at(project, meting)
    if project.code in _NOT_MONITORED:
        text = "Regulier budget: vastleggingen en vereffeningen worden niet apart opgevolgd"
        return ProjectMoney(budget, None, None, text)
    rng = random.Random(f"regular {project.code}")
    pace, lag = rng.uniform(0.7, 1.15), rng.uniform(0.5, 0.85)
    committed = int(budget * min(1.0, _REGULAR_PATH[meting] * pace))
    if status_at(project.code, meting) == "niet_gestart":
        committed = 0
    if (realised := first_realised(project.code)) is not None and meting >= realised:
        committed, lag = budget, 0.99
    return ProjectMoney(budget, committed, int(committed * lag), "")


def _explanation(code: str, meting: int, committed: int, paid: int) -> str:
    if meting == 7 and code in _CANCELLED_M7:
        fall = _committed()[6][code] - committed
        return f"Vastleggingen geannuleerd voor {fall // 100} euro: opdracht niet uitgevoerd"
    realised = first_realised(code)
    if realised is not None and realised <= meting:
        balance = (committed - paid) // 100
        return f"Project gerealiseerd; open vastleggingen {balance} euro voor de eindafrekening"
    if meting == ADDED_PROJECT_FROM and (moved := transfer(code)):
        return f"Budget gewijzigd met {moved // 100} € door beslissing {TRANSFER_REF}"
    return ""


def money_at(project: Project, meting: int) -> ProjectMoney:
    """Provisional money of a project at a meting."""
    if project.is_regular:
        return _regular(project, meting)
    committed, paid = (found[meting][project.code] for found in _one_off_money())
    text = _explanation(project.code, meting, committed, paid)
    return ProjectMoney(budget_at(project, meting), committed, paid, text)


def definitive_at(project: Project, meting: int) -> ProjectMoney:
    """Definitive money of a project at meting 3, 5 or 6; regular projects keep theirs."""
    provisional = money_at(project, meting)
    if project.is_regular:
        return provisional
    committed, paid = (found[meting][project.code] for found in _definitive())
    changed = (committed, paid) != (provisional.committed, provisional.paid)
    text = "Definitief bedrag na het afsluiten van de rekeningen" if changed else ""
    return ProjectMoney(provisional.budget, committed, paid, text)
