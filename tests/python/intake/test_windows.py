"""Windows and versions: late is received and flagged, the same again is told, a withdrawal leaves a trace alone."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from conftest import DemoRun, in_short, put
from kept_homes import copied
from small_plan import PROJECTS

from flows import night, registry
from flows.forms import carried
from flows.intake import archive, withdrawal
from flows.night import Night, receive, runbook
from flows.release import kept
from flows.release.rebuild import rebuild
from flows.senders import deliveries
from flows.senders.answer import verdict
from flows.settings import Settings
from flows.standing import Outcome, quick_look
from flows.warehouse import findings

LATE = datetime(2025, 1, 21, 1, 17, tzinfo=UTC)
MIDNIGHT = datetime(2025, 1, 20, 23, 0, tzinfo=UTC)
"""The end of the deadline in Brussels."""
WITHDRAWN_AT = LATE - timedelta(hours=2)
PERSONAL = "jan.peeters@example.org"


@dataclass(frozen=True)
class LateNight:
    """The small plan after one more night: one submission sent again with the same values, late, and two withdrawn.

    One of these was published before; the other came in by day, with an address for the code of a milestone.
    """

    settings: Settings
    outcome: Outcome
    withdrawn: str
    personal: str
    before: list[tuple[Any, ...]]


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    current = kept.current(settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        return con.sql(sql).fetchall()


def withdraw(settings: Settings, name: str, reason: str, by: str, at: datetime) -> str:
    """Withdraw what was received under this name; its submission id."""
    (one,) = [r for r in archive.receipts(settings.archive, settings.plan) if r.file_name == name]
    withdrawal.withdraw(settings, one.submission_id, reason, by, at)
    return one.submission_id


@pytest.fixture(scope="module")
def late_night(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> LateNight:
    settings = Settings(home=tmp_path_factory.mktemp("late") / "home")
    copied(small.settings.home, settings.home)
    before = query(settings, "from fct_finance_as_returned where meetmoment_code = 'm6' order by all")
    corrected = withdraw(settings, "OMG_return_m6_v2.xlsx", "verkeerd bestand", "sender", WITHDRAWN_AT)
    book = openpyxl.load_workbook(settings.inbox / "m7" / "OV_return_m7_v2.xlsx")
    assert book["Mijlpalen"]["B1"].value == "Mijlpaalcode"
    book["Mijlpalen"]["B2"] = PERSONAL
    book.save(settings.inbox / "m7" / "OV_return_m7_v3.xlsx")
    assert receive(Night(settings, WITHDRAWN_AT - timedelta(hours=2))) == ["OV_return_m7_v3.xlsx"]
    personal = withdraw(settings, "OV_return_m7_v3.xlsx", "persoonsgegeven", "regie", WITHDRAWN_AT)
    book = openpyxl.load_workbook(settings.inbox / "m7" / "OMG_return_m7.xlsx")
    again = settings.build / "OMG_return_m7_v2.xlsx"
    book.save(again)
    put(settings, again, "veerkracht", "m7")
    assert not quick_look(settings)
    with in_short():
        outcome = runbook(Night(settings, LATE))
    return LateNight(settings, outcome, corrected, personal, before)


def test_the_same_values_in_other_bytes_are_flagged_and_late_is_received(late_night: LateNight) -> None:
    outcome = late_night.outcome
    assert (outcome.verdict, outcome.received) == ("published", ["OMG_return_m7_v2.xlsx"])
    told = {(f["rule_id"], f["severity"], f["received_value"]) for f in outcome.findings}
    assert ("M01", "info", "2025-01-21") in told
    (late,) = {f["message_nl"] for f in outcome.findings if f["rule_id"] == "M01"}
    assert late == "De inzending is ontvangen op 2025-01-21, na de uiterste dag (2025-01-20)."
    ((severity, rows),) = [(s, value) for rule, s, value in told if rule == "M03"]
    assert severity == "warning" and int(rows) > 60


def test_what_was_withdrawn_before_it_was_published_is_told_no_more(
    small: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    copied(small.settings.home, settings.home)
    for name in ("OMG_return_m7_v2.csv", "OMG_return_m7_v3.csv"):
        (settings.inbox / "m7" / name).write_text(f"{name}\n", encoding="utf-8")
    receive(Night(settings, WITHDRAWN_AT))
    withdraw(settings, "OMG_return_m7_v2.csv", "verkeerd bestand", "sender", LATE)
    names = {r.submission_id: r.file_name for r in archive.receipts(settings.archive, settings.plan)}
    asked: list[list[str]] = []

    def found(_: Path, submissions: Collection[str]) -> list[dict[str, Any]]:
        asked.append([names[submission] for submission in submissions])
        return []

    monkeypatch.setattr(findings, "found", found)
    night._new_since_release(settings, [])
    assert asked == [["OMG_return_m7_v3.csv"]]


def test_a_resubmission_supersedes_the_earlier_one_and_both_stay(late_night: LateNight) -> None:
    both = query(
        late_night.settings,
        "select file_name, verdict, is_late from dim_submission"
        " where meetmoment_code = 'm7' and sender_code = 'OMG' order by all",
    )
    assert both == [("OMG_return_m7.xlsx", "accepted", False), ("OMG_return_m7_v2.xlsx", "accepted", True)]
    with duckdb.connect(str(late_night.settings.warehouse), read_only=True) as con:
        assert con.sql(
            "select distinct submissions.file_name from intermediate.int_project_status_version as versions"
            " inner join intermediate.int_submission as submissions using (submission_id)"
            " where versions.is_current and versions.meetmoment_code = 'm7' and submissions.sender_code = 'OMG'"
        ).fetchall() == [("OMG_return_m7_v2.xlsx",)]


def test_a_withdrawn_submission_stays_visible_with_its_reason_and_counts_no_longer(late_night: LateNight) -> None:
    with duckdb.connect(str(late_night.settings.warehouse), read_only=True) as con:  # role and reason stay inside
        assert con.sql(
            "select withdrawn_at, withdrawn_by, withdrawal_reason, verdict from marts.dim_submission"
            f" where submission_id = '{late_night.withdrawn}'"
        ).fetchall() == [(WITHDRAWN_AT.replace(tzinfo=None), "sender", "verkeerd bestand", "accepted")]
    assert query(
        late_night.settings,
        f"select withdrawn_at from dim_submission where submission_id = '{late_night.withdrawn}'",
    ) == [(WITHDRAWN_AT.replace(tzinfo=None),)]
    after = query(late_night.settings, "from fct_finance_as_returned where meetmoment_code = 'm6' order by all")
    assert len(after) == len(late_night.before) and after != late_night.before
    assert not query(
        late_night.settings, f"from fct_finance_as_returned where submission_id = '{late_night.withdrawn}'"
    ), "what the first version said holds again"
    assert query(
        late_night.settings,
        "select withdrawn_count, accepted_count from agg_quality_by_submitter"
        " where meetmoment_code = 'm6' and sender_code = 'OMG'",
    ) == [(1, 1)]


def test_the_sender_of_what_was_withdrawn_is_told_and_nothing_of_what_it_held(late_night: LateNight) -> None:
    """Also not why: the reason may repeat what was not to be told."""
    for submission in (late_night.withdrawn, late_night.personal):
        (place,) = late_night.settings.answers.glob(f"*/*__{submission}")
        texts = [path.read_text(encoding="utf-8") for path in place.iterdir() if path.suffix in (".html", ".json")]
        assert len(texts) == len(list(place.iterdir())) == 2, "no workbook of it is left"
        assert all("21/01/2025" in text and "Aanvaard" not in text for text in texts)
        assert not any(
            word in text for text in texts for word in (PERSONAL, "V15", "persoonsgegeven", "verkeerd bestand")
        )
    (answer,) = [a for a in verdict.read(late_night.settings.warehouse) if a.submission_id == late_night.withdrawn]
    assert answer.verdict_words == ("Ingetrokken; telt niet mee", "Withdrawn; not counted")
    assert "telt OMG_return_m6.xlsx (ontvangen op 22/01/2024)" in answer.next_words[0], "what it had replaced"
    assert late_night.withdrawn not in {f["submission_id"] for f in late_night.outcome.findings}
    assert late_night.outcome.rejected == []
    assert night.answer_senders(Night(late_night.settings, LATE)) == 0, "once"


def test_the_outcome_lists_verdicts_that_changed_since_the_release(late_night: LateNight) -> None:
    assert late_night.outcome.changed_verdicts == [
        {
            "submission_id": late_night.withdrawn,
            "file_name": "OMG_return_m6_v2.xlsx",
            "was": "accepted",
            "now": "withdrawn",
        }
    ]


def test_the_manifest_names_the_withdrawal_and_not_why(late_night: LateNight) -> None:
    *_, before, last = kept.published(late_night.settings)
    assert before.manifest["withdrawals"] == []
    assert last.manifest["withdrawals"] == [
        {"submission_id": submission, "withdrawn_at": WITHDRAWN_AT.isoformat()}
        for submission in sorted((late_night.withdrawn, late_night.personal))
    ]
    said = (last.folder / kept.MANIFEST).read_text(encoding="utf-8")
    assert "verkeerd bestand" not in said and "persoonsgegeven" not in said


def test_a_return_with_a_personal_code_is_published_without_it(late_night: LateNight) -> None:
    """Its sender is told; no key, history or sentence has it, so that a withdrawal makes an end of it."""
    with duckdb.connect(str(late_night.settings.warehouse), read_only=True) as con:
        told = con.sql("select submission_id, cell, received_value from marts.fct_finding where rule_id = 'V15'")
        assert told.fetchall() == [(late_night.personal, "B2", "***")]
    assert late_night.outcome.verdict == "published"
    current = kept.current(late_night.settings)
    assert current
    files = [path for path in current.folder.rglob("*") if path.suffix in (".csv", ".json")]
    assert len(files) > 50 and not [path.name for path in files if PERSONAL in path.read_text(encoding="utf-8")]


@pytest.mark.slow
def test_a_rebuild_knows_what_came_in_and_was_withdrawn_by_then_and_says_what_differs(
    late_night: LateNight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put on record afterwards does not count, whatever its moment; a withdrawal that counted must be there.

    Only what was changed here differs: every other file of the release is made again to the byte.
    """
    settings = Settings(home=tmp_path / "home")
    copied(late_night.settings.home, settings.home)
    last = kept.published(settings)[-1]
    withdrawn = {entry["submission_id"] for entry in last.manifest["withdrawals"]}
    another = next(r for r in archive.receipts(settings.archive, settings.plan) if r.submission_id not in withdrawn)
    archive.withdraw(settings.archive, another, WITHDRAWN_AT, "te laat gemeld", "sender")
    later = settings.inbox / "m6" / "OMG_return_m6_v2.xlsx"
    archive.keep(settings.archive, later, archive.receipt_for(later, "veerkracht", "m7", LATE + timedelta(days=1)))
    seeds = carried.seeds()
    monkeypatch.setattr(carried, "seeds", lambda: seeds | {"plan/scope.csv": b"another\n"})
    monkeypatch.setattr("flows.release.rebuild.registry.code_checksum", lambda: "another")
    with in_short():
        rebuilt = rebuild(settings, last.release_id)
    assert rebuilt.differing == (carried.REGISTRY,)
    assert rebuilt.registry_differs == ("plan/scope.csv",)
    assert not rebuilt.is_same_code
    for path in settings.archive.glob("*/withdrawals/*.json"):
        path.unlink()
    with pytest.raises(LookupError, match=f"withdrawal of {', '.join(sorted(withdrawn))}$"):
        rebuild(settings, last.release_id)


