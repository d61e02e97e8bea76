"""The project as dbt has parsed it, kept between runs: parsing takes as long as building a part of a night."""

import hashlib
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from flows.warehouse import cache

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_MSGPACK, _TOLD = "manifest.msgpack", "manifest.json"
_ROOMS = ("models", "macros", "seeds", "tests/generic", "tests/selftest", "tests/singular")
_READ = {".sql", ".yml", ".md", ".csv", ".py"}


# What this process has read; while it builds, dbt writes into it.
_in_use: dict[Path, "Manifest"] = {}


def project(kept: Path, root: Path, name: str, parse: Callable[[], "Manifest"]) -> tuple["Manifest", Path]:
    """The project as it stands, parsed where it was not before, and ``manifest.json``, which tells of all in it.

    Args:
        kept: the folder of what is kept.
        root: the project.
        name: of the database; the parsed project says it in every relation.
        parse: has dbt parse the project.
    """
    folder = kept / "parsed" / key(root, name)
    cache.entry(folder, lambda target: _keep(parse(), target))
    if folder not in _in_use:
        _in_use.clear()
        try:
            _in_use[folder] = _read(folder)
        except Exception:  # whatever reading a damaged file raises: it is made anew
            shutil.rmtree(folder)
            cache.entry(folder, lambda target: _keep(parse(), target))
            _in_use[folder] = _read(folder)
    return _in_use[folder], folder / _TOLD


def _keep(parsed: "Manifest", target: Path) -> None:
    """Write the project before anything was built: dbt writes into what it has parsed while it builds."""
    from dbt.parser.manifest import extended_mashumaro_encoder

    (target / _MSGPACK).write_bytes(parsed.to_msgpack(extended_mashumaro_encoder))
    parsed.write(str(target / _TOLD))


def _read(folder: Path) -> "Manifest":
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    content = (folder / _MSGPACK).read_bytes()
    found: Manifest = Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)
    return found


def key(root: Path, name: str) -> str:
    """All that a parsed project is a function of: dbt, where the project is, and every file that dbt reads of it."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {root} {name}".encode())
    files = [path for room in _ROOMS for path in sorted((root / room).rglob("*")) if path.suffix in _READ]
    for path in (root / "dbt_project.yml", root / "profiles.yml", *files):
        digest.update(b"\0" + path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]
