"""A release that somebody changed: each change is found and told, and nothing of it is run or served."""

import base64
import json
import os
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import DemoRun
from kept_homes import copied, own
from made_release import change_a_byte, sign, with_releases_of
from pydantic import SecretStr
from typer.testing import CliRunner

from flows.cli import app
from flows.commands.shared import EXIT_DIFFERS
from flows.forms import names, tables
from flows.release import anchor, kept, publishing
from flows.release.kept import MANIFEST, Release
from flows.release.rebuild import rebuild
from flows.release.rollback import rollback
from flows.release.sign import SUFFIX, trusted_keys
from flows.release.verify import problems
from flows.settings import Settings


def opened(folder: Path) -> Release:
    return kept.opened(folder, trusted_keys(Settings()))


@pytest.fixture
def home(small: DemoRun, tmp_path: Path) -> Settings:
    """A home of its own with the three releases of the small plan."""
    return with_releases_of(small.settings, tmp_path)


def served_copy(small: DemoRun, target: Path) -> Path:
    current = kept.current(small.settings)
    assert current
    return copied(current.folder, target / "copy")


@pytest.mark.parametrize(
    "name",
    [
        "parquet/fct_finance_as_returned.parquet",
        "csv/fct_finance_as_returned.csv",
        "csv_excel_nl/fct_finance_as_returned.csv",
        "marts.xlsx",
        "marts_csv.zip",
        "headline_figures.json",
        "catalogue.ttl",
        "catalogue.jsonld",
        "datapackage.json",
        "csv-metadata.json",
        "dictionary.html",
        "dbt_docs.html",
        "registry.zip",
    ],
)
def test_one_changed_byte_is_found(small: DemoRun, tmp_path: Path, name: str) -> None:
    folder = served_copy(small, tmp_path)
    change_a_byte(folder / name)
    with pytest.raises(kept.NotReadBack, match=name):
        publishing.read_back(opened(folder))


@pytest.mark.parametrize("name", ["marts.duckdb", MANIFEST, "marts.duckdb" + SUFFIX, MANIFEST + SUFFIX])
def test_one_changed_byte_breaks_a_signature(home: Settings, name: str) -> None:
    folder = kept.published(home)[-1].folder
    text = (folder / name).read_bytes()
    if name == MANIFEST:
        own(folder / name).write_bytes(text.replace(b'"published_at": "2025', b'"published_at": "2026'))
    else:
        change_a_byte(folder / name)
    assert any("is not signed with a key" in problem for problem in problems(home, folder))


def test_a_missing_or_added_file_is_found(small: DemoRun, tmp_path: Path) -> None:
    folder = served_copy(small, tmp_path)
    (folder / "csv" / "more.csv").write_text("x")
    with pytest.raises(kept.NotReadBack, match=r"more\.csv"):
        publishing.read_back(opened(folder))


def test_a_database_that_says_something_else_is_found(small: DemoRun, tmp_path: Path) -> None:
    folder = served_copy(small, tmp_path)
    with duckdb.connect(str(own(folder / names.DATABASE))) as con:
        con.execute("update fct_finance_as_returned set amount_eur = amount_eur + 0.01 where row_number = 2")
    with pytest.raises(kept.NotReadBack, match=r"contents of marts\.duckdb"):
        publishing.read_back_database(opened(folder))


def test_a_signed_database_of_another_release_is_not_that_of_this_one(home: Settings) -> None:
    """Whoever asks it is stopped, and not only who verifies."""
    first, *_, last = kept.published(home)
    assert last.database
    for name in (names.DATABASE, names.DATABASE + SUFFIX):
        own(last.folder / name).write_bytes((first.folder / name).read_bytes())
    swapped = kept.published(home)[-1]
    assert swapped.misfits() == [names.DATABASE]
    with pytest.raises(kept.NotReadBack, match="signed and not that of this release"):
        assert swapped.database


def test_who_holds_the_public_key_alone_verifies_chain_and_anchor(home: Settings) -> None:
    last = kept.published(home)[-1]
    pem = last.manifest["signing"]["public_key"]
    anchor.leave(home, last, last.release_id)
    elsewhere = home.model_copy(update={"signing_key": SecretStr(base64.b64encode(os.urandom(32)).decode())})
    assert problems(elsewhere, last.folder) and anchor.lost(elsewhere)
    assert problems(elsewhere, last.folder, pem) == [] and anchor.lost(elsewhere, [pem]) == []


