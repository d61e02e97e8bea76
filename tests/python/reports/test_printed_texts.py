"""Texts of returns on a page: too long, missing, in Arabic script, full of markup; the page stays whole."""

import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pdf_reading
import pikepdf
import pytest
from conftest import DemoRun

from flows.release import kept
from flows.reports import making, typesetting

HEAD = making.Head("2025-01-20.1", datetime(2025, 1, 20, 1, 17, tzinfo=UTC), "0" * 64, "https://example.org/r")
MARKUP = '#panic("x") *vet* _schuin_ `code` $x^2$ <label> [inhoud] \\ // --- ~ @ref = kop'
LONG = "Gemeentegrensoverschrijdendemobiliteitsvoorzieningen" * 40
TEXTS = {
    "markup": MARKUP,
    "markup_of_others": "<b>vet</b> &amp; {{ jinja }} %s ${sh} '; drop table x; --",
    "arabic": "تعزيز الصمود في فلاندرز",
    "long": LONG,
    "many_words": "Evalueren van de resultaten en bijsturen waar nodig. " * 200,
    "letters_without_a_face": "emoji 😀, 中文, privé \ue000",
    "control": "bel \x07 nul \x00 einde",
    "unseen": "a\ufeffb\u200bc\u202ed",
    "white_space": "\tvoor\tna\r\nregel\x0bhoog\x0claag\u2028nieuw\x85einde \t",
    "combined": "e\u0301 ﬁ ½ ² Ω ß ĳ € “aanhaling” 100 %",
    "quotes": '"aanhaling" \'enkel\' \\u0041 \\n {"json": 1}',
}
SHOWN = {
    "letters_without_a_face": "emoji [U+1F600], [U+4E2D][U+6587], privé [U+E000]",
    "control": "bel [U+0007] nul [U+0000] einde",
    "unseen": "abcd",
}


@pytest.fixture(scope="module")
def marts(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The marts of a release whose projects have these texts, and one that has none."""
    current = kept.current(small.settings)
    assert current
    copy = tmp_path_factory.mktemp("texts") / "marts.duckdb"
    shutil.copy(current.database, copy)
    yield copy


def _fiches(marts: Path, tmp_path: Path, texts: Mapping[str, tuple[str, str]]) -> Path:
    """The bundle, with texts in the title of a project, and in its objective and its milestones."""
    copy = tmp_path / "marts.duckdb"
    shutil.copy(marts, copy)
    with duckdb.connect(str(copy)) as con:
        for project, (title, text) in texts.items():
            con.execute("update dim_project_history set title = ? where project_code = ?", [title, project])
            con.execute("update dim_project set objective = ? where project_code = ?", [text, project])
            for column in ("description", "explanation"):
                con.execute(
                    f"update fct_milestone_status_as_returned set {column} = ? where project_code = ?", [text, project]
                )
    page = tmp_path / "fiches.pdf"
    page.write_bytes(making.make(copy, "fiches", HEAD).files["fiches.pdf"]())
    return page


@pytest.mark.parametrize(
    "names", [pytest.param(list(TEXTS), id="all"), *(pytest.param([name], marks=pytest.mark.slow) for name in TEXTS)]
)
def test_a_text_of_a_return_is_printed_as_it_stands(marts: Path, tmp_path: Path, names: list[str]) -> None:
    with duckdb.connect(str(marts), read_only=True) as con:
        projects = con.sql("select project_code from project_fiche where meetmoment_code = 'm7' order by 1").fetchall()
    texts = {project: (TEXTS[name], TEXTS[name]) for (project,), name in zip(projects, names, strict=False)}
    assert len(texts) == len(names)
    page = _fiches(marts, tmp_path, texts)
    printed = unicodedata.normalize("NFC", pdf_reading.letters(page))
    for name in names:
        expected = "".join(SHOWN.get(name, TEXTS[name]).split())
        if name == "arabic":  # drawn from the right: its letters are there, in the order of the line
            assert {letter for letter in expected if letter.isalpha()} <= set(printed)
        else:
            # A hyphen may stand where a line ends; a letter and its accent may be one sign or two.
            expected = unicodedata.normalize("NFC", expected)
            assert expected[:40] in printed.replace("-\u00ad", "").replace("\u00ad", ""), name
    with pikepdf.open(page) as pdf:
        assert len(pdf.pages) > 10


def test_a_sheet_that_runs_on_says_above_the_page_of_which_project_it_is(marts: Path, tmp_path: Path) -> None:
    texts = {"VV001": ("Korte titel", TEXTS["many_words"]), "VV002": ("Even kort", "Kort.")}
    printed = pdf_reading.letters(_fiches(marts, tmp_path, texts))
    assert "VV001·Kortetitel(vervolg)" in printed and "VV002·Evenkort(vervolg)" not in printed


def test_a_project_of_which_hardly_anything_is_known_has_a_whole_page(marts: Path, tmp_path: Path) -> None:
    copy = tmp_path / "marts.duckdb"
    shutil.copy(marts, copy)
    with duckdb.connect(str(copy)) as con:
        for mart in (
            *("fct_milestone_status_as_returned", "fct_project_status_as_returned", "fct_finance_by_execution"),
            *("fct_indicator_value", "bridge_rrf_project", "fct_project_event"),
        ):
            con.execute(f"delete from {mart} where project_code = 'VV001'")
        con.execute("update dim_project_history set title = null where project_code = 'VV001'")
        con.execute("update dim_project set objective = null, start_date = null where project_code = 'VV001'")
    page = tmp_path / "fiches.pdf"
    page.write_bytes(making.make(copy, "fiches", HEAD).files["fiches.pdf"]())
    printed = pdf_reading.letters(page)
    for said in ("Geen middelen gerapporteerd.", "Geen mijlpalen gerapporteerd.", "niet gerapporteerd"):
        assert "".join(said.split()) in printed


def test_what_can_be_printed_is_left_as_it_is() -> None:
    data = {"a": ["gewone tekst", {"b": "é ß Ω عربي"}], "n": 1}
    assert typesetting.printable(data) == data
    assert typesetting.printable({"a": "😀"}) == {"a": "[U+1F600]"}
    assert typesetting.printable({"a": "\tx\r\ny\u2029"}) == {"a": " x \ny\n"}