def test_its_rows_held_until_the_withdrawal(late_night: LateNight) -> None:
    with duckdb.connect(str(late_night.settings.warehouse), read_only=True) as con:
        ends = con.sql(
            "select distinct known_to from intermediate.int_finance_version"
            f" where submission_id = '{late_night.withdrawn}'"
        ).fetchall()
        taken_up = con.sql(
            "select count(*) from intermediate.int_finance_version"
            f" where is_current and known_from = '{WITHDRAWN_AT.replace(tzinfo=None)}'"
        ).fetchone()
    assert ends == [(WITHDRAWN_AT.replace(tzinfo=None),)]
    assert taken_up and taken_up[0] > 0


def test_the_same_bytes_under_another_name_change_nothing(late_night: LateNight) -> None:
    settings = late_night.settings
    copy = put(settings, settings.inbox / "m7" / "KBBJ_return_m7.xlsx", "veerkracht", "m7")
    renamed = copy.rename(copy.with_name("KBBJ_final.xlsx"))
    shutil.copyfile(renamed, copy)
    try:
        outcome = runbook(Night(settings, LATE + timedelta(days=1)))
    finally:
        renamed.unlink()
    assert (outcome.verdict, outcome.received) == ("nothing_new", [])
    ((name, received_as, is_withdrawn),) = [
        (c["file_name"], c["received_as"], c["is_withdrawn"]) for c in outcome.identical if "KBBJ" in c["file_name"]
    ]
    assert (name, received_as, is_withdrawn) == ("KBBJ_final.xlsx", "KBBJ_return_m7.xlsx", False)


