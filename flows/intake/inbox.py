"""What waits in the inbox: where it belongs, and what is not received there."""

import os
from collections.abc import Iterator
from pathlib import Path

from flows import registry
from flows.intake import waiting
from flows.personal_data import kinds_in, public_values
from flows.settings import Settings


def placed(settings: Settings) -> Iterator[tuple[str, Path]]:
    """(meetmoment_code, path) of every file that waits in the folder of a meetmoment of the plan's calendar.

    The name of a file is published: one that holds personal data is not received under it.
    """
    for meetmoment_code, path in waiting.waiting_files(settings.inbox):
        if (settings.plan, meetmoment_code) in registry.meetmomenten() and not _names_somebody(path):
            yield meetmoment_code, path


def unplaced(settings: Settings) -> list[dict[str, str]]:
    """What lies in the plan's inbox and is not looked for there, with what to do; it stays there."""
    in_place = {path for _, path in placed(settings)}
    files, others = waiting.look(settings.inbox)
    misplaced = [
        told(path, _RENAME if _names_somebody(path) else _remedy(settings, path))
        for path in files
        if path not in in_place
    ]
    return misplaced + [told(path, _LINKED if waiting.is_link(path) else _NO_FILE) for path in others]


def not_received(path: Path) -> dict[str, str] | None:
    """What a night would say of a file of this name in place of receiving it, with what to do; else nothing."""
    if waiting.is_unfinished(path):
        return told(path, _UNFINISHED)
    return told(path, _RENAME) if _names_somebody(path) else None


def of_no_plan(home: Path) -> list[dict[str, str]]:
    """Files that wait in a folder that is the inbox of no plan, each with what to do; they stay there."""
    plans = registry.plan_codes()
    inboxes = [home / "inbox", *sorted(home.glob("*/inbox"))]
    return [
        told(path, _RENAME if _names_somebody(path) else _plan_remedy(inbox, home))
        for inbox in inboxes
        if inbox.parent == home or inbox.parent.name not in plans
        for path in waiting.finished_files(inbox)
    ]


def told(path: Path, remedy: dict[str, str]) -> dict[str, str]:
    """A file that is not received, where it lies, and what to do, in Dutch and English."""
    folder = os.fsencode(path.parent).decode(errors="replace")
    return {"file_name": waiting.readable_name(path), "folder": folder, **remedy}


def _names_somebody(path: Path) -> bool:
    """Whether the name of a file holds personal data."""
    return bool(kinds_in(path.name, public_values()))


_LINKED = {
    "remedy_nl": "dit is een koppeling en wordt niet gevolgd; zet het bestand of de map zelf in de inbox",
    "remedy_en": "this is a link and is not followed; put the file or folder itself into the inbox",
}
_NO_FILE = {
    "remedy_nl": "dit is geen gewoon bestand, of een map die niet geopend mag worden; zet er een bestand",
    "remedy_en": "this is no regular file, or a folder that may not be opened; put a file there",
}
UNRECEIVED = {
    "remedy_nl": "het bestand kan niet gelezen worden of wordt nog geschreven; het wacht op de volgende nacht",
    "remedy_en": "the file cannot be read or is still being written; it waits for the next night",
}
_UNFINISHED = {
    "remedy_nl": "een bestand met zo'n naam geldt als nog niet af en wordt overgeslagen; geef het een andere naam",
    "remedy_en": "a file of such a name is taken for unfinished and is passed over; give it another name",
}
_RENAME = {
    "remedy_nl": "de bestandsnaam bevat een persoonsgegeven en wordt gepubliceerd; geef het bestand een andere naam",
    "remedy_en": "the name of the file holds personal data and is published; give the file another name",
}


def _plan_remedy(inbox: Path, home: Path) -> dict[str, str]:
    """What to do with a file in the inbox of no plan, in Dutch and English."""
    known = ", ".join(dict.fromkeys(plan for plan, _ in registry.meetmomenten()))
    if inbox.parent == home:
        named_nl, named_en = "het plan is niet te zien", "the plan cannot be seen"
    else:
        named_nl, named_en = (
            f"plan '{inbox.parent.name}' heeft geen kalender",
            f"plan '{inbox.parent.name}' has no calendar",
        )
    return {
        "remedy_nl": f"{named_nl}; zet het bestand in <plan>/inbox/<meetmoment>/, met als plan {known}",
        "remedy_en": f"{named_en}; put the file in <plan>/inbox/<meetmoment>/, the plan being {known}",
    }


def _remedy(settings: Settings, path: Path) -> dict[str, str]:
    """What to do with a file in the plan's inbox that is in the folder of no meetmoment, in Dutch and English."""
    calendar = [meetmoment for plan, meetmoment in registry.meetmomenten() if plan == settings.plan]
    if not calendar:
        return _plan_remedy(settings.inbox, settings.home)
    known = ", ".join(calendar)
    place = f"{settings.plan}/inbox/<meetmoment>/"
    match path.relative_to(settings.inbox).parts[:-1]:
        case ():
            named_nl, named_en = "het meetmoment is niet te zien", "the meetmoment cannot be seen"
        case (meetmoment_code, *_) if meetmoment_code not in calendar:
            named_nl = f"meetmoment '{meetmoment_code}' staat niet in de kalender van {settings.plan}"
            named_en = f"meetmoment '{meetmoment_code}' is not in the calendar of {settings.plan}"
        case _:
            named_nl, named_en = "mappen daaronder worden niet gelezen", "folders below it are not read"
    return {
        "remedy_nl": f"{named_nl}; zet het bestand in {place}, met als meetmoment {known}"
        " (een nieuw meetmoment is een rij in seeds/plan/meetmoment.csv)",
        "remedy_en": f"{named_en}; put the file in {place}, the meetmoment being {known}"
        " (a new meetmoment is a row in seeds/plan/meetmoment.csv)",
    }
