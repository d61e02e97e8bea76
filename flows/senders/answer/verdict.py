"""What gate 1 made of a submission, in the words its sender reads: Dutch, with English beside it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import registry, wording
from flows.registry import SEVERITIES
from flows.senders.answer import told

if TYPE_CHECKING:
    import duckdb

_OVERTAKEN = "M11"
"""The rule that tells a sender which file counts instead."""
_VERDICT_WORDS = {
    "withdrawn": ("Ingetrokken; telt niet mee", "Withdrawn; not counted"),
    "rejected": ("Geweigerd", "Rejected"),
    "overtaken": ("Ontvangen; een latere versie telt", "Received; a later version counts"),
    "replaced": ("Vervangen; een ander bestand telt", "Replaced; another file counts"),
    "error": ("Aanvaard, op {apart} van de {rows} na", "Accepted, but for {apart} of the {rows}"),
    "warning": ("Aanvaard, met waarschuwingen", "Accepted, with warnings"),
    "clean": ("Aanvaard", "Accepted"),
}
_NEXT_WORDS = {
    "withdrawn": (
        "Dit bestand is ingetrokken op {withdrawn_on}; niets eruit telt mee."
        " Moet het toch tellen, stuur het dan opnieuw met een wijziging.",
        "This file was withdrawn on {withdrawn_on}; nothing of it counts."
        " If it is to count after all, send it again with a change.",
    ),
    "rejected": (
        "Niets uit dit bestand is overgenomen. Verbeter wat tot weigering leidt en stuur het bestand opnieuw.",
        "Nothing from this file was used. Correct what leads to rejection and send the file again.",
    ),
    "overtaken": (
        "Wat in dit bestand staat, telt niet mee waar ook de latere versie er iets over zegt; zie de waarschuwing.",
        "What this file says does not count where the later version speaks of it too; see the warning.",
    ),
    "replaced": (
        "Wat in dit bestand staat, telt niet meer. Is dat niet juist, stuur dan het juiste bestand opnieuw"
        " met een hogere versie in de naam (_v2).",
        "What this file says is no longer counted. If that is not right, send the right file again"
        " with a higher version in its name (_v2).",
    ),
    "error": (
        "Het bestand is overgenomen, behalve wat in {apart} van de {rows} niet meetelt:"
        " dat telt pas mee als het verbeterd is.",
        "The file was accepted, except for what is not counted in {apart} of the {rows}:"
        " it counts once it is corrected.",
    ),
    "warning": (
        "Het bestand is overgenomen. De waarschuwingen worden mee gepubliceerd; verbeter wat niet klopt.",
        "The file was accepted. The warnings are published with it; correct what is not right.",
    ),
    "clean": (
        "Het bestand is overgenomen; u hoeft niets te doen.",
        "The file was accepted; there is nothing left to do.",
    ),
}
_MEANWHILE_WORDS = (
    "Voor dit meetmoment telt intussen {file_name} (ontvangen op {received_on}), dat wel aanvaard is.",
    "For this meetmoment {file_name} (received on {received_on}), which was accepted, counts meanwhile.",
)
_REPLACED_WORDS = (
    "Sinds {since} telt {file_name} (ontvangen op {received_on}) voor {replaced_row_count} van de {rows}.",
    "Since {since} {file_name} (received on {received_on}) counts for {replaced_row_count} of the {rows}.",
)

Finding = dict[str, Any]
"""One row of ``int_finding``."""
Replacement = dict[str, Any]
"""One row of ``int_submission_replaced``: another file that took the place of rows of this one."""


@dataclass(frozen=True)
class Answer:
    """One submission with its verdict and findings, gravest first, then in the order of the file."""

    submission_id: str
    plan_code: str
    meetmoment_code: str
    file_name: str
    sha256: str
    received_at: datetime
    """UTC, without a zone."""
    is_rejected: bool
    """And not withdrawn since."""
    findings: tuple[Finding, ...]
    """None of a file that was withdrawn: what it held, personal data perhaps, is not told again."""
    replacements: tuple[Replacement, ...] = ()
    """In the order in which they came."""
    row_count: int = 0
    """Rows of the file that a layout reads."""
    meanwhile: Replacement | None = None
    """Of a refused file, the last one of its sender of which rows count in a layout of it: name and day of receipt."""
    withdrawn_on: str | None = None
    """The day, as people write it; empty where it was not."""

    @property
    def counts(self) -> dict[str, int]:
        """Severity -> number of findings, all four severities, gravest first."""
        counted = Counter(finding["severity"] for finding in self.findings)
        return {severity: counted[severity] for severity in SEVERITIES}

    @property
    def rows_set_apart(self) -> int:
        """Source rows of which at least one record was set apart by an error; one that a waiver allows is not."""
        apart = (f for f in self.findings if f["severity"] == "error" and f["row_number"] and not f["waiver_id"])
        return len({(finding["sheet"], finding["row_number"]) for finding in apart})

    @property
    def verdict_words(self) -> tuple[str, str]:
        """The verdict in Dutch and in English."""
        return self._told(_VERDICT_WORDS)

    @property
    def next_words(self) -> tuple[str, str]:
        """What the sender is to do now, and which other files count instead, in Dutch and in English."""
        nl, english = self._told(_NEXT_WORDS)
        if self.is_rejected and self.meanwhile:
            nl += " " + _MEANWHILE_WORDS[0].format(**self.meanwhile)
            english += " " + _MEANWHILE_WORDS[1].format(**self.meanwhile)
        for other in self.replacements:
            rows_nl, rows_en = _rows_of(other["row_count"])
            nl += " " + _REPLACED_WORDS[0].format(**other, rows=rows_nl)
            english += " " + _REPLACED_WORDS[1].format(**other, rows=rows_en)
        return nl, english

    @property
    def received_words(self) -> str:
        """When the file came, by the clock of Brussels."""
        return f"{wording.here(self.received_at):%d/%m/%Y %H:%M}"

    @property
    def contact_words(self) -> tuple[str, str]:
        """Whom the sender can ask, in Dutch and in English; empty where the registry names nobody for the plan."""
        for row in registry.rows("plan/contact"):
            if row["plan_code"] == self.plan_code:
                reached = " · ".join(filter(None, (row["telephone"], row["email"])))
                return f"Vragen? {row['name_nl']}: {reached}", f"Questions? {row['name_en']}: {reached}"
        return "", ""

    @property
    def groups(self) -> list[told.Group]:
        """The findings, those that are alike together."""
        return list(told.grouped(self.findings))

    def _told(self, words: dict[str, tuple[str, str]]) -> tuple[str, str]:
        in_both = zip(words[self._kind], _rows_of(self.row_count), strict=True)
        facts = {"apart": self.rows_set_apart, "withdrawn_on": self.withdrawn_on}
        nl, english = (said.format(**facts, rows=rows) for said, rows in in_both)
        return nl, english

    @property
    def _kind(self) -> str:
        if self.withdrawn_on:
            return "withdrawn"
        if self.is_rejected:
            return "rejected"
        if any(finding["rule_id"] == _OVERTAKEN for finding in self.findings):
            return "overtaken"
        if any(not other["standing_row_count"] for other in self.replacements):
            return "replaced"
        if self.rows_set_apart:
            return "error"
        of_no_row = any(f["severity"] == "error" and not f["waiver_id"] for f in self.findings)
        return "warning" if of_no_row or self.counts["warning"] else "clean"


def _rows_of(count: int) -> tuple[str, str]:
    return wording.counted(count, "rij", "rijen", "nl"), wording.counted(count, "row", "rows", "en")


def past_refusal(warehouse: Path, plan_code: str, answers: Sequence[Answer]) -> list[Answer]:
    """The answers, those to refused files with what is to be remarked on them beside others once they are accepted.

    So correcting a file takes one round. They stay refused.

    Args:
        warehouse: where the answers were read, and only findings are read any more (`look_past_refusal`).
        plan_code: the plan whose warehouse it is.
        answers: as `read` gives them.
    """
    refused = {answer.submission_id for answer in answers if answer.is_rejected}
    if not refused:
        return list(answers)
    look_past_refusal(warehouse, plan_code, refused)
    told = {answer.submission_id: answer.findings for answer in read(warehouse)}
    return [replace(a, findings=told[a.submission_id]) if a.is_rejected else a for a in answers]


def look_past_refusal(warehouse: Path, plan_code: str, refused: Collection[str]) -> None:
    """Find what is to be remarked on refused submissions once they are accepted; the findings on others stay.

    Args:
        warehouse: one of which only findings are read any more: what stands in it of rows is untrue.
        plan_code: the plan whose warehouse it is.
        refused: the submissions.
    """
    import duckdb

    from flows.warehouse import compiled, transform

    named = {"refused": sorted(refused)}
    with duckdb.connect(str(warehouse)) as con:
        con.execute(
            "create or replace table intermediate.int_verdict as"
            " select * replace (if(list_contains($refused, submission_id), 'accepted', verdict) as verdict)"
            " from intermediate.int_verdict",
            named,
        )
        con.execute("alter table intermediate.int_finding rename to finding_before")
    compiled.build(warehouse, transform.FINDINGS, plan_code, after="int_verdict")
    with duckdb.connect(str(warehouse)) as con:  # a row that leans on one that was refused is set apart all the same
        con.execute(
            "create or replace table intermediate.int_finding as"
            " from intermediate.int_finding where list_contains($refused, submission_id)"
            " union all by name"
            " from intermediate.finding_before where not list_contains($refused, submission_id)",
            named,
        )
        con.execute("drop table intermediate.finding_before")


def read(warehouse: Path) -> list[Answer]:
    """The answers to all submissions in a judged warehouse, by submission id.

    Args:
        warehouse: where ``int_submission``, ``int_finding`` and ``int_submission_replaced`` were built after gate 1.
    """
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as con:
        findings: dict[str, list[Finding]] = {}
        for finding in _rows(con, "from intermediate.int_finding order by sheet, row_number, column_name, rule_id"):
            findings.setdefault(finding["submission_id"], []).append(finding)
        submissions = _rows(con, _SUBMISSIONS)
        plan = {row["submission_id"]: row["plan_code"] for row in submissions if not row["withdrawn_at"]}
        findings = {
            submission: [told.readable(f, plan[submission], f["meetmoment_code"]) for f in of_it]
            for submission, of_it in findings.items()
            if submission in plan
        }
        replacements: dict[str, list[Replacement]] = {}
        for other in _rows(con, _REPLACED):
            # As people write them: an answer is also told to the process that marks the workbook, which has no dates.
            days = {"since": other.pop("replaced_since"), "received_on": other.pop("received_at")}
            told_days = {name: _day(moment) for name, moment in days.items()}
            replacements.setdefault(other.pop("submission_id"), []).append(other | told_days)
        # Which rows count is asked of every record, so only where a file was refused.
        is_any_refused = any(row["verdict"] == "rejected" and not row["withdrawn_at"] for row in submissions)
        refused = _rows(con, _meanwhile()) if is_any_refused else []
        meanwhile = {row.pop("submission_id"): row for row in refused}
        return [
            Answer(
                submission_id=row["submission_id"],
                plan_code=row["plan_code"],
                meetmoment_code=row["meetmoment_code"],
                file_name=row["file_name"],
                sha256=row["sha256"],
                received_at=row["received_at"],
                is_rejected=row["verdict"] == "rejected" and not row["withdrawn_at"],
                findings=tuple(
                    sorted(
                        findings.get(row["submission_id"], []), key=lambda f: SEVERITIES.index(f["severity"])
                    )  # a stable sort: the order of the file stays within a severity
                ),
                replacements=tuple(replacements.get(row["submission_id"], [])),
                row_count=row["row_count"],
                meanwhile=meanwhile.get(row["submission_id"]),
                withdrawn_on=_day(row["withdrawn_at"]) if row["withdrawn_at"] else None,
            )
            for row in submissions
        ]


_REPLACED = """
    select *
    from intermediate.int_submission_replaced as replaced
    order by replaced.replaced_since, replaced.replaced_by
