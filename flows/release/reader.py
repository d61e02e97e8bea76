"""Reading ``current`` for long: a connection that goes on to the next release by itself.

A DuckDB connection stays on the file it opened, also after ``current`` points elsewhere; so does a second connection of
the same process while the first is open under the same path. So the release is opened under its own path, which never
changes, and the link is looked at before each use. Its signature is held against the keys that the settings trust.

    with open_current(Path("var/veerkracht")) as reader:
        reader.query("select count(*) from fct_finance")
"""

from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from flows.release import kept
from flows.settings import Settings


class CurrentReader:
    """A read-only connection to the current release; one thread uses it at a time."""

    def __init__(self, home: Path) -> None:
        self._settings = Settings(home=home.parent, plan=home.name)
        self._folder: Path | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def release_id(self) -> str:
        """The release that the next query reads."""
        self.connection()
        assert self._folder
        return self._folder.name

    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection to the release that is current now, the same one as before where nothing changed.

        Statements on one connection see one release; take it anew for each request.

        Raises:
            FileNotFoundError: when nothing was published yet.
            NotReadBack: when it is not signed with a key that is trusted.
        """
        for _ in range(3):  # a release that is just being let go of is followed by its successor
            folder = self._settings.current.resolve(strict=True)
            if folder == self._folder and self._connection:
                return self._connection
            self.close()
            try:
                release = kept.find(self._settings, folder.name)
                self._connection = duckdb.connect(str(release.database), read_only=True)
            except (duckdb.IOException, OSError, LookupError, kept.NotReadBack):
                if folder.exists():
                    raise
                continue
            self._folder = folder
            return self._connection
        raise FileNotFoundError(
            f"{self._settings.current} wijst naar een uitgave die er niet is / points to a release that is not there"
        )

    def query(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """The rows of a query on the current release."""
        return self.connection().execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection:
            self._connection.close()
        self._connection = self._folder = None

    def __enter__(self) -> "CurrentReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_current(home: Path) -> CurrentReader:
    """A reader of the current release in the home of a plan."""
    return CurrentReader(home)
