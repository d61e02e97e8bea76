"""A night in a page, for who looks at its run in Prefect: of each plan how it ended and why, in Dutch and English."""

import re
from collections.abc import Mapping

from flows import sights
from flows.standing import Outcome

_ENDED = {
    "published": "gepubliceerd / published",
    "nothing_new": "niets nieuws / nothing new",
    "held": "tegengehouden / held",
    "failed": "mislukt / failed",
}
_HEAD = (
    "| plan | uitkomst / outcome | uitgave / release | ontvangen / received | wacht / waits |\n|---|---|---|---:|---:|"
)


def of_night(ended: Mapping[str, Outcome], failed: Mapping[str, Exception]) -> str:
    """The page as Markdown.

    Args:
        ended: how the night of each plan ended.
        failed: what the night of each other plan raised.
    """
    rows = [
        (
            plan,
            _ENDED[outcome.verdict],
            outcome.release_id or "",
            f"{len(outcome.received)}",
            f"{len(outcome.unplaced)}",
        )
        for plan, outcome in ended.items()
    ]
    rows += [(plan, _ENDED["failed"], "", "", "") for plan in failed]
    lines = [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows]
    about = [line for plan, outcome in ended.items() for line in _of_outcome(plan, outcome)]
    about += [line for plan, error in failed.items() for line in _of_failure(plan, error)]
    return "\n".join([_HEAD, *lines, "", *about])


def _of_outcome(plan: str, outcome: Outcome) -> list[str]:
    if outcome.verdict != "held":
        return []
    todo = [_todo(sight) for sight in sights.of_hold(outcome.reasons)]
    reasons = [" / ".join(_plain(word) for word in pair if word) for pair in sights.why(outcome)]
    return [f"- {_plain(plan)}: {reason}" for reason in reasons] + todo


def _of_failure(plan: str, error: Exception) -> list[str]:
    return [f"- {_plain(plan)}: {_plain(str(error))}", _todo(sights.of_failure(error))]


def _todo(sight: sights.Sight) -> str:
    return f"- {_plain(sight.todo_nl)} / {_plain(sight.todo_en)} ({_plain(sight.path)})"


def _plain(text: str) -> str:
    """A text of strangers, such as the name of a file: nothing in it is a mark, a link or a line of its own."""
    return re.sub(r"([^\w\s/,:'])", r"\\\1", " ".join(text.split()))
