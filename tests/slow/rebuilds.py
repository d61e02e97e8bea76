"""Two rebuilds of every release: `make rebuilds` compares them with each other and with the published one."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.forms.names import DATABASE
from flows.forms.tables import contents_checksum
from flows.release import kept
from flows.release.rebuild import rebuild
from flows.release.sign import SUFFIX
from flows.settings import Settings


def differences(one: Path, other: Path) -> list[str]:
    """The files that differ between two release folders; the database by its contents, its signature not at all."""
    apart = {DATABASE, DATABASE + SUFFIX}
    names = {p.relative_to(f).as_posix() for f in (one, other) for p in f.rglob("*") if p.is_file()}
    found = [
        name
        for name in sorted(names - apart)
        if not ((one / name).exists() and (other / name).exists())
        or (one / name).read_bytes() != (other / name).read_bytes()
    ]
    if contents_checksum(one, "duckdb") != contents_checksum(other, "duckdb"):
        found.append(DATABASE)
    return found


def rebuilt_twice(settings: Settings, release_id: str, scratch: Path) -> tuple[list[str], list[str]]:
    """(differences between two rebuilds, differences from the published release)."""
    first = scratch / release_id
    shutil.copytree(rebuild(settings, release_id).folder, first)
    second = rebuild(settings, release_id).folder
    return differences(first, second), differences(first, kept.find(settings, release_id).folder)


if __name__ == "__main__":
    settings = Settings()
    failed = 0
    with TemporaryDirectory() as folder:
        for published in kept.published(settings):
            between, with_published = rebuilt_twice(settings, published.release_id, Path(folder))
            print(
                published.release_id, "two rebuilds differ in", between, "and from the published one in", with_published
            )
            failed += bool(between)
    sys.exit(failed)
