"""What is not seen and what carries no data: it never refuses a right file, and what it may have changed is told."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from made_files import HEADERS, parsed, plain_csv, rule_ids, workbook

from flows import registry
from flows.intake.parse import parse_file
from flows.intake.signs import with_controls_shown
from flows.registry import Layout
from flows.settings import Settings

ROW = "VV001;Opgestart;;eerste"
HEADER = ";".join(HEADERS)
UNSEEN = {
    "no width": "\u200b",
    "joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "from left to right": "\u200e",
    "hard space": "\u00a0",
    "narrow space": "\u202f",
    "tab": "\t",
}


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=list(UNSEEN))
def test_a_header_is_named_by_what_is_seen_of_it(tmp_path: Path, sign: str) -> None:
    headers = [f"{sign}Projectcode", f"Project{'' if sign.isspace() else sign}status{sign}", *HEADERS[2:]]
    content = ("\r\n".join([";".join(headers), ROW, "EINDE;1"]) + "\r\n").encode()
    book = workbook(lambda _, sheet: sheet.write_row(1, 0, ["VV001", "Opgestart"]), headers=headers)
    for form in (content, book):
        result, rows = parsed(tmp_path, form)
        assert result.refusals == [] and result.sheets[0].headers == HEADERS and len(rows) == 1


def test_an_accent_written_apart_is_on_its_letter(tmp_path: Path) -> None:
    result, _ = parsed(tmp_path, plain_csv(ROW + ";", header=HEADER + ";Financie\u0308n"))
    assert result.sheets[0].headers[-1] == "Financiën"


@pytest.mark.parametrize("sign", [" ", "\u00a0", "\n", "\u200b", " \u00a0\n "])
def test_rows_of_what_is_not_seen_are_none(tmp_path: Path, sign: str) -> None:
    book = workbook(lambda _, s: [s.write_row(1, 0, ["VV001", "Opgestart"]), s.write_string(5, 1, sign)])
    records = [dict(zip(HEADERS, ["VV001", "Opgestart", "", ""], strict=True)), {"Projectcode": sign}]
    for form in (book, plain_csv(ROW, f';"{sign}";;').replace(b"EINDE;2", b"EINDE;1"), json.dumps(records).encode()):
        result, rows = parsed(tmp_path, form)
        assert result.refusals == [] and len(rows) == 1


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\r\n{ROW}\r\nEINDE;1;;\r\n;;;\r\n;;;\r\n",
        f"{HEADER}\r\n{ROW}\r\nEINDE;1\r\n\r\n \r\n",
        f"{HEADER};;\r\n{ROW};;\r\nEINDE;1;;;;\r\n",
        f"{HEADER}\r\n{ROW};\r\nEINDE;1\r\n",
        f"{HEADER}\r\n{ROW}\r\n;;;\r\nEINDE;1\r\n",
        f"{HEADER}\r\n{ROW}\r\n;;;\r\nEINDE;2\r\n",
        f"{HEADER}\r\n{ROW}\r\nEINDE;1",
        f"{HEADER}\r\n{ROW}\r\nEINDE;1\r\n\x1a",
        f"{HEADER}\r\n{ROW}\r\nEINDE;1\x1a",
        f"{HEADER}\r\n{ROW}\r\nEINDE ; 1 \r\n",
        f"{HEADER}\r\n{ROW}\r\nEinde;1\r\n",
    ],
)
def test_empty_rows_and_columns_and_the_end_of_a_text_are_nothing(tmp_path: Path, content: str) -> None:
    result, rows = parsed(tmp_path, content.encode())
    assert result.refusals == []
    assert [(row["row_number"], row["texts"]) for row in rows] == [(2, ROW.split(";"))]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (f"{HEADER}\r\n{ROW}\r\nEINDE;2\r\n", "F05"),
        (f"{HEADER}\r\n{ROW}\r\n;;;\r\n", "F05"),
        (f"{HEADER}\r\n{ROW}\r\nEINDE;1\r\n{ROW}\r\n", "F05"),
        (f"{HEADER}\r\n{ROW};x\r\nEINDE;1\r\n", "F04"),
        (f"{HEADER}\r\nVV001;Opgestart\r\nEINDE;1\r\n", "F04"),
    ],
)
def test_a_cut_file_is_still_refused(tmp_path: Path, content: str, rule: str) -> None:
    assert rule_ids(parsed(tmp_path, content.encode())[0]) == [rule]


@pytest.mark.parametrize(
    "rows", [(ROW,), (ROW, ROW.replace("VV001", "VV002")), (ROW, ";;;", ROW.replace("VV001", "VV002"))]
)
def test_the_closing_line_that_is_asked_for_is_the_right_one(tmp_path: Path, rows: tuple[str, ...]) -> None:
    content = "\r\n".join([HEADER, *rows, ""])
    (refusal,) = parsed(tmp_path, content.encode())[0].refusals
    assert refusal.rule_id == "F05"
    (of_wrong_count,) = parsed(tmp_path, f"{content}einde;9\r\n".encode())[0].refusals
    assert of_wrong_count.expected == refusal.expected
    assert parsed(tmp_path, f"{content}{refusal.expected}\r\n".encode())[0].refusals == []


def test_a_whole_last_row_without_a_line_end_is_read_and_told(tmp_path: Path) -> None:
    """Of the layouts without an end marker: a row as wide as the header may be whole, a shorter one is cut."""
    header = "id,nom,ministere"
    for content, refused in (
        (f"{header}\r\nA,B,C", ["F25"]),
        (f"{header}\r\nA,B", ["F05"]),
        (f"{header}\r\nA,B,C\r\n", []),
    ):
        result, rows = read_without_marker(tmp_path, content.encode())
        assert rule_ids(result) == refused and len(rows) == (refused != ["F05"])


def read_without_marker(tmp_path: Path, content: bytes) -> tuple[Any, list[Any]]:
    layout = Layout("none", "p", "", ",", "", 1, "", (("id",), ("nom",), ("ministere",)), ())
    path = tmp_path / "content"
    path.write_bytes(content)
    result = parse_file(path, [layout], tmp_path, Settings())
    return result, pq.read_table(tmp_path / "rows.parquet").to_pylist()


@pytest.mark.parametrize(
    ("explanation", "text"),
    [
        ("België €".encode("cp850", "replace"), "Belgi‰ ?"),
        ("één coördinatie café".encode("cp850"), "‚‚n co”rdinatie caf‚"),
        ("BelgiÃ« Ã©Ã©n".encode(), "BelgiÃ« Ã©Ã©n"),
        ("BelgiÃ«".encode("utf-8-sig"), None),
        ("België â€™s".encode(), "België â€™s"),
        (b"Belgi\x8f en verder", "Belgi\ufffd en verder"),
        ("België ".encode() + b"\xe9\xe9n", "België \ufffd\ufffdn"),
    ],
)
def test_letters_that_were_lost_are_told_with_their_cell(tmp_path: Path, explanation: bytes, text: str | None) -> None:
    result, rows = parsed(tmp_path, plain_csv("VV001;Opgestart;;@").replace(b"@", explanation))
    assert [(r.rule_id, r.row_number, r.column_name) for r in result.refusals] == [("F23", 2, "Toelichting")]
    assert text is None or rows[0]["texts"][3] == text


@pytest.mark.parametrize(
    "text",
    ["België", "DÉJÀ\u00a0: «\u00a0ÉCOLE\u00a0»", "1990–2000 – “één” … ‘s avonds’", "Ângela Ã", "„Straße“", "100‰"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_letters_that_are_meant_are_not_told(tmp_path: Path, text: str, encoding: str) -> None:
    result, rows = parsed(tmp_path, plain_csv(f"VV001;Opgestart;;{text}").decode().encode(encoding))
    assert result.refusals == [] and rows[0]["texts"][3] == text


def test_utf_8_with_windows_letters_is_never_read_as_windows(tmp_path: Path) -> None:
    """More than a few bytes that are no UTF-8, among others that can be nothing else."""
    rows = [f"VV{n:03};Opgestart;;België" for n in range(9)]
    content = plain_csv(*rows).replace("VV001;Opgestart;;België".encode(), b"VV001;Opgestart;;" + b"\xe9 " * 9)
    assert [(r.rule_id, r.value) for r in parsed(tmp_path, content)[0].refusals] == [("F06", "UTF-8 + cp1252")]


def test_signs_that_steer_are_shown_and_told(tmp_path: Path) -> None:
    document = [dict(zip(HEADERS, ["VV001", "Opgestart", "", "a\0b \x1b[2J\x9bx\x7f"], strict=True))]
    for content in (json.dumps(document).encode(), plain_csv("VV001;Opgestart;;a\x01")):
        result, rows = parsed(tmp_path, content)
        assert [(r.rule_id, r.column_number, r.column_name) for r in result.refusals] == [("F24", 4, "Toelichting")]
        assert rows[0]["texts"][3] in ("a␀b ␛[2J␡x␡", "a␁")


@pytest.mark.parametrize(("sign", "shown", "rule"), [("\x02", "␂", "F24"), ("\ufffd", "\ufffd", "F23")])
def test_of_a_long_text_the_part_that_is_wrong_is_shown(tmp_path: Path, sign: str, shown: str, rule: str) -> None:
    for before, after in ((0, 0), (5, 300), (300, 5), (300, 300)):
        result, _ = parsed(tmp_path, plain_csv(f"VV001;Opgestart;;{'a' * before}{sign}{'b' * after}"))
        (told,) = result.refusals
        assert told.rule_id == rule and shown in (told.value or "") and len(told.value or "") <= 102
        assert ("…a" in (told.value or ""), "b…" in (told.value or "")) == (before > 100, after > 100)


def test_what_stands_in_a_column_of_which_nothing_is_read_is_not_told(tmp_path: Path) -> None:
    """The programme of Italy has long descriptions beside the names that are read; both may hold such signs."""
    read, unread = "Nome Milestone-Target", "Descrizione specifica di ogni Milestone e Target"
    programme = next(layout for layout in registry.layouts("pnrr") if layout.code == "pnrr_programma")
    headers = [*(min(alternatives) for alternatives in programme.fields), unread]
    for strange, told in ((unread, []), (read, ["F24", "F23"])):
        cells = [f"a\x02 \ufffd{n}" if name == strange else f"x{n}" for n, name in enumerate(headers)]
        content = f"{';'.join(headers)}\r\n{';'.join(cells)}\r\n"
        assert rule_ids(parsed(tmp_path, content.encode(), plan="pnrr")[0]) == told


@pytest.mark.parametrize("code", ["an.peeters@example.org", "0478/12.34.56", "BE68539007547034", "85073003328"])
def test_personal_data_in_the_place_of_a_code_is_marked_and_elsewhere_is_a_text(tmp_path: Path, code: str) -> None:
    as_text = parsed(tmp_path, plain_csv(f"{code};Opgestart;;{code}", f"VV001;Opgestart;;{code}"))[1]
    as_number = parsed(tmp_path, json.dumps([{**dict.fromkeys(HEADERS, ""), "Projectcode": 85073003328}]).encode())[1]
    assert [row["kinds"] for row in as_text] == ["xt t", "tt t"] and as_number[0]["kinds"][0] == "x"


@pytest.mark.parametrize("text", ["a\\ud800b", "\\udc00", "\\ud800\\ud800"])
def test_half_a_character_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    content = f'[{{"Projectcode": "VV001", "Projectstatus": "Opgestart", "VR-document": "", "Toelichting": "{text}"}}]'
    (refusal,) = parsed(tmp_path, content.encode())[0].refusals
    assert (refusal.rule_id, refusal.row_number, refusal.column_name) == ("F01", 1, "Toelichting")
    assert "half Unicode-teken" in (refusal.value or "")
    whole = content.replace(text, "\\ud83d\\ude00")
    assert parsed(tmp_path, whole.encode())[1][0]["texts"][3] == "😀"


NOTES = [
    "Totaal;;;",
    "TOTAAL Vlaanderen;5;;",
    "Subtotaal;;;x",
    "Algemeen totaal;1;2;3",
    "Opmerking: dit zijn voorlopige cijfers;;;",
    HEADER,
]


@pytest.mark.parametrize("note", NOTES)
def test_a_total_and_a_note_among_the_rows_is_one_remark(tmp_path: Path, note: str) -> None:
    book = workbook(
        lambda _, s: [
            s.write_row(1, 0, ROW.split(";")),
            s.write_row(2, 0, note.split(";")),
            s.write_row(3, 0, ["VV002"]),
        ]
    )
    for content in (plain_csv(ROW, note, "VV002;Opgestart;;"), book):
        result, rows = parsed(tmp_path, content)
        assert [(r.rule_id, r.row_number) for r in result.refusals] == [("F22", 3)]
        assert [row["texts"][0] for row in rows] == ["VV001", "VV002"]


@pytest.mark.parametrize(
    "row",
    [
        "VV 001;;;",
        "Projectcode;Opgestart;;",
        "Totalisator;Opgestart;;",
        ";;;Dit is een lange toelichting",
        "VV001;x;;Totaal",
    ],
)
def test_a_row_that_may_be_data_is_read(tmp_path: Path, row: str) -> None:
    result, rows = parsed(tmp_path, plain_csv(row))
    assert result.refusals == [] and len(rows) == 1


def test_notes_above_the_header_are_remarks(tmp_path: Path) -> None:
    above = ["Return van OMG;;;", "Stand op 31 december 2025;;;"]
    csv = "\r\n".join([*above, HEADER, ROW, "EINDE;1"]) + "\r\n"

    def fill(_: Any, sheet: Any) -> None:
        for number, row in enumerate([*above, HEADER, ROW]):
            sheet.write_row(number, 0, row.split(";"))

    for content in (csv.encode(), workbook(fill, headers=[])):
        result, rows = parsed(tmp_path, content)
        assert [(r.rule_id, r.row_number) for r in result.refusals] == [("F22", 1), ("F22", 2)]
        assert [(row["row_number"], row["texts"][0]) for row in rows] == [(4, "VV001")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(codec="cp1252", exclude_characters="\ufeff¤\0"), max_size=30), min_size=1, max_size=5
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
@example(["ÂŒ"], "cp1252")
@example(["Â£", "Ãš"], "cp1252")
def test_any_text_survives_any_encoding(tmp_path: Path, notes: list[str], encoding: str) -> None:
    """Bytes that are UTF-8 are read as UTF-8: nobody can tell that they were written as something else."""
    quoted = ['VV001;Opgestart;;"{}"'.format(note.replace('"', '""')) for note in notes]
    content = plain_csv(*quoted).decode().encode(encoding)
    read_as = "utf-8" if encoding == "cp1252" and is_utf8(content) else encoding
    result, rows = parsed(tmp_path, content)
    if encoding != read_as or encoding != "cp1252":
        meant = [note.encode(encoding).decode(read_as) for note in notes]
        assert [row["texts"][3] for row in rows] == [with_controls_shown(note) for note in meant]
        assert set(rule_ids(result)) <= {"F23", "F24"}
    elif not set(rule_ids(result)) & {"F06", "F23"}:  # which say that it may well be another text
        assert [row["texts"][3] for row in rows] == [with_controls_shown(note) for note in notes]


def is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("written", "text", "told"),
    [
        ("regel 1_x000D_\nregel 2", "regel 1\nregel 2", []),
        ("decreto_x0002_legge", "decreto␂legge", ["F24"]),
        ("kolom_x0041_ en a_x1_b", "kolom_x0041_ en a_x1_b", []),
    ],
)
def test_a_control_that_an_export_left_as_a_workbook_writes_it_is_read(
    tmp_path: Path, written: str, text: str, told: list[str]
) -> None:
    record = dict(zip(HEADERS, ["VV001", "Opgestart", "", written], strict=True))
    for form in (plain_csv(f'VV001;Opgestart;;"{written}"'), json.dumps([record]).encode()):
        result, rows = parsed(tmp_path, form)
        assert (rule_ids(result), rows[0]["texts"][3]) == (told, text)
