"""The plan: 36 clusters and 181 projects with their initial budgets.

Names come from public sources where one is known; all others are numbered demonstration names.
"""

import random
from dataclasses import dataclass
from datetime import date
from functools import cache

from demo.targets import INITIAL_BUDGET_EUR, cents


@dataclass(frozen=True)
class Cluster:
    """A cluster, with what steers it: budget in million EUR and VAK share (%) at meting 3."""

    code: str
    speerpunt: str
    label_nl: str
    label_en: str
    is_name_published: bool
    domains: tuple[str, ...]
    numbers: tuple[int, ...]
    budget_million: int
    share_m3: float | None  # None: takes what is left of the plan's total
    valid_from: int = 1


def _numbers(text: str) -> tuple[int, ...]:
    """'1-3 7' as (1, 2, 3, 7)."""
    numbers: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return tuple(numbers)


# code, speerpunt, names (empty: not public), policy domains in turn, project numbers, budget, share
_CLUSTERS: tuple[tuple[str, str, str, str, str, str, int, float | None], ...] = (
    ("1", "1", "Renovatie van gebouwen", "Renovation of buildings", "OMG", "1-7", 235, 58),
    ("2", "1", "Fietsinfrastructuur", "Cycling infrastructure", "MOW", "8-14", 250, 24),
    ("3", "1", "Groene warmte", "Green heat", "OMG", "15-18", 60, 23),
    ("4", "1", "", "", "EWI", "19-24", 205, 55),
    ("5", "1", "", "", "LV OMG", "25-29", 105, 50),
    ("6", "1", "Blue deal", "Blue deal", "OMG", "30-36", 340, 24),
    ("7", "1", "", "", "EWI", "37-40", 80, 50.4),
    ("8", "2", "Verkeersveilige weginfrastructuur", "Safe roads", "MOW", "41-43 45-46", 250, 53),
    (
        *("9", "2", "Modal shift naar vervoer over het water", "Modal shift to waterways"),
        *("MOW", "44 47-50", 350, 52),
    ),
    ("10", "2", "Vergroening weginfrastructuur", "Greening of roads", "MOW", "88-91", 100, 82),
    ("11", "2", "Culturele infrastructuur", "Cultural infrastructure", "CJSM", "76-87", 110, 69),
    ("12", "3", "Iedereen lokaal digitaal", "Everyone digital locally", "KBBJ", "51-55", 120, 25),
    (
        *("13", "3", "Digitalisering Vlaamse overheid", "Digital Flemish government"),
        *("KBBJ", "56-62 71", 230, 24),
    ),
    ("14", "3", "", "", "OMG", "63-65 168", 120, 22),
    ("15", "3", "", "", "EWI", "66-70", 200, 26),
    ("16", "3", "", "", "OV", "72-75", 150, 22),
    ("17", "4", "", "", "OV", "101-103", 140, 42),
    ("18", "4", "", "", "WSE", "104-107", 120, 41),
    ("19", "4", "", "", "OV", "108-110", 80, 38),
    ("20", "4", "", "", "WSE", "111-112", 60, 38),
    (
        *("21", "5", "Infrastructuurforfaits ziekenhuizen", "Hospital infrastructure grants"),
        *("WVG", "117-118", 60, 0),
    ),
    ("22", "5", "", "", "WVG", "119-125", 45, 34),
    ("23", "5", "", "", "WVG", "126-132", 35, 30),
    ("24", "5", "", "", "WVG", "133-139 146", 30, 28),
    ("25", "6", "", "", "EWI", "140-143", 40, 27),
    ("26", "6", "", "", "FB", "144-145 147", 30, 28),
    ("27", "6", "", "", "CJSM WSE", "148-150", 25, 26),
    ("28", "6", "", "", "LV", "151-152 181", 15, 27),
    ("29", "7", "", "", "KBBJ", "113-116", 30, 22),
    ("30", "7", "", "", "FB", "153-155", 22, 21),
    ("31", "7", "", "", "KBBJ", "156-157", 16, 23),
    ("32", "2", "Congresinfrastructuur", "Congress infrastructure", "KBBJ", "92-93", 30, 0),
    ("33", "2", "", "", "MOW", "94-97", 400, 20),
    ("34", "2", "", "", "MOW", "98-100", 220, None),
    ("35", "5", "", "", "WVG OV WVG WSE WVG CJSM", "158-167 169-180", 0, 0),
    ("36", "6", "", "", "LV", "", 0, 0),
)
REGULAR_CLUSTER = "35"
# From meting 6 a 36th cluster holds these projects; before it they are in cluster 28.
ADDED_CLUSTER, ADDED_CLUSTER_FROM = "36", 6
MOVED_TO_ADDED_CLUSTER = ("VV152", "VV181")

