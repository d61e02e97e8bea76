"""Great Expectations, imported and asked without the work that nobody here has use for.

Half of what it costs to judge a table is making the same things anew. Nothing of what it judges or answers is changed
here: only what is imported, and how often the same is worked out. A version without these names would fail at once.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

_NOT_ASKED_FOR = ("altair", "scipy.stats")
"""A third of its import: what a few of its expectations and pages stand on, none of which is asked for here."""
_AT_ONCE = 1_000
"""More expectations than any suite has."""


@cache
def great_expectations() -> Any:
    """The library."""
    with _later(*_NOT_ASKED_FOR):
        import great_expectations as gx
    from great_expectations.core import id_dict
    from great_expectations.expectations.expectation import Expectation

    Expectation.configuration = property(_once(Expectation.configuration.fget))
    convert = id_dict.convert_to_json_serializable

    def converted(data: dict[str, Any]) -> dict[str, Any]:
        """As it does, but for what is not there: it finds that out after every other kind that a value may have."""
        return {name: None if value is None else convert(value) for name, value in data.items()}

    id_dict.convert_to_json_serializable = converted
    return gx


@contextmanager
def _later(*names: str) -> Iterator[None]:
    """Whoever imports these modules meanwhile gets one that is loaded when something of it is asked."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Later(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            if isinstance(sys.modules.get(name), _Later):
                del sys.modules[name]


class _Later(ModuleType):
    def __getattr__(self, asked: str) -> Any:
        if asked.startswith("__"):
            raise AttributeError(asked)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), asked)


def _once(made: Any) -> Any:
    """The configuration of an expectation, which nobody changes while it is judged and which is asked 40 times."""
    kept: dict[int, tuple[Any, Any]] = {}

    def configuration(of: Any) -> Any:
        found = kept.get(id(of))
        if not found:
            if len(kept) >= _AT_ONCE:
                kept.clear()
            found = kept[id(of)] = of, made(of)  # beside the expectation itself, so that no other gets its number
        return found[1]

    return configuration
