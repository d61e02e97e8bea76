"""How a plan is doing, for the person on duty and for monitors: the last night, and all that asks for somebody."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import diary, sights, standing, wording
from flows.commands.shared import EXIT_FAILED, EXIT_HELD
from flows.log import moment_of_run
from flows.release import anchor, kept
from flows.settings import Settings
from flows.sights import Sight
from flows.wording import Language, counted

if TYPE_CHECKING:
    from flows.release.kept import Release

_DAY = 24
_MONTH = 31 * _DAY
_NAMED = 5
_SILENT = 3600
"""Seconds after which a night that still runs and writes nothing to its log asks for somebody."""
_MINUTES = {"nl": ("minuut", "minuten"), "en": ("minute", "minutes")}
_HOURS = {"nl": ("uur", "uur"), "en": ("hour", "hours")}
_DAYS = {"nl": ("dag", "dagen"), "en": ("day", "days")}


@dataclass(frozen=True)
class ToDo:
    """Something that asks for somebody: what is seen, what to do, and what a monitor hears of it."""

    sight: Sight
    seen_nl: str
    seen_en: str
    exit_code: int
    message: str = ""
    """What the program itself said of a failure, word for word."""


@dataclass
class Wellbeing:
    """What `veerkracht status` says first."""

    night: dict[str, Any] | None
    """The last night: when it ended, how, how long ago; nothing before the first."""
    hold: dict[str, Any] | None
    """A hold that stands: since when, and why."""
    to_do: list[ToDo] = field(default_factory=list)
    archive_read_at: datetime | None = None
    """When the whole archive was last held against its checksums."""

    @property
    def exit_code(self) -> int:
        """What a monitor hears: a failure before a hold, 0 where all is well."""
        codes = {told.exit_code for told in self.to_do}
        return next((code for code in (EXIT_FAILED, EXIT_HELD) if code in codes), 0)


def of(settings: Settings, current: "Release | None", broken: str, now: datetime, max_age: float | None) -> Wellbeing:
    """How a plan is doing.

    Args:
        current: the release that is served, where it holds.
        broken: why it does not hold, else empty.
        now: the moment ages are counted to.
        max_age: hours that the last night may be old; any age is well where None, and none at all.
    """
    night, last = diary.last(settings), standing.last_run(settings)
    found = Wellbeing(None, None)
    if night:
        hours = night.hours_ago(now)
        found.night = night.__dict__ | {"hours_ago": round(hours, 1), "age_nl": _age(hours, "nl")}
        found.night["age_en"] = _age(hours, "en")
        if night.verdict == "failed":
            error = sights.of_error(night.error or "", night.said or "")
            sight = next((s for s in sights.SIGHTS if s.path == night.page), error)
            found.to_do.append(
                ToDo(
                    sight,
                    f"de laatste nacht mislukte: {sight.seen_nl}",
                    f"the last night failed: {sight.seen_en}",
                    EXIT_FAILED,
                    night.said or "",
                )
            )
        if max_age is not None and hours > max_age:
            found.to_do.append(
                ToDo(
                    sights.MISSING,
                    f"er is al {_age(hours, 'nl')} geen nacht geweest",
                    f"there was no night for {_age(hours, 'en')}",
                    EXIT_FAILED,
                )
            )
    left = diary.unfinished(settings)
    if max_age is not None and not night and not left:
        found.to_do.append(
            ToDo(sights.MISSING, "er is nog geen enkele nacht geweest", "there has been no night yet", EXIT_FAILED)
        )
    if left:
        found.to_do.append(_of_unfinished(left, now, standing.is_running(settings)))
    if last and last["outcome"]["verdict"] == "held":
        said = last["outcome"]
        outcome = standing.Outcome(
            "held", rejected=said["rejected"], reasons=said["reasons"], reasons_en=said.get("reasons_en", [])
        )
        why = sights.why(outcome)
        found.hold = {"since": last["at"], "reasons": [nl for nl, _ in why], "reasons_en": [en for _, en in why]}
        found.to_do += _of_hold(outcome, found.hold)
    if not (night and broken and night.said == broken):  # the night failed for it, which is told above
        found.to_do += _of_release(settings, current, broken)
    found.archive_read_at = diary.last_read(settings)
    found.to_do += _of_archive(found.archive_read_at, now)
    return found


def of_served(settings: Settings) -> list[ToDo]:
    """What is wrong with the release that is served; nothing where it is the one that was signed."""
    current, broken = None, ""
    try:
        current = kept.current(settings)
    except kept.NotReadBack as error:
        broken = str(error)
    return [told for told in _of_release(settings, current, broken) if told.exit_code]


def _of_unfinished(log: Path, now: datetime, is_running: bool) -> ToDo:
    """A night that began and has no end: while its lock is held it runs, or hangs when it writes nothing."""
    begun = moment_of_run(log.stem)
    assert begun
    local = wording.here(begun)
    is_silent = now.timestamp() - log.stat().st_mtime > _SILENT
    if is_running and not is_silent:
        since = f"{local:%H:%M}" if local.date() == wording.here(now).date() else f"{local:%d/%m/%Y %H:%M}"
        return ToDo(sights.BUSY, f"er loopt nu een nacht, sinds {since}", f"a night is running now, since {since}", 0)
    how_nl, how_en = "hij werd afgebroken", "it was killed"
    if is_running:
        how_nl, how_en = "hij loopt nog en schrijft al een uur niets", "it still runs and wrote nothing for an hour"
    return ToDo(
        sights.UNFINISHED,
        f"van de nacht van {local:%d/%m/%Y %H:%M} is geen einde bekend: {how_nl}",
        f"the night of {local:%d/%m/%Y %H:%M} has no end: {how_en}",
        EXIT_FAILED,
    )


def _of_hold(outcome: standing.Outcome, hold: dict[str, Any]) -> list[ToDo]:
    """A hold that stands: each page once, with the reasons that lead to it."""
    since = wording.here(datetime.fromisoformat(hold["since"]))
    return [
        ToDo(
            sight,
            f"tegengehouden sinds {since:%d/%m/%Y}: {_leading_to(sight, hold['reasons'])}",
            f"held since {since:%d/%m/%Y}: {_leading_to(sight, hold['reasons_en'])}",
            EXIT_HELD,
        )
        for sight in sights.of_hold(outcome.reasons)
    ]


def _leading_to(sight: Sight, reasons: list[str]) -> str:
    """The reasons of a hold whose page this is; all of them where every return was refused, which no rule says."""
    leading = [reason for reason in reasons if sight in (sights.REFUSED, *sights.of_hold([reason]))]
    return "; ".join(reason.removesuffix(".") for reason in leading)


def _of_release(settings: Settings, current: "Release | None", broken: str) -> list[ToDo]:
    """What is to be said of the release that is served: it does not hold, it is none, not the last, or that is gone."""
    if broken := broken or "; ".join(anchor.lost(settings)):
        return [ToDo(sights.TAMPERED, sights.TAMPERED.seen_nl, sights.TAMPERED.seen_en, EXIT_HELD, broken)]
    ids = kept.ids(settings)
    if current is None and ids:
        there_nl, there_en = (
            counted(len(ids), "uitgave", "uitgaven", "nl"),
            counted(len(ids), "release", "releases", "en"),
        )
        return [
            ToDo(
                sights.NOT_SERVED,
                f"er is geen uitgave in gebruik, al zijn er {there_nl} ({ids[0]} tot {ids[-1]})",
                f"no release is served, though there are {there_en} ({ids[0]} to {ids[-1]})",
                EXIT_HELD,
            )
        ]
    if current and current.has_files and (misfits := current.misfits()):
        named = ", ".join(misfits[:_NAMED]) + (" ..." if len(misfits) > _NAMED else "")
        return [
            ToDo(
                sights.TAMPERED,
                f"van uitgave {current.release_id} zijn bestanden weg of gewijzigd ({len(misfits)}): {named}",
                f"files of release {current.release_id} are gone or were changed ({len(misfits)}): {named}",
                EXIT_HELD,
            )
        ]
    left = anchor.read(settings)
    if current and left and left.release_id != current.release_id:
        return [
            ToDo(
                sights.ROLLED_BACK,
                f"teruggedraaid: uitgave {current.release_id} is in gebruik, de laatste is {left.release_id}",
                f"rolled back: release {current.release_id} is served, the last one is {left.release_id}",
                0,
            )
        ]
    return []


def _of_archive(read_at: datetime | None, now: datetime) -> list[ToDo]:
    """That nobody read the whole archive for a month, of which no monitor hears; before a first night it is unknown."""
    hours = (now - read_at).total_seconds() / 3600 if read_at else 0
    if hours <= _MONTH:
        return []
    return [
        ToDo(
            sights.UNREAD,
            f"het archief is al {_age(hours, 'nl')} niet volledig nagelezen",
            f"the whole archive was last read through {_age(hours, 'en')} ago",
            0,
        )
    ]


def _age(hours: float, language: Language) -> str:
    """How long ago: minutes, hours or days."""
    if hours < 1:
        one, more, count = *_MINUTES[language], hours * 60
    elif hours < 2 * _DAY:
        one, more, count = *_HOURS[language], hours
    else:
        one, more, count = *_DAYS[language], hours / _DAY
    return counted(round(count), one, more, language)
