"""What tests keep between sessions: made once, whole, never shared where it is written to, and made anew when due."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import kept_homes
import pytest
from kept_homes import copied, kept, own, unchanged


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_homes, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


def test_it_is_made_once_for_all_who_want_it_at_once(tmp_path: Path) -> None:
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "releases").mkdir()
        for name in ("warehouse.duckdb", "releases/marts.csv"):
            (folder / name).write_text("first")

    with ThreadPoolExecutor(4) as workers:
        copies = list(workers.map(lambda number: kept("home", make, tmp_path / f"copy {number}"), range(4)))
    assert len(made) == 1
    (copies[0] / "warehouse.duckdb").write_text("changed")
    assert {(copy / "warehouse.duckdb").read_text() for copy in (*copies[1:], made[0])} == {"first"}
    assert all((copy / "releases" / "marts.csv").read_text() == "first" for copy in copies)


def test_what_was_left_half_made_is_made_again(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("the machine went down")

    with pytest.raises(OSError, match="went down"):
        kept("home", fail, tmp_path / "none")
    copy = kept("home", lambda folder: (folder / "whole").touch(), tmp_path / "copy")
    assert {path.name for path in copy.iterdir()} == {"whole", kept_homes.DONE}


def test_other_inputs_are_another_entry_and_the_oldest_are_forgotten(tmp_path: Path, cache: Path) -> None:
    source = tmp_path / "input"
    made: list[Path] = []
    for number in range(kept_homes.KEPT + 2):
        source.write_text(str(number))
        for again in range(2):
            kept("home", made.append, tmp_path / f"copy {number} {again}", [source])
    assert len(made) == kept_homes.KEPT + 2
    assert {path for path in made if path.exists()} == set(made[1:])


def test_a_file_written_in_place_through_a_copy_is_found_unless_it_was_made_its_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "releases").mkdir(parents=True)
    (home / "releases" / "marts.csv").write_text("first")
    (home / "last_run.json").write_text("first")
    with unchanged(home):
        copy = copied(home, tmp_path / "copy")
        own(copy / "releases" / "marts.csv").write_text("changed")
        (copy / "last_run.json").write_text("changed")
    assert (home / "releases" / "marts.csv").read_text() == (home / "last_run.json").read_text() == "first"
    with pytest.raises(AssertionError, match=r"marts\.csv"), unchanged(home):
        (copied(home, tmp_path / "other") / "releases" / "marts.csv").write_text("changed")
