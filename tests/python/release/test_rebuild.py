"""A published release is made again from the archive, to the byte; readers of `current` never notice a switch."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import made_release
import pytest
import readers
import rebuilds
from conftest import DemoRun
from filelock import FileLock, Timeout

from flows import registry
from flows.forms.names import DATABASE
from flows.intake import archive
from flows.release import kept, publishing, writing
from flows.release import rebuild as rebuilding
from flows.release.kept import MANIFEST
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
    with pytest.raises(FileNotFoundError, match="No such file"), open_current(settings.plan_home) as nobody:
        nobody.query("select 1")
    one, two = (readers._make(settings, f"2030-01-01.{n}", n) for n in (1, 2))
    publishing.switch(settings, one)
    with open_current(settings.plan_home) as reader:
        assert reader.query("select max(number) from one") == [(1,)]
        assert reader.connection() is reader.connection()
        publishing.switch(settings, two)
        assert reader.query("select max(number) from one") == [(2,)]
        assert reader.release_id == "2030-01-01.2"


def test_a_reader_that_finds_its_release_just_let_go_of_goes_on_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    folders = [readers._make(settings, f"2030-01-01.{number}", number) for number in range(1, 6)]
    publishing.switch(settings, folders[0])
    find, going = kept.find, [*folders[:-1]]

    def too_late(_: Settings, release_id: str) -> kept.Release:
        """Meanwhile the next release is published and this one is let go of."""
        if release_id in [folder.name for folder in going]:
            publishing.switch(settings, folders[int(release_id[-1])])
            shutil.rmtree(folders[int(release_id[-1]) - 1])
        return find(settings, release_id)

    monkeypatch.setattr(kept, "find", too_late)
    with open_current(settings.plan_home) as reader:
        with pytest.raises(FileNotFoundError, match="points to a release that is not there"):
            reader.connection()
        going.clear()
        assert reader.release_id == "2030-01-01.4"
        assert reader.query("select max(number) from one") == [(4,)]
    publishing.switch(settings, folders[-1])
    going.append(folders[-1])
    monkeypatch.setattr(kept, "find", lambda _, release_id: (_ for _ in ()).throw(OSError(24, release_id)))
    with open_current(settings.plan_home) as reader, pytest.raises(OSError, match=r"2030-01-01\.5") as told:
        reader.connection()
    assert told.value.errno == 24, "that it cannot be opened is no sign that it is gone"


def received(settings: Settings, name: str, at: datetime) -> archive.Receipt:
    path = settings.home / name
    path.write_text(name)
    receipt = archive.receipt_for(path, settings.plan, "m1", at)
    archive.keep(settings.archive, path, receipt)
    return receipt


def test_a_release_is_made_again_of_what_it_stands_on_and_known_by_its_own_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = Settings(home=tmp_path), datetime(2030, 1, 1, 1, tzinfo=UTC)
    second, first, late = (received(settings, name, night) for name in ("second", "first", "late"))
    folder = made_release.make_release(settings, "2030-01-01.1", night, []).folder
    stands_on: dict[str, Any] = {"submissions": [{"submission_id": each.submission_id} for each in (first, second)]}
    stands_on |= {"withdrawals": [{"submission_id": second.submission_id}], "previous_release": None}
    said = json.loads((folder / MANIFEST).read_text()) | stands_on
    (folder / MANIFEST).write_text(json.dumps(said))
    made_release.sign(settings, folder)
    with pytest.raises(LookupError, match=f"the archive lacks the withdrawal of {second.submission_id}"):
        rebuild(settings, "2030-01-01.1")
    during = night + timedelta(minutes=5)
    archive.withdraw(settings.archive, second, during, "verkeerd bestand", "sender")
    archive.withdraw(settings.archive, late, during + timedelta(days=1), "verkeerd bestand", "sender")
    built: list[Any] = []

    def write(_: Settings, warehouse: Path, target: Path, *given: Any) -> None:
        with pytest.raises(Timeout):  # whoever asks for it meanwhile waits, and takes nothing from it
            FileLock(settings.build / "rebuild" / ".2030-01-01.1.lock", timeout=0).acquire()
        built.append((warehouse, target, *given))
        target.mkdir(parents=True)
        again = said | {"database": {"contents_sha256": "another"}, "files": [{"path": "a.csv", "sha256": "1"}]}
        (target / MANIFEST).write_text(json.dumps(again))

    monkeypatch.setattr(rebuilding, "build_as_known", lambda *given: built.append(given[1:]))
    monkeypatch.setattr(writing, "write", write)
    left = settings.build / "rebuild" / "2030-01-01.1" / "left by an earlier one"
    left.mkdir(parents=True)
    told = rebuild(settings, "2030-01-01.1")
    (receipts, withdrawn, warehouse, moment), (written, target, this, *stood_on) = built
    assert (receipts, list(withdrawn), moment) == ([first, second], [second.submission_id], during)
    assert written == warehouse and this.published_at == night and stood_on == [receipts, None] and not left.exists()
    assert (told.folder, told.differing, told.same) == (target, ("a.csv", DATABASE), ())
    assert told.registry_differs == ("as a whole",), "its own registry is not there to be looked into"
    assert (told.code_then, told.is_same_code) == ("v", False)
    for registry_then, differs in ((registry.checksum(), ()), ("0", ("as a whole",)), ("z", ("as a whole",))):
        (folder / MANIFEST).write_text(json.dumps(said | {"registry_sha256": registry_then}))
        made_release.sign(settings, folder)
        assert rebuild(settings, "2030-01-01.1").registry_differs == differs
