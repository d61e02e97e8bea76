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
from flows.wording import LANGUAGES, Language, change, listed, number

PRINTED_FIGURE = "DQ16A"
EXPECTED_PROJECTS = "projects of a complete meetmoment = projects expected"
"""The identity that says how many projects there may be, as ``fct_identity_check`` calls it."""
_FILES_NAMED = 8
_FILES = {"nl": ("bestand", "bestanden"), "en": ("file", "files")}
_COUNTED = ("projects", "milestones")
"""Units that the name of a figure says already: number of projects."""
# What a headline figure is counted from: the facts by the beginning of its name, the record they are read from, and the
# columns that matter of them.
_COUNTED_FROM = {
    "project": ("fct_project_status", "project_status", ("project_code", "status")),
    "rrf_project": ("fct_project_status", "project_status", ("project_code", "status")),
    "milestone": ("fct_milestone_status", "milestone", ("project_code", "milestone_code", "status")),
    "": ("fct_finance_as_returned", "finance", ("project_code", "measure", "execution", "amount_eur")),
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
            told = None
            if failure.rule_id == PRINTED_FIGURE and failure.key:
                told = _figure(con, failure, before)
            elif EXPECTED_PROJECTS in failure.key:
                told = _more_projects(con, failure)
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


def _more_projects(con: duckdb.DuckDBPyConnection, failure: Failure) -> dict[Language, str]:
    """How many projects were delivered, how many the calendar expects, and what may be wrong with either."""
    ((meetmoment, delivered, expected),) = con.execute(
        "select identity_case, left_value::int, right_value::int from marts.fct_identity_check"
        " where identity = ? and identity_case = ?",
        list(failure.key),
    ).fetchall()
    return {
        "nl": f"van meetmoment {meetmoment} zijn {number(delivered, 'nl')} projecten geleverd en de kalender verwacht "
        f"er {number(expected, 'nl')}; is een projectcode in een rapportering verkeerd getypt, laat de afzender ze dan "
        f"verbeteren; loopt de kalender achter, verbeter dan project_count in {registry.CALENDAR}",
        "en": f"{number(delivered, 'en')} projects of meetmoment {meetmoment} were delivered and the calendar expects "
        f"{number(expected, 'en')}; if the code of a project is mistyped in a return, have its "
        f"sender correct it; if the calendar is behind, correct project_count in {registry.CALENDAR}",
    }


def _figure(con: duckdb.DuckDBPyConnection, failure: Failure, before: Release | None) -> dict[Language, str] | None:
    """A printed figure that is not reproduced, in words; None where the registry does not have its row."""
    con.execute(f"use {con.sql('select current_database()').fetchall()[0][0]}.marts")
    con.execute(headlines.NAMES)
    found = con.execute(_CHECK, list(failure.key))
    rows = [dict(zip((name for name, *_ in found.description or []), row, strict=True)) for row in found.fetchall()]
    if not rows:
        return None
    files = _files(con, rows[0], before) if before else None
    return {language: _sentence(rows[0], files, before, language) for language in LANGUAGES}


def _sentence(row: dict[str, Any], files: list[str] | None, before: Release | None, language: Language) -> str:
    """What the figure is, as printed and as recomputed, and which files have changed what it is counted from.

    None of files is that nobody can tell: a release of before that cannot be compared, or none.
    """
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
    if before is None or files is None:
        return told
    since = f"{'sinds uitgave' if dutch else 'since release'} {before.release_id}"
    if not files:
        by = "geen enkel bestand: het register of de code veranderde" if dutch else "no file: registry or code changed"
        return f"{told}; {since} {'door' if dutch else 'by'} {by}"
    named = listed(files, language, _FILES_NAMED, *_FILES[language])
    return f"{told}; {since} {'gewijzigd door' if dutch else 'changed by'} {named}"


def _files(con: duckdb.DuckDBPyConnection, row: dict[str, Any], before: Release) -> list[str] | None:
    """The files that began or ceased to count since the release before and changed what a figure is counted from.

    Each with the number of its submission. A figure of a change is counted from two meetmomenten. Where no file did it,
    the registry or the code did; None where the release before had other columns.
    """
    facts, record, columns = next(said for start, said in _COUNTED_FROM.items() if row["measure"].startswith(start))
    of_money = _MONEY.format(**row) if record == "finance" else ""
    moments = [row["meetmoment_code"]]
    if row["measure"].endswith("_change"):
        moments.append(row["previous_meetmoment_code"])
    columns = ("meetmoment_code", *columns)
    same = " and ".join(f"facts.{column} is not distinct from other.{column}" for column in columns)
    sql = _CHANGED.format(facts=facts, columns=", ".join(columns), same=same, of_money=of_money)
    asked = {"moments": moments, "scope": row["scope_code"], "record": record}
    try:
        found = con.execute(sql, asked).fetchall()
    except (duckdb.BinderException, duckdb.CatalogException):
        return None
    return [
        f"{file_name} ({submission_id}{', ingetrokken / withdrawn' if withdrawn else ''})"
        for file_name, submission_id, withdrawn in found
    ]


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
# A file is named where it began or ceased to count and the row of it says something else now, or where it left out a
# record of a project that is counted otherwise; the row of a project is asked where it came into the scope or left it.
_CHANGED = """
    with
    counted_now as (
        select submission_id from marts.dim_submission where verdict = 'accepted' and withdrawn_at is null
    ),
    counted_then as (
        select submission_id from before.main.dim_submission where verdict = 'accepted' and withdrawn_at is null
    ),
    turned as (
        (from counted_now except from counted_then) union (from counted_then except from counted_now)
    ),
    facts_now as (
        select {columns}, submission_id from marts.{facts} where meetmoment_code in $moments{of_money}
    ),
    facts_then as (
        select {columns}, submission_id from before.main.{facts} where meetmoment_code in $moments{of_money}
    ),
    other_facts as (
        (select {columns} from facts_now except select {columns} from facts_then)
        union
        (select {columns} from facts_then except select {columns} from facts_now)
    ),
    members_now as (
        select meetmoment_code, project_code from marts.bridge_scope_project
        where meetmoment_code in $moments and scope_code = $scope
    ),
    members_then as (
        select meetmoment_code, project_code from before.main.bridge_scope_project
        where meetmoment_code in $moments and scope_code = $scope
    ),
    other_members as ((from members_now except from members_then) union (from members_then except from members_now)),
    changed as (select * from marts.what_changed where comparison = 'restatement'),
    named as (
        select submission_id from facts_now as facts where exists (from other_facts as other where {same})
        union
        select submission_id from facts_then as facts where exists (from other_facts as other where {same})
        union
        select lacking_submission_id as submission_id
        from changed semi join other_facts using (meetmoment_code, project_code)
        where record in ($record, 'project')
        union
        select unnest([submission_id, old_submission_id, lacking_submission_id]) as submission_id
        from changed semi join other_members using (meetmoment_code, project_code)
        where record = 'project'
    )
    select submissions.file_name, submissions.submission_id, submissions.withdrawn_at is not null
    from marts.dim_submission as submissions
    semi join turned using (submission_id)
    semi join named using (submission_id)
    order by submissions.file_name, submissions.submission_id
"""
