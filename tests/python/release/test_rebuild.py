"""A published release is made again from the archive, to the byte; readers of `current` never notice a switch."""

import shutil
from pathlib import Path

import pytest
import readers
import rebuilds
from conftest import DemoRun

from flows.release import kept, publishing
from flows.release.reader import open_current
from flows.release.rebuild import rebuild
from flows.settings import Settings


@pytest.mark.slow
def test_two_rebuilds_of_a_release_equal_the_published_one(every_night: DemoRun, tmp_path: Path) -> None:
    old = kept.published(every_night.settings)[1]
    assert rebuilds.rebuilt_twice(every_night.settings, old.release_id, tmp_path) == ([], [])


def test_a_release_whose_submissions_are_gone_is_not_rebuilt(small: DemoRun, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.releases.mkdir(parents=True)
    first = kept.published(small.settings)[0]
    shutil.copytree(first.folder, settings.releases / first.release_id)
    with pytest.raises(LookupError, match="archive lacks veerkracht-m5"):
        rebuild(settings, first.release_id)


def test_readers_see_whole_releases_only(tmp_path: Path) -> None:
    seen = readers.watch(tmp_path, reads=200, switches=40)
    assert (seen.errors, seen.mixtures, seen.releases) == (0, 0, 2)
    assert seen.reads >= 200 and seen.switches >= 40


def test_a_reader_goes_on_to_the_next_release(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(FileNotFoundError), open_current(settings.plan_home) as nobody:
        nobody.query("select 1")
    one, two = (readers._make(settings, f"2030-01-01.{n}", n) for n in (1, 2))
    publishing.switch(settings, one)
    with open_current(settings.plan_home) as reader:
        assert reader.query("select max(number) from one") == [(1,)]
        assert reader.connection() is reader.connection()
        publishing.switch(settings, two)
        assert reader.query("select max(number) from one") == [(2,)]
        assert reader.release_id == "2030-01-01.2"
