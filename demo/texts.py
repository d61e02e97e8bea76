"""Dutch wording of the demonstration: what milestones say, who answers for them, why they move."""

import random

from demo.milestones import Milestone

DEMO_NOTICE: tuple[str, ...] = (
    "Demonstratie: deze rapportering hoort bij het demonstratieplan Vlaamse Veerkracht.",
    "De totalen volgen gepubliceerde cijfers. Projecten, mijlpalen, bedragen per project en",
    "toelichtingen zijn verzonnen en zeggen niets over echte projecten of diensten.",
    "",
    "Demonstration: this return belongs to the demonstration plan Vlaamse Veerkracht.",
    "The totals follow published figures. Projects, milestones, amounts per project and",
    "explanations are invented and say nothing about real projects or services.",
)

DEPARTMENTS: dict[str, str] = {
    "KBBJ": "Departement Kanselarij, Bestuur, Buitenlandse Zaken en Justitie",
    "FB": "Departement Financiën en Begroting",
    "EWI": "Departement Economie, Wetenschap en Innovatie",
    "OV": "Departement Onderwijs en Vorming",
    "WVG": "Departement Welzijn, Volksgezondheid en Gezin",
    "CJSM": "Departement Cultuur, Jeugd, Sport en Media",
    "WSE": "Departement Werk en Sociale Economie",
    "LV": "Departement Landbouw en Visserij",
    "MOW": "Departement Mobiliteit en Openbare Werken",
    "OMG": "Departement Omgeving",
}

# What a project of a speerpunt delivers, with the smallest and largest quantity.
_OBJECTS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "1": (
        ("sociale woningen", 40, 900),
        ("km fietspad", 3, 60),
        ("hectare natte natuur", 5, 80),
        ("warmtenetten", 2, 9),
        ("bedrijfsterreinen", 3, 25),
    ),
    "2": (
        ("km weginrichting", 4, 70),
        ("gevaarlijke kruispunten", 3, 24),
        ("m kaaimuur", 120, 900),
        ("cultuurgebouwen", 2, 9),
        ("hectare groen langs wegen", 4, 40),
    ),
    "3": (
        ("lokale besturen", 12, 200),
        ("digitale loketten", 3, 40),
        ("gegevensbronnen", 4, 30),
        ("km glasvezel", 10, 300),
        ("digitale toestellen", 500, 9000),
    ),
    "4": (
        ("opleidingen", 5, 60),
        ("opleidingsplaatsen", 200, 5000),
        ("scholen", 10, 400),
        ("leerwerkplekken", 50, 900),
        ("loopbaancheques", 500, 9000),
    ),
    "5": (
        ("zorgvoorzieningen", 3, 60),
        ("plaatsen in de kinderopvang", 40, 900),
        ("opleidingsplaatsen voor zorgverleners", 50, 1200),
        ("ontmoetingsplekken", 3, 25),
        ("eerstelijnszones", 4, 60),
    ),
    "6": (
        ("ondernemingen", 40, 1500),
        ("vaccinatiecentra", 3, 90),
        ("steundossiers", 60, 2500),
        ("exporteurs", 20, 300),
    ),
    "7": (
        ("administratieve processen", 3, 30),
        ("uitgavenposten", 5, 60),
        ("kantoorgebouwen", 2, 12),
        ("dienstverleningsovereenkomsten", 3, 25),
    ),
}

# Clusters with a published name deliver what the name says.
_OBJECT_OF_CLUSTER: dict[str, tuple[str, int, int]] = {
    "1": ("sociale woningen", 40, 900),
    "2": ("km fietspad", 3, 60),
    "3": ("warmtenetten", 3, 9),
    "6": ("hectare natte natuur", 5, 80),
    "8": ("gevaarlijke kruispunten", 3, 24),
    "9": ("m kaaimuur", 120, 900),
    "10": ("hectare groen langs wegen", 4, 40),
    "11": ("ruimten voor cultuur", 3, 12),
    "12": ("lokale besturen", 12, 200),
    "21": ("ziekenhuisafdelingen", 6, 60),
    "32": ("congreszalen", 3, 12),
}
_OBJECTS_LV: tuple[tuple[str, int, int], ...] = (
    ("landbouwbedrijven met steun", 20, 400),
    ("hectare houtkanten", 5, 60),
    ("vissersvaartuigen", 6, 60),
)

# From the first to the last step of a project.
_STEPS: tuple[str, ...] = (
    "Vaststellen van het projectplan voor {what}",
    "Afronden van de behoeftestudie voor {what}",
    "Goedkeuren van het subsidiebesluit voor {what}",
    "Bekendmaken van de oproep voor {what}",
    "Publiceren van het bestek voor {what}",
    "Gunnen van de opdracht voor {what}",
    "Opstarten van de uitvoering voor {what}",
    "Realiseren van {third} van de {what}",
    "Realiseren van {two_thirds} van de {what}",
    "Realiseren van alle {what}",
    "Evalueren van de resultaten voor {what}",
    "Indienen van de financiële afrekening voor {what}",
)

REASONS: tuple[str, ...] = (
    "levertijd van materialen",
    "omgevingsvergunning later verleend dan voorzien",
    "te hoge prijzen bij de eerste gunning",
    "bijkomende coördinatie met lokale besturen",
    "personeelstekort bij de opdrachtnemer",
    "beroep tegen de gunningsbeslissing",
)


def description(milestone: Milestone) -> str:
    """What is to be reached: verb, object and quantity; the same at every meting."""
    project = milestone.project
    objects = _OBJECTS_LV if project.domain == "LV" else _OBJECTS[project.speerpunt]
    chosen = objects[int(project.code[2:]) % len(objects)]
    name, least, most = _OBJECT_OF_CLUSTER.get(project.cluster, chosen)
    quantity = random.Random(f"quantity {project.code}").randint(max(least, 3), most)
    step = min(max(int(milestone.score * len(_STEPS)), 0), len(_STEPS) - 1)
    text = _STEPS[step].format(what=f"{quantity} {name}", third=quantity // 3, two_thirds=quantity * 2 // 3)
    return f"{text} (deel {milestone.number})"


def owner(milestone: Milestone) -> str:
    """Who answers for it: always an organisational unit."""
    division = 1 + int(milestone.project.code[2:]) % 6
    return f"Afdeling {division}, {DEPARTMENTS[milestone.project.domain]}"


def reason(milestone: Milestone, meting: int) -> str:
    """Why a milestone is late at a meting."""
    return REASONS[(int(milestone.project.code[2:]) + milestone.number + meting) % len(REASONS)]
