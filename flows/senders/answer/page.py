"""The answer as one HTML page that needs nothing else: readable offline and on paper, Dutch first."""

from functools import cache
from pathlib import Path

import jinja2

from flows import registry
from flows.forms import publication
from flows.senders.answer.told import shortened
from flows.senders.answer.verdict import Answer
from flows.settings import PROJECT

TEMPLATE = Path(__file__).with_name("page.html")
LOOK = PROJECT / "site" / "_shared" / "site.css"
"""Of the site of a release; the page carries it, since it travels alone."""


def page(answer: Answer) -> str:
    """The page; whatever the sender wrote is escaped."""
    return _template().render(
        answer=answer,
        meetmoment=registry.meetmomenten()[answer.plan_code, answer.meetmoment_code],
        severity_words=registry.severity_words(),
        shortened=shortened,
        look=LOOK.read_text(encoding="utf-8"),
        site=publication.value("base_uri") if answer.plan_code == publication.value("plan_code") else None,
        title=publication.value("title", "nl"),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
