"""The steps of a night as plain functions, and the order they go in.

`runbook` is the whole of it. It runs as it stands, or as a Prefect flow (`flows.nightly`), where each step is a task.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import duckdb
from filelock import FileLock, Timeout

from expectations import findings, gate
from flows import intake, log, registry
from flows.answer import folder, verdict
from flows.publish import contents, privacy, release
from flows.receive import archive
from flows.receive.archive import Receipt, Withdrawal
from flows.settings import Settings
from flows.warehouse import transform
from flows.warehouse.load import load

T = TypeVar("T")
Step = Callable[..., Any]
Verdict = Literal["published", "nothing_new", "held"]
LAST_RUN = "last_run.json"


class AnotherNight(Exception):
    """Another night holds the lock."""


@dataclass
class Outcome:
    """How a night ended."""

    verdict: Verdict
    release_id: str | None = None
    received: list[str] = field(default_factory=list)
    """File names received tonight."""
    rejected: list[str] = field(default_factory=list)
    """File names that gate 1 rejected among those not in the current release."""
    identical: list[dict[str, Any]] = field(default_factory=list)
    """Files that wait in the inbox though the same bytes were received before under another name: nothing changed."""
    unplaced: list[dict[str, str]] = field(default_factory=list)
    """Files that wait in the inbox outside the folder of any meetmoment of the calendar, with what to do about each."""
    changed_verdicts: list[dict[str, Any]] = field(default_factory=list)
    """Submissions of the current release that are judged otherwise by now, or were withdrawn."""
    answered: int = 0
    """Answers written or written anew."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    """Findings on the submissions that are not in the current release, gravest first."""
    reasons: list[str] = field(default_factory=list)
    """Why the release gate held the release."""


@dataclass(frozen=True)
class Night:
    """One run: its settings, its moment (UTC), and who is told how far it is."""

    settings: Settings
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    on_step: Callable[[str], None] = lambda name: None
    on_parsed: Callable[[int, int], None] = lambda done, total: None


def call(step: Callable[..., T], *arguments: Any) -> T:
    """Run a step as it stands."""
    return step(*arguments)


def runbook(night: Night, run: Callable[..., Any] = call) -> Outcome:
    """One night, from the inbox to a release.

    Raises:
        AnotherNight: when another one is running.
    """
    with alone(night.settings), log.run_log(night.settings.logs, f"{night.now:%Y%m%dT%H%M%SZ}"):
        try:
            outcome = _steps(night, run)
        except Exception:
            log.failure("failed")
            raise
        log.event(outcome.verdict, release_id=outcome.release_id, rejected=outcome.rejected, reasons=outcome.reasons)
        return outcome


def _steps(night: Night, run: Callable[..., Any]) -> Outcome:
    received = run(receive, night)
    inputs = standing(night.settings)
    quiet = nothing_new(night.settings)
    for waiting in quiet.unplaced:
        log.event("not in the calendar", **waiting)
    if _is_done(night.settings, inputs):
        return quiet
    run(load_raw, night)
    run(stage, night)
    run(judge_submissions, night)
    answered = run(answer_senders, night)
    outcome = _new_since_release(night.settings, received)
    outcome.identical, outcome.unplaced, outcome.answered = quiet.identical, quiet.unplaced, answered
    if outcome.verdict != "held":
        run(build_marts, night)
        outcome.reasons = run(judge_release, night)
        if outcome.reasons:
            outcome.verdict = "held"
        else:
            outcome.release_id = run(publish, night)
            outcome.verdict = "published" if outcome.release_id else "nothing_new"
    outcome.release_id = outcome.release_id or _current_id(night.settings)
    _remember(night, inputs, outcome)
    return outcome


def receive(night: Night) -> list[str]:
    """Keep the bytes of every file in the inbox that was not received before; their names."""
    night.on_step("receive")
    names = []
    for plan_code, meetmoment_code, path in intake.placed(night.settings):
        receipt = archive.receipt_for(path, plan_code, meetmoment_code, night.now)
        if not archive.is_received(night.settings.archive, receipt):
            archive.keep(night.settings.archive, path, receipt)
            log.event("received", submission=receipt.submission_id, file=path.name, sha256=receipt.sha256)
            names.append(path.name)
    return names


def load_raw(night: Night) -> None:
    """Make a fresh warehouse and fill its raw tables from the archive."""
    night.on_step("load")
    kept = night.settings.archive
    sources = {receipt: archive.content_path(kept, receipt.sha256) for receipt in archive.receipts(kept)}
    load(night.settings, sources, night.settings.warehouse, archive.withdrawals(kept), night.on_parsed)
    log.event("loaded", submissions=len(sources))


def stage(night: Night) -> None:
    """Registry and staging: names, types and codes."""
    night.on_step("stage")
    transform.build(night.settings.warehouse, transform.BEFORE_GATE)
    log.event("staged")


def judge_submissions(night: Night) -> None:
    """Gate 1: findings on every submission, into the warehouse."""
    night.on_step("gate 1")
    count = judge(night.settings.warehouse)
    log.event("submissions judged", findings=count)


def judge(warehouse: Path, known_on: datetime | None = None) -> int:
    """Gate 1 on a staged warehouse; the number of findings written to ``gate.finding``.

    First each row as it stands; then what was accepted beside its earlier meetmoment (docs/adr/0005).

    Raises:
        gate.GateBroken: when a check could not be carried out; then nothing may be accepted.
    """
    rows = _pass(warehouse, "submission")
    transform.build(warehouse, transform.COMPARISONS, known_on)
    return rows + _pass(warehouse, "comparison")


def _pass(warehouse: Path, suites: gate.Gate) -> int:
    with duckdb.connect(str(warehouse)) as con:
        failed = gate.failures(con, suites)
        broken = [failure.value for failure in failed if failure.rule_id == "G01"]
        if broken:
            raise gate.GateBroken("; ".join(broken))
        return findings.write(con, failed, suites)


def found(warehouse: Path, file_names: dict[str, str]) -> list[dict[str, Any]]:
    """The findings on some submissions (id -> file name), gravest first."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.sql("select * exclude (finding_id, row_id) from gate.finding")
        columns = rows.columns
        named = [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]
    ours = [
        row | {"file_name": file_names[row["submission_id"]]} for row in named if row["submission_id"] in file_names
    ]
    return sorted(
        ours,
        key=lambda f: (
            gate.SEVERITIES.index(f["severity"]),
            f["file_name"],
            f["sheet"] or "",
            f["row_number"] or 0,
            f["rule_id"],
        ),
    )


