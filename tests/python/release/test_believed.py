"""Nothing of a release is used before its signature and the checksum of what is used hold, whoever asks for it."""

import ast
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun
from made_release import make_release, sign
from pydantic import SecretStr
from typer.testing import CliRunner

from flows.account import diff, known
from flows.cli import app
from flows.forms.names import DATABASE
from flows.night import Night, runbook
from flows.release import anchor, kept, postgres, publishing, verdicts
from flows.release.kept import MANIFEST, NotReadBack
from flows.release.reader import open_current
from flows.release.rebuild import rebuild
from flows.settings import PROJECT, Settings
from flows.standing import Outcome, remember, standing

FIRST, LAST = "2022-03-01.1", "2022-03-04.1"
SOMEBODY_ELSE = SecretStr("c29tZWJvZHkgZWxzZSdzIGtleSwgMzIgYnl0ZXMgISE=")
REMEDY = ("releases verify", "releases rollback")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A plan with two releases that were served, and no more."""
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    settings = Settings()
    settings.archive.mkdir(parents=True)
    for release_id in (FIRST, LAST):
        moment = datetime.fromisoformat(f"{release_id[:10]}T02:00:00+00:00")
        made = make_release(settings, release_id, moment, [])
        anchor.leave(settings, made, release_id)
    remember(settings, datetime.now(UTC), standing(settings), Outcome("published"))
    return settings


def change_the_manifest(home: Settings, folder: Path) -> None:
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    (folder / MANIFEST).write_text(text.replace('"m"', '"n"'), encoding="utf-8")


def sign_with_another_key(home: Settings, folder: Path) -> None:
    sign(Settings(home=home.home, signing_key=SOMEBODY_ELSE), folder)


def take_the_signature_away(home: Settings, folder: Path) -> None:
    (folder / f"{MANIFEST}.sig").unlink()


def put_another_release_there(home: Settings, folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(home.releases / FIRST, folder)


def lead_current_elsewhere(home: Settings, folder: Path) -> None:
    shutil.copytree(folder, home.home / "elsewhere" / LAST)
    home.current.unlink()
    home.current.symlink_to(home.home / "elsewhere" / LAST)


def change_the_database(home: Settings, folder: Path) -> None:
    with duckdb.connect(str(folder / DATABASE)) as con:
        con.execute("create table fct_published_figure_check as select 'reproduced' as verdict")


OF_THE_MANIFEST = (change_the_manifest, sign_with_another_key, take_the_signature_away, put_another_release_there)
TAMPERED = (*OF_THE_MANIFEST, lead_current_elsewhere, change_the_database)


def asked(*command: str) -> tuple[int, str]:
    """The exit code of a command, and all it says."""
    ran = CliRunner().invoke(app, command)
    return ran.exit_code, " ".join(f"{ran.output} {ran.stderr} {ran.exception or ''}".split())


OF_THE_CURRENT = (
    ("figures",),
    ("figures", "--json"),
    ("trace", "veerkracht/what_changed/x"),
    ("export", "postgres", "--dsn", "host=/nowhere"),
    ("status",),
    ("status", "--json"),
)
BY_ITS_ID = (
    ("trace", "veerkracht/what_changed/x", "--release", LAST),
    ("releases", "diff", FIRST, LAST),
    ("releases", "verify"),
    ("releases", "rollback", LAST),
)


@pytest.mark.parametrize(
    ("tamper", "command"),
    [*product(TAMPERED, OF_THE_CURRENT), *product((*OF_THE_MANIFEST, change_the_database), BY_ITS_ID)],
    ids=lambda given: given.__name__ if callable(given) else " ".join(given),
)
def test_no_command_tells_anything_of_what_was_tampered_with(
    home: Settings, tamper: Callable[[Settings, Path], None], command: tuple[str, ...]
) -> None:
    tamper(home, home.releases / LAST)
    code, said = asked(*command)
    assert code != 0
    assert LAST in said, "which release"
    assert DATABASE in said if tamper is change_the_database else MANIFEST in said or "current points to" in said
    assert all(words in said for words in REMEDY) or "verify" in command or "rollback" in command, "what to do"


@pytest.mark.parametrize("tamper", OF_THE_MANIFEST, ids=lambda tamper: tamper.__name__)
def test_a_night_stands_on_nothing_that_was_tampered_with(
    home: Settings, tamper: Callable[[Settings, Path], None]
) -> None:
    """Neither one that finds nothing new, nor one that would publish after it, nor a list, nor a past day."""
    tamper(home, home.releases / LAST)
    assert asked("nightly")[0] == 1
    with pytest.raises(NotReadBack, match=LAST):
        runbook(Night(home))
    with pytest.raises(NotReadBack, match=LAST):
        next(kept.latest_first(home))
    with pytest.raises(NotReadBack, match=LAST):
        known.release_at(home, datetime.now(UTC))
    with pytest.raises(NotReadBack, match=LAST):
        rebuild(home, LAST)
    with pytest.raises(NotReadBack, match=LAST), open_current(home.plan_home) as reader:
        reader.query("select 1")
    code, said = asked("releases", "list", "--json")
    assert code == 20 and LAST in said
    assert f'"release_id": "{FIRST}"' in said and f'"release_id": "{LAST}"' not in said


def test_a_night_compares_with_no_database_that_nobody_signed(home: Settings) -> None:
    change_the_database(home, home.releases / LAST)
    with pytest.raises(NotReadBack, match=DATABASE):
        verdicts.changed_verdicts(home.warehouse, kept.current(home))
    with pytest.raises(NotReadBack, match=DATABASE), open_current(home.plan_home) as reader:
        reader.query("select 1")


def test_a_broken_release_stops_only_who_asks_for_it(home: Settings) -> None:
    """What is between two others, or before the one that is served, is nobody's business but that of who reads it."""
    change_the_manifest(home, home.releases / FIRST)
    assert asked("nightly")[0] == 0
    assert kept.current(home) == next(kept.latest_first(home))
    assert publishing.retire(Settings(keep_releases=2)) == []
    code, said = asked("releases", "diff", "2022-03-03", LAST)
    assert code == 1 and FIRST in said


