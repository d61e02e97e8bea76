"""Course of the projects: their status at every meting, and their document of the Government."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from demo.plan import ADDED_PROJECT, ADDED_PROJECT_FROM, in_scope, projects
from demo.targets import CUTOFF, METINGEN, NOT_STARTED, STARTED_NOT_AGENDERED


def _codes(text: str) -> tuple[str, ...]:
    """'3 14' as ('VV003', 'VV014')."""
    return tuple(f"VV{int(number):03d}" for number in text.split())


# Projects realised for the first time at a meting. Published: VV139 and VV146 by meting 4, VV044 at
# 5. Meting 6 has 33 of which 28 one-off; all 25 of meting 7 are one-off.
REALISED_AT: dict[int, tuple[str, ...]] = {
    3: _codes("139"),
    4: _codes("146"),
    5: _codes("3 20 44 57 83 113 122 130 148 161 177"),
    6: _codes("7 12 16 25 37 41 53 62 80 85 104 111 125 133 144 150 154 159 166 173"),
    7: _codes("1 4 10 19 26 35 39 47 52 58 69 72 76 81 86 89 95 105 119 129 135 136 140 151 156"),
}
# Published: VV168 at 1 and 4 and the other five of meting 4; the rest is invented.
ORANGE: dict[int, tuple[str, ...]] = {
    1: _codes("168"),
    2: _codes("168"),
    3: _codes("14 23 56 78 87 120 168"),
    4: _codes("14 56 87 120 168"),
    5: _codes("23 109"),
    6: _codes("31 60 96 106"),
    7: _codes("9 96"),
}
RED: dict[int, tuple[str, ...]] = {
    4: _codes("78"),
    5: _codes("127"),
    7: _codes("5 31 45 60 67 99 106 110 121"),
}
STOPPED_AT: dict[int, tuple[str, ...]] = {6: _codes("127 142 171"), 7: _codes("74")}
# The latest to start, last one first: those of the congress and hospital clusters, without money
# at meting 3, lead.
_LATEST = _codes("93 92 118 117 164 155 143 112 100 65 18")


@dataclass(frozen=True)
class ProjectState:
    """Status of one project at one meting."""

    project_code: str
    meting: int
    status: str  # code of the list project_status
    vr_document: str
    explanation: str


@cache
def _agenda_order() -> tuple[str, ...]:
    """Projects of meting 1 from the last to the first on the agenda of the Government.

    Projects that come to a special status by meting 5 stay out of the last 30, so that taking the
    first n of this order gives the published number of light green and grey projects.
    """
    special = {code for found in (REALISED_AT, ORANGE, RED) for m in found for code in found[m]}
    ordinary = [p.code for p in in_scope(1) if p.code not in special and p.code not in _LATEST]
    rng = random.Random("agenda order")
    rng.shuffle(ordinary)
    late, rest = ordinary[:19], ordinary[19:]
    rest += [p.code for p in in_scope(1) if p.code in special and p.code != "VV168"]
    rng.shuffle(rest)
    return (*_LATEST, *late, *rest)


def first_realised(code: str) -> int | None:
    """Meting at which a project is realised for the first time, None if not by meting 7."""
    return next((m for m, codes in REALISED_AT.items() if code in codes), None)


def first_stopped(code: str) -> int | None:
    """Meting at which a project is stopped, None if it never is."""
    return next((m for m, codes in STOPPED_AT.items() if code in codes), None)


def first_agendered(code: str) -> int:
    """Meting by which a project has been on the agenda of the Flemish Government."""
    if code == ADDED_PROJECT:
        return ADDED_PROJECT_FROM + 1
    if code == "VV168":
        return 1
    position = _agenda_order().index(code)
    for meting in (1, 2, 3, 4, 5):
        green = NOT_STARTED[meting] + STARTED_NOT_AGENDERED[meting]
        added = 1 if meting >= ADDED_PROJECT_FROM else 0  # the added project is one of the greens
        if position >= green - added:
            return meting
    return 6


def status_at(code: str, meting: int) -> str:
    """Status of a project at a meting, as a code of the list project_status."""
    stopped, realised = first_stopped(code), first_realised(code)
    if stopped is not None and meting >= stopped:
        return "stopgezet"
    if realised is not None and meting >= realised:
        return "gerealiseerd"
    if code in RED.get(meting, ()):
        return "rood"
    if code in ORANGE.get(meting, ()):
        return "oranje"
    if meting >= 6:  # the two greens are merged from here on
        return "op_schema"
    if code in _agenda_order()[: NOT_STARTED[meting]]:
        return "niet_gestart"
    return "opgestart_na_agendering" if meting >= first_agendered(code) else "opgestart"


def _vr_document(code: str, meting: int) -> str:
    """Reference of the agenda item, `VR 2021 2602 VV DOC.0123/1`; of a Friday, when it meets."""
    agendered = first_agendered(code)
    if meting < agendered:
        return ""
    rng = random.Random(f"agenda {code}")
    first = CUTOFF[agendered - 1] + timedelta(days=1)
    first = max(first, date(2020, 12, 1))
    days = (CUTOFF[agendered] - first).days
    day = first + timedelta(days=rng.randrange(7, days))
    day -= timedelta(days=(day.weekday() - 4) % 7)
    return f"VR {day:%Y} {day:%d%m} VV DOC.{rng.randrange(1, 1500):04d}/1"


_EXPLANATIONS: dict[str, tuple[str, ...]] = {
    "oranje": (
        "Gunning later dan voorzien; bijsturing besproken met het relancecomité",
        "Prijsstijgingen vragen een aanpassing van het bestek; bijzondere aandacht nodig",
        "Afhankelijk van een vergunning die nog niet verleend is",
    ),
    "rood": (
        "De einddatum is niet haalbaar zonder bijkomende actie; voorstel tot bijsturing in opmaak",
        "Geen inschrijvers bij de aanbesteding; de opdracht wordt opnieuw in de markt gezet",
    ),
    "stopgezet": (
        "Stopgezet: de doelstelling wordt met een andere maatregel bereikt",
        "Stopgezet: de voorwaarden voor de uitvoering zijn niet meer vervuld",
    ),
    "gerealiseerd": (
        "Alle mijlpalen zijn bereikt; de eindafrekening is afgerond of volgt",
        "Project volledig uitgevoerd; het saldo blijft beschikbaar voor de eindafrekening",
    ),
    "niet_gestart": ("Start voorzien in een latere periode", "Voorbereidend overleg loopt"),
}


def _explanation(code: str, status: str) -> str:
    """Explanation that fits a status; green projects give none."""
    choices = _EXPLANATIONS.get(status, ("",))
    return choices[int(code[2:]) % len(choices)]


@cache
def project_states() -> dict[tuple[str, int], ProjectState]:
    """State of every project at every meting it reports, by project code and meting."""
    states: dict[tuple[str, int], ProjectState] = {}
    for meting in METINGEN:
        for project in in_scope(meting):
            status = status_at(project.code, meting)
            states[project.code, meting] = ProjectState(
                project_code=project.code,
                meting=meting,
                status=status,
                vr_document=_vr_document(project.code, meting),
                explanation=_explanation(project.code, status),
            )
    return states


@cache
def project_dates() -> dict[str, tuple[date, date]]:
    """First and last day of every project, as they stand in its fiche."""
    dates: dict[str, tuple[date, date]] = {}
    for project in projects():
        rng = random.Random(f"dates {project.code}")
        started = next(m for m in METINGEN if m >= ADDED_PROJECT_FROM or status_at(project.code, m) != "niet_gestart")
        if project.code == ADDED_PROJECT:
            started = ADDED_PROJECT_FROM
        first = CUTOFF[started - 1] + timedelta(days=rng.randrange(10, 80))
        realised = first_realised(project.code)
        if realised is None:
            last = date(rng.randrange(2025, 2028), rng.choice((6, 12)), 30)
        else:
            last = CUTOFF[realised] - timedelta(days=rng.randrange(0, 60))
        dates[project.code] = (first, last)
    return dates
