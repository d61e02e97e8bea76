"""What is kept is kept under the checksum of all it follows from: another registry, form or code, another result."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import registry
from flows.intake.archive import Receipt
from flows.settings import Settings
from flows.warehouse import load

RECEIPT = Receipt("veerkracht", "m1", "0" * 64, "OMG_return_m1.xlsx", 1, datetime(2021, 4, 19, tzinfo=UTC))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's folders that checksums are taken over, which may be changed."""
    data_tests = ("tests/generic", "tests/singular")
    for room in ("flows", "models", "macros", "expectations", *data_tests, "seeds", "site", "reports", "docs"):
        shutil.copytree(registry.PROJECT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    for module in (registry, load):
        monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setattr(registry, "SEEDS", tmp_path / "seeds")
    return tmp_path


def change(project: Path, pattern: str) -> None:
    """Add a line to the first file of a kind."""
    path = sorted(project.glob(pattern))[0]
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize(
    "pattern",
    [
        "flows/**/*.py",
        "models/**/*.sql",
        "models/**/*.yml",
        "models/**/*.md",
        "macros/*.sql",
        "expectations/*.py",
        "expectations/*/*.json",
        "tests/generic/*.sql",
        "tests/singular/*.sql",
    ],
)
def test_the_code_of_a_release_is_all_that_decides_what_is_in_it(project: Path, pattern: str) -> None:
    before = registry.code_checksum()
    assert before == registry.code_checksum()
    change(project, pattern)
    assert registry.code_checksum() != before


def _folder(settings: Settings) -> Path:
    return load.parsed_folders(settings, [RECEIPT])[RECEIPT]


@pytest.mark.parametrize("pattern", ["flows/intake/*.py", "seeds/contract/*.csv", "seeds/layouts/*.csv"])
def test_a_file_is_read_anew_when_the_reading_the_contract_or_a_layout_changed(project: Path, pattern: str) -> None:
    settings = Settings(home=project)
    before = _folder(settings)
    assert before == _folder(settings)
    change(project, pattern)
    assert _folder(settings) != before


def test_a_file_is_read_anew_under_other_limits_and_not_in_another_home(project: Path) -> None:
    names = [
        _folder(settings).name
        for settings in (
            Settings(home=project),
            Settings(home=project / "elsewhere"),
            Settings(home=project, max_columns=400),
        )
    ]
    assert names[0] == names[1] != names[2]


def test_only_limits_that_the_reading_asks_make_a_file_be_read_anew(project: Path) -> None:
    reading = "".join(path.read_text(encoding="utf-8") for path in (project / "flows" / "intake").glob("*.py"))
    before = _folder(Settings(home=project))
    counts = {name for name, field in Settings.model_fields.items() if isinstance(field.default, int)}
    decide = {name for name in counts if _folder(Settings.model_validate({"home": project, name: 7})) != before}
    assert decide == counts & set(re.findall(r"limits\.(\w+)", reading))
