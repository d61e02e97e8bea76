"""The cases of the rules of gate 2: rows of marts that pass and rows that break one rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

HEADLINES = "marts.agg_headline_figure_by_scope"
IDENTITIES = "marts.fct_identity_check"
PUBLISHED = "marts.fct_published_figure_check"
PROJECTS = "marts.dim_project"
MONEY = "marts.fct_finance_as_returned"
PROGRESS = "marts.agg_indicator_progress"
QUALITY = "marts.fct_indicator_quality"
CHANGE = "marts.agg_finance_change"
LOST = "intermediate.int_meetmoment_lost"

_GOOD: dict[str, dict[str, Any]] = {
    HEADLINES: {
        "meetmoment_code": "",
        "scope_code": "all",
        "execution": "provisional",
        "measure": "paid_share",
        "item": "total",
        "unit": "percent",
        "numerator": 1,
        "denominator": 2,
    },
    IDENTITIES: {"identity": "", "identity_case": "m1", "difference": 0},
    PUBLISHED: {"meetmoment_code": "", "scope_code": "s", "measure": "paid", "item": "total", "verdict": "reproduced"},
    PROJECTS: {"project_code": "", "funding_type": "one_off"},
    PROGRESS: {
        "meetmoment_code": "",
        "scope_code": "s",
        "indicator_code": "i",
        "level": "output",
        "aggregation": "sum",
    },
    QUALITY: {
        "meetmoment_code": "",
        "indicator_code": "i",
        "has_definition": True,
        "has_unit": True,
        "has_source": True,
    },
    CHANGE: {"meetmoment_code": "", "scope_code": "all", "measure": "paid", "unexplained_eur": 0},
    LOST: {
        "meetmoment_code": "",
        "submission_id": "f",
        "lost_nl": "mist p",
        "lost_en": "lacks p",
        "is_exit_registered": True,
    },
    MONEY: {
        "meetmoment_code": "",
        "project_code": "p",
        "measure": "paid",
        "execution": "provisional",
        "submission_id": "s",
    },
}


@dataclass(frozen=True)
class ReleaseCase:
    """A good row of a mart with some columns changed, and the rules it must break."""

    rule_id: str
    title: str
    table: str
    changed: tuple[tuple[str, Any], ...] = ()
    breaks: tuple[str, ...] = ()


def _fails(rule: str, title: str, table: str, **changed: Any) -> ReleaseCase:
    return ReleaseCase(rule, title, table, tuple(changed.items()), (rule,))


def _passes(rule: str, title: str, table: str, **changed: Any) -> ReleaseCase:
    return ReleaseCase(rule, title, table, tuple(changed.items()))


def _headline_measures() -> Iterator[ReleaseCase]:
    for measure in (
        *("project_count", "project_share", "rrf_project_count", "milestone_count", "milestone_share", "committed"),
        *("paid", "encours", "committed_change", "paid_change", "committed_share", "paid_share"),
    ):
        yield _passes("DQ21", f"the plan's own {measure}", HEADLINES, measure=measure)


RELEASE_CASES = (
    _passes("DQ05C", "all that the register should say", QUALITY),
    _fails("DQ05C", "no definition", QUALITY, has_definition=False),
    _fails("DQ05C", "no unit", QUALITY, has_unit=False),
    _fails("DQ05C", "no source", QUALITY, has_source=False),
    _passes("DQ21", "an output added up", PROGRESS),
    _passes("DQ21", "an outcome added up", PROGRESS, level="outcome"),
    _passes("DQ21", "an impact averaged", PROGRESS, level="impact", aggregation="mean"),
    _passes("DQ21", "context as it is", PROGRESS, level="context", aggregation="none"),
    _fails("DQ21", "context added up", PROGRESS, level="context"),
    _fails("DQ21", "a level of no list", PROGRESS, level="input"),
    _passes("DQ15", "a share with all it is made of", HEADLINES),
    _fails("DQ15", "a share without numerator", HEADLINES, numerator=None),
    _fails("DQ15", "a share without denominator", HEADLINES, denominator=None),
    _fails("DQ15", "a figure without scope", HEADLINES, scope_code=None),
    _passes("DQ15", "an amount has no denominator", HEADLINES, unit="EUR", denominator=None),
    _passes("DQ15", "a count has no numerator", HEADLINES, unit="projects", numerator=None),
    _fails("DQ21", "a context indicator added up", HEADLINES, measure="growth"),
    *_headline_measures(),
    _passes("DQ13R", "all explained", CHANGE),
    _fails("DQ13R", "a cent too much", CHANGE, unexplained_eur=0.01),
    _fails("DQ13R", "a cent too little", CHANGE, unexplained_eur=-0.01),
    _fails("DQ05C", "nobody knows of a definition", QUALITY, has_definition=None),
    _fails("DQ05C", "nobody knows of a unit", QUALITY, has_unit=None),
    _fails("DQ05C", "nobody knows of a source", QUALITY, has_source=None),
    _fails("DQ13R", "nobody knows", CHANGE, unexplained_eur=None),
    _fails("DQ16A", "no verdict", PUBLISHED, verdict=None),
    _fails("DQ16B", "one side is lacking", IDENTITIES, difference=None),
    _fails("DQ22A", "not told which", MONEY, execution=None),
    _passes(
        "DQ21", "a delivered indicator, of which no register gives a level", PROGRESS, level=None, aggregation=None
    ),
    _fails("DQ21", "an indicator without a level added up", PROGRESS, level=None),
    _fails("DQ21", "not told how it adds up", PROGRESS, aggregation=None),
    _fails("DQ21", "a figure without a measure", HEADLINES, measure=None),
    _fails("DQ15", "a figure without a unit", HEADLINES, unit=None),
    _passes("DQ16A", "reproduced", PUBLISHED),
    _passes("DQ16A", "as it was lawfully restated", PUBLISHED, verdict="restated"),
    _passes("DQ16A", "reproduced from rounded parts", PUBLISHED, verdict="reproduced_from_rounded_parts"),
    _passes("DQ16A", "not delivered", PUBLISHED, verdict="not_delivered"),
    _passes("DQ16A", "not complete", PUBLISHED, verdict="not_complete"),
    _fails("DQ16A", "differs", PUBLISHED, verdict="differs"),
    _fails("DQ16A", "not computed", PUBLISHED, verdict="not_computed"),
    _passes("DQ16B", "the same", IDENTITIES),
    _fails("DQ16B", "a cent more", IDENTITIES, difference=0.01),
    _fails("DQ16B", "a cent less", IDENTITIES, difference=-0.01),
    _passes("G02", "a project of a complete meetmoment is gone, which is registered", LOST),
    _fails("G02", "a project of a complete meetmoment is gone", LOST, is_exit_registered=False),
    _fails("G02", "nobody knows whether that is registered", LOST, is_exit_registered=None),
    _passes("DQ20", "one-off", PROJECTS),
    _passes("DQ20", "regular", PROJECTS, funding_type="regular"),
    _fails("DQ20", "not stated", PROJECTS, funding_type=None),
    _fails("DQ20", "something else", PROJECTS, funding_type="both"),
    _passes("DQ22A", "provisional", MONEY),
    _passes("DQ22A", "final", MONEY, execution="final"),
    _fails("DQ22A", "an estimate", MONEY, execution="estimate"),
    _fails("DQ22A", "received from nowhere", MONEY, submission_id=None),
)


def marts(con: duckdb.DuckDBPyConnection) -> None:
    """The marts that gate 2 judges, a row per case; the first column holds the number of the case."""
    con.execute("create schema marts; create schema intermediate")
    for table, good in _GOOD.items():
        key = next(iter(good))
        rows = [
            good | dict(case.changed) | {key: str(number)}
            for number, case in enumerate(RELEASE_CASES)
            if case.table == table
        ]
        con.register("filled", pd.DataFrame(rows))
        con.execute(f"create table {table} as select * from filled")
        con.unregister("filled")
