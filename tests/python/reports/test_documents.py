"""The documents of a release: all there, readable by people and programs, the same each time; their keys lead on."""

import csv
import json
import shutil
import time
import zipfile
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import docx
import duckdb
import openpyxl
import pdf_reading
import pikepdf
import pytest
from conftest import DemoRun
from docx.enum.text import WD_ALIGN_PARAGRAPH

from flows.account.trace import NotTraceable, trace
from flows.forms import publication, short_keys
from flows.release import kept
from flows.release.kept import Release
from flows.reports import declared, making, office, questions, sentences
from flows.reports.questions import NothingDelivered, subject


@pytest.fixture(scope="module")
def release(released: DemoRun) -> Release:
    current = kept.current(released.settings)
    assert current
    return current


@pytest.fixture(scope="module")
def folder(release: Release) -> Path:
    return release.folder / making.FOLDER


def head_of(release: Release) -> making.Head:
    return making.Head(
        release.release_id,
        release.published_at,
        release.manifest["content_sha256"],
        publication.release_uri(release.release_id),
    )


def test_a_release_holds_every_document_in_every_form_and_tells_what_each_leaves_out(folder: Path) -> None:
    told = json.loads((folder / making.TOLD).read_text(encoding="utf-8"))
    assert [document["name"] for document in told] == list(declared.names())
    assert not [document for document in told if document["not_made"]]
    promised = {
        document.file(form, language)
        for document in map(declared.document, declared.names())
        for form in document.forms
        for language in document.languages
    }
    assert {path.name for path in folder.iterdir()} == promised | {making.TOLD, making.KEYS}
    assert {name for document in told for name in document["files"]} == promised


def test_the_same_release_gives_the_same_bytes_in_a_second_or_two(
    release: Release, folder: Path, tmp_path: Path
) -> None:
    before = time.process_time()
    making.write(release.database, tmp_path / "again", head_of(release))
    spent = time.process_time() - before
    assert {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()} == {
        p.name: p.read_bytes() for p in folder.iterdir()
    }
    assert spent < 10


def test_a_document_of_an_earlier_meetmoment_is_made_on_demand(release: Release) -> None:
    with subject(release.database) as of:
        delivered = [
            code
            for (code,) in of.con.sql(
                "select meetmoment_code from dim_meetmoment where delivered_project_count > 0 order by all"
            ).fetchall()
        ]
    first = making.make(release.database, "key_figures", head_of(release), delivered[0])
    last = making.make(release.database, "key_figures", head_of(release))
    assert (first.meetmoment_code, last.meetmoment_code) == (delivered[0], delivered[-1])
    assert {name: file() for name, file in first.files.items()} != {name: file() for name, file in last.files.items()}
    with pytest.raises(NothingDelivered, match=delivered[-1]):
        making.make(release.database, "key_figures", head_of(release), "m99")
    with pytest.raises(declared.NoSuchDocument, match="cover_note"):
        making.make(release.database, "covernote", head_of(release))


def test_no_speerpunt_started_more_than_all_of_its_milestones(release: Release) -> None:
    with subject(release.database) as of:
        facts = {row["fact"]: row for row in of.rows((declared.FOLDER / "facts.sql").read_text(encoding="utf-8"))}
    band = facts["speerpunt.started_band"]
    assert band["previous"] >= 0 and band["numerator"] == band["previous"] + 10 <= 100


def changed(release: Release, folder: Path, *changes: str) -> Path:
    """A copy of the marts of a release, with these changes."""
    copy = folder / "marts.duckdb"
    shutil.copy(release.database, copy)
    with duckdb.connect(str(copy)) as con:
        for change in changes:
            con.execute(change)
    return copy


def said_of(database: Path, *documents: str) -> tuple[dict[str, str], set[str]]:
    """(code -> sentence, codes of those left out) of documents at the last meetmoment."""
    with subject(database) as of:
        told = [sentences.told(of, document, "nl") for document in documents]
    said = {one.code: one.text.replace("\u00a0", " ") for among, _ in told for one in among}
    return said, {one.code for _, among in told for one in among}


