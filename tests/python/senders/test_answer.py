"""The answer to the sender: every finding on its cell, in the sender's own workbook or as a table and a page."""

import csv
import errno
import io
import json
import os
import re
import zipfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from conftest import DemoRun
from openpyxl.worksheet.worksheet import Worksheet
from small_plan import small_sheets

from demo.return_files import write_csv
from flows import registry
from flows.check import Preview, check
from flows.forms import publication
from flows.intake import archive, sandbox
from flows.senders.answer import findings_csv, folder, marking, marks, told
from flows.senders.answer.marking import Job, mark_all
from flows.senders.answer.page import LOOK, page
from flows.senders.answer.verdict import Answer, read
from flows.settings import Settings

MEETMOMENT = registry.meetmomenten()["veerkracht", "m1"]


def finding(severity: str, sheet: str | None, cell: str | None, row: int | None, value: str = "x") -> dict[str, Any]:
    return {
        **{"rule_id": "V01", "severity": severity, "submission_id": "s", "sheet": sheet, "row_number": row},
        **{"column_name": "Bedrag", "cell": cell, "received_value": value, "expected": "een getal"},
        **{"file_name": "A.xlsx", "waiver_id": None},
        **{"message_nl": f"{value} is geen getal.", "message_en": f"{value} is not a number."},
    }


def answer(*findings: dict[str, Any]) -> Answer:
    rejected = any(f["severity"] == "critical" for f in findings)
    received = datetime(2021, 4, 19, 1, 17)
    return Answer("veerkracht-m1-0123456789ab", "veerkracht", "m1", "A.xlsx", "0" * 64, received, rejected, findings)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A sender's workbook: a formula, text that looks like one, merged cells, a hidden sheet, a comment."""
    path = tmp_path / "A.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.set_properties({"author": "Ministerie", "created": datetime(2021, 4, 1)})
        sheet = made.add_worksheet("Geld 2021")
        sheet.write_string(0, 0, "Bedrag", made.add_format({"bold": True}))
        sheet.write_formula("A2", "=1+1", None, 2)
        sheet.write_string("A3", "=cmd|' /C calc'!A0")
        sheet.write_number("A4", 5)
        sheet.write_comment("A4", "eigen opmerking")
        sheet.merge_range("A6:B7", "samen")
        made.add_worksheet("Bijlage").hide()
    return path