"""
# What is in no layout of the refused file does not stand in for it, nor do rows that do not count.
_MEANWHILE = """
    with counting as (
        select distinct submission_id, layout_code
        from ({versions})
        inner join raw.sheet using (submission_id, sheet)
    )
    select
        refused.submission_id,
        others.file_name,
        strftime(others.received_on, '%d/%m/%Y') as received_on
    from intermediate.int_submission as refused
    inner join raw.sheet as sheets on refused.submission_id = sheets.submission_id
    inner join counting on sheets.layout_code = counting.layout_code
    inner join intermediate.int_submission as others
        on counting.submission_id = others.submission_id
        and refused.meetmoment_code = others.meetmoment_code
        and refused.sender_code = others.sender_code
    where refused.verdict = 'rejected' and refused.withdrawn_at is null
    qualify row_number() over (partition by refused.submission_id order by others.precedence desc) = 1
"""
_SUBMISSIONS = """
    select
        submissions.*,
        plans.plan_code,
        cast(coalesce(sheets.row_count, 0) as integer) as row_count
    from intermediate.int_submission as submissions
    cross join registry.reg_plan as plans
    left join (select submission_id, sum(row_count) as row_count from raw.sheet group by submission_id) as sheets
        on submissions.submission_id = sheets.submission_id
    order by submissions.submission_id
"""


def _meanwhile() -> str:
    records = dict.fromkeys(field["record"] for field in registry.rows("contract/record_field"))
    current = "select submission_id, sheet from intermediate.int_{}_version where is_current"
    return _MEANWHILE.format(versions=" union all ".join(current.format(record) for record in records))


def _day(moment: datetime) -> str:
    return f"{wording.here(moment):%d/%m/%Y}"


def _rows(con: "duckdb.DuckDBPyConnection", query: str) -> list[dict[str, Any]]:
    answer = con.sql(query)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