def test_a_database_that_is_not_what_the_parquet_files_say_is_found(demo: DemoRun, tmp_path: Path) -> None:
    folder = served_copy(demo, tmp_path)
    assert tables.contents_checksum(folder, "duckdb") == tables.contents_checksum(folder, "parquet")
    parquet = folder / names.PARQUET / "fct_finance_as_returned.parquet"
    duckdb.sql(f"copy (from '{parquet}' where row_number > 2) to '{tmp_path}/less.parquet'")
    (tmp_path / "less.parquet").replace(parquet)
    assert tables.contents_checksum(folder, "duckdb") != tables.contents_checksum(folder, "parquet")


def test_a_release_taken_out_of_the_chain_is_missed(home: Settings) -> None:
    first, middle, last = kept.published(home)
    assert problems(home, first.folder) == problems(home, middle.folder) == problems(home, last.folder) == []
    manifest = own(middle.folder / MANIFEST)
    manifest.write_text(manifest.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    sign(home, middle.folder)
    assert problems(home, last.folder) == [
        "het manifest van de uitgave ervoor is niet dat waarop ze volgde / the manifest of the release before is not "
        f"the one it followed: {middle.release_id}"
    ]
    shutil.rmtree(middle.folder)
    assert problems(home, last.folder) == [
        f"de uitgave ervoor is weg / the release before is gone: {middle.release_id}"
    ]


def test_a_release_that_somebody_patched_is_not_served(home: Settings) -> None:
    first, *_ = kept.published(home)
    change_a_byte(first.folder / "csv" / "fct_finance_as_returned.csv")
    manifest = own(first.folder / MANIFEST)
    document = json.loads(manifest.read_text(encoding="utf-8"))
    for entry in document["files"]:
        entry["sha256"] = kept.sha256(first.folder / entry["path"])
    manifest.write_text(json.dumps(document), encoding="utf-8")
    before = kept.current(home)
    with pytest.raises(kept.NotReadBack, match=r"manifest\.json .* / is not signed"):
        rollback(home, first.release_id)
    assert kept.current(home) == before
    with pytest.raises(kept.NotReadBack, match="not signed with a key that is trusted"):
        rebuild(home, first.release_id)


def test_a_release_in_the_folder_of_another_or_without_its_parts_is_told(home: Settings) -> None:
    first, middle, last = kept.published(home)
    first.folder.rename(home.releases / "aside")
    middle.folder.rename(first.folder)
    assert "its folder is called" in problems(home, first.folder)[0]
    first.folder.rename(middle.folder)
    middle.database.unlink()
    assert any("marts.duckdb" in problem for problem in problems(home, middle.folder))
    own(middle.folder / MANIFEST).write_text("{}", encoding="utf-8")
    assert "is not signed" in problems(home, middle.folder)[0]
    sign(home, middle.folder)
    assert "is no manifest" in problems(home, middle.folder)[0]
    (middle.folder / MANIFEST).unlink()
    assert "is missing" in problems(home, middle.folder)[0]
    assert any(middle.release_id in problem for problem in problems(home, last.folder))


def test_nothing_of_an_unsigned_release_is_run(home: Settings, tmp_path: Path) -> None:
    """Its database names a table that is SQL; the manifest it was called whole by is not signed."""
    first, *_ = kept.published(home)
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    with duckdb.connect(str(own(first.database))) as con:
        con.execute(
            f"create table \"(copy (from '{tmp_path}/secret.csv') to '{tmp_path}/written.csv') --\" as select 1 as one"
        )
        con.execute(f"create view aview as from read_csv('{tmp_path}/secret.csv')")
    assert any("not signed" in problem for problem in problems(home, first.folder))
    with pytest.raises(kept.NotReadBack, match="not signed"):
        rollback(home, first.release_id)
    assert not (tmp_path / "written.csv").exists()


@pytest.mark.parametrize("name", ["a table; drop table fct_finance_as_returned", 'with "quotes"', "with 'quotes'"])
def test_names_of_a_database_are_names_and_not_sql(small: DemoRun, tmp_path: Path, name: str) -> None:
    folder = served_copy(small, tmp_path)
    quoted = name.replace('"', '""')
    with duckdb.connect(str(own(folder / names.DATABASE))) as con:
        con.execute(f'create table "{quoted}" as select 1 as one')
    with pytest.raises(kept.NotReadBack, match="contents of"):
        publishing.read_back_database(opened(folder))


def test_a_database_reaches_nothing_outside_its_folder(small: DemoRun, tmp_path: Path) -> None:
    folder = served_copy(small, tmp_path)
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    with duckdb.connect(str(own(folder / names.DATABASE))) as con:
        con.execute("drop table fct_finance_as_returned")
        con.execute(f"create view fct_finance_as_returned as from read_csv('{tmp_path}/secret.csv')")
        con.execute(f"create table reaches as select * from read_csv('{tmp_path}/secret.csv')")
    (folder / names.PARQUET / "reaches.parquet").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(kept.NotReadBack):
        publishing.read_back_database(opened(folder))
    with pytest.raises(kept.NotReadBack, match=r"reaches\.parquet .* / is no regular file"):
        publishing.read_back(opened(folder))


@pytest.mark.parametrize("strange", ["link", "linked folder", "pipe", "empty folder", "runs", "anybody writes"])
def test_what_has_no_place_in_a_release_is_noticed(home: Settings, tmp_path: Path, strange: str) -> None:
    first, *_ = kept.published(home)
    place, figures = first.folder / "csv" / "more", first.folder / "csv" / "fct_finance_as_returned.csv"
    match strange:
        case "link":
            figures.rename(tmp_path / "away.csv")
            figures.symlink_to(tmp_path / "away.csv")
        case "linked folder":
            place.symlink_to(tmp_path)
        case "pipe":
            os.mkfifo(place)
        case "empty folder":
            place.mkdir()
        case "runs":
            own(figures).chmod(0o755)
        case "anybody writes":
            own(figures).chmod(0o666)
    (problem,) = problems(home, first.folder)
    assert problem.startswith("csv/")


@pytest.mark.parametrize(
    "said",
    ["{}", "[]", "3", '{"release_id": "x"}', '{"release_id": 3}', '{"release_id": "2020-01-01.1", "files": {}}'],
)
def test_a_manifest_that_does_not_say_what_manifests_say_is_a_sentence(home: Settings, said: str) -> None:
    first, *_ = kept.published(home)
    own(first.folder / MANIFEST).write_text(said)
    sign(home, first.folder)
    (problem,) = problems(home, first.folder)
    assert "is no manifest" in problem and first.release_id in problem


def test_every_file_that_differs_is_named(home: Settings) -> None:
    """One that is gone hides none that was changed, nor one that came from elsewhere."""
    first, *_ = kept.published(home)
    csv = first.folder / "csv"
    (csv / "dim_plan.csv").unlink()
    change_a_byte(csv / "fct_finance_as_returned.csv")
    (csv / "more.csv").touch()
    assert problems(home, first.folder) == [
        "csv/dim_plan.csv is weg / is gone",
        "csv/more.csv staat niet in het manifest / is not in the manifest",
        "csv/fct_finance_as_returned.csv is niet wat het manifest zegt / is not what the manifest says",
    ]


def test_all_releases_are_verified_though_one_cannot_be_opened(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first, middle, last = kept.published(home)
    anchor.leave(home, last, last.release_id)
    own(first.folder / MANIFEST).write_text('{"signing": {}}')
    change_a_byte(middle.folder / "csv" / "fct_finance_as_returned.csv")
    (home.releases / "2025-01-20.1.copy").mkdir()
    monkeypatch.setenv("VEERKRACHT_HOME", str(home.home))
    ran = CliRunner().invoke(app, ["releases", "verify", "--all", "--json"])
    found = json.loads(ran.output)["problems"]
    assert ran.exit_code == EXIT_DIFFERS
    assert {id_: bool(wrong) for id_, wrong in found.items()} == {
        first.release_id: True,
        middle.release_id: True,
        last.release_id: False,
    }
    shutil.rmtree(last.folder)
    ran = CliRunner().invoke(app, ["releases", "verify", "--all", "--json"])
    assert last.release_id in json.loads(ran.output)["lost"][0]
