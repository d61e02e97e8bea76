"""The code that is watched most closely: of receive, gate, publish and account; and the tests about it."""

from flows.settings import PROJECT

ROOMS = {"receive": "flows/intake", "gate": "expectations", "publish": "flows/release", "account": "flows/account"}
TESTS = tuple(f"tests/python/{room}" for room in ("intake", "gate", "release", "account", "senders", "commands"))


def modules(room: str | None = None) -> list[str]:
    """The files of a room, or of all four, from the folder of the project."""
    return [
        path.relative_to(PROJECT).as_posix()
        for name, folder in ROOMS.items()
        if room in (None, name)
        for path in sorted((PROJECT / folder).glob("*.py"))
        if path.name != "__init__.py"
    ]
