"""Homes: which plans have one under $VEERKRACHT_HOME, and the move from the layout of before, with one home for all."""

from pathlib import Path

from flows import registry
from flows.intake import archive
from flows.settings import Settings


class NotMoved(Exception):
    """What stands in the layout of before cannot be moved without somebody's decision; the other plans go on."""

    def __init__(self, says: str, plans: list[str]) -> None:
        super().__init__(says)
        self.plans = plans
        """Those whose returns stand there."""


def of(plan_code: str | None) -> Settings:
    """The settings of a plan; without a code of the only plan that has a home, else of the default one.

    Raises:
        LookupError: when the registry has no such plan.
        NotMoved: when what the plan had before it had a home of its own is still to be moved to it.
    """
    settings = Settings()
    stuck = _stuck(settings)
    known = with_home(settings.home)
    code = plan_code or (known[0] if len(known) == 1 else settings.plan)
    if code not in registry.plan_codes():
        raise LookupError(
            f"er is geen plan {code}; het register heeft / there is no plan {code}; the registry has "
            f"{', '.join(registry.plan_codes())}"
        )
    if stuck and code in stuck.plans:
        raise stuck
    return Settings(plan=code)


def every() -> list[str]:
    """Every plan that has a home, or is still to be moved to one; the default one where none has."""
    settings = Settings()
    stuck = _stuck(settings)
    there = {*with_home(settings.home), *(stuck.plans if stuck else ())} or {settings.plan}
    return [code for code in registry.plan_codes() if code in there]


def _stuck(settings: Settings) -> NotMoved | None:
    """Move a home of before; why not, where it cannot be moved."""
    try:
        move(settings)
    except NotMoved as error:
        return error
    return None


def with_home(home: Path) -> list[str]:
    """The plans that have a home, in the order of the registry."""
    return [
        code for code in registry.plan_codes() if any((home / code / part).is_dir() for part in ("inbox", "archive"))
    ]


_ROOMS = ("answers", "build", "releases", "current", "logs", "last_run.json", "archive")
"""What a home of before held; the archive goes last, since it is by the archive that such a home is known."""


def move(settings: Settings) -> None:
    """Move a home of before, which held every plan, to that of its plan; nothing where there is no such home.

    Each step is a rename, so that nothing is lost and whoever was interrupted goes on where it was.

    Raises:
        NotMoved: when the archive holds several plans, a place is taken, or the disk refuses.
    """
    home = settings.home
    if not (home / "archive").is_dir() or "archive" in registry.plan_codes():
        return
    plans = [code for code in registry.plan_codes() if archive.has_receipts(home / "archive", code)] or [settings.plan]
    of_before_nl = f"{home} is van voor elk plan een eigen map had"
    of_before_en = f"{home} is of before plans had homes of their own"
    if len(plans) > 1:
        raise NotMoved(
            f"{of_before_nl} en bevat {', '.join(plans)}: kopieer het archief voor elk van deze plannen naar "
            f"{home}/<plan>/archive, verplaats inbox/<plan> naar <plan>/inbox en de uitgaven naar het plan waarvan ze "
            f"zijn, en berg dan het oude archief op / {of_before_en} and holds {', '.join(plans)}: copy its archive "
            f"to {home}/<plan>/archive for each of these plans, move inbox/<plan> to <plan>/inbox, releases and "
            "current to the plan they are of, and then put the old archive away",
            plans,
        )
    target = home / plans[0]
    steps = [(home / "inbox" / plans[0], target / "inbox"), *((home / room, target / room) for room in _ROOMS)]
    steps = [(old, new) for old, new in steps if old.exists() or old.is_symlink()]
    taken = [new for _, new in steps if new.exists()]
    if taken:
        raise NotMoved(
            f"{of_before_nl}; {taken[0]} staat in de weg om het te verplaatsen"
            f" / {of_before_en}; {taken[0]} is in the way of moving it",
            plans,
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
        for old, new in steps:
            old.rename(new)
    except OSError as error:
        raise NotMoved(
            f"{of_before_nl} en kan niet verplaatst worden / {of_before_en} and cannot be moved: {error}", plans
        ) from error
    if (home / "inbox").is_dir() and not any((home / "inbox").iterdir()):
        (home / "inbox").rmdir()
