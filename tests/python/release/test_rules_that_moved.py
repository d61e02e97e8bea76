"""A change of rules or of code that moves what was published is told, by file and by value."""

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun
from kept_homes import copied
from replay import without_pages
from typer.testing import CliRunner

from flows import cli, registry
from flows.forms import carried, changes, contents
from flows.intake import archive
from flows.release import kept, publishing, rules
from flows.settings import Settings
from flows.warehouse import transform

NOW = datetime(2025, 3, 1, 1, 17, tzinfo=UTC)
MOVED = "veerkracht/fct_finance/m7/VV014"


@pytest.fixture
def home(small: DemoRun, tmp_path: Path) -> Settings:
    copied(small.settings.home, tmp_path / "home")
    return Settings(home=tmp_path / "home")


def other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code as it will be once somebody changed a rule in a model."""
    files = registry.code_files()
    monkeypatch.setattr(registry, "code_checksum", lambda: "of another code")
    monkeypatch.setattr(registry, "code_files", lambda: files | {"models/marts/finance/fct_finance.sql": "changed"})


def a_rule_moved_a_value(settings: Settings) -> None:
    """What the changed rule does to the warehouse: one amount is a hundred euro more."""
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(
            "update marts.fct_finance set paid_eur = paid_eur + 100"
            " where project_code = 'VV014' and meetmoment_code = 'm7'"
        )


def publish(settings: Settings) -> kept.Release | None:
    receipts = archive.receipts(settings.archive, settings.plan)
    with without_pages():
        return publishing.publish(settings, settings.warehouse, receipts, NOW)


@pytest.mark.slow
def test_nothing_changed_is_not_said_where_rules_moved_a_value(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.current(home)
    assert before
    other_code(monkeypatch)
    a_rule_moved_a_value(home)
    release = publish(home)
    assert release
    told = release.manifest["rules_changed"]
    assert told["since"] == before.release_id
    assert told["code"] == ["models/marts/finance/fct_finance.sql"] and told["registry"] == []
    (moved,) = told["moved"]
    assert (moved["trace_key"], moved["column"]) == (MOVED, "paid_eur") and told["moved_count"] == 1
    assert float(moved["is"]) - float(moved["was"]) == 100

    page = release.file(changes.PAGE).read_text(encoding="utf-8")
    assert "Geen enkele waarde" not in page
    assert "models/marts/finance/fct_finance.sql" in page and MOVED in page and moved["is"] in page

    monkeypatch.setenv("VEERKRACHT_HOME", str(home.home))
    asked = ["releases", "diff", before.release_id, release.release_id]
    shown = CliRunner().invoke(cli.app, asked)
    assert shown.exit_code == 0 and "daardoor verschoof 1 gepubliceerde waarde" in " ".join(shown.output.split())
    (change,) = json.loads(CliRunner().invoke(cli.app, [*asked, "--json"]).output)["rules"]
    assert change["release"] == release.release_id and change["moved"] == told["moved"]


def test_a_release_by_the_same_rules_tells_of_none(small: DemoRun) -> None:
    home = small.settings
    current = kept.current(home)
    assert current and current.manifest["rules_changed"] is None
    assert rules.changed(home, current, home.warehouse, archive.receipts(home.archive, home.plan)) is None


def test_rules_that_moved_nothing_are_told_so(small: DemoRun, monkeypatch: pytest.MonkeyPatch) -> None:
    home = small.settings
    current = kept.current(home)
    assert current
    other_code(monkeypatch)
    told = rules.changed(home, current, home.warehouse, archive.receipts(home.archive, home.plan))
    assert told and told["moved_count"] == 0 and told["code"]
    nl, en = rules.words(told)
    assert "daardoor verschoven 0" in nl and "0 published values moved" in en


def test_what_moved_is_counted_whole_and_named_in_part(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much a rule moves, no more of it comes into memory than is named."""
    current = kept.current(home)
    assert current
    other_code(monkeypatch)
    monkeypatch.setattr(rules, "_NAMED", 3)
    of_money = [mart for mart in contents.declared(home.warehouse) if mart.name.startswith("fct_finance")]
    monkeypatch.setattr(contents, "declared", lambda _: of_money)
    with duckdb.connect(str(home.warehouse)) as con:
        ((rows, moved),) = con.execute(
            "select count(*), count(paid_eur) from marts.fct_finance_by_execution"
        ).fetchall()
        con.execute("update marts.fct_finance_by_execution set paid_eur = paid_eur + 1")
    of_a_mart = rules._moved
    taken = []

    def watched(*asked: Any) -> tuple[int, list[dict[str, Any]]]:
        count, named = of_a_mart(*asked)
        taken.append(len(named))
        return count, named

    monkeypatch.setattr(rules, "_moved", watched)
    told = rules.changed(home, current, home.warehouse, archive.receipts(home.archive, home.plan))
    assert told and told["tables"] == {"fct_finance_by_execution": moved} and told["moved_count"] == moved > 3
    assert len(taken) > 1 and rows >= moved and sum(taken) == len(told["moved"]) == 3


