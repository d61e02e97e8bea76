"""The Excel return: prefilled, protected where it should be, and received without a finding once it is filled in."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from conftest import DemoRun
from kept_homes import copied
from made_release import make_release
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from flows import cli, registry
from flows.check import check
from flows.commands import shared
from flows.release import kept, publishing
from flows.senders.template import Written, write_template
from flows.settings import Settings
from flows.standing import AnotherNight

IN_TIME = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)
PUBLISHED = " (wordt gepubliceerd)"
"""What our template adds to a header of the senders' own returns, which are read with and without it."""


@pytest.fixture(scope="module")
def made(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    path = tmp_path_factory.mktemp("template") / "OMG_return_m7.xlsx"
    return path, write_template(small.settings, "veerkracht", "m7", "OMG", path)


def headers(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for cell in sheet[1]]


def keyed(sheet: Worksheet, keys: list[str]) -> dict[tuple[Any, ...], int]:
    """Key values -> row number."""
    columns = [headers(sheet).index(key) + 1 for key in keys]
    return {
        tuple(sheet.cell(row, column).value for column in columns): row
        for row in range(2, sheet.max_row + 1)
        if sheet.cell(row, columns[0]).value
    }


def keys_of(sheet_name: str) -> list[str]:
    (layout,) = [r["layout_code"] for r in registry.rows("layouts/layout") if r["sheet_name"] == sheet_name]
    keys = {(r["record"], r["field"]) for r in registry.rows("contract/record_field") if r["is_key"] == "true"}
    rows = [r for r in registry.rows("layouts/layout_column") if r["layout_code"] == layout and r["source_column"]]
    return list(dict.fromkeys(r["source_column"] for r in rows if (r["record"], r["field"]) in keys))


def data_sheets(book: Any) -> Iterator[Worksheet]:
    yield from (book[name] for name in book.sheetnames if name != "Toelichting")


def fill_in(template: Path, answers: Path, target: Path) -> None:
    """What a person does: the open cells of each row, and a new row for what was not there before."""
    book, source = openpyxl.load_workbook(template), openpyxl.load_workbook(answers)
    for sheet in data_sheets(book):
        if sheet.title not in source.sheetnames:
            continue
        asked = source[sheet.title]
        rows = keyed(sheet, keys_of(sheet.title))
        for key, row in keyed(asked, keys_of(sheet.title)).items():
            is_new = key not in rows
            at = rows.setdefault(key, len(rows) + 2)
            for column, header in enumerate(headers(sheet), start=1):
                cell = sheet.cell(at, column)
                if is_new or not cell.protection.locked:
                    cell.value = asked.cell(row, headers(asked).index(header.removesuffix(PUBLISHED)) + 1).value
    book.save(target)


def test_sheets_and_headers_are_those_of_the_senders_own_returns(small: DemoRun, made: tuple[Path, Written]) -> None:
    book = openpyxl.load_workbook(made[0])
    theirs = openpyxl.load_workbook(small.settings.inbox / "m7" / "OMG_return_m7.xlsx")
    assert book.sheetnames[0] == "Toelichting"
    for sheet in theirs.worksheets[1:]:
        ours = [header.removesuffix(PUBLISHED) for header in headers(book[sheet.title])]
        assert ours == headers(sheet), sheet.title


def test_the_field_itself_says_that_an_explanation_is_published(made: tuple[Path, Written]) -> None:
    book = openpyxl.load_workbook(made[0])
    explained = {
        (row["layout_code"], row["source_column"])
        for row in registry.rows("layouts/layout_column")
        if row["field"] == "explanation" and row["layout_code"].startswith("vv_")
    }
    sheet_of = {row["layout_code"]: row["sheet_name"] for row in registry.rows("layouts/layout")}
    for layout in {layout for layout, _ in explained}:
        assert {header for of, header in explained if of == layout} == {"Toelichting", f"Toelichting{PUBLISHED}"}
        assert headers(book[sheet_of[layout]]).count(f"Toelichting{PUBLISHED}") == 1
        assert "Toelichting" not in headers(book[sheet_of[layout]])
    told = [[str(cell.value or "") for cell in row] for row in book["Toelichting"].iter_rows()]
    fields = [row for row in told if row[1] == f"Toelichting{PUBLISHED}"]
    assert len(fields) == 4 and all("wordt gepubliceerd" in row[4] and "is published" in row[5] for row in fields)
    assert any("wordt gepubliceerd" in row[0] and "is published" in row[5] for row in told)


def test_it_is_prefilled_with_the_meetmoment_before_inside_the_monitored_scope(made: tuple[Path, Written]) -> None:
    path, written = made
    assert written.prefilled_from == "m6"
    book = openpyxl.load_workbook(path)
    projects = book["Projecten"]
    domain, funding = (headers(projects).index(h) + 1 for h in ("Beleidsdomein", "Financiering"))
    rows = range(2, projects.max_row + 1)
    assert {projects.cell(row, domain).value for row in rows} == {"OMG"}
    assert {projects.cell(row, funding).value for row in rows} == {"Eenmalig"}, "only these are monitored"
    money = book["Financien"]
    assert {money.cell(row, 2).value for row in range(2, money.max_row + 1)} == {"Voorlopig"}
    assert isinstance(money["C2"].value, int | float) and money["C2"].number_format == "#,##0.00"
    planned: Any = book["Mijlpalen"].cell(2, headers(book["Mijlpalen"]).index("Geplande datum") + 1)
    assert planned.is_date and planned.number_format == "dd/mm/yyyy"
    assert written.rows["Overdrachten"] == 0, "a decision counts once and is not repeated"


def test_it_holds_what_the_release_has_and_not_what_a_night_took_in_since(small: DemoRun, tmp_path: Path) -> None:
    """A later night took a project in and was held by gate 2: its warehouse has the project, the release has not."""
    copied(small.settings.home, tmp_path / "home")
    settings = Settings(home=tmp_path / "home")
    current = kept.current(settings)
    assert current
    with duckdb.connect(str(settings.warehouse)) as con:
        ((row_id, project_code),) = con.sql("""
            select row_id, project_code from intermediate.int_project_version
            where is_current and meetmoment_code = 'm6' and upper(policy_domain) = 'OMG' and funding_type = 'one_off'
            order by project_code limit 1
        """).fetchall()
        since = current.published_at.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)
        con.execute("update intermediate.int_project_version set known_from = ? where row_id = ?", [since, row_id])
    written = write_template(settings, "veerkracht", "m7", "OMG", tmp_path / "made.xlsx")
    assert written.release_id == current.release_id
    sheet = openpyxl.load_workbook(tmp_path / "made.xlsx")["Projecten"]
    codes = {sheet.cell(row, 1).value for row in range(2, sheet.max_row + 1)}
    assert codes and project_code not in codes


