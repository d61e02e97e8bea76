"""Which layout a file fits: by its headers, never by guessing, and read as that layout says."""

import io
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from flows import registry
from flows.intake.fit import Refusal, choose, clean_headers, fits, is_like_none, unknown_headers
from flows.intake.parse import parse_file
from flows.registry import Layout
from flows.settings import Settings

LIMITS = Settings()
HEADER = "Projectcode;Projectstatus;VR-document;Toelichting"


def test_the_nearest_layout_is_named_with_what_is_missing() -> None:
    refusal = choose(registry.layouts("veerkracht"), ["Projectcode", "Projectstatus", "Toelichting"], "csv")
    assert isinstance(refusal, Refusal)
    assert refusal.expected == "vv_status: VR-document"
    assert refusal.value == "Projectcode | Projectstatus | Toelichting"


def test_two_fitting_layouts_are_never_guessed_between() -> None:
    (layout,) = (x for x in registry.layouts("veerkracht") if x.code == "vv_status")
    refusal = choose([layout, layout], HEADER.split(";"), "csv")
    assert isinstance(refusal, Refusal) and refusal.rule_id == "F03"


def test_where_no_layout_holds_the_headers_are_told() -> None:
    assert choose([], ["Projectcode", "Note"], "csv") == Refusal("F02", "csv", 1, value="Projectcode | Note")


def test_a_layout_that_needs_nothing_is_like_no_sheet_and_fits_none() -> None:
    nothing, something = layout_of(fields=()), layout_of(fields=(("Code",), ("Cost",)))
    assert not fits(nothing, ["Code"]) and is_like_none([nothing], ["Code"])
    assert is_like_none([nothing, something], ["Code"]) and not is_like_none([something], ["Code", "Cost"])
    refusal = choose([nothing, something], ["Code", "Note"], "csv")
    assert isinstance(refusal, Refusal) and refusal.expected == "x: Cost"


def layout_of(**changes: Any) -> Layout:
    values: dict[str, Any] = {
        "code": "x",
        "plan_code": "p",
        "sheet_name": "",
        "delimiter": ";",
        "fallback_encoding": "",
        "header_row": 1,
        "end_marker": "",
        "fields": (("Code", "Key"), (r"re:Cost \d{4}",)),
        "ignored_headers": (r"re:Annex \d+",),
        "optional_fields": (("Rating", "Score"),),
    }
    return Layout(**values | changes)


def test_of_two_layouts_the_one_that_knows_all_headers_is_found() -> None:
    """The headers of an older version are some of those of the newer one; what neither knows decides nothing."""
    old = layout_of(code="old", fields=(("Code",), ("Cost",)), ignored_headers=(), optional_fields=())
    new = layout_of(code="new", fields=(("Code",), ("Cost",), ("Rating",)), ignored_headers=(), optional_fields=())
    other = layout_of(code="other", fields=(("Code",), ("Owner",)), ignored_headers=(), optional_fields=())
    for headers, code in (("Code|Cost", "old"), ("Code|Rating|Cost", "new"), ("Code|Rating|Cost|Note", "new")):
        for layouts in ([old, new], [new, old]):
            found = choose(layouts, headers.split("|"), "csv")
            assert isinstance(found, Layout) and found.code == code
    refusal = choose([new, other], ["Code", "Cost", "Rating", "Owner"], "csv")
    assert isinstance(refusal, Refusal) and refusal.rule_id == "F03"


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "utf-8"])
@pytest.mark.parametrize("code", ["money", "names"])
def test_layouts_of_one_plan_have_encodings_of_their_own(tmp_path: Path, code: str, encoding: str) -> None:
    """The money comes out of one system in cp850, the names out of another one in cp1252; each is read in its own."""
    layouts = [
        layout_of(code="money", fallback_encoding="cp850", fields=(("Code",), ("Coût",)), ignored_headers=()),
        layout_of(code="names", fallback_encoding="cp1252", fields=(("Code",), ("Nom",)), ignored_headers=()),
    ]
    header = "Code;Coût" if code == "money" else "Code;Nom"
    path, target = tmp_path / "file.csv", tmp_path / "read"
    target.mkdir()
    path.write_bytes(f"{header}\nA;é\n".encode(encoding))
    result = parse_file(path, layouts, target, LIMITS)
    rows = pq.read_table(target / "rows.parquet").to_pylist()
    if encoding in ("utf-8", {"money": "cp850", "names": "cp1252"}[code]):
        assert [row["texts"] for row in rows] == [["A", "é"]] and result.refusals == []
    else:
        assert rows == [] or rows[0]["texts"] != ["A", "é"], result


