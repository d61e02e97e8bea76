"""What was known at a moment: made once, beside what a release holds, and a mart of it by its rows or as CSV."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows import registry
from flows.account import asof, known
from flows.account.known import AsKnown, moment_of
from flows.intake import archive
from flows.release import kept
from flows.release.kept import Release
from flows.settings import Settings

NIGHT = datetime(2030, 1, 1, 1, tzinfo=UTC)
MART = "fct_finance_as_returned"


@pytest.fixture(scope="module")
def last(small: DemoRun) -> Release:
    found = kept.current(small.settings)
    assert found
    return found


@pytest.fixture(scope="module")
def rebuilt(small: DemoRun, last: Release) -> Iterator[AsKnown]:
    """The warehouse of the last night is what was known then; others read it meanwhile."""
    with duckdb.connect(str(small.settings.warehouse), read_only=True):
        yield AsKnown(last.published_at, small.settings.warehouse, last, ())


def test_a_mart_as_known_is_that_of_the_release_to_the_byte(rebuilt: AsKnown, last: Release, tmp_path: Path) -> None:
    path = tmp_path / "a 'quoted' name.csv"
    asof.write_csv(rebuilt, MART, path)
    assert path.read_bytes() == last.file(f"csv/{MART}.csv").read_bytes()
    found = asof.rows_of(rebuilt, MART)
    assert len(found.rows) == last.manifest["tables"][MART]
    assert ",".join(found.columns) == path.read_text(encoding="utf-8").splitlines()[0]


def test_rows_are_asked_by_the_text_of_their_columns(rebuilt: AsKnown, tmp_path: Path) -> None:
    where = {"project_code": "VV014", "measure": "paid"}
    found = asof.rows_of(rebuilt, MART, where)
    columns = [found.columns.index(name) for name in where]
    every = asof.rows_of(rebuilt, MART).rows
    assert found.rows == [row for row in every if [row[n] for n in columns] == [*where.values()]] != []
    path = tmp_path / "some.csv"
    asof.write_csv(rebuilt, MART, path, where)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1 + len(found.rows)
    assert asof.rows_of(rebuilt, MART, {"amount_eur": "' or true or '"}).rows == []


def test_what_is_no_mart_or_no_column_is_named_with_those_that_are(rebuilt: AsKnown) -> None:
    with pytest.raises(
        asof.NoSuchMart, match=f"^int_finance is geen mart; er zijn / is not a mart; there are .*{MART}"
    ):
        asof.rows_of(rebuilt, "int_finance")
    with pytest.raises(
        asof.NoSuchMart, match=f"^{MART} heeft geen kolom / has no column sheet_name; wel / it has .*measure"
    ):
        asof.rows_of(rebuilt, MART, {"sheet_name": "x"})


def test_what_is_no_day_is_told_with_how_one_is_written() -> None:
    with pytest.raises(ValueError, match=r"'31-12-2024' is geen dag .* / .* is no day or moment: write 2024-12-31"):
        moment_of("31-12-2024")


def test_another_registry_or_other_code_is_said(last: Release) -> None:
    assert known.differs_from(last) == []
    code = last.manifest["code"]
    for changed, said in (
        ({"registry_sha256": "another"}, ["registry of today is not the one of release"]),
        ({"code": code | {"sha256": "another"}}, ["code of today is not the one of release"]),
    ):
        notes = known.differs_from(replace(last, manifest=last.manifest | changed))
        assert [note.partition(" / the ")[2] for note in notes] == [f"{words} {last.release_id}" for words in said]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The warehouses that were made."""
    found: list[Path] = []

    def build(_: Settings, receipts: Any, withdrawn: Any, warehouse: Path, *__: Any) -> None:
        assert not warehouse.parent.exists(), "what an earlier one left half-way is gone"
        warehouse.parent.mkdir()
        found.append(warehouse)

    monkeypatch.setattr(known, "build_as_known", build)
    return found


def of_another_registry(_: Settings, patch: pytest.MonkeyPatch, receipt: archive.Receipt) -> None:
    patch.setattr(registry, "checksum", lambda: "another")


def of_other_code(_: Settings, patch: pytest.MonkeyPatch, receipt: archive.Receipt) -> None:
    patch.setattr(registry, "code_checksum", lambda: "another")


def of_a_withdrawal(settings: Settings, _: pytest.MonkeyPatch, receipt: archive.Receipt) -> None:
    archive.withdraw(settings.archive, receipt, NIGHT, "verkeerd bestand", "sender")


def of_what_was_left_half_way(settings: Settings, _: pytest.MonkeyPatch, receipt: archive.Receipt) -> None:
    next((settings.build / "asof").glob("*/done")).unlink()


@pytest.mark.parametrize(
    "other", [of_another_registry, of_other_code, of_a_withdrawal, of_what_was_left_half_way], ids=lambda f: f.__name__
)
def test_what_was_known_is_made_once_on_the_same_inputs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: list[Path],
    other: Callable[[Settings, pytest.MonkeyPatch, archive.Receipt], None],
) -> None:
    settings = Settings(home=tmp_path)
    path = tmp_path / "a.csv"
    path.write_text("a")
    receipt = archive.receipt_for(path, settings.plan, "m1", NIGHT)
    archive.keep(settings.archive, path, receipt)
    first = known.as_known_on(settings, NIGHT)
    again = known.as_known_on(settings, NIGHT)
    assert made == [first.warehouse] and again == first == AsKnown(NIGHT, first.warehouse, None, ())
    other(settings, monkeypatch, receipt)
    then = known.as_known_on(settings, NIGHT)
    assert made == [first.warehouse, then.warehouse]
    assert (then.warehouse == first.warehouse) is (other is of_what_was_left_half_way)
