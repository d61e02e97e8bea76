"""The steps of a night as plain functions, and the order they go in.

`runbook` is the whole of it. It runs as it stands, or as a Prefect flow (`flows.nightly`), where each step is a task.
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import duckdb

from expectations import gate
from flows import diary, halfway, log, profile, registry
from flows.forms import contents, privacy
from flows.intake import archive, arrivals, waiting
from flows.release import kept, publishing, reasons, verdicts
from flows.release.reasons import Reason
from flows.senders.answer import folder, verdict
from flows.senders.answer.verdict import Answer
from flows.settings import Settings
from flows.standing import Outcome, alone, current_id, is_done, nothing_new, remember, standing, unchanged
from flows.warehouse import compiled, findings, registry_rows, transform
from flows.warehouse.load import load

T = TypeVar("T")
Step = Callable[..., Any]


@dataclass(frozen=True)
class Night:
    """One run: its settings, its moment (UTC), and who is told how far it is."""

    settings: Settings
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    on_step: Callable[[str], None] = lambda name: None
    on_done: Callable[[str, int, int], None] = lambda what, done, total: None
    """Told how many files, models, answers or parts of a release, of how many, are done while a step is at them."""


def call(step: Callable[..., T], *arguments: Any) -> T:
    """Run a step as it stands."""
    return step(*arguments)


def runbook(night: Night, run: Callable[..., Any] = call) -> Outcome:
    """One night, from the inbox to a release.

    Raises:
        AnotherNight: when another one is running.
    """
    outcome = diary.told(night.settings, night.now, lambda: _alone(night, run))
    assert outcome
    return outcome


def _alone(night: Night, run: Callable[..., Any]) -> Outcome:
    """The steps, while no other night of the plan runs, with their log."""
    with alone(night.settings), log.run_log(night.settings.logs, log.run_id(night.now)):
        try:
            outcome = _steps(night, run)
        except Exception:
            log.failure("failed")
            raise
        log.event(outcome.verdict, release_id=outcome.release_id, rejected=outcome.rejected, reasons=outcome.reasons)
        return outcome


def _told(night: Night, runner: Callable[..., Any]) -> Callable[..., Any]:
    """Run steps as ``runner`` does, each told as it begins and with what it took as it ends."""

    def run_and_tell(step: Step, *arguments: Any) -> Any:
        night.on_step(step.__name__)
        with profile.of_step(step.__name__):
            return runner(step, *arguments)

    return run_and_tell


def _logged(night: Night) -> Night:
    """The night with a line in its log, once a minute, that says how far it is: one that is long does not look hung."""
    tell = log.Seldom(lambda what, done, total: log.event("under way", what=what, done=done, total=total))

    def on_done(what: str, done: int, total: int) -> None:
        tell(what, done, total)
        night.on_done(what, done, total)

    return replace(night, on_done=on_done)


def _steps(night: Night, run: Callable[..., Any]) -> Outcome:
    night = _logged(night)
    run = _told(night, run)
    registry_rows.database(night.settings)  # what is broken there is told before anything reads it
    mended = [asdict(told) for told in halfway.mend(night.settings, night.now)]
    for told in mended:
        log.event("mended", **told)
    received = run(receive, night)
    inputs = standing(night.settings)
    quiet = nothing_new(night.settings)
    for left in quiet.unplaced:
        log.event("not received", **left)
    quiet.mended = mended
    if is_done(night.settings, inputs):
        archive.expect_there(night.settings.archive, archive.receipts(night.settings.archive, night.settings.plan))
        return unchanged(night.settings, quiet)
    run(load_raw, night)
    run(build, night)
    answered = run(answer_senders, night)
    outcome = _new_since_release(night.settings, received)
    outcome.identical, outcome.unplaced, outcome.answered = quiet.identical, quiet.unplaced, answered
    outcome.mended = mended
    if outcome.verdict != "held":
        against = run(judge_release, night)
        if against:
            outcome.verdict = "held"
            outcome.reasons = [str(reason) for reason in against]
            outcome.reasons_en = [f"{reason.rule_id}: {reason.en}" for reason in against]
        else:
            outcome.release_id = run(publish, night)
            outcome.verdict = "published" if outcome.release_id else "nothing_new"
    outcome.release_id = outcome.release_id or current_id(night.settings)
    remember(night.settings, night.now, inputs, outcome)
    return outcome


def receive(night: Night) -> list[str]:
    """Keep the bytes of every file that came into the inbox; their names.

    A file that cannot be read, or changes meanwhile, waits for the next night and stops no other.
    """
    settings = night.settings
    found = arrivals.arrivals(settings, night.now)
    names = []
    for path, receipt in [*found.receipts, *found.damaged(settings.archive)]:
        is_new = not archive.is_received(settings.archive, receipt)
        try:
            if is_new:
                archive.keep(settings.archive, path, receipt)
            else:
                archive.heal(settings.archive, path, receipt.sha256)
        except OSError as error:
            log.event("not received", file=waiting.readable_name(path), reason=str(error))
            found.forget(settings, path)
            continue
        log.event(
            "received" if is_new else "healed",
            submission=receipt.submission_id,
            file=receipt.file_name,
            sha256=receipt.sha256,
        )
        if is_new:
            names.append(receipt.file_name)
    arrivals.remember(settings, found.looked_at)
    return names


def load_raw(night: Night) -> None:
    """Make a fresh warehouse and fill its raw tables from the archive."""
    settings = night.settings
    receipts = archive.receipts_to_read(settings.archive, settings.plan)
    sources = archive.sources(settings.archive, receipts)
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    load(settings, sources, settings.warehouse, withdrawn, partial(night.on_done, "files"))
    log.event("loaded", submissions=len(sources))


def build(night: Night) -> None:
    """Registry, models and gate 1 among them, with their tests: the whole warehouse.

    Raises:
        transform.TransformFailed: also when a check of gate 1 could not be carried out; then nothing may be accepted.
        kept.NotReadBack: when nobody who is trusted signed the release before, with which gate 2 compares.
    """
    before = known_before(night.settings)
    done = partial(night.on_done, "models")
    settings = night.settings
    profile.built(
        transform.build(settings.warehouse, transform.WAREHOUSE, settings.plan, known_before=before, on_done=done)
    )
    compiled.keep(settings.warehouse)  # so that nobody waits for dbt who asks for a check by day


def known_before(settings: Settings) -> datetime | None:
    """The moment of the release that is served, which gate 2 compares with; None before the first one.

    Raises:
        kept.NotReadBack: when nobody who is trusted signed it.
    """
    before = kept.current(settings)
    return before.published_at if before else None


def answer_senders(night: Night) -> int:
    """Tell every sender what became of its submission, in ``answers/``; how many answers say something new."""
    answers = verdict.read(night.settings.warehouse)
    contents = {a.submission_id: archive.content_path(night.settings.archive, a.sha256) for a in answers}
    folders = {a.submission_id: night.settings.answers / a.meetmoment_code / folder.folder_name(a) for a in answers}
    written = folder.write(
        *(answers, contents, folders, night.settings, lambda due: _past_refusal(night.settings, due)),
        on_done=partial(night.on_done, "answers"),
    )
    log.event("senders answered", answers=len(answers), written=len(written))
    return len(written)


def _past_refusal(settings: Settings, due: list[Answer]) -> list[Answer]:
    """Answers to be written, those to refused files with what is to be remarked on them once they are accepted."""
    if not any(answer.is_rejected for answer in due):
        return due
    beside = settings.build / "past_refusal" / settings.warehouse.name
    shutil.rmtree(beside.parent, ignore_errors=True)  # of a night that was stopped meanwhile
    beside.parent.mkdir()
    shutil.copyfile(settings.warehouse, beside)
    try:
        return verdict.past_refusal(beside, settings.plan, due)
    finally:
        shutil.rmtree(beside.parent)


def judge_release(night: Night) -> list[Reason]:
    """Gate 2: why nothing may be published; empty when it may."""
    warehouse, plan = night.settings.warehouse, night.settings.plan
    marts = contents.declared(warehouse)
    with duckdb.connect(str(warehouse), read_only=True, config={**night.settings.memory_beside(warehouse)}) as con:
        failed = gate.failures(con, "release")
        failed += privacy.failures(con, marts)
    failed += privacy.failures_around(warehouse)
    judged = [(failure, gate.severity_of(failure, plan)) for failure in failed]
    asked = [(failure, severity) for failure, severity in judged if severity != "off"]
    found = reasons.of(asked, night.settings, kept.current(night.settings)) if asked else []
    for reason in found:
        log.event("release finding", rule=reason.rule_id, severity=reason.severity, message=reason.nl)
    return [reason for reason in found if reason.severity == "critical"]


def publish(night: Night) -> str | None:
    """Publish; the id of the new release, or None where nothing differs from the current one."""
    receipts = archive.receipts_to_read(night.settings.archive, night.settings.plan)
    done = partial(night.on_done, "parts")
    published = publishing.publish(night.settings, night.settings.warehouse, receipts, night.now, done)
    return published.release_id if published else None


def _new_since_release(settings: Settings, received: list[str]) -> Outcome:
    """Held when all that came since the current release was rejected and nothing else changed; else to be published."""
    current = kept.current(settings)
    known = {s["submission_id"] for s in current.manifest["submissions"]} if current else set()
    withdrawn = archive.withdrawals(settings.archive, settings.plan)
    received_now = archive.receipts_to_read(settings.archive, settings.plan)
    new = [r for r in received_now if r.submission_id not in known and r.submission_id not in withdrawn]
    names = {r.submission_id: r.file_name for r in new}
    about_new = findings.found(settings.warehouse, names.keys())
    rejected = {f["submission_id"] for f in about_new if gate.rejects(f)}
    only_submissions_changed = current is None or (
        current.manifest["registry_sha256"] == registry.checksum()
        and current.manifest["code"]["sha256"] == registry.code_checksum()
    )
    changed = verdicts.changed_verdicts(settings.warehouse, current)
    counts_less = any(change["now"] == "withdrawn" for change in changed)
    held = bool(new) and rejected == set(names) and only_submissions_changed and not counts_less
    return Outcome(
        "held" if held else "published",
        received=received,
        rejected=sorted(names[s] for s in rejected),
        findings=about_new,
        finding_count=findings.count(settings.warehouse, names.keys()),
        changed_verdicts=changed,
    )