def test_status_says_who_delivered_who_is_late_and_what_comes(late_night: LateNight, tmp_path: Path) -> None:
    rows = deliveries.deliveries(late_night.settings.warehouse, "veerkracht", LATE)
    of_demo = {row["sender"]: row for row in rows if row["meetmoment"] == "m7"}
    delivered = {code for code, row in of_demo.items() if row["delivery"] == "in_time" and not row["is_overdue"]}
    late = {code for code, row in of_demo.items() if row["delivery"] == "missing" and row["is_overdue"]}
    assert delivered == set(PROJECTS) and len(late) == 10 - len(delivered) and not delivered & late
    assert (of_demo["OMG"]["accepted"], of_demo["OMG"]["warnings"] > 0) == (2, True)
    days = deliveries.next_days("veerkracht", datetime(2025, 1, 3, tzinfo=UTC))
    told = [(d["what"], d["meetmoment_code"], d["in_days"]) for d in days if d["plan_code"] == "veerkracht"]
    assert told == [("deadline", "m7", 17), ("publication", "m7", 35)]
    assert deliveries.deliveries(tmp_path / "none.duckdb", "veerkracht", LATE) == []


def test_who_sent_nothing_is_missing_and_overdue_after_the_deadline(small: DemoRun, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(small.settings.warehouse, warehouse)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("delete from marts.agg_quality_by_submitter where sender_code = 'LV'")
    told = {
        moment: next(r for r in deliveries.deliveries(warehouse, "veerkracht", moment) if r["sender"] == "LV")
        for moment in (MIDNIGHT - timedelta(seconds=1), MIDNIGHT)
    }
    assert [(row["delivery"], row["is_overdue"]) for row in told.values()] == [("missing", False), ("missing", True)]


def test_where_no_deadline_is_announced_nobody_is_overdue(small: DemoRun, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = {key: row | {"deadline_on": ""} for key, row in registry.meetmomenten().items()}
    monkeypatch.setattr(registry, "meetmomenten", lambda: calendar)
    rows = deliveries.deliveries(small.settings.warehouse, "veerkracht", LATE)
    assert {(row["deadline_on"], row["is_overdue"]) for row in rows} == {(None, False)}
    days = deliveries.next_days("veerkracht", datetime(2025, 1, 3, tzinfo=UTC))
    assert {day["what"] for day in days if day["meetmoment_code"] == "m7"} == {"publication"}


@pytest.mark.parametrize(
    ("plan", "moment", "day"),
    [
        ("veerkracht", datetime(2025, 7, 20, 21, 59, tzinfo=UTC), date(2025, 7, 20)),
        ("veerkracht", datetime(2025, 7, 20, 22, 0, tzinfo=UTC), date(2025, 7, 21)),
        ("veerkracht", datetime(2025, 1, 20, 22, 59, tzinfo=UTC), date(2025, 1, 20)),
        ("veerkracht", datetime(2025, 1, 20, 23, 0, tzinfo=UTC), date(2025, 1, 21)),
        ("uk_gmpp", datetime(2025, 7, 20, 22, 59, tzinfo=UTC), date(2025, 7, 20)),
    ],
)
def test_a_day_ends_at_midnight_where_the_plan_is(plan: str, moment: datetime, day: date) -> None:
    assert registry.local_day(plan, moment) == day


def test_what_comes_is_counted_from_the_day_of_the_plan() -> None:
    told = {
        (d["what"], d["in_days"])
        for d in deliveries.next_days("veerkracht", MIDNIGHT - timedelta(seconds=1))
        if (d["plan_code"], d["meetmoment_code"]) == ("veerkracht", "m7")
    }
    assert told == {("deadline", 0), ("publication", 18)}
    assert "deadline" not in {d["what"] for d in deliveries.next_days("veerkracht", MIDNIGHT)}


def test_a_withdrawal_is_made_once_and_says_why(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    path = tmp_path / "OMG.csv"
    path.write_text("x")
    receipt = archive.receipt_for(path, "veerkracht", "m7", LATE)
    archive.keep(settings.archive, path, receipt)
    with pytest.raises(ValueError, match="no submission"):
        withdrawal.withdraw(settings, "veerkracht-m7-unknown", "reden", "sender", LATE)
    with pytest.raises(ValueError, match="a reason"):
        withdrawal.withdraw(settings, receipt.submission_id, " ", "sender", LATE)
    with pytest.raises(ValueError, match="was received later"):
        withdrawal.withdraw(settings, receipt.submission_id, "reden", "sender", LATE - timedelta(days=1))
    made = withdrawal.withdraw(settings, receipt.submission_id, "reden", "monitor", LATE + timedelta(days=1))
    assert archive.withdrawals(settings.archive, settings.plan) == {receipt.submission_id: made}
    with pytest.raises(ValueError, match="withdrawn before"):
        withdrawal.withdraw(settings, receipt.submission_id, "reden", "sender", LATE + timedelta(days=2))
    assert archive.receipts(settings.archive, settings.plan) == [receipt]
