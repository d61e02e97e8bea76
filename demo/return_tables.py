"""Returns as tables: what a policy domain tells at a meting, sheet by sheet, before any file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from demo.annexes import (
    NOT_APPLICABLE,
    accounts_at,
    assessed,
    indicators_at,
    rrf_links_at,
    self_reported,
    transfers_at,
)
from demo.course import project_dates, project_states
from demo.milestone_dates import milestone_states
from demo.money import definitive_at, money_at
from demo.plan import Project, cluster_at, in_scope, projects, title_at
from demo.texts import description, owner

# Text, number with at most two decimals, date, or an empty cell.
Cell = str | Decimal | date | None
Row = tuple[Cell, ...]

DOMAINS = ("KBBJ", "FB", "EWI", "OV", "WVG", "CJSM", "WSE", "LV", "MOW", "OMG")
_TRANSFERS_BY = "KBBJ"  # the domain that tells the transfer decision
_ACCOUNTS_BY = "FB"  # the domain that keeps the accounts

HEADERS: dict[str, tuple[str, ...]] = {
    "Projecten": (
        *("Projectcode", "Titel", "Speerpunt", "Cluster", "Beleidsdomein", "Financiering", "RRF"),
        *("Initieel budget (EUR)", "Doelstelling", "Startdatum", "Einddatum"),
    ),
    "Status": ("Projectcode", "Projectstatus", "VR-document", "Toelichting"),
    "Mijlpalen": (
        *("Projectcode", "Mijlpaalcode", "Omschrijving", "Verantwoordelijke", "Geplande datum"),
        *("Mijlpaalstatus", "Werkelijke datum", "Vervangen door", "Toelichting"),
    ),
    "Financien": (
        *("Projectcode", "Uitvoering", "Budget (EUR)", "Vastgelegd VAK (EUR)"),
        *("Vereffend VEK (EUR)", "Toelichting"),
    ),
    "Indicatoren": (
        *("Indicatorcode", "Projectcode", "Gebied", "Nulmeting", "Streefwaarde", "Streefdatum"),
        *("Gerealiseerde waarde", "Toelichting"),
    ),
    "Overdrachten": ("Beslissing", "Datum beslissing", "Projectcode", "Bedrag (EUR)"),
    "RRF": (
        *("Projectcode", "Maatregel", "Nummer M/T", "Geldig van", "Geldig tot"),
        *("Eigen status", "Beoordeelde status"),
    ),
    "Rekeningen": ("Projectcode", "Afsluitdatum", "VAK rekening (EUR)", "VEK rekening (EUR)"),
}

# How a sender words a code: the label of the code list, or one of its synonyms.
_PROJECT_STATUS = {
    "niet_gestart": "Niet gestart",
    "opgestart": "Opgestart",
    "opgestart_na_agendering": "Opgestart na agendering VR",
    "op_schema": "Op schema",
    "gerealiseerd": "Gerealiseerd",
    "oranje": "Bijzondere aandacht nodig",
    "rood": "Bijkomende actie nodig",
    "stopgezet": "Stopgezet",
}
_PROJECT_STATUS_MOW = _PROJECT_STATUS | {
    "niet_gestart": "grijs",
    "opgestart": "lichtgroen",
    "opgestart_na_agendering": "donkergroen",
    "gerealiseerd": "geel",
}
_MILESTONE_STATUS = {
    "toekomst": "In de toekomst",
    "op_schema": "Op schema",
    "vertraging": "Vertraging",
    "gerealiseerd": "Gerealiseerd",
    "vervallen": "Vervallen of vervangen",
}
_MILESTONE_STATUS_LV = _MILESTONE_STATUS | {"toekomst": "toekomstig", "vertraging": "vertraagd"}
_RRF_STATUS = {
    "": None,
    "not_started": "Niet gestart",
    "in_progress": "In uitvoering",
    "completed": "Voltooid",
    "fulfilled": "Voldaan",
    "not_fulfilled": "Niet voldaan",
}


@dataclass(frozen=True)
class Sheet:
    """A sheet of a return: its name, headers and rows of equal length."""

    name: str
    rows: tuple[Row, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        return HEADERS[self.name]

    def column(self, header: str) -> int:
        """Place of a column, from 0."""
        return self.headers.index(header)

    def change(self, edit: Callable[[Row], Row]) -> "Sheet":
        """The same sheet with every row passed through a function."""
        return Sheet(self.name, tuple(edit(row) for row in self.rows))


def _euro(amount: int | None) -> Cell:
    """Cents as euro with two decimals; None as the word for not applicable."""
    return NOT_APPLICABLE if amount is None else Decimal(amount) / 100


def _text(text: str) -> Cell:
    return text or None


def _yes(answer: bool) -> str:
    return "ja" if answer else "nee"


def project_status_word(domain: str, status: str, meting: int) -> str:
    """How a policy domain words a project status at a meting."""
    if domain == "MOW":
        return _PROJECT_STATUS_MOW[status]
    if meting == 4 and status == "opgestart_na_agendering":
        return "in uitvoering na agendering"  # renamed at this meting
    return _PROJECT_STATUS[status]


def milestone_status_word(domain: str, status: str, is_replaced: bool) -> str:
    """How a policy domain words a milestone status."""
    if domain == "LV":
        return "vervangen" if is_replaced else _MILESTONE_STATUS_LV[status]
    return _MILESTONE_STATUS[status]


def _projecten(scope: Iterable[Project], meting: int) -> Iterable[Row]:
    for project in scope:
        first, last = project_dates()[project.code]
        yield (
            *(project.code, title_at(project, meting), project.speerpunt),
            *(cluster_at(project, meting), project.domain),
            "Regulier" if project.is_regular else "Eenmalig",
            _yes(project.is_rrf),
            _euro(project.budget_initial),
            *(project.objective, first, last),
        )


def _status(scope: Iterable[Project], meting: int) -> Iterable[Row]:
    for project in scope:
        state = project_states()[project.code, meting]
        word = project_status_word(project.domain, state.status, meting)
        yield project.code, word, _text(state.vr_document), _text(state.explanation)


def _mijlpalen(scope: Iterable[Project], meting: int) -> Iterable[Row]:
    codes = {project.code for project in scope}
    for state in milestone_states()[meting]:
        milestone = state.milestone
        project = milestone.project
        if project.code not in codes:
            continue
        replaced_by = milestone.replaced_by if state.status == "vervallen" else ""
        yield (
            *(project.code, milestone.code, description(milestone), owner(milestone)),
            state.planned,
            milestone_status_word(project.domain, state.status, bool(replaced_by)),
            *(state.actual, _text(replaced_by), _text(state.explanation)),
        )


def _financien(scope: Iterable[Project], meting: int) -> Iterable[Row]:
    for project in scope:
        money = money_at(project, meting)
        amounts = (_euro(money.budget), _euro(money.committed), _euro(money.paid))
        yield project.code, "Voorlopig", *amounts, _text(money.explanation)


def _indicatoren(scope: Iterable[Project], meting: int) -> Iterable[Row]:
    codes = {project.code for project in scope}
    for value in indicators_at(meting):
        if value.project_code in codes:
            yield (
                *(value.indicator_code, value.project_code, _text(value.territory)),
                *(value.baseline, value.target, value.target_date),
                *(value.actual, _text(value.explanation)),
            )


def _overdrachten(meting: int) -> Iterable[Row]:
    for reference, day, code, amount in transfers_at(meting):
        yield reference, day, code, _euro(amount)


def _rrf(scope: Iterable[Project], meting: int) -> Iterable[Row]:
    codes = {project.code for project in scope}
    for link in rrf_links_at(meting):
        if link.project_code in codes:
            yield (
                *(link.project_code, link.measure, link.mt_number),
                *(link.valid_from, link.valid_to),
                _RRF_STATUS[self_reported(link, meting)],
                _RRF_STATUS[assessed(link, meting)],
            )


def _rekeningen(meting: int) -> Iterable[Row]:
    for project, closing, committed, paid in accounts_at(meting):
        yield project.code, closing, _euro(committed), _euro(paid)


def return_sheets(domain: str, meting: int) -> tuple[Sheet, ...]:
    """The return of a policy domain at a meting; sheets without rows are left out."""
    scope = [project for project in in_scope(meting) if project.domain == domain]
    tables: dict[str, Iterable[Row]] = {
        "Projecten": _projecten(scope, meting),
        "Status": _status(scope, meting),
        "Mijlpalen": _mijlpalen(scope, meting),
        "Financien": _financien(scope, meting),
        "Indicatoren": _indicatoren(scope, meting),
        "RRF": _rrf(scope, meting),
    }
    if domain == _TRANSFERS_BY:
        tables["Overdrachten"] = _overdrachten(meting)
    if domain == _ACCOUNTS_BY:
        tables["Rekeningen"] = _rekeningen(meting)
    sheets = (Sheet(name, tuple(rows)) for name, rows in tables.items())
    return tuple(sheet for sheet in sheets if sheet.rows)


def definitive_sheet(meting: int) -> Sheet:
    """Definitive money of all projects of a meting, as Financiën en Begroting restates it."""
    rows: list[Row] = []
    for project in in_scope(meting):
        money = definitive_at(project, meting)
        amounts = (_euro(money.budget), _euro(money.committed), _euro(money.paid))
        rows.append((project.code, "Definitief", *amounts, _text(money.explanation)))
    return Sheet("Financien", tuple(rows))


def one_off_codes(domain: str) -> list[str]:
    """Codes of the one-off projects of a policy domain."""
    return [p.code for p in projects() if p.domain == domain and not p.is_regular]
