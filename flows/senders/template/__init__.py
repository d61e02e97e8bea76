"""Template: the Excel return of a policy domain for a meetmoment, ready to be filled in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows import beside, registry
from flows.release import kept
from flows.release.kept import Release
from flows.senders.template.form_sheets import form_sheets
from flows.senders.template.form_workbook import Form, write_workbook
from flows.senders.template.prefill import accepted_values
from flows.settings import Settings


@dataclass(frozen=True)
class Written:
    """What a template was filled with."""

    prefilled_from: str | None
    """Code of the meetmoment whose accepted values stand in it; None where nothing was accepted before."""
    release_id: str | None
    """Release that has these values; None where nothing was published yet."""
    rows: dict[str, int]
    """Sheet -> prefilled rows."""


def write_template(
    settings: Settings, plan_code: str, meetmoment_code: str, policy_domain: str | None, target: Path
) -> Written:
    """Write the return for a meetmoment of the calendar.

    Args:
        settings: where the last night left its warehouse.
        plan_code: the plan.
        meetmoment_code: the meetmoment the return is for.
        policy_domain: only the projects of this policy domain; all when None.
        target: the workbook to write.

    Raises:
        ValueError: when the plan has no Excel return, or no such policy domain; or when there are releases to fill it
            with and no whole warehouse: it is never empty in silence.
        AnotherNight: while a night makes the warehouse anew.
    """
    domains = [row for row in registry.rows("plan/policy_domain") if row["plan_code"] == plan_code]
    if policy_domain and policy_domain not in {row["policy_domain_code"] for row in domains}:
        known = ", ".join(row["policy_domain_code"] for row in domains)
        raise ValueError(
            f"{policy_domain} is geen beleidsdomein van {plan_code}; wel / {policy_domain} is no policy domain of "
            f"{plan_code}; it has {known or 'geen / none'}"
        )
    sheets, explanation = form_sheets(plan_code, registry.cutoff_date(plan_code, meetmoment_code))
    release = kept.current(settings)
    known_on = release.published_at if release else datetime.now(UTC)
    if release:
        _expect_whole(settings, release)
    values = accepted_values(settings, plan_code, meetmoment_code, policy_domain, sheets, known_on)
    form = Form(plan_code, registry.meetmomenten()[plan_code, meetmoment_code], policy_domain, explanation)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(target, form, sheets, values)
    return Written(
        values.meetmoment_code,
        release.release_id if release else None,
        {sheet.name: len(values.rows[sheet.name]) for sheet in sheets},
    )


def _expect_whole(settings: Settings, release: Release) -> None:
    """What a night makes last are the tables of a release: one that failed or was killed left fewer, or none."""
    there = beside.tables(settings.warehouse)
    lacking = [table for table in release.manifest["tables"] if f"marts.{table}" not in there]
    if lacking:
        raise ValueError(
            "het magazijn van de laatste nacht is niet heel: de rapportering zou niet ingevuld zijn, al is uitgave"
            f" {release.release_id} gepubliceerd. Draai eerst veerkracht nightly"
            " / the warehouse of the last night is not whole, so that the return would not be prefilled though release"
            f" {release.release_id} was published. Run veerkracht nightly first"
        )
