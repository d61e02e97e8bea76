"""What a release carries of what it was made by: the registry itself, and which code."""

import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

from flows.forms.names import CSV, CSV_ZIP
from flows.registry import SEEDS
from flows.settings import PROJECT

REGISTRY = "registry.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_registry(folder: Path) -> None:
    """Write the registry as it is now into ``folder``; the same registry always gives the same bytes."""
    _pack(folder / REGISTRY, seeds())


def write_csv(folder: Path) -> None:
    """Write all CSV files of ``folder`` as one file beside them; the same files always give the same bytes."""
    _pack(folder / CSV_ZIP, {path.name: path.read_bytes() for path in (folder / CSV).iterdir()})


def _pack(path: Path, contents: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            container.writestr(entry, content)


def registry_differences(folder: Path) -> list[str]:
    """The seeds that differ between a release and today, by name."""
    with zipfile.ZipFile(folder / REGISTRY) as container:
        then = {entry.filename: container.read(entry) for entry in container.infolist()}
    now = seeds()
    return sorted(name for name in {*then, *now} if then.get(name) != now.get(name))


def code_version() -> str:
    """The commit the code is at, where the project is a git checkout."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def seeds() -> dict[str, bytes]:
    """Every seed of the registry as it is now, by its path under ``seeds/``."""
    return {path.relative_to(SEEDS).as_posix(): path.read_bytes() for path in SEEDS.rglob("*.csv")}