def test_what_came_in_since_is_not_among_what_rules_moved(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipts of the release before are made into marts anew, apart from the warehouse that has more of them."""
    current = kept.current(home)
    assert current
    other_code(monkeypatch)
    a_rule_moved_a_value(home)
    receipts = archive.receipts(home.archive, home.plan)
    *then, last = receipts
    of_then = [entry for entry in current.manifest["submissions"] if entry["submission_id"] != last.submission_id]
    monkeypatch.setitem(current.manifest, "submissions", of_then)
    built = []

    def build(
        _: Settings, of: Sequence[archive.Receipt], withdrawn: Mapping[str, Any], to: Path, known_on: datetime
    ) -> None:
        built.append(([receipt.submission_id for receipt in of], sorted(withdrawn), known_on))
        shutil.copy2(home.warehouse, to)
        shutil.copytree(home.warehouse.parent / "dbt", to.parent / "dbt")

    monkeypatch.setattr(rules, "build_as_known", build)
    told = rules.changed(home, current, home.warehouse, receipts)
    withdrawn = sorted(entry["submission_id"] for entry in current.manifest["withdrawals"])
    assert built == [([receipt.submission_id for receipt in then], withdrawn, current.published_at)]
    assert told and told["moved_count"] == 1 and told["moved"][0]["trace_key"] == MOVED

    def fails(*_: Any) -> None:
        raise transform.TransformFailed("model x could not be built\nat line 3")

    monkeypatch.setattr(rules, "build_as_known", fails)
    told = rules.changed(home, current, home.warehouse, receipts)
    assert told and told["not_told"] == "model x could not be built" and told["moved_count"] is None
    assert "niet bekend" in rules.words(told)[0]


def release_of(folder: Path, **said: Any) -> kept.Release:
    """A release of before, by this registry and code unless something else is said."""
    this = {"registry_sha256": registry.checksum(), "submissions": [], "withdrawals": [], "files": []}
    code = {"sha256": registry.code_checksum(), "version": "v1"}
    named = {"release_id": folder.name, "published_at": NOW.isoformat(), "code": code}
    return kept.Release(folder, named | this | said, ())


def test_of_a_release_whose_files_are_gone_it_is_told_which_code_changed_and_not_what_moved(tmp_path: Path) -> None:
    settings, folder = Settings(home=tmp_path), tmp_path / kept.RETIRED / "2024-01-22.1"
    files = registry.code_files() | {"models/gone.sql": "1"}
    for code, differing in (
        ({"version": "v1", "sha256": "other", "files": files}, ["models/gone.sql"]),
        ({"version": "v1", "sha256": "other"}, []),  # one of before does not say which files it was made with
    ):
        told = rules.changed(settings, release_of(folder, code=code), settings.warehouse, [])
        assert told and (told["code"], told["registry"], told["moved_count"]) == (differing, [], None)
        nl, en = rules.words(told)
        files_nl = ", ".join(differing) or "het register of de code"
        assert nl == f"sinds uitgave 2024-01-22.1 wijzigde {files_nl}; wat daardoor verschoof is niet bekend"
        assert en.endswith("what moved by it is not known")


def test_what_changed_in_the_registry_is_told_though_today_cannot_make_what_was_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, folder = Settings(home=tmp_path), tmp_path / "2024-01-22.1"
    folder.mkdir()
    with zipfile.ZipFile(folder / carried.REGISTRY, "w") as container:
        for name, content in (carried.seeds() | {"plan/plan.csv": b"another"}).items():
            container.writestr(name, content)
    listed = [{"path": carried.REGISTRY, "sha256": kept.sha256(folder / carried.REGISTRY)}]

    def failing(*_: object) -> None:
        raise transform.TransformFailed("a model failed\nwith many lines")

    monkeypatch.setattr(rules, "build_as_known", failing)
    before = release_of(folder, registry_sha256="other", files=listed, submissions=[{"submission_id": "s1"}])
    told = rules.changed(settings, before, settings.warehouse, [])
    assert told and (told["registry"], told["code"]) == (["plan/plan.csv"], [])
    assert (told["not_told"], told["moved_count"]) == ("a model failed", None)
    assert "wijzigde seeds/plan/plan.csv;" in rules.words(told)[0]


def test_todays_warehouse_will_do_where_nothing_came_in_or_was_withdrawn_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the receipts and withdrawals of then are made anew."""
    settings = Settings(home=tmp_path)
    receipts = []
    for number in (1, 2, 3):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"{number}")
        receipt = archive.receipt_for(path, settings.plan, "m1", NOW)
        archive.keep(settings.archive, path, receipt)
        receipts.append(receipt)
    for receipt in receipts[:2]:
        archive.withdraw(settings.archive, receipt, NOW, "verkeerd bestand", "sender")
    ids = [{"submission_id": receipt.submission_id} for receipt in receipts]
    built: list[Any] = []
    monkeypatch.setattr(rules, "build_as_known", lambda *given: built.append(given))
    same = release_of(tmp_path / "r", submissions=ids, withdrawals=ids[:2])
    assert rules._of_then(settings, same, settings.warehouse, receipts) == settings.warehouse and not built
    for before, then, withdrawn in (
        (release_of(tmp_path / "r", submissions=ids[:2], withdrawals=ids[:2]), receipts[:2], ids[:2]),
        (release_of(tmp_path / "r", submissions=ids, withdrawals=ids[:1]), receipts, ids[:1]),
    ):
        made = rules._of_then(settings, before, settings.warehouse, receipts)
        assert made != settings.warehouse and made.parent.is_dir() and not any(made.parent.iterdir())
        ((_, read, out, warehouse, moment),) = built
        assert (read, list(out), warehouse, moment) == (then, [w["submission_id"] for w in withdrawn], made, NOW)
        (made.parent / "left by an earlier night").touch()
        built.clear()
