"""Why gate 2 says no, as the person on duty reads it: in Dutch and in English, with what did it and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from expectations.gate import Failure
from flows import registry
from flows.forms import headlines
from flows.release.kept import Release
from flows.settings import Settings
from flows.wording import LANGUAGES, Language, change, listed, number, plural

PRINTED_FIGURE = "DQ16A"
_FILES_NAMED = 8
_FILES = {"nl": ("bestand", "bestanden"), "en": ("file", "files")}
_COUNTED = ("projects", "milestones")
"""Units that the name of a figure says already: number of projects."""
# What a headline figure is counted from: the facts by the beginning of its name, and the columns that matter of them.
_COUNTED_FROM = {
    "project": ("fct_project_status", ("project_code", "status")),
    "rrf_project": ("fct_project_status", ("project_code", "status")),
    "milestone": ("fct_milestone_status", ("project_code", "milestone_code", "status")),
    "": ("fct_finance_as_returned", ("project_code", "measure", "execution", "amount_eur")),
}


@dataclass(frozen=True)
class Reason:
    """One reason of gate 2: its rule and its sentence in each language."""

    rule_id: str
    severity: str
    nl: str
    en: str

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.nl}"


def of(failures: Sequence[tuple[Failure, str]], settings: Settings, before: Release | None) -> list[Reason]:
    """The reasons of gate 2, each once.

    Args:
        failures: what failed, and how grave that is for the plan.
        settings: whose warehouse it was.
        before: the release that is served, which the warehouse is held beside.
    """
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        if before:
            place = str(before.database).replace("'", "''")
            con.execute(f"attach '{place}' as before (read_only)")
        found = []
        for failure, severity in failures:
            told = _figure(con, failure, before) if failure.rule_id == PRINTED_FIGURE and failure.key else None
            value = "" if failure.value in ("True", "False") else failure.value  # that a fact is lacking is the rule's
            words = told or _words(failure, value)
            rule = registry.rules()[failure.rule_id]
            texts = (rule.message_nl.format(value=words["nl"]), rule.message_en.format(value=words["en"]))
            found.append(Reason(failure.rule_id, severity, *texts))
    return list(dict.fromkeys(found))


def _words(failure: Failure, value: str) -> dict[Language, str]:
    """What failed by its key, and what it lacks where that is said in two languages."""
    beside: dict[Language, str] = {"nl": failure.expected, "en": failure.expected_en} if failure.expected_en else {}
    return {language: " ".join(filter(None, [*failure.key, value, beside.get(language)])) for language in LANGUAGES}


def _figure(con: duckdb.DuckDBPyConnection, failure: Failure, before: Release | None) -> dict[Language, str] | None:
    """A printed figure that is not reproduced, in words; None where the registry does not have its row."""
    con.execute(f"use {con.sql('select current_database()').fetchall()[0][0]}.marts")
    con.execute(headlines.NAMES)
    found = con.execute(_CHECK, list(failure.key))
    rows = [dict(zip((name for name, *_ in found.description or []), row, strict=True)) for row in found.fetchall()]
    if not rows:
        return None
    files = _files(con, rows[0], before) if before else []
    return {language: _sentence(rows[0], files, before, language) for language in LANGUAGES}


def _sentence(row: dict[str, Any], files: list[str], before: Release | None, language: Language) -> str:
    """What the figure is, as printed and as recomputed, and which files have changed what it is counted from."""
    dutch = language == "nl"
    unit = "" if row["unit"] in _COUNTED else f" {row[f'unit_{language}']}"

    def shown(value: Decimal | None) -> str:
        return f"{number(value, language)}{unit}"

    told = f"{row[f'label_{language}']} ({row['cutoff_date']:%d/%m/%Y}): "
    told += f"{'gedrukt' if dutch else 'printed'} {shown(row['printed'])}"
    if row["restated"] is not None:
        told += f", {'herzien tot' if dutch else 'restated to'} {shown(row['restated'])}"
        told += f" {'op' if dutch else 'on'} {row['restated_on']:%d/%m/%Y}"
    if row["recomputed"] is None:
        return told + (", niet meer te berekenen" if dutch else ", can no longer be computed")
    held = row["printed"] if row["restated"] is None else row["restated"]
    told += f", {'herrekend' if dutch else 'recomputed'} {shown(row['recomputed'])}"
    told += f" ({'verschil' if dutch else 'difference'} {change(row['recomputed'] - held, language)})"
    if before is None:
        return told
    since = f"{'sinds uitgave' if dutch else 'since release'} {before.release_id}"
    if not files:
        by = "geen enkel bestand: het register of de code veranderde" if dutch else "no file: registry or code changed"
        return f"{told}; {since} {'door' if dutch else 'by'} {by}"
    named, more = files[:_FILES_NAMED], len(files) - _FILES_NAMED
    if more > 0:
        named = [*named, _more(more, language)]
    return f"{told}; {since} {'gewijzigd door' if dutch else 'changed by'} {listed(named, language)}"


def _more(count: int, language: Language) -> str:
    """How many files are not named."""
    word = plural(count, *_FILES[language], language)
    return {"nl": f"nog {count} {word}", "en": f"{count} more {word}"}[language]


def _files(con: duckdb.DuckDBPyConnection, row: dict[str, Any], before: Release) -> list[str]:
    """The files whose rows say something else than in the release before, with the number of their submission.

    A figure of a change is counted from two meetmomenten. What was withdrawn is named by the row it had then.
    """
    table, columns = next(said for start, said in _COUNTED_FROM.items() if row["measure"].startswith(start))
    of_money = _MONEY.format(**row) if table == "fct_finance_as_returned" else ""
    moments = [row["meetmoment_code"]]
    if row["measure"].endswith("_change"):
        moments.append(row["previous_meetmoment_code"])
    sql = _CHANGED.format(
        table=table,
        columns=", ".join(columns),
        rows=f"meetmoment_code in ({', '.join(['?'] * len(moments))}){of_money}",
        on=_same(columns),
    )
    try:
        found = con.execute(sql, [*moments, *moments]).fetchall()
    except duckdb.Error:  # a release of before had other columns
        return []
    return [
        f"{file_name} ({submission_id}{', ingetrokken / withdrawn' if withdrawn else ''})"
        for file_name, submission_id, withdrawn in found
    ]


def _same(columns: Sequence[str]) -> str:
    return " and ".join(f"n.{column} is not distinct from o.{column}" for column in columns)


_CHECK = """
    select
        printed.*,
        meetmoment.previous_meetmoment_code,
        meetmoment.cutoff_date,
        names.label_nl,
        names.label_en,
        coalesce(unit.label_nl, printed.unit) as unit_nl,
        coalesce(unit.label_en, printed.unit) as unit_en
    from fct_published_figure_check as printed
    inner join dim_meetmoment as meetmoment using (meetmoment_code)
    inner join headline_name as names using (meetmoment_code, scope_code, execution, measure, item)
    left join dim_code as unit on unit.code_list = 'figure_unit' and unit.code = printed.unit
    where printed.meetmoment_code = ? and printed.scope_code = ? and printed.measure = ? and printed.item = ?
"""
_MONEY = " and execution = '{execution}' and ('{measure}' = 'encours' or starts_with('{measure}', measure))"
_CHANGED = """
    with
    n as (select {columns}, submission_id from marts.{table} where {rows}),
    o as (select {columns}, submission_id from before.main.{table} where {rows}),
    changed as (
        select submission_id from n where not exists (from o where {on})
        union
        -- A row that is gone, by the file that no longer counts.
        select o.submission_id from o where not exists (from n where n.project_code = o.project_code)
    )
    select submissions.file_name, submissions.submission_id, submissions.withdrawn_at is not null
    from marts.dim_submission as submissions
    inner join changed using (submission_id)
    order by submissions.file_name, submissions.submission_id
"""
