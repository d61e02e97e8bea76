"""How a finding reads for its sender: days, amounts, allowed words, equals together, and whom to ask."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from flows import registry
from flows.senders.answer import told
from flows.senders.answer.page import page
from flows.senders.answer.verdict import Answer

BEYOND_A_SENDER = re.compile(r"seeds/|\.csv\b|veerkracht [a-z]|\bmart\b|\bdbt\b")


def finding(rule: str, row: int = 3, **changed: Any) -> dict[str, Any]:
    return {
        **{"rule_id": rule, "severity": "warning", "submission_id": "s", "sheet": "Projecten", "row_number": row},
        **{"column_name": "Status", "cell": f"C{row}", "received_value": "x", "expected": None},
        **{"file_name": "A.csv", "waiver_id": None},
        **{"message_nl": f"'x' in C{row}.", "message_en": f"'x' in C{row}.", **changed},
    }


@pytest.mark.parametrize(
    ("rule", "written", "reads"),
    [
        (
            "DQ02B",
            "verschoven van 2024-06-30 naar 2024-09-30 zonder",
            "verschoven van 30/06/2024 naar 30/09/2024 zonder",
        ),
        ("V02", "'2021-02-31' is geen bestaande datum", "'2021-02-31' is geen bestaande datum"),
        ("M14", "het bestand 2021-06-30.csv en rapport_2021-06-30", "het bestand 2021-06-30.csv en rapport_2021-06-30"),
        ("DQ13C", "gedaald van 28000000 naar 1234567.5 euro", "gedaald van 28.000.000 naar 1.234.567,50 euro"),
        ("DQ07A", "ging van 0.5 naar 12345.5", "ging van 0,5 naar 12.345,5"),
        ("DQ13C", "in rij 12345 van 2021: -12750000 euro", "in rij 12345 van 2021: -12.750.000 euro"),
        ("V01", "'12345.67' in C3 is geen getal", "'12345.67' in C3 is geen getal"),
    ],
)
def test_days_and_amounts_are_written_as_here(rule: str, written: str, reads: str) -> None:
    assert told.readable(finding(rule, message_nl=written), "veerkracht", "m7")["message_nl"] == reads


@pytest.mark.parametrize(
    ("rule", "words", "message", "reads"),
    [
        (
            "M12",
            {"received_value": "WSE 2024-12-31 b.xlsx"},
            "Samen met WSE 2024-12-31 b.xlsx ontvangen op 2024-12-31",
            "Samen met WSE 2024-12-31 b.xlsx ontvangen op 31/12/2024",
        ),
        (
            "M11",
            {"received_value": "OMG 2024-12-31.csv (2021-04-02)"},
            "nu telt OMG 2024-12-31.csv (2021-04-02)",
            "nu telt OMG 2024-12-31.csv (02/04/2021)",
        ),
        ("P01", {"expected": "Plan van 2021-06-30"}, "heette 'Plan van 2021-06-30'", "heette 'Plan van 2021-06-30'"),
        (
            "DQ14",
            {"expected": "BVR 20231215", "received_value": "-12500.50"},
            "van beslissing BVR 20231215 zijn samen -12500.50 euro",
            "van beslissing BVR 20231215 zijn samen -12.500,50 euro",
        ),
        (
            "DQ14",
            {"expected": "20231215", "received_value": "-12500.50"},
            "van beslissing 20231215 zijn samen -12500.50 euro",
            "van beslissing 20231215 zijn samen -12.500,50 euro",
        ),
        (
            "DQ13C",
            {"expected": "5", "received_value": "12345.50"},
            "daalde naar 12345.50 van 5",
            "daalde naar 12.345,50 van 5",
        ),
    ],
)
def test_what_a_sender_wrote_stands_to_the_letter_in_a_sentence(
    rule: str, words: dict[str, Any], message: str, reads: str
) -> None:
    assert told.readable(finding(rule, message_nl=message, **words), "veerkracht", "m7")["message_nl"] == reads


@pytest.mark.parametrize("rule", ["DQ06A", "DQ06D"])
def test_an_example_of_the_registry_stands_as_it_is_there(rule: str) -> None:
    example = registry.rules()[rule].expected_nl
    assert "1.500" in example
    assert told.readable(finding(rule, expected=example), "veerkracht", "m7")["expected"] == example


def test_a_word_of_a_csv_file_or_a_renamed_sheet_is_answered_with_the_words_that_are() -> None:
    for sheet in ("csv", "Blad1"):
        asked = finding("V03", sheet=sheet, column_name="Projectstatus")
        assert "Op schema" in told.readable(asked, "veerkracht", "m7")["expected"]


def test_what_only_figures_have_is_no_word_that_a_sender_may_write() -> None:
    column = {"sheet": "Financien", "column_name": "Uitvoering"}
    assert told.allowed_words("veerkracht", "m7", *column.values()) == ("Voorlopig", "Definitief")
    computed = {row["label_nl"] for row in registry.rows("codes/code") if row["is_computed"]}
    assert "Projecten spreken elkaar tegen" in computed
    offered = {row["label_nl"] for row in registry.returned_codes(["finance_execution", "rrf_status"], "2024-12-31")}
    assert offered and not offered & computed


def test_what_was_received_stands_as_written_here_and_a_cell_to_the_letter() -> None:
    def received(rule: str, value: str) -> str:
        return str(told.readable(finding(rule, received_value=value), "veerkracht", "m7")["received_value"])

    assert received("M01", "2026-11-27") == "27/11/2026"
    assert received("V02", "2021-02-31") == "2021-02-31" and received("V05", "missing") == "leeg / empty"


def test_a_word_that_is_in_no_list_is_answered_with_the_words_that_are() -> None:
    layouts = {
        layout.code: layout for layout in registry.layouts("veerkracht", registry.cutoff_date("veerkracht", "m7"))
    }
    contract = {(r["record"], r["field"]): r["code_list"] for r in registry.rows("contract/record_field")}
    column = next(
        row
        for row in registry.rows("layouts/layout_column")
        if row["layout_code"] in layouts
        and layouts[row["layout_code"]].sheet_name
        and contract.get((row["record"], row["field"])) == "project_status"
        and row["source_column"]
    )
    asked = finding("V03", sheet=layouts[column["layout_code"]].sheet_name, column_name=column["source_column"])
    expected = told.readable(asked, "veerkracht", "m7")["expected"]
    assert expected.startswith("een van: ") and "Gerealiseerd" in expected
    assert told.readable(finding("V03", column_name="Bedrag"), "veerkracht", "m7")["expected"] is None


def test_two_files_of_one_name_are_two() -> None:
    of_both = [finding("DQ01", row, submission_id=submission) for submission in "ab" for row in (2, 3, 4, 5)]
    assert [group.count for group in told.grouped(of_both)] == [4, 4]


def test_findings_that_are_alike_are_told_together_and_few_one_by_one() -> None:
    many, few = [finding("DQ01", row) for row in range(2, 29)], [finding("DQ02A", row) for row in (5, 6)]
    groups = list(told.grouped([*many, *few]))
    assert [group.count for group in groups] == [27, 1, 1]
    assert (groups[0].times_nl, groups[0].where) == ("27 keer; bijvoorbeeld: ", "C2, C3, C4, C5, C6, C7 + 21")
    assert (groups[1].times_nl, groups[1].where) == ("", "C5")


def test_findings_on_no_cell_are_each_told_by_themselves() -> None:
    """Six sheets lost their rows: each sentence names a sheet and its rows, so that none stands for the others."""
    lost = [
        finding("M06", sheet=None, row_number=None, cell=None, message_nl=f"Blad {n} mist 2 rijen") for n in range(6)
    ]
    groups = list(told.grouped(lost))
    assert [group.finding["message_nl"] for group in groups] == [found["message_nl"] for found in lost]
    assert {(group.where, group.times_nl) for group in groups} == {("", "")}


def test_what_a_workbook_cannot_show_stands_in_a_table_beside_it() -> None:
    some = [finding("DQ01", row) for row in range(2, told.MOST_MARKED + 2)]
    assert not told.is_shortened(list(told.grouped(some)))
    assert told.is_shortened(list(told.grouped([*some, finding("DQ01", 1)])))
    assert told.is_shortened(list(told.grouped([finding("M05", received_value="VV001, " * 200)])))


def test_the_answer_says_whom_to_ask_and_groups_what_is_alike() -> None:
    many = tuple(finding("DQ01", row) for row in range(2, 29))
    answer = Answer("s", "veerkracht", "m7", "A.csv", "0" * 64, datetime(2025, 1, 20), False, many)
    made = page(answer)
    (contact,) = [row for row in registry.rows("plan/contact") if row["plan_code"] == "veerkracht"]
    assert contact["email"] in made and contact["name_nl"] in made
    assert made.count("<tr>") == 2 and "27 keer; bijvoorbeeld: " in made and "C7 + 21" in made
    assert Answer("s", "pnrr", "v01", "A.csv", "0" * 64, datetime(2025, 1, 20), False, ()).contact_words == ("", "")


def test_what_is_to_be_filled_in_is_shown_by_an_example() -> None:
    asked = (
        "een getal",
        "een bestaande dag",
        "een code,",
        "een nieuwe toelichting",
        "een werkelijke datum",
        "een streef",
    )
    asking = [row for row in registry.rows("quality/rule") if row["expected_nl"].startswith(asked)]
    assert len(asking) > 10
    assert [
        row["rule_id"] for row in asking if " bv. " not in row["expected_nl"] or " e.g. " not in row["expected_en"]
    ] == []


def test_a_verdict_says_how_many_rows_do_not_count() -> None:
    apart = tuple(finding("V01", row, severity="error") for row in (3, 3, 4))
    allowed = finding("V01", 5, severity="error", waiver_id="W1")
    one = Answer("s", "veerkracht", "m7", "A.csv", "0" * 64, datetime(2025, 1, 20), False, (*apart, allowed), (), 24)
    assert one.verdict_words == ("Aanvaard, op 2 van de 24 rijen na", "Accepted, but for 2 of the 24 rows")
    assert "behalve wat in 2 van de 24 rijen niet meetelt" in one.next_words[0]
    assert replace(one, findings=(allowed,)).verdict_words[0] == "Aanvaard"
    of_no_row = finding("F25", severity="error", row_number=None)
    assert replace(one, findings=(of_no_row,)).verdict_words[0] == "Aanvaard, met waarschuwingen"


def test_nothing_is_asked_of_a_sender_that_only_the_house_can_do() -> None:
    for row in registry.rows("quality/rule"):
        if row["gate"] in ("intake", "submission", "comparison"):
            said = " ".join(row[name] for name in ("message_nl", "message_en", "expected_nl", "expected_en"))
            assert not BEYOND_A_SENDER.search(said), row["rule_id"]
