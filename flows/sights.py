"""What the person on duty sees, and the page of the runbook about it: how a night ended, or what a command says.

Every sight has one page in ``docs/runbook`` and one sentence of what to do; messages and `veerkracht status` name both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from flows.registry import CALENDAR
from flows.standing import Outcome

PAGES = "docs/runbook"


@dataclass(frozen=True)
class Sight:
    """One thing that is seen, what to do about it in a sentence, and its page."""

    page: str
    todo_nl: str
    todo_en: str
    seen_nl: str = ""
    """What went wrong, where it is a failure: what the program says of that is for who maintains the system."""
    seen_en: str = ""

    @property
    def path(self) -> str:
        """The page, from the folder of the project."""
        return f"{PAGES}/{self.page}.md"


REFUSED = Sight(
    "held-all-refused",
    "Stuur elke afzender zijn antwoord uit de map answers; met een verbeterd bestand gaat de nacht verder. Telt een "
    "bestand helemaal niet, trek het dan in.",
    "Send each sender its answer from the folder answers; once a corrected file is in, the night goes on. A file that "
    "is not to count at all is withdrawn.",
)
SOME_REFUSED = Sight(
    "held-all-refused",
    "Stuur de afzender zijn antwoord uit de map answers, tenzij er al een verbeterd bestand van hem is; de nacht ging "
    "door met de andere rapporteringen.",
    "Send the sender its answer from the folder answers, unless a corrected file of it is in already; the night went "
    "on with the other returns.",
)
FIGURE = Sight(
    "held-printed-figure",
    "Zoek uit of het bestand fout is (laat het verbeteren of trek het in) of het cijfer terecht herzien is (registreer "
    "dat).",
    "Find out whether the file is wrong (have it corrected, or withdraw it) or the figure is rightly restated "
    "(register that).",
)
LOST = Sight(
    "held-lost-projects",
    "Laat het genoemde bestand opnieuw insturen of trek het in; is het vertrek bedoeld, registreer het.",
    "Have the file that is named sent again, or withdraw it; if the exit is meant, register it.",
)
EXPECTED = Sight(
    "held-more-projects",
    "Kijk of een projectcode in een rapportering verkeerd getypt is (laat het bestand verbeteren of trek het in) of de "
    f"kalender achterloopt (verbeter project_count in {CALENDAR}).",
    "Look whether the code of a project is mistyped in a return (have the file corrected, or withdraw it) or the "
    f"calendar is behind (correct project_count in {CALENDAR}).",
)
PRIVACY = Sight(
    "held-personal-data",
    "Herstel de genoemde regel van het register; wordt een inzending genoemd, geef de reden dan door aan wie het "
    "systeem onderhoudt. Tot dan blijft de vorige uitgave staan.",
    "Mend the line of the registry that is named; where a submission is named, hand the reason to whoever maintains "
    "the system. Until then the release of before stays.",
)
CHECK = Sight(
    "held-release-check",
    "De marts kloppen niet met elkaar: geef de reden en het logboek van de nacht door aan wie het systeem onderhoudt.",
    "The marts do not agree with each other: hand the reason and the log of the night to whoever maintains the system.",
)
FAILED = Sight(
    "night-failed",
    "Lees de laatste regels van het logboek van de nacht; start de nacht opnieuw als de oorzaak weg is.",
    "Read the last lines of the log of the night; run the night again once the cause is gone.",
    "er ging iets mis waarvoor geen eigen bladzijde is",
    "something went wrong that has no page of its own",
)
FULL = Sight(
    "full-disk",
    "Maak plaats vrij en start de nacht opnieuw; er blijft niets half achter.",
    "Free some space and run the night again; nothing is left half-way.",
    "de schijf is vol",
    "the disk is full",
)
MEMORY = Sight(
    "no-memory",
    "Geef de database meer geheugen (VEERKRACHT_MEMORY_LIMIT) of bouw met een model tegelijk (VEERKRACHT_THREADS=1), "
    "en start de nacht opnieuw; er blijft niets half achter.",
    "Give the database more memory (VEERKRACHT_MEMORY_LIMIT) or build one model at a time (VEERKRACHT_THREADS=1), "
    "and run the night again; nothing is left half-way.",
    "het geheugen was te klein",
    "there was too little memory",
)
READER = Sight(
    "reader-died",
    "Los het probleem met geheugen of schijf op, of trek het genoemde bestand in, en start de nacht opnieuw.",
    "Mend memory or disk, or withdraw the file that is named, and run the night again.",
    "een bestand kon niet gelezen worden, en dat lag niet aan het bestand",
    "a file could not be read, and not because of what it holds",
)
DAMAGED = Sight(
    "archive-damaged",
    "Zet het genoemde bestand terug uit de reservekopie, of laat hetzelfde bestand ongewijzigd opnieuw insturen.",
    "Put the file that is named back from the copy, or have the same bytes sent again.",
    "een bestand van het archief is beschadigd",
    "a file of the archive is damaged",
)
UNREAD = Sight(
    "archive-damaged",
    "Vraag 'veerkracht archive verify': alleen wie alles leest, ziet andere bytes van dezelfde lengte.",
    "Ask 'veerkracht archive verify': only reading all of it shows other bytes of the same length.",
)
REGISTRY = Sight(
    "registry-broken",
    "Herstel de genoemde regels in seeds en vraag 'veerkracht registry' of het register weer klopt.",
    "Mend the lines of seeds that are named and ask 'veerkracht registry' whether it is whole again.",
    "het register klopt niet",
    "the registry is not whole",
)
SETTING = Sight(
    "setting-wrong",
    "Herstel de genoemde instelling in de omgeving van de nacht en start de nacht opnieuw.",
    "Mend the setting that is named in the environment of the night, and run the night again.",
    "een instelling is niet bruikbaar",
    "a setting cannot be used",
)
TAMPERED = Sight(
    "release-not-whole",
    "Zet de uitgave terug uit de reservekopie, of neem een andere in gebruik met 'veerkracht releases rollback'.",
    "Put the release back from the copy, or serve another with 'veerkracht releases rollback'.",
    "een uitgave is niet meer wat ondertekend werd",
    "a release is no longer what was signed",
)
BUSY = Sight(
    "night-busy",
    "Wacht tot die nacht afgelopen is; na een afgebroken nacht valt het slot vanzelf open.",
    "Wait until that night has ended; the lock of a killed night opens by itself.",
    "er loopt een andere nacht van dit plan",
    "another night of this plan is running",
)
MISSING = Sight(
    "night-missing",
    "Kijk of de planning loopt en start de nacht met de hand: 'veerkracht nightly'.",
    "Look whether the schedule runs, and run the night by hand: 'veerkracht nightly'.",
)
UNFINISHED = Sight(
    "night-unfinished",
    "Kijk of die nacht nog loopt; is hij afgebroken, start dan de nacht opnieuw, die afmaakt of opruimt wat er staat.",
    "Look whether that night still runs; if it was killed, run the night again, which finishes or clears what it left.",
)
ROLLED_BACK = Sight(
    "rollback",
    "Er is een oudere uitgave in gebruik dan de laatste; is de fout hersteld, neem dan de laatste weer in gebruik.",
    "An older release is served than the last one; once the fault is mended, serve the last one again.",
)
NOT_SERVED = Sight(
    "restore",
    "Er zijn uitgaven, maar geen enkele is in gebruik: start de nacht, die nagaat welke het laatst in gebruik was en ze"
    " weer in gebruik neemt.",
    "There are releases and none is served: run the night, which checks the one served last and serves it again.",
)
LATE = Sight(
    "late-ministry",
    "Herinner wie te laat is; tot de rapportering binnen is, blijft het meetmoment onvolledig.",
    "Remind who is late; the meetmoment stays incomplete until the return is in.",
)
UNPLACED = Sight(
    "file-not-received",
    "Verplaats of hernoem het bestand zoals erbij staat; de volgende nacht ontvangt het.",
    "Move or rename the file as is told beside it; the next night receives it.",
)
WRONG_FILE = Sight(
    "wrong-file-published",
    "Neem de uitgave van ervoor weer in gebruik en trek het bestand in; de volgende nacht publiceert zonder.",
    "Serve the release of before and withdraw the file; the next night publishes without it.",
)
WITHDRAWAL = Sight(
    "withdrawal",
    "Trek de inzending in met haar nummer; de volgende nacht telt ze niet meer mee.",
    "Withdraw the submission by its number; from the next night on it does not count.",
)
RESTATEMENT = Sight(
    "restatement",
    "Registreer de herziening van het gedrukte cijfer met datum, reden, bron en nieuwe waarde.",
    "Register the restatement of the printed figure with its date, reason, source and new value.",
)
SIGHTS = (
    *(REFUSED, FIGURE, LOST, PRIVACY, CHECK, FAILED, FULL, MEMORY, READER, DAMAGED, REGISTRY, SETTING, TAMPERED, BUSY),
    *(MISSING, UNFINISHED, ROLLED_BACK, NOT_SERVED, LATE, UNPLACED, WRONG_FILE, WITHDRAWAL, RESTATEMENT, SOME_REFUSED),
    *(UNREAD, EXPECTED),
)
_OF_RULES = {"DQ16A": FIGURE, "G02": LOST, "PUB01": CHECK, "PUB02": PRIVACY}
_OF_ERRORS = {
    "MemoryError": MEMORY,
    "ReadingFailed": READER,
    "NotReadBack": TAMPERED,
    "Damaged": DAMAGED,
    "RegistryBroken": REGISTRY,
    "WrongSetting": SETTING,
    "AnotherNight": BUSY,
}
_NO_MEMORY = "Out of Memory Error"
_NO_SPACE = ("No space left on device", "Disk quota exceeded", "disk is full", "failed to offload")


def of_hold(reasons: list[str]) -> list[Sight]:
    """The pages about a hold, by the rules that its reasons begin with; without reasons every return was refused."""
    return list(dict.fromkeys(map(_of_reason, reasons))) or [REFUSED]


def _of_reason(reason: str) -> Sight:
    """The page about one reason; of the sums of DQ16B a return can break that one alone which names the calendar."""
    rule_id = reason.partition(":")[0]
    return EXPECTED if rule_id == "DQ16B" and CALENDAR in reason else _OF_RULES.get(rule_id, CHECK)


def of_error(kind: str, said: str) -> Sight:
    """The page about a failure.

    Args:
        kind: the name of its exception.
        said: what it says; a full disk makes failures of many kinds, and so does too little memory.
    """
    if _NO_MEMORY in said:
        return MEMORY
    return FULL if any(word in said for word in _NO_SPACE) else _OF_ERRORS.get(kind, FAILED)


def of_failure(error: BaseException) -> Sight:
    """The page about a failure that is at hand, whatever lies under it."""
    return of_error(type(error).__name__, " ".join(map(str, _chain(error))))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def why(outcome: Outcome) -> list[tuple[str, str]]:
    """Why a night was held, in Dutch and in English: the reasons of gate 2, or the files that gate 1 refused."""
    if outcome.reasons:
        return list(zip_longest(outcome.reasons, outcome.reasons_en, fillvalue=""))
    return [(f"geweigerd: {name}", f"rejected: {name}") for name in outcome.rejected]