def marked(book: Path, *findings: dict[str, Any]) -> Any:
    target = book.with_name("marked.xlsx")
    marks.mark(book, answer(*findings), MEETMOMENT, target)
    return openpyxl.load_workbook(target)


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_the_findings_stand_in_front_of_the_senders_own_sheets(book: Path) -> None:
    made = marked(book, finding("critical", "Geld 2021", "A4", 4), finding("warning", None, None, None))
    assert made.sheetnames == ["Bevindingen", "Geld 2021", "Bijlage"]
    assert made.active.title == "Bevindingen"
    assert [s.title for s in made.worksheets if s.sheet_view.tabSelected] in ([], ["Bevindingen"])
    assert made["Bijlage"].sheet_state == "hidden"
    assert made["Geld 2021"]["A1"].font.b
    front = made["Bevindingen"]
    assert front["A1"].value == "Geweigerd / Rejected"
    assert {"V01", "x is geen getal.", "x is not a number.", "een getal"} <= set(texts(front))
    links = [cell.hyperlink.location for row in front.iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'Geld 2021'!A4"]


def test_a_cell_is_filled_by_its_gravest_finding_and_commented_in_dutch_then_english(book: Path) -> None:
    made = marked(book, finding("critical", "Geld 2021", "A4", 4), finding("info", "Geld 2021", "A4", 4, "y"))
    cell = made["Geld 2021"]["A4"]
    assert cell.fill.fgColor.rgb == "FFF4B6B0"
    words = cell.comment.text
    assert words.index("x is geen getal.") < words.index("x is not a number.") < words.index("y is geen getal.")
    assert words.endswith("eigen opmerking")
    assert cell.value == 5
    assert made["Geld 2021"]["A2"].comment is None


def test_a_note_is_as_high_as_its_text(book: Path) -> None:
    """Sixty letters stand in a line of 380 pixels at most, and a line is fifteen high."""
    heights = []
    for value in ("x", "kolom | " * 60, "kolom | " * 5_000):
        text = marked(book, finding("critical", "Geld 2021", "A3", 3, value))["Geld 2021"]["A3"].comment.text
        with zipfile.ZipFile(book.with_name("marked.xlsx")) as container:
            drawn = container.read("xl/drawings/commentsDrawing1.vml").decode()
        heights.append(int(re.findall(r"width:380px;height:(\d+)px", drawn)[0]))
        assert heights[-1] >= min(700, 15 * sum(-(-len(line) // 60) or 1 for line in text.split("\n")))
    assert heights[0] < 150 < heights[1] <= heights[2] <= 700, "no higher than a screen"


def test_a_finding_inside_merged_cells_marks_the_cell_one_sees(book: Path) -> None:
    made = marked(book, finding("error", "Geld 2021", "B7", 7))
    assert "x is geen getal." in made["Geld 2021"]["A6"].comment.text


def test_findings_on_several_of_the_merged_cells_mark_it_once_by_the_gravest(book: Path) -> None:
    found = [finding(severity, "Geld 2021", cell, 7) for severity, cell in (("critical", "A6"), ("warning", "B7"))]
    cell = marked(book, *found)["Geld 2021"]["A6"]
    assert cell.fill.fgColor.rgb == "FFF4B6B0" and cell.comment.text.count("Bevinding / finding") == 1
    assert cell.comment.text.count("x is geen getal.") == 2


def test_formulas_stay_the_senders_and_our_text_never_becomes_one(book: Path) -> None:
    made = marked(book, finding("critical", "Geld 2021", "A3", 3, "=cmd|' /C calc'!A0"))
    assert (made["Geld 2021"]["A2"].data_type, made["Geld 2021"]["A2"].value) == ("f", "=1+1")
    assert made["Geld 2021"]["A3"].data_type == "s"
    ours = [cell for row in made["Bevindingen"].iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [cell.data_type for cell in ours] == ["s"] * len(ours) and ours
    assert all(cell.quotePrefix for cell in ours)


def test_the_bytes_depend_on_workbook_and_findings_alone(book: Path) -> None:
    findings = finding("critical", "Geld 2021", "A4", 4)
    marked(book, findings)
    first = book.with_name("marked.xlsx").read_bytes()
    marked(book, findings)
    assert book.with_name("marked.xlsx").read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as container:
        properties = container.read("docProps/core.xml").decode()
        comments = container.read("xl/comments/comment1.xml").decode()
    assert "Ministerie" in properties and "openpyxl" not in properties
    assert "<author />" in comments or "<author></author>" in comments or "<author/>" in comments


def test_a_marked_workbook_that_is_corrected_and_sent_again_loses_its_marks(book: Path) -> None:
    marked(book, finding("critical", "Geld 2021", "A4", 4), finding("error", "Geld 2021", None, 2))
    again = marked(book.with_name("marked.xlsx"))
    assert again.sheetnames == ["Bevindingen", "Geld 2021", "Bijlage"]
    assert again["Bevindingen"]["A1"].value == "Aanvaard / Accepted"
    assert again["Geld 2021"]["A4"].comment.text == openpyxl.load_workbook(book)["Geld 2021"]["A4"].comment.text
    assert again["Geld 2021"]["A4"].fill.fill_type is None


def test_what_cannot_be_marked_leaves_the_others_to_be_marked(book: Path, tmp_path: Path) -> None:
    no_book, broken = tmp_path / "no_book.xlsx", tmp_path / "broken.xlsx"
    for path, member in ((no_book, "readme.txt"), (broken, "xl/workbook.xml")):
        with zipfile.ZipFile(path, "w") as container:
            container.writestr(member, "not what it seems")
    contents = {"a": no_book, "b": broken, "dies": tmp_path / "missing.xlsx", "good": book}
    jobs = [Job(c, replace(answer(), submission_id=name), tmp_path / f"{name}.out") for name, c in contents.items()]
    assert mark_all(jobs, Settings()) == {"good"}
    assert [path.name for path in tmp_path.glob("*.out")] == ["good.out"]


@pytest.mark.parametrize(("megabytes", "suffixes"), [(1, [".csv", ".html"]), (2, [".xlsx"])])
def test_a_workbook_larger_than_what_is_marked_is_answered_with_a_table_and_a_page(
    book: Path, tmp_path: Path, megabytes: int, suffixes: list[str]
) -> None:
    with zipfile.ZipFile(book, "a") as container:
        container.writestr("xl/media/picture.bin", os.urandom(2**20))
    one, place = answer(finding("critical", "Geld 2021", "A4", 4)), tmp_path / "answer"
    folder.write([one], {one.submission_id: book}, {one.submission_id: place}, Settings(max_marked_mb=megabytes))
    assert sorted(path.suffix for path in place.iterdir() if path.name != folder.ANSWER) == suffixes


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken"), MemoryError()])
def test_what_the_machine_fails_says_nothing_about_a_workbook(
    book: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Neither does a machine without memory; a file that is too large for its limits is left unmarked."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(marks, "mark", fail)
    monkeypatch.setattr(sandbox, "memory_was_there", lambda limits: False)
    order = json.loads(json.dumps([str(book), asdict(answer()), str(book.with_name("out"))], default=str))
    with pytest.raises(type(error)):
        marking._mark(order, Settings())
    error = OSError(errno.EFBIG, "too large")
    order = json.loads(json.dumps([str(book), asdict(answer()), str(book.with_name("out"))], default=str))
    assert marking._mark(order, Settings()) == marking._UNMARKED


@pytest.mark.parametrize("failures", [1, 2])
def test_a_failure_of_the_machine_is_tried_again_and_never_remembered(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    tried: list[object] = []
    run_all = sandbox.run_all

    def failing(body: str, jobs: Any, *given: Any) -> None:
        tried.append(body)
        if len(tried) <= failures:
            raise sandbox.Failed({0: "killed by SIGKILL"})
        run_all(body, jobs, *given)

    monkeypatch.setattr(sandbox, "run_all", failing)
    one, place = answer(finding("critical", "Geld 2021", "A4", 4)), tmp_path / "answer"
    written = {one.submission_id: place}
    folder.write([one], {one.submission_id: book}, written, Settings())
    is_marked = (place / "A_bevindingen.xlsx").exists()
    assert is_marked == (failures == 1) and is_marked != (place / "A_bevindingen.csv").exists()
    assert bool(folder.write([one], {one.submission_id: book}, written, Settings())) == (failures == 2)
    assert (place / "A_bevindingen.xlsx").exists() and not (place / "A_bevindingen.csv").exists()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+31", "+31"),
        ("-12,00", "-12,00"),
        ("-1+cmd", "'-1+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("VV001", "VV001"),
        ("a=b", "a=b"),
    ],
)
def test_no_text_in_the_csv_is_a_formula(text: str, written: str) -> None:
    content = findings_csv.findings_csv(answer(finding("error", "csv", "A2", 2, text)))
    assert content.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert row[header.index("Ontvangen")] == written


@pytest.mark.parametrize(
    ("cell", "number", "written"), [("A2", 2, "2"), ("AB5", 28, "5"), (None, 7, "7"), (None, None, "")]
)
def test_the_row_in_the_csv_is_the_row_of_the_file(cell: str | None, number: int | None, written: str) -> None:
    """In a sheet that lies on its side record 28 is column AB, and its cell stands on another row."""
    content = findings_csv.findings_csv(answer(finding("error", "Blad", cell, number)))
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert (row[header.index("Rij")], row[header.index("Cel")]) == (
        written,
        cell or (f"rij {number}" if number else ""),
    )


def test_the_page_is_dutch_first_needs_nothing_else_and_escapes_what_was_received() -> None:
    html = page(answer(finding("critical", "csv", "A2", 2, "<script>alert(1)</script>")))
    assert "<script" not in html and "&lt;script&gt;" in html
    assert html.index("Geweigerd") < html.index("Rejected")
    assert "19/04/2021 03:17" in html and "UTC" not in html, "by the clock of Brussels"
    assert "src=" not in html and "url(" not in html and "@import" not in html


@pytest.mark.parametrize(("rows", "told"), [(1, "op 1 van de 1 rij na"), (1200, "op 1 van de 1.200 rijen na")])
def test_one_row_is_a_row(rows: int, told: str) -> None:
    one = replace(answer(finding("error", "csv", "A2", 2)), row_count=rows)
    assert told in one.verdict_words[0]


def test_the_page_looks_like_the_site_and_leads_to_it() -> None:
    html = page(answer(finding("warning", "csv", "A2", 2)))
    assert LOOK.read_text(encoding="utf-8") in html
    leads = re.findall(r'href="([^"]*)"', html)
    pages = [f"{publication.value('base_uri')}/{name}.html" for name in ("index", "kwaliteit", "methode", "begrippen")]
    assert set(leads) == {"#inhoud", *pages}


def test_an_answer_is_written_again_only_when_it_says_something_else(book: Path, tmp_path: Path) -> None:
    told = answer(finding("warning", "Geld 2021", "A4", 4))
    contents, folders = {told.submission_id: book}, {told.submission_id: tmp_path / "answers" / "one"}
    assert folder.write([told], contents, folders, Settings()) == [tmp_path / "answers" / "one"]
    assert folder.write([told], contents, folders, Settings()) == []
    said = json.loads((tmp_path / "answers" / "one" / "answer.json").read_text(encoding="utf-8"))
    assert (said["verdict"], said["counts"]["warning"], said["files"]) == ("accepted", 1, ["A_bevindingen.xlsx"])
    worse = answer(finding("critical", "Geld 2021", "A4", 4))
    assert len(folder.write([worse], contents, folders, Settings())) == 1
    assert [path.name for path in (tmp_path / "answers").iterdir()] == ["one"]


def test_an_answer_is_written_again_when_another_file_counts_meanwhile(book: Path, tmp_path: Path) -> None:
    refused, place = answer(finding("critical", "Geld 2021", "A4", 4)), tmp_path / "answer"
    contents, folders = {refused.submission_id: book}, {refused.submission_id: place}
    for other in ("B.xlsx", "C.xlsx"):
        told = replace(refused, meanwhile={"file_name": other, "received_on": "20/04/2021"})
        assert folder.write([told], contents, folders, Settings()) == [place]
        assert folder.write([told], contents, folders, Settings()) == []
        said = json.loads((place / folder.ANSWER).read_text(encoding="utf-8"))
        assert said["meanwhile"] == {"file_name": other, "received_on": "20/04/2021"}


def test_what_was_withdrawn_is_answered_by_a_page_that_says_so_and_by_nothing_else(book: Path, tmp_path: Path) -> None:
    told, place = answer(finding("warning", "Geld 2021", "A4", 4)), tmp_path / "answer"
    contents, folders = {told.submission_id: book}, {told.submission_id: place}
    folder.write([told], contents, folders, Settings())
    withdrawn = replace(told, findings=(), withdrawn_on="21/04/2021")
    assert folder.write([withdrawn], contents, folders, Settings()) == [place]
    assert folder.write([withdrawn], contents, folders, Settings()) == []
    assert sorted(path.name for path in place.iterdir()) == ["A_bevindingen.html", folder.ANSWER]
    said = json.loads((place / folder.ANSWER).read_text(encoding="utf-8"))
    assert (said["verdict"], said["withdrawn_on"], said["findings"]) == ("withdrawn", "21/04/2021", [])
    html = (place / "A_bevindingen.html").read_text(encoding="utf-8")
    assert "Ingetrokken; telt niet mee" in html and "Withdrawn; not counted" in html and "Aanvaard" not in html
    assert "ingetrokken op 21/04/2021" in html and "withdrawn on 21/04/2021" in html


def test_an_answer_of_which_a_file_is_gone_is_written_again(book: Path, tmp_path: Path) -> None:
    told = answer(finding("warning", "Geld 2021", "A4", 4))
    table_of = replace(told, submission_id="veerkracht-m1-ba9876543210", file_name="B.csv")
    sent = tmp_path / "B.csv"
    sent.write_text("Bedrag\r\n5\r\n", encoding="utf-8")
    contents = {told.submission_id: book, table_of.submission_id: sent}
    folders = {told.submission_id: tmp_path / "answers" / "one", table_of.submission_id: tmp_path / "answers" / "other"}
    folder.write([told, table_of], contents, folders, Settings())
    files = [path for path in (tmp_path / "answers").glob("*/*") if path.name != folder.ANSWER]
    assert sorted(path.suffix for path in files) == [".csv", ".html", ".xlsx"]
    for path in files:
        path.unlink()
        assert folder.write([told, table_of], contents, folders, Settings()) == [path.parent]
        assert path.exists()


def test_of_thousands_of_findings_of_one_kind_the_first_are_marked_and_all_stand_in_a_table(
    book: Path, tmp_path: Path
) -> None:
    many = [finding("warning", "Geld 2021", f"C{row}", row) for row in range(2, told.MOST_MARKED + 202)]
    of_many = answer(*many)
    at = tmp_path / "answers" / "one"
    folder.write([of_many], {of_many.submission_id: book}, {of_many.submission_id: at}, Settings())
    made = openpyxl.load_workbook(at / "A_bevindingen.xlsx")
    assert sum(cell.comment is not None for (cell,) in made["Geld 2021"]["C2:C5000"]) == told.MOST_MARKED
    assert any(text.startswith(f"{len(many)} keer; bijvoorbeeld: ") for text in texts(made["Bevindingen"]))
    assert len((at / "A_bevindingen.csv").read_text("utf-8-sig").splitlines()) == 1 + len(many)
    said = json.loads((at / folder.ANSWER).read_text("utf-8"))
    assert said["counts"]["warning"] == len(said["findings"]) == len(many)
    assert said["files"] == ["A_bevindingen.csv", "A_bevindingen.xlsx"]


def test_each_submission_is_answered_in_its_own_form(small: DemoRun) -> None:
    answers = read(small.settings.warehouse)
    receipts = archive.receipts(small.settings.archive, small.settings.plan)
    assert {a.submission_id for a in answers} == {receipt.submission_id for receipt in receipts}
    for one in answers:
        at = small.settings.answers / one.meetmoment_code / folder.folder_name(one)
        endings = sorted(path.suffix for path in at.iterdir())
        assert endings == ([".json", ".xlsx"] if one.file_name.endswith(".xlsx") else [".csv", ".html", ".json"])
    (rejected,) = [a for a in answers if a.is_rejected]
    assert rejected.file_name == "OV_return_m7.xlsx"
    at = small.settings.answers / "m7" / folder.folder_name(rejected)
    made = openpyxl.load_workbook(at / "OV_return_m7_bevindingen.xlsx")
    places = {(f["sheet"], f["cell"]) for f in rejected.findings if f["severity"] == "critical"}
    assert len(places) == 2
    cells: list[Any] = [made[sheet][cell] for sheet, cell in places]
    assert all(cell.comment for cell in cells)


@pytest.mark.slow
def test_a_second_round_brings_nothing_new(small: DemoRun, tmp_path: Path) -> None:
    """What would be remarked beside the meetmoment before is told of a refused file too."""
    made = openpyxl.load_workbook(small.settings.inbox / "m7" / "OMG_return_m7.xlsx")
    title = next(cell for cell in made["Projecten"][1] if cell.value == "Titel").column
    made["Projecten"].cell(2, title).value = "Een heel andere naam"
    amount = made["Financien"]["D4"].value
    made["Financien"]["D4"] = "veel"
    path = tmp_path / "OMG_return_m7_v9.xlsx"
    made.save(path)
    now = datetime(2025, 2, 1, tzinfo=UTC)
    first = check(small.settings, [path], "m7", now).findings
    made["Financien"]["D4"] = amount
    made.save(path)
    second = check(small.settings, [path], "m7", now).findings

    def told(findings: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
        return {(f["rule_id"], f["sheet"], f["cell"], f["message_nl"]) for f in findings}

    assert any(f["severity"] == "critical" for f in first) and not any(f["severity"] == "critical" for f in second)
    assert any(f["gate"] == "comparison" for f in first) and told(second) <= told(first)


def test_the_sender_of_a_file_that_was_replaced_is_told_by_which_one_and_once(small: DemoRun) -> None:
    settings = small.settings
    answers = {answer.file_name: answer for answer in read(settings.warehouse)}
    first, second = answers["OMG_return_m6.xlsx"], answers["OMG_return_m6_v2.xlsx"]
    assert first.verdict_words[0].startswith("Vervangen") and not second.replacements
    assert "Sinds 20/01/2025 telt OMG_return_m6_v2.xlsx (ontvangen op 20/01/2025)" in first.next_words[0]
    place = settings.answers / first.meetmoment_code / folder.folder_name(first)
    said = json.loads((place / folder.ANSWER).read_text(encoding="utf-8"))
    assert [other["file_name"] for other in said["replacements"]] == ["OMG_return_m6_v2.xlsx"]
    folders = {a.submission_id: settings.answers / a.meetmoment_code / folder.folder_name(a) for a in answers.values()}
    contents = {a.submission_id: archive.content_path(settings.archive, a.sha256) for a in answers.values()}
    assert folder.write(list(answers.values()), contents, folders, settings) == [], "on later nights it stays as it is"


def test_the_sender_of_a_refused_file_is_told_which_of_its_files_counts_meanwhile(small: DemoRun) -> None:
    answers = {answer.file_name: answer for answer in read(small.settings.warehouse)}
    refused = [answer for answer in answers.values() if answer.is_rejected]
    told = {answer.file_name: answer.next_words[0].partition("telt intussen ")[2] for answer in refused}
    assert told == {"OV_return_m7.xlsx": "OV_return_m7_v2.xlsx (ontvangen op 20/01/2025), dat wel aanvaard is."}
    assert not any("meanwhile" in answer.next_words[1] for answer in answers.values() if not answer.is_rejected)
    alone = replace(refused[0], meanwhile=None)
    assert "counts meanwhile" in refused[0].next_words[1] and "meanwhile" not in alone.next_words[1]


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    """What `check` says where nothing was received yet of files of two senders.

    The projects of LV are refused, so that no row of its money counts; those of OMG count, and a later version of them
    is refused.
    """
    sent = tmp_path_factory.mktemp("sent")
    for domain, name, made_wrong in (
        ("LV", "projecten", "30/06/2026"),
        ("LV", "financien", None),
        ("LV", "financien", "Voorlopig"),
        ("OMG", "projecten", None),
        ("OMG", "projecten", "28/12/2024"),
        ("OMG", "status", "Gerealiseerd"),
    ):
        (sheet,) = (sheet for sheet in small_sheets(domain, 7) if sheet.name.lower() == name)
        path = sent / f"{domain}_{name}_m7{'_v2' if made_wrong else ''}.csv"
        write_csv(path, sheet, "utf-8-sig")
        if made_wrong:
            path.write_bytes(path.read_bytes().replace(made_wrong.encode(), b"31/06/2026"))
    now = datetime(2025, 1, 20, tzinfo=UTC)
    return check(Settings(home=sent / "home"), sorted(sent.glob("*.csv")), "m7", now)


def test_a_good_file_beside_a_refused_one_is_told_what_a_night_would_make_of_it(preview: Preview) -> None:
    """What leans on the refused one does not count yet; that it would, once that is right, is not what is asked."""
    (money,) = (told for told in preview.answers if told.file_name == "LV_financien_m7.csv")
    assert money.verdict_words[0] == "Aanvaard, op 2 van de 2 rijen na"
    of_it = {(f["rule_id"], f["row_number"]) for f in preview.findings if f["file_name"] == money.file_name}
    assert {("K02", 2), ("K02", 3)} <= of_it
    assert preview.findings == sorted(preview.findings, key=lambda f: registry.SEVERITIES.index(f["severity"]))


def test_only_a_file_of_the_same_layout_of_which_a_row_counts_counts_for_a_refused_one(preview: Preview) -> None:
    meanwhile = {told.file_name: told.meanwhile for told in preview.answers if told.is_rejected}
    assert meanwhile == {
        "LV_projecten_m7_v2.csv": None,
        "LV_financien_m7_v2.csv": None,
        "OMG_projecten_m7_v2.csv": {"file_name": "OMG_projecten_m7.csv", "received_on": "20/01/2025"},
        "OMG_status_m7_v2.csv": None,
    }