def test_references_are_locked_and_input_is_open(made: tuple[Path, Written]) -> None:
    book = openpyxl.load_workbook(made[0])
    for sheet in data_sheets(book):
        assert sheet.protection.sheet and sheet.freeze_panes, sheet.title
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    milestones = book["Mijlpalen"]
    locked = {header: milestones.cell(2, i).protection.locked for i, header in enumerate(headers(milestones), start=1)}
    assert {header for header, is_locked in locked.items() if is_locked} == {
        *("Projectcode", "Mijlpaalcode", "Omschrijving"),
    }
    assert not milestones.column_dimensions["A"].protection.locked, "a new milestone can be added"


def test_a_date_or_an_amount_never_stands_against_the_word_beside_it(made: tuple[Path, Written]) -> None:
    sheet = openpyxl.load_workbook(made[0])["Mijlpalen"]
    cell = sheet.cell(2, headers(sheet).index("Geplande datum") + 1)
    assert isinstance(cell.value, datetime) and (cell.alignment.horizontal, cell.alignment.indent) == ("right", 1)


def test_drop_downs_offer_the_dutch_labels_that_are_valid_at_the_meetmoment(made: tuple[Path, Written]) -> None:
    book = openpyxl.load_workbook(made[0])
    status = book["Status"]
    (rule,) = [v for v in status.data_validations.dataValidation if v.type == "list"]
    assert "B2" in rule.sqref and "B3000" in rule.sqref
    area = rule.formula1.split("!")[1].replace("$", "")
    offered = [cell.value for (cell,) in book["Toelichting"][area]]
    assert offered[:2] == ["Niet gestart", "Op schema"] and "Opgestart" not in offered
    labels = {status.cell(row, 2).value for row in range(2, status.max_row + 1)}
    assert labels <= set(offered)