@pytest.mark.parametrize(
    ("name", "moment", "language", "expected"),
    [
        ("cover_note", "m6", "nl", "Alle projecten · Geld: Eenmalige relancemiddelen, voorlopig"),
        ("cover_note", "m6", "en", "All projects · Money: One-off recovery money, provisional"),
        ("cover_note", "m7", "nl", "Eenmalige relancemiddelen · Geld: voorlopig"),
        ("narrative", "m6", "nl", "Alle projecten · Geld: Eenmalige relancemiddelen, voorlopig"),
        ("key_figures", "m6", "nl", "Alle projecten · Geld: Eenmalige relancemiddelen"),
        ("key_figures", "m7", "nl", "Eenmalige relancemiddelen"),
        ("output_indicators", "m6", "nl", "Alle projecten"),
    ],
)
def test_the_head_says_of_what_money_is_where_that_is_not_what_is_counted(
    release: Release, name: str, moment: str, language: str, expected: str
) -> None:
    with subject(release.database, moment) as of:
        head = making.page_head(of, declared.document(name), head_of(release), language)
    assert head["scope"].replace("\u00a0", " ") == expected


def test_every_form_has_the_head_that_says_whether_money_is_provisional(folder: Path) -> None:
    assert "Geld:voorlopig" in pdf_reading.letters(folder / "cover_note.pdf")
    assert "Money:provisional" in pdf_reading.letters(folder / "cover_note.en.pdf")
    assert docx.Document(str(folder / "cover_note.docx")).paragraphs[1].text.endswith("Geld:\u00a0voorlopig")


def test_an_amount_beside_more_projects_says_of_how_many_it_is(release: Release, tmp_path: Path) -> None:
    database = changed(
        release,
        tmp_path,
        "update agg_finance_by_speerpunt set committed_reported_count = 1 where speerpunt_code = '1'",
    )
    with subject(database) as of:
        (row,) = (
            row
            for row in of.rows(declared.document("narrative").questions["speerpunten"])
            if row["speerpunt_code"] == "1"
        )
    assert (row["committed_project_count"], row["project_count"] > 1) == (1, True)
    (tmp_path / "narrative.pdf").write_bytes(
        making.make(database, "narrative", head_of(release)).files["narrative.pdf"]()
    )
    letters = pdf_reading.letters(tmp_path / "narrative.pdf")
    assert f"Projecten:{row['project_count']};vastgelegdvoor1daarvan:€" in letters
    assert letters.count("daarvan:") == 1, "of the other speerpunten all projects have an amount"


def test_a_change_is_not_that_of_the_sums_where_some_told_their_amount_once(release: Release, tmp_path: Path) -> None:
    one_told_once = """
        update agg_headline_change set change = change + 5000000, compared_count = compared_count - 1
        where meetmoment_code = 'm7' and measure in ('committed', 'paid') and execution = 'provisional'
    """
    database = changed(release, tmp_path, one_told_once)
    with subject(database) as of:
        rows = of.rows(declared.document("key_figures").questions["headlines"])
        ((compared,),) = of.con.sql(
            "select compared_count from agg_headline_change where meetmoment_code = 'm7' and measure = 'committed'"
            " and scope_code = getvariable('money_scope') and execution = 'provisional'"
        ).fetchall()
    assert compared in {row["Vergeleken projecten"] for row in rows if row["Op dezelfde projecten"] == "ja"}
    of_some = {"committed_of_some", "paid_of_some", "checked_committed_of_some", "checked_paid_of_some"}
    of_sums = {
        "committed_doubled",
        "committed_rose",
        "committed_fell",
        "paid_rose",
        "checked_committed",
        "checked_paid",
    }
    said, _ = said_of(database, "cover_note", "quality_check")
    assert of_some <= set(said) and not of_sums & set(said)
    assert said["committed_of_some"].startswith(
        f"Van {compared} projecten is het vastgelegde bedrag bij beide metingen"
    )
    said, _ = said_of(release.database, "cover_note", "quality_check")
    assert {"checked_committed", "checked_paid"} <= set(said) and not of_some & set(said)


def test_amounts_that_are_missing_are_told_where_there_are_any(release: Release, tmp_path: Path) -> None:
    missing = "update agg_finance_by_meetmoment set committed_missing_count = 0, paid_missing_count = 2"
    said, left_out = said_of(changed(release, tmp_path, missing), "cover_note")
    assert said["paid_missing"].startswith("Van 2 projecten ")
    assert "committed_missing" not in set(said) | left_out


