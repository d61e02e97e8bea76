"""Every path and limit of a run, read once from the environment (prefix ``VEERKRACHT_``)."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.project import PROJECT


class WrongSetting(ValueError):
    """What the environment says cannot be used; the sentence names the variable and what may stand there."""


_Limit = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """Where state lives and what a stranger's file may cost."""

    model_config = SettingsConfigDict(env_prefix="VEERKRACHT_", frozen=True)

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            # What is wrong is what was said; a setting that only follows from it is not told beside it.
            said = [wrong for wrong in error.errors() if wrong["type"] != "default_factory_not_called"]
            raise WrongSetting("\n".join(_told(str(wrong["loc"][0]), wrong["input"]) for wrong in said)) from None

    home: Path = PROJECT / "var"
    """All state: a folder per plan, each with its inbox, archive, answers, build, releases, current and logs."""
    plan: str = "veerkracht"
    """Code of the plan that this run is of."""
    cache: Path = Field(default_factory=lambda known: known["home"] / "cache")
    """What follows from registry and code alone, kept for every plan; it can be deleted at any time."""

    @field_validator("home", "cache", "trusted_keys", "spill", mode="before")
    @classmethod
    def _named(cls, path: Any) -> Any:
        """An empty text would be the folder in which somebody happens to stand."""
        if path == "":
            raise ValueError
        return path

    @field_validator("home", "cache")
    @classmethod
    def _from_here(cls, path: Path) -> Path:
        """Where a relative path points is settled at once: a child process stands elsewhere."""
        return path.absolute()

    max_file_mb: _Limit = 50
    """A larger file is refused unread."""
    max_inflated_mb: _Limit = 200
    """A workbook that inflates to more is refused."""
    max_inflate_ratio: _Limit = 100
    """A workbook part above 10 MB that inflates by more is refused."""
    max_zip_parts: _Limit = 1_000
    """A workbook or container of more parts is refused."""
    max_night_files: _Limit = 1_000
    """New files of one meetmoment that one night receives; of more, none is received before somebody looked."""
    max_night_mb: _Limit = 2_000
    """The same, of their bytes together."""
    max_columns: _Limit = 500
    max_rows: _Limit = 2_000_000
    max_cell_characters: _Limit = 100_000
    """Characters of one cell; a spreadsheet holds 32,767."""
    max_output_mb: _Limit = 1024
    """Text rows that one file may become."""
    parse_seconds: _Limit = 60
    """Computing time one file may take, so that the verdict is the same on a busy machine."""
    parse_memory_mb: _Limit = 1024
    """Address space of a child process that reads or marks files; where these are large there is one per core."""
    max_marked_mb: _Limit = 10
    """A larger workbook is not marked, which takes some five seconds a megabyte: its sender gets a table and a page."""

    signing_key: SecretStr | None = None
    """Ed25519 key that signs releases, base64 of 32 bytes; without one a demonstration key does, and it says so."""
    trusted_keys: Path | None = None
    """PEM file of the public keys, one or more, that earlier releases were signed with."""
    keep_releases: int = Field(default=0, ge=0)
    """How many of the latest releases keep their files, at least two; 0 keeps all. Manifests stay in any case."""

    threads: _Limit | None = None
    """Threads that a night computes with; ``profiles.yml``, which dbt reads, says how many where it is not set."""
    memory_limit: str = Field(default="4GB", pattern=r"(?i)^\d+(\.\d+)? *[kmgt](i?b)?$")
    """Memory of a database while it is built or published, as DuckDB writes it."""
    spill: Path | None = None
    """Where it leaves what does not fit meanwhile; beside the warehouse where that is not set."""

    on_duty: str = "custom-webhook/on-duty"
    """The notification block of Prefect that tells who is on duty, by its type and name."""

    @property
    def plan_home(self) -> Path:
        return self.home / self.plan

    @property
    def inbox(self) -> Path:
        return self.plan_home / "inbox"

    @property
    def archive(self) -> Path:
        return self.plan_home / "archive"

    @property
    def answers(self) -> Path:
        return self.plan_home / "answers"

    @property
    def build(self) -> Path:
        return self.plan_home / "build"

    @property
    def warehouse(self) -> Path:
        return self.build / "warehouse.duckdb"

    def memory_beside(self, warehouse: Path) -> dict[str, str]:
        """What DuckDB is told of its memory where all rows of this warehouse pass through."""
        return {"memory_limit": self.memory_limit, "temp_directory": str(self.spill or f"{warehouse}.spill")}

    @property
    def releases(self) -> Path:
        return self.plan_home / "releases"

    @property
    def current(self) -> Path:
        return self.plan_home / "current"

    @property
    def logs(self) -> Path:
        return self.plan_home / "logs"


_MAY_BE = {
    "memory_limit": ("een hoeveelheid met haar eenheid, zoals 4GB", "an amount with its unit, such as 4GB"),
    "keep_releases": ("een geheel getal vanaf 0", "a whole number from 0"),
    "home": ("een map", "a folder"),
    "cache": ("een map", "a folder"),
    "spill": ("een map", "a folder"),
    "trusted_keys": ("een PEM-bestand", "a PEM file"),
}


def _told(name: str, found: Any) -> str:
    """That a setting cannot be what it is, and what it can be."""
    nl, en = _MAY_BE.get(name, ("een geheel getal vanaf 1", "a whole number from 1"))
    variable = f"VEERKRACHT_{name.upper()}"
    return (
        f"de instelling {variable} kan niet '{found}' zijn, wel {nl}"
        f" / the setting {variable} cannot be '{found}', but {en}"
    )