def read_under(tmp_path: Path, content: bytes, *layouts: Layout) -> tuple[list[tuple[Any, ...]], list[Any]]:
    """What is told of a file, and the texts of its rows."""
    path = tmp_path / "file"
    path.write_bytes(content)
    told = parse_file(path, list(layouts), tmp_path, LIMITS).refusals
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    return [(r.rule_id, r.value, r.expected) for r in told], [row["texts"] for row in rows]


def test_a_file_that_fits_a_layout_in_two_dialects_is_never_guessed(tmp_path: Path) -> None:
    one = layout_of(code="one", fields=(("Code",),), delimiter=";")
    other = layout_of(code="other", fields=(("Note",),), delimiter=",")
    told = read_under(tmp_path, b"Code;x,Note\nA;y,z\n", one, other)
    assert told == ([("F03", "other, one", "1")], [])


def test_a_layout_without_an_encoding_of_its_own_takes_none_of_another(tmp_path: Path) -> None:
    """Only the money may come in cp1252; the names, which fit, must be UTF-8."""
    money = layout_of(code="money", fields=(("Cost",),), fallback_encoding="cp1252")
    names = layout_of(code="names", fields=(("Name",),))
    assert read_under(tmp_path, "Name\nAndr\u00e9\n".encode("cp1252"), money, names) == (
        [("F06", "cp1252", "utf-8 ")],
        [],
    )
    assert read_under(tmp_path, "Name\nAndr\u00e9\n".encode(), money, names) == ([], [["Andr\u00e9"]])


def test_two_layouts_that_fit_a_file_equally_are_never_guessed_between(tmp_path: Path) -> None:
    one, other = (layout_of(code=code, fields=(("Code",), ("Cost",))) for code in ("one", "other"))
    assert read_under(tmp_path, b"Code;Cost\nA;1\n", one, other) == ([("F03", "one, other", "1")], [])


def test_rows_that_hold_nothing_are_none_above_the_header_and_between_the_rows(tmp_path: Path) -> None:
    layout = layout_of(fields=(("Code",), ("Cost",)))
    content = b";\nNote about this\n\nCode;Cost\nA;1\n;\n\nB;2\n"
    assert read_under(tmp_path, content, layout) == ([("F22", "Note about this", None)], [["A", "1"], ["B", "2"]])


