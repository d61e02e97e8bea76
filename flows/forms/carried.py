"""What a release carries of what it was made by: the registry itself, and which code."""

import gzip
import shutil
import subprocess
import zipfile
from pathlib import Path

from flows.forms.names import COMPRESSED, CSV, CSV_ZIP
from flows.registry import SEEDS
from flows.settings import PROJECT

REGISTRY = "registry.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BLOCK_BYTES = 1 << 20


def write_registry(folder: Path) -> None:
    """Write the registry as it is now into ``folder``; the same registry always gives the same bytes."""
    with zipfile.ZipFile(folder / REGISTRY, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in sorted(seeds().items()):
            container.writestr(_entry(name), content)


def write_csv(folder: Path) -> None:
    """Write all CSV files of ``folder`` as one file beside them; the same files always give the same bytes.

    In it all are plain: it is compressed itself.
    """
    paths = {path.name.removesuffix(COMPRESSED): path for path in (folder / CSV).iterdir()}
    with zipfile.ZipFile(folder / CSV_ZIP, "w", zipfile.ZIP_DEFLATED) as container:
        for name, path in sorted(paths.items()):
            is_plain = path.name == name
            entry = _entry(name)
            entry.file_size = path.stat().st_size if is_plain else 0
            # How large what is compressed becomes is not known before, so that the long form of an entry is taken.
            with (
                path.open("rb") if is_plain else gzip.open(path) as file,
                container.open(entry, "w", force_zip64=not is_plain) as target,
            ):
                shutil.copyfileobj(file, target, _BLOCK_BYTES)


def _entry(name: str) -> zipfile.ZipInfo:
    """A file of a container without the moment of writing."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


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
