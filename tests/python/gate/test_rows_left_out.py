"""What a new version lacks beside the one it replaces: told with its keys, or held until somebody says it is meant."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from conftest import DemoRun
from openpyxl.workbook import Workbook

from flows.check import Preview, check
from flows.intake import archive
from flows.intake.withdrawal import withdraw
from flows.settings import Settings

AFTER = datetime(2025, 1, 21, 1, 17, tzinfo=UTC)
OMG = ("VV001", "VV002", "VV015", "VV028", "VV033")
RULES = {"M03", "M04", "M05", "M06", "M07", "M08", "M09", "M15"}


def keep(*codes: str) -> Callable[[Workbook], None]:
    """Leave out every row that names another project."""

    def change(book: Workbook) -> None:
        for sheet in book:
            header = [cell.value for cell in sheet[1]]
            if "Projectcode" not in header:
                continue
            place = header.index("Projectcode") + 1
            for row in range(sheet.max_row, 1, -1):
                if sheet.cell(row, place).value not in (*codes, None):
                    sheet.delete_rows(row)

    return change


def sort_apart(book: Workbook) -> None:
    """Sort the descriptions of the milestones, and nothing else."""
    sheet = book["Mijlpalen"]
    column = [cell.value for cell in sheet[1]].index("Omschrijving") + 1
    rows = range(2, sheet.max_row + 1)
    for row, text in zip(rows, sorted(str(sheet.cell(row, column).value) for row in rows), strict=True):
        sheet.cell(row, column).value = text


def without_milestones(book: Workbook) -> None:
    """The sheet is gone."""
    del book["Mijlpalen"]


def with_no_milestone(book: Workbook) -> None:
    """The sheet is there with its heading alone: that withdraws them."""
    assert book["Mijlpalen"].max_row > 2
    book["Mijlpalen"].delete_rows(2, book["Mijlpalen"].max_row)


VERSIONS = {
    "OMG_return_m7_v2.xlsx": ("OMG_return_m7.xlsx", keep("VV001")),
    "OMG_return_m7_v3.xlsx": ("OMG_return_m7.xlsx", keep()),
    "OMG_return_m7_v4.xlsx": ("OMG_return_m7.xlsx", keep(*OMG[:-1])),
    "OMG_return_m7_v5.xlsx": ("OMG_return_m7.xlsx", sort_apart),
    "OMG_nieuw_m7.xlsx": ("OMG_return_m7.xlsx", keep()),
    "Correctie van OMG.xlsx": ("OMG_return_m7.xlsx", keep("VV001")),
    "OV_return_m7_v3.xlsx": ("OV_return_m7_v2.xlsx", without_milestones),
    "KBBJ_return_m7_v2.xlsx": ("KBBJ_return_m7.xlsx", with_no_milestone),
}
"""Name of a version -> the return of the last meetmoment that it is, and what is changed in it."""
LAST_TIME, WITHDRAWN, RECEIVED = "OMG_vorige_m7.xlsx", "FB_return_m7.xlsx", "OV_return_m7_v2.xlsx"


@pytest.fixture(scope="module")
def preview(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Preview:
    """What is said of these versions, of a return of the meetmoment before, and of two that were received before."""
    settings, folder = Settings(home=tmp_path_factory.mktemp("home")), tmp_path_factory.mktemp("again")
    shutil.copytree(small.settings.archive, settings.archive)
    shutil.copytree(small.settings.build / "parsed", settings.build / "parsed")
    inbox = small.settings.inbox
    for name, (of, change) in VERSIONS.items():
        book = openpyxl.load_workbook(inbox / "m7" / of)
        change(book)
        book.properties.title = name  # so that none is a copy of another
        book.save(folder / name)
    (folder / LAST_TIME).write_bytes((inbox / "m6" / "OMG_return_m6_v2.xlsx").read_bytes())
    (withdrawn,) = [r for r in archive.receipts(settings.archive, settings.plan) if r.file_name == WITHDRAWN]
    withdraw(settings, withdrawn.submission_id, "verkeerd bestand", "sender", AFTER - timedelta(hours=2))
    files = [
        *(folder / name for name in (*VERSIONS, LAST_TIME)),
        *(inbox / "m7" / name for name in (WITHDRAWN, RECEIVED)),
    ]
    return check(settings, files, "m7", AFTER)


@pytest.fixture(scope="module")
def told(preview: Preview) -> dict[str, list[dict[str, Any]]]:
    """By file what these rules say."""
    found = [dict(f) for f in preview.findings if f["rule_id"] in RULES]
    return {name: [f for f in found if f["file_name"] == name] for name in (*VERSIONS, LAST_TIME, WITHDRAWN, RECEIVED)}


def rules(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(finding["rule_id"], finding["severity"]) for finding in found}


def test_a_version_with_most_projects_left_out_is_held_and_names_them(told: dict[str, Any]) -> None:
    found = told["OMG_return_m7_v2.xlsx"]
    assert rules(found) == {("M06", "critical")}
    (one,) = found
    assert "Projecten: VV002, VV015, VV028, VV033" in one["received_value"].split("; ")
    assert "Projecten: 4 van de 5 rijen" in one["message_nl"] and "Projecten: 4 of the 5 rows" in one["message_en"]


def test_a_version_with_headings_only_is_held_and_is_empty(told: dict[str, Any]) -> None:
    assert rules(told["OMG_return_m7_v3.xlsx"]) == {("M06", "critical"), ("M07", "critical")}


def test_a_return_with_headings_only_is_refused_under_any_name(told: dict[str, Any]) -> None:
    (found,) = told["OMG_nieuw_m7.xlsx"]
    assert rules([found]) == {("M07", "critical")} and "OMG_nieuw_m7.xlsx" in found["message_nl"]


def test_a_version_that_lacks_one_project_says_which_and_counts(told: dict[str, Any]) -> None:
    found = told["OMG_return_m7_v4.xlsx"]
    assert rules(found) == {("M05", "warning")}
    (one,) = found
    assert "Projecten: VV033" in one["received_value"].split("; "), "what was held replaced nothing"
    assert one["received_value"].count("; ") > 2, "all sheets in one sentence"


def test_one_column_sorted_apart_from_the_rest_is_noticed(told: dict[str, Any]) -> None:
    (found,) = told["OMG_return_m7_v5.xlsx"]
    assert rules([found]) == {("M08", "warning")} and found["received_value"] == "Mijlpalen, Omschrijving"


def test_last_times_return_sent_for_this_meetmoment_is_noticed(told: dict[str, Any]) -> None:
    assert rules(told[LAST_TIME]) == {("M09", "warning"), ("M15", "info")}
    (found,) = [finding for finding in told[LAST_TIME] if finding["rule_id"] == "M09"]
    assert "Meting 6" in found["message_nl"]


def test_part_of_a_return_under_any_other_name_is_told_what_keeps_holding(told: dict[str, Any]) -> None:
    found = told["Correctie van OMG.xlsx"]
    assert rules(found) == {("M03", "warning"), ("M15", "info")}
    (beside,) = [finding for finding in found if finding["rule_id"] == "M15"]
    assert "OMG_return_m7.xlsx" in beside["message_nl"]
    assert all(name in beside["received_value"] for name in OMG[1:]), "all of them, however many are named"
    assert "VV002, VV015, VV028, VV033" in beside["message_nl"] and "_v2" in beside["message_nl"]


def test_a_new_version_without_a_sheet_is_told_that_its_rows_keep_holding(told: dict[str, Any], small: DemoRun) -> None:
    held = openpyxl.load_workbook(small.settings.inbox / "m7" / RECEIVED)["Mijlpalen"].max_row - 1
    of_sheets = {name: [f for f in found if f["rule_id"] == "M04"] for name, found in told.items()}
    ((name, (one,)),) = [(name, found) for name, found in of_sheets.items() if found]
    assert (name, one["severity"], one["received_value"]) == ("OV_return_m7_v3.xlsx", "warning", "Mijlpalen")
    assert one["expected"] == str(held) and held > 0


def test_what_would_not_be_received_again_is_judged_all_the_same(preview: Preview) -> None:
    """And which of it was withdrawn is told."""
    assert [answer.file_name for answer in preview.answers][-2:] == [WITHDRAWN, RECEIVED]
    assert not any(answer.is_rejected for answer in preview.answers[-2:])
    known = [(file["file_name"], file["is_withdrawn"]) for file in preview.received]
    assert known == [(WITHDRAWN, True), (RECEIVED, False)]