@pytest.mark.parametrize(
    ("before", "said"), [("'m6'", "geen bedragen bekend"), ("null", "dit is de eerste")], ids=["skipped", "first"]
)
def test_of_what_has_nothing_before_it_no_quality_check_says_that_nothing_changed(
    release: Release, tmp_path: Path, before: str, said: str
) -> None:
    database = changed(
        release,
        tmp_path,
        "update dim_meetmoment set delivered_project_count = 0 where meetmoment_code <> 'm7'",
        f"update dim_meetmoment set previous_meetmoment_code = {before} where meetmoment_code = 'm7'",
        "delete from what_changed where comparison = 'movement'",
    )
    with subject(database) as of:
        findings = of.rows(declared.document("quality_check").questions["findings"])
    assert findings and {row["previous_count"] for row in findings} == {None}
    made = making.make(database, "quality_check", head_of(release))
    assert [said in sentence for sentence in made.sentences["nl"]] == [True, False]
    (tmp_path / "page.pdf").write_bytes(made.files["quality_check.pdf"]())
    letters = pdf_reading.letters(tmp_path / "page.pdf")
    assert letters.count("Erzijngeencijfersvaneenvorigemetingommeetevergelijken.") == 4
    assert "Geenenkelbedragdaalde" not in letters and "Erveranderdeniets" not in letters


def test_a_quality_check_that_compares_says_that_nothing_changed(release: Release, tmp_path: Path) -> None:
    database = changed(
        release,
        tmp_path,
        "delete from what_changed where comparison = 'movement'",
        "update agg_finance_change_by_project set decrease_eur = 0",
    )
    (tmp_path / "page.pdf").write_bytes(
        making.make(database, "quality_check", head_of(release)).files["quality_check.pdf"]()
    )
    letters = pdf_reading.letters(tmp_path / "page.pdf")
    assert "Geenenkelbedragdaalde." in letters and "Erveranderdeniets." in letters
    with subject(database) as of:
        findings = of.rows(declared.document("quality_check").questions["findings"])
    assert None not in {row["previous_count"] for row in findings}


@pytest.mark.parametrize(
    ("last", "sharing", "is_said"), [(7, 1, True), (7, 2, False), (1, 1, False)], ids=["one", "two", "there is but one"]
)
def test_a_speerpunt_is_singled_out_only_where_it_alone_has_the_largest_share(
    release: Release, tmp_path: Path, last: int, sharing: int, is_said: bool
) -> None:
    ranked = "(select dense_rank() over (order by speerpunt_code) as place, * from agg_milestones_by_speerpunt)"
    database = changed(
        release,
        tmp_path,
        f"create or replace temp table given as from {ranked} where meetmoment_code = 'm7'",
        "delete from agg_milestones_by_speerpunt where meetmoment_code = 'm7'",
        "insert into agg_milestones_by_speerpunt by name select * exclude (place) replace (10 as milestone_count,"
        f" if(place <= {sharing}, 10, 4) as realised_count) from given where place <= {last}",
    )
    said, left_out = said_of(database, "cover_note")
    assert ("most_realised" in said) == is_said
    assert "most_realised" not in left_out, "no figure of it is missing"


def test_of_a_release_without_returns_there_are_no_documents(release: Release, tmp_path: Path) -> None:
    empty = changed(release, tmp_path, "update dim_meetmoment set delivered_project_count = 0")
    assert making.write(empty, tmp_path / "reports", head_of(release)) == []
    assert not (tmp_path / "reports").exists()


PDFS = [name for name in declared.names() if "pdf" in declared.document(name).forms]


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_says_that_it_is_kept_and_read_aloud(folder: Path, name: str) -> None:
    document = declared.document(name)
    for language in document.languages:
        with pikepdf.open(folder / document.file("pdf", language)) as pdf:
            about = pdf.open_metadata()
            assert (about["pdfaid:part"], about["pdfaid:conformance"].upper()) == ("2", "A")
            assert about["pdfuaid:part"] == "1"
            assert str(pdf.Root.Lang).startswith(language)
            assert pdf.Root.MarkInfo.Marked
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            assert document.title[language] in str(pdf.docinfo["/Title"])


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_has_headings_table_headers_and_words_for_its_pictures(folder: Path, name: str) -> None:
    tree = pdf_reading.structure(folder / declared.document(name).file("pdf", "nl"))
    kinds = [kind for kind, _ in tree]
    assert "/Title" in kinds or "/H1" in kinds
    levels = [int(kind[2:]) for kind in kinds if kind.startswith("/H") and kind[2:].isdigit()]
    assert levels, "headings"
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), "no level is skipped"
    assert kinds.count("/Table") == 0 or "/TH" in kinds
    figures = [told for kind, told in tree if kind == "/Figure"]
    assert all(told.get("/Alt") for told in figures)