def answer_senders(night: Night) -> int:
    """Tell every sender what became of its submission, in ``answers/``; how many answers say something new."""
    night.on_step("answer")
    transform.build(night.settings.warehouse, transform.VERDICTS)
    answers = verdict.read(night.settings.warehouse)
    contents = {a.submission_id: archive.content_path(night.settings.archive, a.sha256) for a in answers}
    folders = {
        a.submission_id: night.settings.answers / a.plan_code / a.meetmoment_code / folder.folder_name(a)
        for a in answers
    }
    written = folder.write(answers, contents, folders, night.settings)
    log.event("senders answered", answers=len(answers), written=len(written))
    return len(written)


def build_marts(night: Night) -> None:
    """Versions and marts."""
    night.on_step("marts")
    transform.build(night.settings.warehouse, transform.AFTER_GATE)
    log.event("marts built")


def judge_release(night: Night) -> list[str]:
    """Gate 2: why nothing may be published; empty when it may."""
    night.on_step("gate 2")
    with duckdb.connect(str(night.settings.warehouse), read_only=True) as con:
        failed = gate.failures(con, "release")
        failed += privacy.failures(con, contents.declared(night.settings.warehouse))
    failed += privacy.failures_around(night.settings.warehouse)
    reasons = []
    for failure in failed:
        severity = gate.severity_of(failure)
        if severity == "off":
            continue
        words = {"value": " ".join([*failure.key, failure.value]).strip()}
        sentence = registry.rules()[failure.rule_id].message_nl.format(**words)
        log.event("release finding", rule=failure.rule_id, severity=severity, message=sentence)
        if severity == "critical":
            reasons.append(f"{failure.rule_id}: {sentence}")
    return reasons


def publish(night: Night) -> str | None:
    """Publish; the id of the new release, or None where nothing differs from the current one."""
    night.on_step("publish")
    receipts = archive.receipts(night.settings.archive)
    published = release.publish(night.settings, night.settings.warehouse, receipts, night.now)
    return published.release_id if published else None


