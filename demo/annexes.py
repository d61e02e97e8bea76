"""What a return holds besides the fiches: RRF links, indicators, transfers, account balances."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from demo.money import definitive_at
from demo.plan import (
    TRANSFER_DATE,
    TRANSFER_MILLION,
    TRANSFER_REF,
    Project,
    in_scope,
    projects,
    transfer,
)
from demo.targets import CUTOFF, METINGEN

# Reasons why a value reached is not given, in the words a return uses for them.
NOT_APPLICABLE, NOT_REPORTED, WITHHELD = "n.v.t.", "niet gerapporteerd", "vertrouwelijk"

_RRF_FROM_METING = 2
_COUNCIL_DECISION = date(2021, 7, 13)
# Amendments of the Council decision: the day before it, the day itself, how many links change.
_AMENDMENTS = (
    (date(2023, 12, 7), date(2023, 12, 8), 6),
    (date(2024, 12, 9), date(2024, 12, 10), 4),
)
_TARGETS, _MISSED = 39, (5, 12, 19, 26, 33)  # milestones and targets of the facility; 5 missed


@dataclass(frozen=True)
class RrfLink:
    """Link of a project to a measure and a milestone or target of the facility; invented codes."""

    project_code: str
    measure: str
    number: int  # of the milestone or target, 1 to 39
    valid_from: date
    valid_to: date | None

    @property
    def mt_number(self) -> str:
        return f"DEMO-{self.number:02d}"


def _due(number: int) -> int:
    """Meting by which a milestone or target should be completed."""
    return 3 + number % 6


def self_reported(link: RrfLink, meting: int) -> str:
    """Status as the member state reports it, a code of the list rrf_status."""
    if meting >= _due(link.number):
        return "completed"
    return "in_progress" if meting >= _due(link.number) - 2 else "not_started"


def assessed(link: RrfLink, meting: int) -> str:
    """Status as the Commission assessed it, one meting later; empty before."""
    if meting <= _due(link.number):
        return ""
    return "not_fulfilled" if link.number in _MISSED else "fulfilled"


@cache
def _rrf_links() -> tuple[RrfLink, ...]:
    """All links ever reported, one or two per project, and what the amendments made of them."""
    rng = random.Random("rrf")
    links: list[RrfLink] = []
    for place, project in enumerate(p for p in projects() if p.is_rrf):
        measure = f"DEMO-I-{project.speerpunt}.{1 + int(project.cluster) % 9:02d}"
        numbers = (1 + place % _TARGETS, 1 + (place * 7 + 3) % _TARGETS)
        for number in numbers[: 2 if place % 3 == 0 and numbers[0] != numbers[1] else 1]:
            links.append(RrfLink(project.code, measure, number, _COUNCIL_DECISION, None))
    for last, first, count in _AMENDMENTS:
        open_places = [i for i, link in enumerate(links) if link.valid_to is None]
        for i in sorted(rng.sample(open_places, count)):
            old = links[i]
            links[i] = RrfLink(old.project_code, old.measure, old.number, old.valid_from, last)
            links.append(RrfLink(old.project_code, f"{old.measure}b", old.number, first, None))
    return tuple(sorted(links, key=lambda link: (link.project_code, link.number, link.measure)))


def rrf_links_at(meting: int) -> Iterator[RrfLink]:
    """Links that a return of a meting tells: an end that lies in the future is not yet known."""
    for link in _rrf_links() if meting >= _RRF_FROM_METING else ():
        if link.valid_from <= CUTOFF[meting]:
            ended = link.valid_to is not None and link.valid_to <= CUTOFF[meting]
            yield RrfLink(
                link.project_code,
                link.measure,
                link.number,
                link.valid_from,
                link.valid_to if ended else None,
            )


@dataclass(frozen=True)
class IndicatorValue:
    """Value of an indicator at one meting; the value reached is a number or a reason for none."""

    indicator_code: str
    project_code: str
    territory: str
    baseline: Decimal
    target: Decimal | None
    target_date: date
    actual: Decimal | str
    explanation: str


# code, project, baseline, target (empty: none set), year of the target, value reached at m1 .. m7.
# Codes 1 to 4 are: km cycling infrastructure, hectare wet nature, authorities reached with
# e-inclusion, projects without a town hall. The others are invented, as are all values reached.
_INDICATORS: tuple[tuple[str, str, str, str, int, str], ...] = (
    ("IND01", "VV014", "0", "1991", 2025, "0 12.5 64 208.4 540 1103.2 1648.7"),
    ("IND02", "VV034", "0", "500", 2026, "nvt 0 18.5 61 132.5 288 402"),
    ("IND03", "VV052", "0", "108", 2023, "0 0 21 54 87 108 108"),
    ("IND04", "VV051", "0", "11", 2024, "0 0 0 2 4 7 9"),
    ("IND06", "VV004", "0", "12000", 2024, "0 310 1240 2875 5420 9106 12388"),
    ("IND07", "VV108", "0", "350000", 2023, "0 41000 128500 240300 338000 352400 352400"),
    ("IND08", "VV104", "1500", "", 2024, "1500 2300 3150 5240 8800 15320 19475"),
    ("IND09", "VV122", "0", "640", 2022, "nr nr 120 355 640 640 640"),
    ("IND10", "VV094", "0", "2400", 2026, "nvt nvt 0 180 415 980 1630"),
    ("IND11", "VV027", "0", "750", 2024, "0 22 75 190 335 702 1188"),
    ("IND12", "VV140", "0", "90", 2024, "0 4 9 17 vt 51 93"),
)
# Charging points by province (NUTS 2 code): baseline, target and value reached at m1 .. m7.
_CHARGING = ("IND05", "VV088", 2025)
_CHARGING_BY_PROVINCE: tuple[tuple[str, str, str, str], ...] = (
    ("BE21", "610", "9800", "610 840 1120 1905 3340 6025 8874"),
    ("BE22", "280", "4900", "280 355 470 810 1490 2950 4102"),
    ("BE23", "540", "8200", "540 700 905 1620 2875 5160 7390"),
    ("BE24", "390", "6400", "390 515 688 1174 nr 3940 5716"),
    ("BE25", "420", "6700", "420 530 720 1290 2260 4105 6033"),
)
_STATE_WORDS = {"nvt": NOT_APPLICABLE, "nr": NOT_REPORTED, "vt": WITHHELD}
_STATE_REASONS = {
    "nvt": "De uitvoering is nog niet begonnen",
    "nr": "Cijfer niet tijdig ontvangen van de uitvoerders",
    "vt": "Te weinig waarnemingen om te tonen",
}
_RAISED_TARGET = ("IND11", 6, Decimal(900))  # indicator, from meting, new target


def indicators_at(meting: int) -> list[IndicatorValue]:
    """Values of all indicators at a meting."""
    values = [
        _indicator(code, project, "", baseline, target, year, reached, meting)
        for code, project, baseline, target, year, reached in _INDICATORS
    ]
    code, project, year = _CHARGING
    values += [
        _indicator(code, project, territory, baseline, target, year, reached, meting)
        for territory, baseline, target, reached in _CHARGING_BY_PROVINCE
    ]
    return sorted(values, key=lambda value: (value.indicator_code, value.territory))


def _indicator(
    code: str,
    project: str,
    territory: str,
    baseline: str,
    target: str,
    year: int,
    reached: str,
    meting: int,
) -> IndicatorValue:
    word = reached.split()[METINGEN.index(meting)]
    goal = Decimal(target) if target else None
    explanation = _STATE_REASONS.get(word, "")
    if code == _RAISED_TARGET[0] and meting >= _RAISED_TARGET[1]:
        goal = _RAISED_TARGET[2]
        explanation = "Streefwaarde verhoogd van 750 naar 900 na overleg met de sector"
    return IndicatorValue(
        indicator_code=code,
        project_code=project,
        territory=territory,
        baseline=Decimal(baseline),
        target=goal,
        target_date=date(year, 12, 31),
        actual=_STATE_WORDS[word] if word in _STATE_WORDS else Decimal(word),
        explanation=explanation,
    )


def transfers_at(meting: int) -> list[tuple[str, date, str, int]]:
    """Reference, day, project and cents of the transfer decision, told once, at meting 5."""
    if meting != 5:
        return []
    return [(TRANSFER_REF, TRANSFER_DATE, code, transfer(code)) for code in TRANSFER_MILLION]


# Meting at which the accounts of a year are delivered: the meting that fell on their closing date.
_CLOSING_METING = {4: 3, 6: 5, 7: 6}
# Where the accounts differ from the definitive returns, in cents of VAK and VEK.
_DIFFERENCES = {
    "VV002": (0, -1_250_000),
    "VV048": (4_837_512, 0),
    "VV061": (0, -318_045),
    "VV103": (-96_000, -96_000),
    "VV151": (1_500_000, -72_580),
}


def accounts_at(meting: int) -> Iterator[tuple[Project, date, int, int]]:
    """Project, closing date, VAK and VEK in cents as the accounts have them."""
    if meting not in _CLOSING_METING:
        return
    closed = _CLOSING_METING[meting]
    reporting = {project.code for project in in_scope(meting)}
    for project in in_scope(closed):
        money = definitive_at(project, closed)
        if project.code in reporting and money.committed is not None and money.paid is not None:
            committed, paid = _DIFFERENCES.get(project.code, (0, 0))
            # Never below zero: the differences are meant for projects with money.
            yield (
                project,
                CUTOFF[closed],
                max(money.committed + committed, 0),
                max(money.paid + paid, 0),
            )
