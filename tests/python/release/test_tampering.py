"""Hundreds of ways to tamper with what was published and with what was received: each is told."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path

import duckdb
import pytest
from made_release import manifest, sign
from pydantic import SecretStr

from flows.forms import tables
from flows.forms.names import DATABASE
from flows.intake import archive
from flows.release import anchor, kept, publishing, receipts, writing
from flows.release.kept import MANIFEST, NotReadBack
from flows.release.sign import SUFFIX
from flows.release.verify import problems
from flows.settings import Settings

FIRST, LAST = "2022-03-01.1", "2022-03-04.1"
FILES = ("index.html", "csv/a.csv", "csv/b.csv", "parquet/a.parquet", "reports/fiche.pdf", "assets/site.js")
RECEIVED = datetime(2022, 2, 1, 1, 17, tzinfo=UTC)
SOMEBODY_ELSE = SecretStr("c29tZWJvZHkgZWxzZSdzIGtleSwgMzIgYnl0ZXMgISE=")
LEAST = 200


@dataclass(frozen=True)
class Home:
    """A plan with an archive and two releases, of which the second follows the first."""

    settings: Settings

    @property
    def last(self) -> Path:
        return self.settings.releases / LAST

    @property
    def first(self) -> Path:
        return self.settings.releases / FIRST


Tamper = tuple[str, Callable[[Home], object]]


def make(settings: Settings) -> Home:
    for number in range(3):
        path = settings.home / f"OMG_{number}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} rows and more")
        receipt = archive.receipt_for(path, settings.plan, "m1", RECEIVED + timedelta(days=number))
        archive.keep(settings.archive, path, receipt)
    taken_back = archive.receipts(settings.archive, settings.plan)[0]
    moment = RECEIVED + timedelta(days=9)
    archive.withdraw(settings.archive, taken_back, moment, "double", "sender")
    for release_id in (FIRST, LAST):
        folder = settings.releases / release_id
        for name in FILES:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"{name} of {release_id}, and some more of it")
        with duckdb.connect(str(folder / DATABASE)) as con:
            rows = 1_000 + (release_id == LAST)
            con.execute(f"create table fct_finance as select range as amount_eur from range({rows})")
        before = None
        if release_id == LAST:
            told = kept.manifest_sha256(kept.find(settings, FIRST))
            before = {"release_id": FIRST, "manifest_sha256": told}
        said = manifest(release_id, datetime.fromisoformat(f"{release_id[:10]}T02:00:00+00:00")) | {
            "previous_release": before,
            "earlier_releases": {FIRST: before["manifest_sha256"]} if before else {},
            "database": {"contents_sha256": tables.contents_checksum(folder, "duckdb")},
            "submissions": [
                {name: getattr(receipt, name) for name in ("submission_id", "sha256", "file_name")}
                | {"received_at": receipt.received_at.isoformat()}
                for receipt in archive.receipts(settings.archive, settings.plan)
            ],
            "withdrawals": [{"submission_id": taken_back.submission_id, "withdrawn_at": moment.isoformat()}],
            "files": [writing.listed(path, folder) for path in writing.files(folder)],
        }
        (folder / MANIFEST).write_text(json.dumps(said, indent=1))
        sign(settings, folder)
        publishing.switch(settings, folder)
        anchor.leave(settings, kept.find(settings, release_id), release_id)
    return Home(settings)


def told(home: Home) -> list[str]:
    """All that the commands on releases and archive say of a home; empty where all holds."""
    settings = home.settings
    found = []
    for folder in kept.folders(settings):
        found += problems(settings, folder)
    found += anchor.lost(settings)
    try:
        kept.current(settings)
        received = archive.receipts(settings.archive, settings.plan)
        found += map(archive.told, archive.damaged(archive.sources(settings.archive, received)))
        found += receipts.differing(settings)
    except (NotReadBack, archive.Damaged) as error:
        found.append(str(error))
    return found


def _flipped(at: float) -> Callable[[bytes], bytes]:
    def flip(content: bytes) -> bytes:
        place = min(int(len(content) * at), len(content) - 1)
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return flip


CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "first byte": _flipped(0),
    "middle byte": _flipped(0.5),
    "last byte": _flipped(1),
    "longer": lambda content: content + b"\n",
    "shorter": lambda content: content[:-1],
    "nothing": lambda content: b"",
}


def _with(change: Callable[[bytes], bytes], home: Home, path: Path) -> None:
    path.write_bytes(change(path.read_bytes()))


def _that_of_before(home: Home, path: Path) -> None:
    shutil.copy(home.first / path.relative_to(home.last), path)


def _a_link(home: Home, path: Path) -> None:
    shutil.move(path, home.settings.home / "away")
    path.symlink_to(home.settings.home / "away")


def _a_folder(home: Home, path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_pipe(home: Home, path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _linked(home: Home, path: Path) -> None:
    path.symlink_to(home.settings.home)


def _gone(home: Home, path: Path) -> None:
    path.unlink()


def _mode(mode: int, home: Home, path: Path) -> None:
    path.chmod(mode)


def _an_empty_folder(home: Home, path: Path) -> None:
    path.mkdir()


Act = Callable[[Home, Path], object]
CHANGES: dict[str, Act] = {what: partial(_with, change) for what, change in CONTENTS.items()}
CHANGES |= {"gone": _gone, "that of before": _that_of_before}
OF_A_FILE: dict[str, Act] = CHANGES | {
    "renamed": lambda home, path: path.rename(f"{path}.old"),
    "a link": _a_link,
    "a folder": _a_folder,
    "a pipe": _a_pipe,
    "runs": partial(_mode, 0o755),
    "anybody writes": partial(_mode, 0o666),
    "another beside it": lambda home, path: shutil.copy(path, f"{path}.more"),
    "hidden beside it": lambda home, path: path.with_name(".hidden").write_text("x"),
}


def _at(place: Callable[[Home], Path], act: Act, home: Home) -> None:
    act(home, place(home))


def _in_last(name: str) -> Callable[[Home], Path]:
    return lambda home: home.last / name


def _of_files() -> Iterator[Tamper]:
    """Whatever a file or folder of a release can become."""
    for name, (what, act) in product(FILES, OF_A_FILE.items()):
        yield f"{name}: {what}", partial(_at, _in_last(name), act)
    for name in ("", "csv/", "assets/"):
        yield f"an empty folder in {name!r}", partial(_at, _in_last(f"{name}more"), _an_empty_folder)
        yield f"a linked folder in {name!r}", partial(_at, _in_last(f"{name}more"), _linked)


def _of_what_is_signed() -> Iterator[Tamper]:
    """Manifest, database and their signatures."""
    for name, (what, act) in product((MANIFEST, DATABASE, MANIFEST + SUFFIX, DATABASE + SUFFIX), CHANGES.items()):
        if what != "longer" or not name.endswith(SUFFIX):
            yield f"{name}: {what}", partial(_at, _in_last(name), act)
    for field in manifest(LAST, RECEIVED):
        yield f"the manifest lacks {field}", partial(_said, field, None)
        yield f"the manifest says {field} is x", partial(_said, field, "x")
    yield "signed by somebody else", _signed_by_another
    for sql in (
        "create table more as select 1 as one",
        "update fct_finance set amount_eur = 7 where amount_eur = 8",
        "alter table fct_finance rename to t; create view fct_finance as from t",
    ):
        yield f"the database: {sql}", partial(_in_database, sql)


def _signed_by_another(home: Home) -> None:
    sign(Settings(home=home.settings.home, signing_key=SOMEBODY_ELSE), home.last)


def _said(field: str, value: str | None, home: Home) -> None:
    said = json.loads((home.last / MANIFEST).read_text())
    said.pop(field)
    (home.last / MANIFEST).write_text(json.dumps(said | ({field: value} if value else {}), indent=1))


def _in_database(sql: str, home: Home) -> None:
    with duckdb.connect(str(home.last / DATABASE)) as con:
        con.execute(sql)


def _first_as_last(home: Home) -> None:
    shutil.rmtree(home.last)
    shutil.copytree(home.first, home.last)


def _served_from_elsewhere(home: Home) -> None:
    home.settings.current.unlink()
    shutil.copytree(home.last, home.settings.home / LAST)
    home.settings.current.symlink_to(home.settings.home / LAST)


def _of_the_chain() -> Iterator[Tamper]:
    """Releases that are gone, are others, or are served from elsewhere."""
    yield "the last is gone", lambda home: shutil.rmtree(home.last)
    yield "the first is gone", lambda home: shutil.rmtree(home.first)
    yield "both are gone", lambda home: shutil.rmtree(home.settings.releases)
    yield "the first under the name of the last", _first_as_last
    yield "the last under another name", lambda home: home.last.rename(home.settings.releases / "2022-03-05.1")
    yield "a copy under another name", lambda home: shutil.copytree(home.last, home.settings.releases / "2022-03-05.1")
    yield "served from elsewhere", _served_from_elsewhere
    for what, change in CONTENTS.items():
        yield (
            f"the manifest of the first: {what}",
            partial(_at, lambda home: home.first / MANIFEST, partial(_with, change)),
        )


def _of_the_archive() -> Iterator[Tamper]:
    """What was received, its receipts and withdrawals."""
    others = {
        **{"received_at": RECEIVED.replace(year=2021).isoformat(), "file_name": "WVG_9.csv", "sha256": "0" * 64},
        **{"meetmoment_code": "m2", "plan_code": "pnrr", "number": 2, "unknown": 1},
    }
    for number in range(3):
        content, receipt = partial(_content, number), partial(_receipt, number)
        for what, change in CONTENTS.items():
            yield f"content {number}: {what}", partial(_at, content, partial(_with, change))
        yield f"content {number}: gone", partial(_at, content, _gone)
        yield f"content {number}: another", partial(_at, content, partial(_that_of, number - 1))
        yield f"receipt {number}: gone", partial(_at, receipt, _gone)
        yield f"receipt {number}: nothing", partial(_at, receipt, lambda home, path: path.write_text(""))
        yield f"all of {number}: gone", partial(_at, content, lambda home, path: shutil.rmtree(path.parent))
        for field, value in others.items():
            yield f"receipt {number}: another {field}", partial(_at, receipt, partial(_rewritten, field, value))
    yield "the withdrawal is gone", partial(_at, _withdrawal, _gone)
    of_another_day = partial(_rewritten, "withdrawn_at", "2022-02-25T00:00:00+00:00")
    yield "the withdrawal is of another day", partial(_at, _withdrawal, of_another_day)
    yield "the withdrawal is of another file", partial(_at, _withdrawal, partial(_rewritten, "submission_id", "x"))


def _content(number: int, home: Home) -> Path:
    return sorted(home.settings.archive.glob("*/content"), key=lambda path: path.parent.name)[number]


def _that_of(number: int, home: Home, path: Path) -> None:
    shutil.copy(_content(number, home), path)


def _receipt(number: int, home: Home) -> Path:
    (path,) = (_content(number, home).parent / "receipts").iterdir()
    return path


def _withdrawal(home: Home) -> Path:
    (path,) = home.settings.archive.glob("*/withdrawals/*.json")
    return path


def _rewritten(field: str, value: object, home: Home, path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))


KINDS = (_of_files, _of_what_is_signed, _of_the_chain, _of_the_archive)
EVERY = [(f"{kind.__name__[4:]}: {what}", tamper) for kind in KINDS for what, tamper in kind()]
SAMPLE = 9
"""One in so many stands in for all."""


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make(Settings(home=tmp_path_factory.mktemp("untouched")))
    assert told(home) == []
    return home.settings.home


def test_there_are_hundreds_of_ways() -> None:
    assert len(EVERY) >= LEAST


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(tamper, id=what, marks=[pytest.mark.slow] if number % SAMPLE else [])
        for number, (what, tamper) in enumerate(EVERY)
    ],
)
def test_whoever_tampers_is_told_of(untouched: Path, tmp_path: Path, tamper: Callable[[Home], object]) -> None:
    shutil.copytree(untouched, tmp_path / "home", symlinks=True)
    settings = Settings(home=tmp_path / "home")
    served = settings.current.readlink()
    if served.is_absolute():
        settings.current.unlink()
        settings.current.symlink_to(settings.releases / served.name)
    home = Home(settings)
    tamper(home)
    assert told(home), "nobody is told"