def status_book(*rows: tuple[str, ...]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Any")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


def test_a_sheet_that_stands_is_read_though_another_layout_lies(tmp_path: Path) -> None:
    lying = layout_of(code="lying", fields=(("Code",), ("Owner",)), is_transposed=True)
    standing = layout_of(code="standing", fields=(("Code",), ("Cost",)))
    book = status_book(("Code", "Cost"), ("A", "1"))
    assert read_under(tmp_path, book, lying, standing) == ([], [["A", "1"]])


def test_a_header_is_looked_for_where_the_layout_has_it_and_a_few_rows_below(tmp_path: Path) -> None:
    """What stands above its place may be anything; below it at most five notes are, as told."""
    lower = layout_of(fields=(("Code",), ("Cost",)), header_row=3)
    row, note = ("A", "1"), ("Opmerking bij de cijfers", "")
    above = [("Code", "Cost"), ("0", "0")]
    assert read_under(tmp_path, status_book(*above, ("Code", "Cost"), row), lower) == ([], [[*row]])
    told, rows = read_under(tmp_path, status_book(*above, *[note] * 5, ("Code", "Cost"), row), lower)
    assert [rule for rule, *_ in told] == ["F22"] * 5 and rows == [[*row]]
    told, rows = read_under(tmp_path, status_book(*above, *[note] * 6, ("Code", "Cost"), row), lower)
    assert [rule for rule, *_ in told] == ["F02"] and rows == []


def test_a_layout_applies_to_the_meetmomenten_on_whose_day_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to 2022 a code was that of the measure, since then that of the sub-measure, under the same header."""
    first, then = layout_of(code="first", valid_to="2022-12-31"), layout_of(code="then", valid_from="2023-01-01")
    monkeypatch.setattr(registry, "_layouts", lambda plan_code: (first, then))
    for day, codes in (("2022-12-31", ["first"]), ("2023-01-01", ["then"]), ("", ["first", "then"])):
        assert [layout.code for layout in registry.layouts("p", day)] == codes


LYING = (
    ("Code", "A", None, "B"),
    ("Note", "x", None, None),
    ("Cost 2026", "1,5", None, "2"),
    ("Annex 1", None, None, None),
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_sheet_on_its_side_is_turned_where_its_layout_says_so(tmp_path: Path, form: str) -> None:
    """Each column is a record, numbered as the column; a column that holds nothing is none. An upright one too."""
    lying = layout_of(code="lying", is_transposed=True)
    upright = layout_of(code="upright", fields=(("Code",), ("Owner",)))
    path = tmp_path / "lying"
    if form == "csv":
        path.write_text("".join(";".join(cell or "" for cell in row) + "\n" for row in LYING), encoding="utf-8")
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Fiche")
            for number, row in enumerate(LYING):
                sheet.write_row(number, 0, [cell or "" for cell in row])
    result = parse_file(path, [upright, lying], tmp_path, LIMITS)
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [(sheet.layout_code, sheet.headers) for sheet in result.sheets] == [("lying", [row[0] for row in LYING])]
    assert [(row["row_number"], [text or None for text in row["texts"]]) for row in rows] == [
        (2, ["A", "x", "1,5", None]),
        (4, ["B", None, "2", None]),
    ]
    assert [(r.rule_id, r.column_name, r.column_number) for r in result.refusals] == [("F09", "Note", 2)]
    (tmp_path / "upright").write_text("Code;Owner\nA;b\n", encoding="utf-8")
    (read,) = parse_file(tmp_path / "upright", [upright, lying], tmp_path, LIMITS).sheets
    assert read.layout_code == "upright"


def test_what_a_sheet_on_its_side_hides_or_merges_is_told_on_its_own_places(tmp_path: Path) -> None:
    path = tmp_path / "lying"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Fiche")
        for number, row in enumerate(LYING):
            sheet.write_row(number, 0, [cell or "" for cell in row])
        sheet.set_row(2, None, None, {"hidden": True})  # what it costs
        sheet.set_row(30, None, None, {"hidden": True})  # below all that is read
        sheet.set_column("D:XFD", None, None, {"hidden": True})
        sheet.merge_range("B3:C3", "1,5")
    told = parse_file(path, [layout_of(code="lying", is_transposed=True)], tmp_path, LIMITS).refusals
    assert [(r.rule_id, r.value) for r in told if r.rule_id == "F11"] == [("F11", "3:3, D")]
    assert [(r.rule_id, r.row_number, r.column_number, r.column_name) for r in told if r.rule_id in ("F13", "F14")] == [
        ("F13", 2, 3, "Cost 2026")
    ]


@pytest.mark.parametrize(("last", "rule"), [("Annex 1;", "F05"), ("Annex 1;;;", "F25"), ("Annex 1;;;\n", None)])
@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", b""), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b"\xff\xfe")])
def test_a_csv_on_its_side_that_was_cut_is_refused(
    tmp_path: Path, last: str, rule: str | None, encoding: str, mark: bytes
) -> None:
    path = tmp_path / "lying"
    rows = [";".join(cell or "" for cell in row) for row in LYING[:-1]]
    path.write_bytes(mark + "\n".join([*rows, last]).encode(encoding))
    told = parse_file(path, [layout_of(code="lying", is_transposed=True)], tmp_path, LIMITS).refusals
    ends = [(r.rule_id, r.value) for r in told if r.rule_id in ("F05", "F25")]
    assert ends == ([(rule, last)] if rule else []), "the last line alone is shown"


@pytest.mark.parametrize(
    ("headers", "does_fit"),
    [
        ("Code|Cost 2026", True),
        ("Key|Cost 2027|Rating", True),
        ("Key|Cost 2027|Score|Annex 1|Annex 12", True),
        ("Code|Key|Cost 2026", False),  # two alternatives: which one?
        ("Code|Cost 2026|Cost 2027", False),  # two that match the pattern: which one?
        ("Code|Cost 2026|Rating|Score", False),  # an optional one may be there once
        ("Code|Total Cost 2026", False),  # a pattern matches the whole header
        ("Cost 2026|Rating", False),
    ],
)
def test_a_layout_fits_by_names_patterns_and_options(headers: str, does_fit: bool) -> None:
    assert fits(layout_of(), headers.split("|")) is does_fit


def test_only_what_the_layout_says_nothing_about_is_unknown() -> None:
    headers = ["Code", "Cost 2026", "Rating", "Annex 3", "Annexe", ""]
    assert unknown_headers(layout_of(), headers) == [(5, "Annexe")]


def test_headers_lose_marks_and_spaces_and_twins_get_numbers() -> None:
    assert clean_headers(["\ufeffa ", "b\n c", "a", None, ""]) == ["a", "b c", "a (2)"]
    assert clean_headers(["Ex\x00tra\x1b[31m"]) == ["Ex\u2400tra\u241b[31m"], "no sign that steers a terminal"