ADDED_PROJECT, ADDED_PROJECT_FROM = "VV181", 5
# The budget of the added project comes from three others, million EUR; the decision sums to zero.
TRANSFER_MILLION = {"VV028": -2.5, "VV033": -2.0, "VV101": -1.5, "VV181": 6.0}
TRANSFER_REF, TRANSFER_DATE = "DEMO-BO-2022-07", date(2022, 11, 18)

KNOWN_TITLES: dict[str, str] = {
    "VV014": "Fietsinfrastructuur aan gemeentewegen (Plan Kopenhagen)",
    "VV034": "Vlaggenschipprojecten natuurgebaseerde oplossingen",
    "VV044": "Minnelijke verwervingen en onteigeningen Nieuwe Sluis Zeebrugge",
    "VV051": "Gemeente zonder gemeentehuis",
    "VV056": "Achterliggende processen gemeenschappelijke dienstverlening - onboarding raamcontract 2022",
    "VV071": "Poolstok/Alias",
    "VV078": "Cultuurhuis Blankenberge",
    "VV087": "Materniteit de Bijloke - de Creatiecluster",
    "VV120": "Verbeteren van de sociale kaart",
    "VV139": "Overkophuizen",
    "VV146": "Compensatiebesluit KO (Kinderopvang) - extra tussenkomst IKT",
    "VV168": "Versnelde uitrol digitale meter",
    "VV175": "Uitbreidingsbudget voor welzijn en zorg - VIA6-akkoord en aanverwante acties",
    "VV181": "Ondersteuning visserij- en landbouwsector",
}
# Initial budgets that are public, or that must not be left to chance, in million EUR.
_FIXED_BUDGET_MILLION = {"VV014": 150, "VV044": 24, "VV051": 35, "VV175": 525, "VV181": 0}
_DOMAIN_OF = {"VV014": "KBBJ", "VV175": "WVG"}
# The names say what a project is about in general terms; one of them is renamed at meting 4.
_THEMES: dict[str, tuple[str, ...]] = {
    "1": ("energie-efficiënte gebouwen", "duurzame energie", "circulaire economie", "open ruimte"),
    "2": ("veilige wegen", "waterwegen en kades", "vergroening", "gebouwen voor publiek"),
    "3": ("digitale dienstverlening", "gegevensdeling", "digitale vaardigheden", "netwerken"),
    "4": ("levenslang leren", "digitaal onderwijs", "werkplekleren", "loopbaanbegeleiding"),
    "5": ("mentaal welzijn", "zorginfrastructuur", "buurtgerichte zorg", "kinderopvang"),
    "6": ("steun aan getroffen sectoren", "testen en vaccineren", "Brexit-maatregelen"),
    "7": ("efficiënte processen", "overheidsgebouwen", "evaluatie van uitgaven"),
}
RENAMED_PROJECT, RENAMED_FROM = "VV064", 4
# Projects that are also in the EU facility; which ones they are is invented, that they are 55 not.
_RRF = _numbers(
    "1-17 19-22 30-36 41-42 44 47-49 88-91 51-52 56-59 66-68 101-105 108 120 122",
)


@dataclass(frozen=True)
class Project:
    """A project with what does not change; cluster and title may, see the two functions below."""

    code: str
    title: str
    speerpunt: str
    cluster: str
    domain: str
    is_regular: bool
    is_rrf: bool
    budget_initial: int  # cents
    objective: str


def _label(code: str, name: str, language: str) -> str:
    """Published name of a cluster, or a numbered one that says it is a demonstration."""
    if name:
        return name
    word = {"nl": "demonstratie", "en": "demonstration"}[language]
    if code == REGULAR_CLUSTER:
        regular = {"nl": "reguliere budgetten", "en": "regular budgets"}[language]
        return f"Cluster {code} - {regular} ({word})"
    return f"Cluster {int(code):02d} ({word})"


@cache
def clusters() -> tuple[Cluster, ...]:
    """All 36 clusters in the order of their codes."""
    return tuple(
        Cluster(
            code=code,
            speerpunt=speerpunt,
            label_nl=_label(code, nl, "nl"),
            label_en=_label(code, en, "en"),
            is_name_published=bool(nl),
            domains=tuple(domains.split()),
            numbers=_numbers(numbers),
            budget_million=budget,
            share_m3=share,
            valid_from=ADDED_CLUSTER_FROM if code == ADDED_CLUSTER else 1,
        )
        for code, speerpunt, nl, en, domains, numbers, budget, share in sorted(_CLUSTERS, key=lambda row: int(row[0]))
    )