def rebuild(
    settings: Settings,
    receipts: Sequence[Receipt],
    withdrawn: Mapping[str, Withdrawal],
    warehouse: Path,
    moment: datetime,
) -> None:
    """From the archive to the marts in a warehouse apart, as known at a moment (UTC); nothing is published.

    Args:
        receipts: what had been received by then.
        withdrawn: what had been withdrawn by then, by submission id.
    """
    sources = {receipt: archive.content_path(settings.archive, receipt.sha256) for receipt in receipts}
    load(settings, sources, warehouse, withdrawn)
    transform.build(warehouse, transform.BEFORE_GATE, moment)
    judge(warehouse, moment)
    transform.build(warehouse, transform.AFTER_GATE, moment)


def standing(settings: Settings) -> dict[str, Any]:
    """What the marts are a function of: the submissions received and withdrawn, the registry and the code."""
    return {
        "submissions": [r.submission_id for r in archive.receipts(settings.archive)],
        "withdrawals": list(archive.withdrawals(settings.archive)),
        "registry": registry.checksum(),
        "code": registry.code_checksum(),
    }


def nothing_to_do(settings: Settings) -> bool:
    """A quick look: no unreceived file waits, and the last run stands on the same inputs."""
    waiting: list[Receipt] = [
        archive.receipt_for(path, plan, meetmoment, datetime.now(UTC))
        for plan, meetmoment, path in intake.placed(settings)
    ]
    return all(archive.is_received(settings.archive, receipt) for receipt in waiting) and _is_done(
        settings, standing(settings)
    )


def nothing_new(settings: Settings) -> Outcome:
    """How a night ends that finds nothing to do: the current release stays, and what waits in the inbox is told."""
    return Outcome(
        "nothing_new",
        _current_id(settings),
        identical=intake.identical_copies(settings),
        unplaced=intake.unplaced(settings),
    )


def _is_done(settings: Settings, inputs: dict[str, Any]) -> bool:
    """Whether these inputs are those of the last run, or nothing was ever received.

    An archive that lost what a release stands on is another matter: gate 2 holds that night.
    """
    is_first = not inputs["submissions"] and release.current(settings) is None
    return is_first or inputs == _last_inputs(settings)


def last_run(settings: Settings) -> dict[str, Any] | None:
    """What the last run left word of: its moment, inputs and outcome."""
    path = settings.home / LAST_RUN
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _new_since_release(settings: Settings, received: list[str]) -> Outcome:
    """Held when all that came since the current release was rejected and nothing else changed; else to be published."""
    current = release.current(settings)
    known = {s["submission_id"] for s in current.manifest["submissions"]} if current else set()
    new = [r for r in archive.receipts(settings.archive) if r.submission_id not in known]
    names = {r.submission_id: r.file_name for r in new}
    about_new = found(settings.warehouse, names)
    rejected = {f["submission_id"] for f in about_new if findings.rejects(f)}
    only_submissions_changed = current is None or (
        current.manifest["registry_sha256"] == registry.checksum()
        and current.manifest["code"]["sha256"] == registry.code_checksum()
    )
    changed = intake.changed_verdicts(settings.warehouse, current)
    withdrawn = any(change["now"] == "withdrawn" for change in changed)
    held = bool(new) and rejected == set(names) and only_submissions_changed and not withdrawn
    return Outcome(
        "held" if held else "published",
        received=received,
        rejected=sorted(names[s] for s in rejected),
        findings=about_new,
        changed_verdicts=changed,
    )


def _remember(night: Night, inputs: dict[str, Any], outcome: Outcome) -> None:
    path = night.settings.home / LAST_RUN
    text = json.dumps(
        {"at": night.now.isoformat(), "inputs": inputs, "outcome": asdict(outcome)}, ensure_ascii=False, default=str
    )
    unfinished = path.with_suffix(".next")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _last_inputs(settings: Settings) -> dict[str, Any] | None:
    last = last_run(settings)
    return last["inputs"] if last else None


def _current_id(settings: Settings) -> str | None:
    current = release.current(settings)
    return current.release_id if current else None


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the lock of the home folder; the kernel lets go of it when the process dies."""
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / ".night.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise AnotherNight(f"another night is running on {settings.home}") from None
    try:
        yield
    finally:
        lock.release()