@pytest.mark.slow
def test_filled_in_and_sent_back_it_is_received_without_a_finding(
    small: DemoRun, made: tuple[Path, Written], tmp_path: Path
) -> None:
    theirs = small.settings.inbox / "m7" / "OMG_return_m7.xlsx"
    filled = tmp_path / "OMG_return_m7.xlsx"
    fill_in(made[0], theirs, filled)
    settings = Settings(home=tmp_path / "home")
    shutil.copytree(small.settings.archive, settings.archive)
    for receipt in settings.archive.glob("*/receipts/veerkracht__m7.json"):
        receipt.unlink()

    def told(path: Path) -> set[tuple[str, str | None, str | None]]:
        findings = check(settings, [path], "m7", IN_TIME).findings
        return {(f["rule_id"], f["sheet"], f["received_value"]) for f in findings}

    assert told(filled) <= told(theirs)


def test_the_bytes_depend_on_registry_and_values_alone(
    small: DemoRun, made: tuple[Path, Written], tmp_path: Path
) -> None:
    write_template(small.settings, "veerkracht", "m7", "OMG", tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == made[0].read_bytes()


def test_the_first_meetmoment_starts_empty(tmp_path: Path) -> None:
    written = write_template(Settings(home=tmp_path), "veerkracht", "m1", None, tmp_path / "m1.xlsx")
    assert written.prefilled_from is None
    assert set(written.rows.values()) == {0}


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(ValueError, match="XYZ is no policy domain of veerkracht; it has KBBJ"):
        write_template(settings, "veerkracht", "m1", "XYZ", tmp_path / "x.xlsx")
    with pytest.raises(ValueError, match="pnrr has no Excel return"):
        write_template(settings, "pnrr", "v01", None, tmp_path / "x.xlsx")


def test_each_field_of_the_contract_is_explained_in_dutch() -> None:
    contract = {(row["record"], row["field"]) for row in registry.rows("contract/record_field")}
    explained = {(r["record"], r["field"]) for r in registry.rows("contract/template_field") if r["description_nl"]}
    assert explained == contract
    records = {row["record"] for row in registry.rows("contract/record")}
    assert {row["record"] for row in registry.rows("contract/template_record")} == records


def test_a_warehouse_that_is_not_whole_or_is_being_made_gives_no_empty_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night that was killed leaves tables without rows, or none; one that runs lets nobody read them."""
    settings = Settings(home=tmp_path)
    make_release(settings, "2025-01-14.1", datetime(2025, 1, 14, 1, tzinfo=UTC), [])
    publishing.switch(settings, settings.releases / "2025-01-14.1")
    settings.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.sql("create schema marts; create table marts.dim_plan (plan_code varchar)")
    target = tmp_path / "return.xlsx"
    with pytest.raises(ValueError, match="niet heel"):
        write_template(settings, "veerkracht", "m7", "OMG", target)

    def is_locked(*_: Any, **__: Any) -> None:
        raise duckdb.IOException("IO Error: Could not set lock on file: Conflicting lock is held")

    monkeypatch.setattr(duckdb, "connect", is_locked)
    with pytest.raises(AnotherNight):
        write_template(settings, "veerkracht", "m7", "OMG", target)
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    monkeypatch.setattr(shared, "query", lambda *_: [])
    shown = CliRunner().invoke(cli.app, ["status"])
    assert shown.exit_code == 0 and "er loopt een nacht" in shown.output
    assert not target.exists()