def test_a_broken_current_is_left_by_a_rollback(
    small: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    home = Settings()
    first, *_, last = kept.published(small.settings)
    for release in (first, last):
        shutil.copytree(release.folder, home.releases / release.release_id)
    publishing.switch(home, home.releases / last.release_id)
    (home.releases / last.release_id / MANIFEST).write_text("{}")
    assert asked("status")[0] == 20
    assert asked("releases", "rollback", first.release_id)[0] == 0
    assert kept.served_id(home) == first.release_id
    assert asked("status")[0] == 0


@pytest.mark.parametrize("how", ["a changed byte", "gone", "a link", "not listed"])
def test_a_file_is_given_once_its_checksum_holds(small: DemoRun, tmp_path: Path, how: str) -> None:
    settings = Settings(home=tmp_path)
    newest = kept.published(small.settings)[-1]
    shutil.copytree(newest.folder, settings.releases / newest.release_id)
    release = kept.find(settings, newest.release_id)
    name = "csv/dim_plan.csv"
    path = release.folder / name
    assert release.file(name) == path and release.database.is_file()
    release = kept.find(settings, newest.release_id)
    match how:
        case "a changed byte":
            path.write_bytes(path.read_bytes().replace(b"veerkracht", b"veerkrachT", 1))
        case "gone":
            path.unlink()
        case "a link":
            path.rename(tmp_path / "away")
            path.symlink_to(tmp_path / "away")
        case "not listed":
            name = "csv/more.csv"
    with pytest.raises(NotReadBack, match=f"{release.release_id}: {name} .*releases rebuild"):
        release.file(name)
    if how != "not listed":
        older = kept.published(small.settings)[0]
        changed = kept.find(small.settings, older.release_id)
        with pytest.raises(NotReadBack, match=r"dim_plan"):
            list(postgres._blocks(release, "dim_plan"))
        parquet = release.folder / "parquet" / "dim_plan.parquet"
        parquet.unlink()
        with pytest.raises(NotReadBack, match=r"dim_plan\.parquet"):
            diff.table_differences(changed, kept.find(settings, newest.release_id))


# Who writes releases, and who looks whether they are what they were.
_HOLDS_OR_WRITES = {f"flows/release/{name}.py" for name in ("kept", "publishing", "sign")}
_PLACES = {"folder", "current", "releases"}


def paths_into_releases(source: str) -> Iterator[str]:
    """Expressions that lead to a file from the folder of a release, from ``current`` or from the folder of releases."""
    for node in ast.walk(ast.parse(source)):
        inner = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            inner = node.left
        elif isinstance(node, ast.Attribute) and node.attr in ("iterdir", "glob", "rglob", "joinpath", "open"):
            inner = node.value
        if isinstance(inner, ast.Attribute) and inner.attr in _PLACES:
            yield ast.unparse(node)


def test_no_code_goes_round_the_one_way_to_read_a_release() -> None:
    """A release is a `Release`, of which a file or the database is asked; only its own room makes one or its paths."""
    round_it, made = {}, {}
    for path in (PROJECT / "flows").rglob("*.py"):
        source, name = path.read_text(encoding="utf-8"), path.relative_to(PROJECT).as_posix()
        if name in _HOLDS_OR_WRITES:
            continue
        if found := set(paths_into_releases(source)) - _NAMES_ALONE:
            round_it[name] = found
        calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        if any(ast.unparse(call) in ("Release", "kept.Release") for call in calls):
            made[name] = True
    assert round_it == {} == made


_NAMES_ALONE = {
    # where a night that was broken off left its own, never read
    *("settings.releases.glob", "settings.releases / path.name", "settings.releases / newest_id"),
    # told to people
    *(
        "settings.current / DATABASE",
        "settings.current / 'csv'",
        "settings.current / 'parquet'",
        "settings.current / MANIFEST",
        "settings.current / 'index.html'",
        "settings.releases / release_id",
    ),
}


def test_such_code_is_found() -> None:
    assert list(paths_into_releases('duckdb.connect(str(current.folder / "marts.duckdb"))'))
    assert list(paths_into_releases('(settings.current / "manifest.json").read_text()'))
    assert list(paths_into_releases('release.folder.rglob("*.csv")'))
    assert not list(paths_into_releases("duckdb.connect(str(current.database))"))
