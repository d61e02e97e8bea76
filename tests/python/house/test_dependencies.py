"""What the project stands on: each direct dependency has its reason, and every package its pin and its hashes."""

import re
import tomllib
from pathlib import Path

import pytest

from flows.settings import PROJECT

ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-dev.lock", "deploy/sbom.lock")


def declared() -> list[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for many in project["optional-dependencies"].values() for one in many)]
    names = [re.split(r"[\[<>=]", one)[0] for one in asked]
    return sorted({name for name in names if name != project["name"]})


def explained() -> dict[str, tuple[str, str]]:
    """Dependency -> its licence and its reason."""
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = [row for row in ROW.findall(text) if row[0] != "dependency"]
    assert len(rows) == len({name for name, *_ in rows}), "a dependency is explained twice"
    return {name: (licence.strip(), reason.strip()) for name, licence, reason in rows}


def test_each_direct_dependency_has_its_reason_and_no_other() -> None:
    assert sorted(explained()) == sorted(declared())
    assert all(licence and len(reason) > 4 for licence, reason in explained().values())


def test_no_licence_keeps_the_software_from_being_passed_on() -> None:
    permissive = r"(MIT|Apache-2\.0|BSD-[23]-Clause|PSF-2\.0|Unlicense|MPL-2\.0|LGPL-[\d.]+(-or-later|-only))"
    named = {name: licence for name, (licence, _) in explained().items()}
    assert {
        n: licence for n, licence in named.items() if not re.fullmatch(rf"{permissive}( or {permissive})?", licence)
    } == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_its_hashes_and_no_index(lock: str) -> None:
    text = (PROJECT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert [entry[:40] for entry in entries if not re.match(r"[a-z0-9._\[\],-]+==\S+", entry)] == []
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert Path(PROJECT, lock).stat().st_size > 1_000