def test_the_fiches_have_a_bookmark_per_project_in_the_order_of_their_numbers(release: Release, folder: Path) -> None:
    with subject(release.database) as of:
        codes = [
            code
            for (code,) in of.con.sql(
                "select project_code from dim_project_history"
                " where meetmoment_code = getvariable('meetmoment') order by all"
            ).fetchall()
        ]
    with pikepdf.open(folder / "fiches.pdf") as pdf, pdf.open_outline() as outline:
        titles = [item.title for top in outline.root for item in (top, *top.children)]
    assert [title.split(" ")[0] for title in titles if title.split(" ")[0] in codes] == codes


def test_every_short_key_leads_to_its_figure(released: DemoRun, release: Release, folder: Path) -> None:
    with (folder / making.KEYS).open(encoding="utf-8", newline="") as file:
        keys = {row["short_key"]: row["trace_key"] for row in csv.DictReader(file)}
    assert len(keys) > 100
    with duckdb.connect(str(release.database), read_only=True) as con:
        for short_key, trace_key in list(keys.items())[:: max(1, len(keys) // 25)]:
            assert short_keys.found(con, short_key.upper()) == [trace_key]
            assert short_keys.found(con, f"{short_key}:paid_eur") == [f"{trace_key}:paid_eur"]
    printed = pdf_reading.letters(folder / "cover_note.pdf")
    headline = next(k for k, t in keys.items() if "/agg_headline_figure_by_scope/" in t and t.endswith("paid/total"))
    assert headline in printed
    traced = trace(released.settings, release, headline)
    assert traced.key == keys[headline]
    assert traced.adds_up
    with pytest.raises(NotTraceable, match="short key"):
        trace(released.settings, release, "00000000")


def test_the_workbooks_have_a_sheet_per_question_and_links_to_them(folder: Path) -> None:
    for name in ("eu_report", "key_figures"):
        document = declared.document(name)
        book = openpyxl.load_workbook(folder / f"{name}.xlsx")
        labels = [sheet["label"] for sheet in document.sheets.values()]
        assert book.sheetnames == ["Inhoud", *labels]
        links = {cell.value: cell.hyperlink.location for row in book["Inhoud"] for cell in row if cell.hyperlink}
        assert links == {label: f"'{label}'!A1" for label in labels}
        heads = {cell.value for label in labels for cell in book[label][4] if cell.value}
        assert heads
        assert not [head for head in heads if "_" in str(head)], "labels, not columns"
        for sheet in book:
            assert sheet.page_setup.orientation == "landscape", sheet.title
            assert sheet.page_setup.fitToHeight == 0, "as wide as a page, and as long as it is"
            assert sheet.title == "Inhoud" or sheet.max_row < 4 or sheet.print_title_rows == "$4:$4"


def test_the_note_that_officials_edit_says_what_the_page_says(folder: Path) -> None:
    written = docx.Document(str(folder / "cover_note.docx"))
    page = pdf_reading.letters(folder / "cover_note.pdf")
    figures = [run.text for paragraph in written.paragraphs for run in paragraph.runs if run.bold]
    assert len(figures) > 10
    assert not [figure for figure in figures if "".join(figure.split()) not in page]
    assert written.core_properties.language == "nl-BE"
    with zipfile.ZipFile(folder / "cover_note.docx") as parts:
        body = ElementTree.fromstring(parts.read("word/document.xml"))
    pictures = [element for element in body.iter() if element.tag.endswith("}docPr")]
    assert pictures
    assert all(picture.get("descr") for picture in pictures)
    titles = {picture.get("title") for picture in pictures}
    assert titles <= {paragraph.text for paragraph in written.paragraphs}, "a picture says above it what it shows"
    assert [paragraph.text for paragraph in written.paragraphs if paragraph.text == "Handtekening:\t"]


def test_no_figure_and_no_key_is_broken_over_two_lines_in_a_table_of_the_note(folder: Path) -> None:
    for table in docx.Document(str(folder / "cover_note.docx")).tables:
        widths = [column.width for column in table.columns]
        assert sum(widths) <= docx.shared.Cm(17)
        for width, column in zip(widths, table.columns, strict=True):
            size = column.cells[0].paragraphs[0].runs[0].font.size if column.cells[0].text else docx.shared.Pt(6.5)
            whole = [cell.text for cell in column.cells[1:]] + column.cells[0].text.split()
            letters = max(map(len, whole))
            assert letters > 15 or width > letters * docx.shared.Cm(0.13) * size / docx.shared.Pt(6.5), whole
            if all(cell.text.endswith("%") for cell in column.cells[1:]):
                aligned = {cell.paragraphs[0].alignment for cell in column.cells}
                assert aligned == {WD_ALIGN_PARAGRAPH.RIGHT}, column.cells[0].text
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader"), "the heading is repeated where the table runs on"


@pytest.mark.parametrize("amounts", [1, 3, 9])
@pytest.mark.parametrize("amount", ["€ 1,0 mln.", "€ 12.750,0 mln.", "€123,456,789.0 million"])
def test_a_table_of_the_note_has_room_for_amounts_of_any_size(amount: str, amounts: int) -> None:
    """Its letters are smaller where the page is too narrow; a name is never left without a place."""
    lines = [["Speerpunt", *["Vastgelegd"] * amounts], ["De economie verduurzamen", *[amount] * amounts]]
    widths, size = office._laid(lines, [False, *[True] * amounts])
    assert sum(widths) <= docx.shared.Cm(17) and widths[0] > docx.shared.Cm(2)
    for width in widths[1:]:
        assert width > len(amount) * docx.shared.Cm(0.13) * size / docx.shared.Pt(6.5)
    assert (size < docx.shared.Pt(6.5)) == (amounts == 9)


def test_a_fiche_names_the_indicators_of_its_project_also_where_it_reports_none(
    release: Release, tmp_path: Path
) -> None:
    database = tmp_path / "marts.duckdb"
    shutil.copy(release.database, database)
    with duckdb.connect(str(database)) as con:
        without = con.sql("""
            select project_code, meetmoment_code
            from dim_project_history
            anti join bridge_project_indicator using (project_code)
            where meetmoment_code = (select max_by(meetmoment_code, meetmoment_number) from dim_meetmoment
                where delivered_project_count > 0)
            order by project_code
        """).fetchall()
        ((indicator, label),) = con.sql("select indicator_code, label_nl from dim_indicator limit 1").fetchall()
        (project, moment), *others = without
        con.execute(
            "insert into bridge_project_indicator by name select ? as project_code, ? as indicator_code,"
            " true as is_in_register, false as is_in_objective, false as has_values, ? as first_meetmoment_code,"
            " ? as last_meetmoment_code",
            [project, indicator, moment, moment],
        )
    (pdf,) = making.make(database, "fiches", head_of(release)).files.values()
    (tmp_path / "fiches.pdf").write_bytes(pdf())
    letters = pdf_reading.letters(tmp_path / "fiches.pdf")
    assert letters.count("Aanditprojectisgeenindicatorgekoppeld") == len(others)
    assert f"Ookgekoppeld,zonderwaardebijdezemeting:{''.join(label.split())}(inhetregister)." in letters


def test_the_april_report_stays_on_the_meetmoment_that_has_all_its_definitive_amounts() -> None:
    """The first file of a next one would else make it a report on a handful of projects."""
    with duckdb.connect() as con:
        con.execute("create table dim_meetmoment as select * from (values"
                    " ('m1', 1, date '2021-12-31', 'all'), ('m2', 2, date '2022-12-31', 'all'),"
                    " ('m3', 3, date '2023-12-31', 'all'))"
                    " as told (meetmoment_code, meetmoment_number, cutoff_date, money_scope_code)")  # fmt: skip
        con.execute(
            "create table agg_finance_restatement (meetmoment_code text, scope_code text, level text,"
            " provisional_count int, final_count int)"
        )

        def chosen(finals: dict[str, int], up_to: int = 3) -> str | None:
            con.execute("delete from agg_finance_restatement")
            con.executemany(
                "insert into agg_finance_restatement values (?, 'all', 'plan', 10, ?)",
                [(code, finals.get(code, 0)) for code in ("m1", "m2", "m3")],
            )
            return questions._with_final_amounts(con, up_to)

        assert chosen({"m1": 10}) == "m1"
        assert chosen({"m1": 10, "m2": 2}) == "m1"
        assert chosen({"m1": 10, "m2": 10}) == "m2"
        assert chosen({"m1": 10, "m2": 10}, up_to=1) == "m1"
        assert chosen({"m1": 3, "m2": 2}) == "m2", "of parts alone the last is told, beside how many there are of"
        assert chosen({}) is None