def _budgets(cluster: Cluster) -> dict[str, int]:
    """Initial budget per project of a cluster in cents; they add up to the cluster's budget."""
    rng = random.Random(f"budget {cluster.code}")
    codes = [f"VV{number:03d}" for number in cluster.numbers]
    fixed = {code: _FIXED_BUDGET_MILLION[code] for code in codes if code in _FIXED_BUDGET_MILLION}
    free = [code for code in codes if code not in fixed]
    if cluster.code == REGULAR_CLUSTER:
        drawn = {code: rng.randrange(2_000, 60_000) * 1_000 for code in free}
    else:
        drawn = _split(cluster.budget_million - sum(fixed.values()), free, rng)
    euro = drawn | {code: million * 1_000_000 for code, million in fixed.items()}
    return {code: cents(euro[code]) for code in codes}


def _split(million: int, codes: list[str], rng: random.Random) -> dict[str, int]:
    """Share an amount over projects in thousands of euro; the last one takes the rounding."""
    weights = [rng.uniform(0.4, 1.8) for _ in codes]
    thousands = [int(million * 1_000 * weight / sum(weights)) for weight in weights]
    if thousands:
        thousands[-1] += million * 1_000 - sum(thousands)
    return {code: amount * 1_000 for code, amount in zip(codes, thousands, strict=True)}


def _project(cluster: Cluster, position: int, budget: int) -> Project:
    """The project at a position (from 0) of its cluster."""
    number = cluster.numbers[position]
    code = f"VV{number:03d}"
    themes = _THEMES[cluster.speerpunt]
    theme = themes[number % len(themes)]
    if cluster.is_name_published:
        theme = cluster.label_nl[0].lower() + cluster.label_nl[1:]
    return Project(
        code=code,
        title=KNOWN_TITLES.get(code, f"Demonstratieproject {number:03d} - {theme}"),
        speerpunt=cluster.speerpunt,
        cluster=cluster.code,
        domain=_DOMAIN_OF.get(code, cluster.domains[position % len(cluster.domains)]),
        is_regular=cluster.code == REGULAR_CLUSTER,
        is_rrf=number in _RRF,
        budget_initial=budget,
        objective=f"Bijdragen aan {theme} in Vlaanderen, geëvalueerd met de kernindicator"
        f" van speerpunt {cluster.speerpunt} (demonstratie)",
    )


@cache
def projects() -> tuple[Project, ...]:
    """All 181 projects in the order of their codes."""
    found = [
        _project(cluster, position, budget)
        for cluster in clusters()
        for position, budget in enumerate(_budgets(cluster).values())
    ]
    total = sum(project.budget_initial for project in found if not project.is_regular)
    if total != cents(INITIAL_BUDGET_EUR):
        raise ValueError(f"initial budgets add up to {total} cents")
    return tuple(sorted(found, key=lambda project: project.code))


def in_scope(meting: int) -> tuple[Project, ...]:
    """Projects that report at a meting: 180, then 181, and only the 159 one-off ones at 7."""
    return tuple(
        project
        for project in projects()
        if (project.code != ADDED_PROJECT or meting >= ADDED_PROJECT_FROM) and (meting < 7 or not project.is_regular)
    )


def cluster_at(project: Project, meting: int) -> str:
    """Cluster of a project at a meting."""
    if meting >= ADDED_CLUSTER_FROM and project.code in MOVED_TO_ADDED_CLUSTER:
        return ADDED_CLUSTER
    return project.cluster


def title_at(project: Project, meting: int) -> str:
    """Title of a project at a meting."""
    if project.code == RENAMED_PROJECT and meting >= RENAMED_FROM:
        return f"{project.title} (fase 1 en 2)"
    return project.title


def budget_at(project: Project, meting: int) -> int:
    """Current budget in cents: the initial one, moved by the transfer decision from meting 5."""
    if meting < ADDED_PROJECT_FROM:
        return project.budget_initial
    return project.budget_initial + transfer(project.code)


def transfer(code: str) -> int:
    """What the transfer decision gives to a project or takes from it, in cents."""
    return round(TRANSFER_MILLION.get(code, 0.0) * 100_000_000)
