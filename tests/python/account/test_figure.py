"""The account of a figure: an auditor's questions answered by one command, and how a figure is found."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun
from typer.testing import CliRunner

from flows import cli
from flows.account.figure import _RESTATED, _WARNINGS, Account, account, why_empty
from flows.account.search import read_values, search
from flows.account.trace import NotTraceable, Trace, trace
from flows.commands.figure import Teller
from flows.forms.parts import Row
from flows.release import kept
from flows.release.kept import Release

Ask = Callable[..., Any]
ASKED = "veerkracht/agg_headline_figure/m3/committed_share/total"


@pytest.fixture(scope="module")
def current(demo: DemoRun) -> Iterator[Release]:
    """The release, held open: each command would open it anew, which costs more than most of what it asks."""
    found = kept.current(demo.settings)
    assert found
    with duckdb.connect(str(found.database), read_only=True):
        yield found


@pytest.fixture
def ask(demo: DemoRun, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The output of a command on the home of the demonstration."""
    monkeypatch.setenv("VEERKRACHT_HOME", str(demo.settings.home))

    def asked(*words: str, code: int = 0) -> str:
        ran = CliRunner().invoke(cli.app, list(words))
        assert ran.exit_code == code, ran.output
        return ran.output

    return asked


def test_eight_questions_of_an_auditor_on_35_41_percent_are_answered_by_one_command(ask: Ask, current: Release) -> None:
    told = json.loads(ask("figure", "35,41 %", "--json"))
    screen = ask("figure", "35,41 %")

    # 1. What is it, in words?
    assert told["key"] == ASKED
    assert told["label_nl"].startswith("Vastgelegd, in % van het initiële budget, eenmalige relancemiddelen, voorlopig")
    assert "gedeeld door het initiële budget" in told["meaning_nl"] and told["label_nl"] in screen
    # 2. Was it printed so, and where?
    assert [(Decimal(row["printed"]), row["source"], row["verdict"]) for row in told["printed"]] == [
        (Decimal("35.41"), "SEED", "reproduced")
    ]
    assert "35,41\u00a0% (bron: Presentatie van het derde voortgangsrapport; van 4,3 miljard): klopt" in screen
    # 3. When was it first known, and what was it then?
    first, *later = told["releases"]
    assert first["release_id"] <= current.release_id and Decimal(first["value"]) == Decimal("35.409947") and not later
    (complete,) = told["first_complete"]
    assert complete["first_complete_at"].startswith("2022-01-24")
    # 4. What is it now, and by the final accounts?
    assert Decimal(told["value"]) == Decimal("35.409947") and told["release_id"] == current.release_id
    assert [Decimal(row["value"]) for row in told["final"]] == [Decimal("35.411109")]
    # 5. What is it on a constant scope?
    of_m3 = {row["scope_code"]: Decimal(row["value"]) for row in told["scopes"] if row["is_asked"]}
    assert of_m3 == dict.fromkeys(("one_off", "one_off_m1", "one_off_m7"), Decimal("35.409947"))
    # 6. What is it made of?
    numerator, denominator = told["sides"]
    assert (numerator["count"], Decimal(numerator["added"])) == (158, Decimal("1523690000.00"))
    assert (denominator["count"], Decimal(denominator["added"])) == (158, Decimal("4303000000.00"))
    amounts = [Decimal(part["amount"]) for part in numerator["largest"]]
    assert len(amounts) == 10 and amounts == sorted(amounts, reverse=True) and told["adds_up"]
    assert all(part["name"].startswith("VV") and len(part["name"]) > 6 for part in numerator["largest"])
    # 7. Which warnings hang on it, and what changed since, and why?
    assert told["warning_count"] == sum(row["count"] for row in told["warnings"] if row["severity"] == "warning")
    (since,) = told["since_previous"]
    now = Decimal(since["previous_figure"]) + Decimal(since["change"])
    assert abs(now - Decimal(told["value"])) <= Decimal("0.01"), "as rounded in print"
    assert told["restated"] == [] and "herzien: 0 van 158 rijen" in screen
    # 8. Where does it come from: file, sheet, cell, checksum?
    assert sum(row["count"] for row in told["files"]) == 158
    assert all(len(row["sha256"]) == 64 and row["received_at"] for row in told["files"])
    largest = numerator["largest"][0]
    assert largest["file_name"] == "MOW_financien_m3.csv" and largest["cell"] == "D16"
    assert Decimal(largest["text"].replace(".", "").replace(",", ".")) == amounts[0]
    assert len(screen.splitlines()) <= 60, "one screen"


def test_an_account_is_told_in_english_too(ask: Ask) -> None:
    screen = ask("figure", "35.41%", "--language", "en")
    assert "Committed as % of the initial budget" in screen and "Vastgelegd" not in screen
    assert "\nNumerator " in screen and "35.41% (exactly 35.409947)" in screen


def test_a_release_by_itself_accounts_for_its_figures(
    ask: Ask, current: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has the folder of a release, and no home, no archive and no other release."""
    ask("status", "--json")
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path))
    told = json.loads(ask("figure", "35,41", "--release", str(current.folder), "--json"))
    assert told["key"] == ASKED and told["releases_not_kept"] is None and told["releases"] == []
    largest = told["sides"][0]["largest"][0]
    assert (largest["cell"], largest["text"]) == ("D16", None)
    assert "alleen deze uitgave" in ask("figure", "35,41", "--release", str(current.folder))
    key = "veerkracht/fct_finance_as_returned/m3/VV014/provisional/committed"
    traced = json.loads(ask("trace", key, "--release", str(current.folder), "--json"))
    assert {cell["cell"] for cell in traced["cells"] if cell["field"] == "amount_eur"} != {None}


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("35,41", ASKED),
        ("1.523,69 mln", "veerkracht/agg_headline_figure/m3/committed/total"),
        ("1 523 690 000", "veerkracht/agg_headline_figure/m3/committed/total"),
        ("€ 218,6 mln", "veerkracht/agg_headline_figure/m3/paid/total"),
        ("vereffend VEK m3 eenmalige voorlopig totaal constant", None),
        ("paid_share total", "veerkracht/agg_headline_figure/m7/paid_share/total"),
        ("VV014 vastgelegd", "veerkracht/fct_finance/m7/VV014:committed_eur"),
        ("agg_finance_by_meetmoment/m3:paid_eur", "veerkracht/agg_finance_by_meetmoment/m3:paid_eur"),
        ("veerkracht/agg_headline_figure/m3/committed_share/tot", ASKED),
    ],
)
def test_a_figure_is_found_by_its_value_its_name_or_its_key(current: Release, asked: str, key: str | None) -> None:
    assert search(current, asked).key == key


def test_what_is_not_one_figure_is_offered_to_choose_from(ask: Ask, current: Release) -> None:
    several = ask("figure", "veerkracht/agg_headline_figure/m3/committed", code=1)
    assert "welk cijfer?" in several and ASKED in several
    nearest = ask("trace", "35,47", code=1)
    assert "het dichtst erbij" in nearest and "committed_share" in nearest
    by_key = search(current, "veerkracht/fct_finance/m3/VV999")
    assert (
        by_key.key is None and not by_key.is_exact and by_key.candidates[0].key.startswith("veerkracht/fct_finance/m3/")
    )


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("35,41 %", ["35.41"]),
        ("35.41%", ["35.41"]),
        ("1.523", ["1.523", "1523"]),
        ("€ 1.523,69 mln.", ["1523690000"]),
        ("1,523.69 million", ["1523690000"]),
        ("-12", ["-12"]),
        ("vereffend", []),
        ("1.2.3", []),
    ],
)
def test_a_value_is_read_as_people_write_it(text: str, values: list[str]) -> None:
    assert [value for value, _ in read_values(text)] == [Decimal(value) for value in values]


def test_a_row_that_was_restated_says_when_and_why(demo: DemoRun, current: Release) -> None:
    with duckdb.connect(str(current.database), read_only=True) as con:
        key, old, new, reason = con.sql(
            "select f.trace_key, w.old_value, w.new_value, w.reason from what_changed as w"
            " inner join fct_finance_as_returned as f on w.meetmoment_code = f.meetmoment_code"
            " and w.record_key = concat_ws('|', f.project_code, f.measure, f.execution)"
            " where w.kind = 'restated_value' and w.field = 'amount_eur' order by f.trace_key limit 1"
        ).fetchall()[0]
    told = [row for row in account(demo.settings, current, key).restated if row["kind"] == "restated_value"]
    assert [(row["old_value"], row["new_value"], row["reason"]) for row in told] == [(old, new, reason)]


def test_the_figures_that_are_listed_show_their_keys(ask: Ask, current: Release) -> None:
    listed = ask("figures")
    shown = next(line for line in listed.splitlines() if "35.41 " in line)
    assert search(current, shown.split()[0]).key
    with pytest.raises(NotTraceable):
        trace(None, current, "veerkracht/no_mart/x")


def test_a_mart_as_of_a_day_can_be_asked_by_column(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = CliRunner().invoke(cli.app, ["asof", "2022-01-24", "fct_finance", "--where", "VV014"])
    assert wrong.exit_code == 2 and "COLUMN=VALUE" in wrong.output


STATES = """
    create table dim_code as
    select * from (values
        ('value_state', 'withheld', 'Niet vrijgegeven', 'Withheld'),
        ('value_state', 'set_apart', 'Telt niet mee door een fout', 'Not counted because of an error'),
        ('value_state', 'reported', 'Gerapporteerd', 'Reported'),
        ('project_status_group', 'set_apart', 'Iets anders', 'Something else'),
        ('progress_state', 'target_against_direction', 'Streefwaarde tegen de richting in', 'Target against it'),
        ('no_value_reason', 'part_withheld', 'Een deel is niet vrijgegeven', 'A part is withheld')
    ) as codes(code_list, code, label_nl, label_en);
    create table money as
    select 'a' as trace_key, 'reported' as committed_state, 'withheld' as paid_state
    union all select 'b', 'set_apart', 'set_apart';
    create table whole as
    select 'w' as trace_key, 'withheld' as value_state, 'part_withheld' as no_value_reason,
        'target_against_direction' as progress_state;
"""


@pytest.mark.parametrize(
    ("mart", "key", "column", "why"),
    [
        ("money", "a", "paid_eur", "Niet vrijgegeven"),
        ("money", "a", "committed_eur", None),
        ("money", "b", "paid_eur", "Telt niet mee door een fout"),
        ("money", "b", None, None),
        ("whole", "w", "actual", "Een deel is niet vrijgegeven"),
        ("whole", "w", "progress_pct", "Streefwaarde tegen de richting in"),
    ],
)
def test_a_value_that_is_not_there_says_why(mart: str, key: str, column: str | None, why: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(STATES)
        asked = con.sql(f"select * from {mart} where trace_key = '{key}'")
        row = Row(mart, dict(zip(asked.columns, asked.fetchall()[0], strict=True)), {})
        assert why_empty(con, row, column)[0] == why


def told_of(**known: Any) -> Account:
    """The account of a figure without a value."""
    return Account(
        *("k", "s", "r", datetime(2025, 1, 20, tzinfo=UTC), "Vereffend", "Paid", "", "", None, "EUR", None, None, None),
        *(Trace("k", "r", None, None), "Niet vrijgegeven", "Withheld"),
        **known,
    )


def said(told: Account, language: str = "nl") -> list[list[str]]:
    """What stands beside each question of an account, in their order."""
    return [lines for _, lines in Teller(told, language).lines()]


FIRST, CHANGED = 2, 5
SINCE = {"label_nl": "Meting 6", "label_en": "Measurement 6", "previous_figure": Decimal(5), "unit": "EUR"}


def test_what_cannot_be_said_of_an_empty_figure_is_not_said() -> None:
    """No sum of which there is no part, no difference of other projects, no first complete delivery that never was."""
    told = told_of(
        first_complete=[{"first_complete_eur": None, "first_complete_at": None, "restated_eur": None}],
        since_previous=[SINCE | {"change": None, "is_like_for_like": False, "entered_count": 1, "left_count": 0}],
    )
    _, _, (first, _), (now,), _, (changed,), (origin,) = said(told)
    assert now == "– (niet vrijgegeven), in uitgave r"
    assert first == "nog niet volledig geleverd"
    assert changed == "geen verschil te geven sinds Meting 6 (€\u00a05,00); 1 project erbij, 0 weg"
    assert origin == "er is geen waarde of deel om te volgen"


@pytest.mark.parametrize(
    ("eur", "count", "nl", "en"),
    [
        (
            0,
            2,
            "; sindsdien herzien bij 2 projecten, samen €\u00a00,00",
            "; restated since at 2 projects, together €0.00",
        ),
        (
            -5,
            1,
            "; sindsdien herzien bij 1 project, samen €\u00a0-5,00",
            "; restated since at 1 project, together -€5.00",
        ),
        (0, 0, "; sindsdien niet herzien", "; not restated since"),
        (None, None, ": toen was er niets van bekend", ": nothing of it was known then"),
    ],
)
def test_restatements_are_told_also_where_they_cancel_out_and_not_of_what_was_not_known(
    eur: int | None, count: int | None, nl: str, en: str
) -> None:
    at = datetime(2025, 1, 20, tzinfo=UTC)
    complete = {"first_complete_eur": eur and Decimal(9), "first_complete_at": at}
    told = told_of(first_complete=[complete | {"restated_eur": eur, "restated_project_count": count}])
    assert said(told)[FIRST][0].endswith(nl) and said(told, "en")[FIRST][0].endswith(en)


def test_no_project_came_or_went_where_some_did_not_tell_it_at_both() -> None:
    told = told_of(
        since_previous=[SINCE | {"change": None, "is_like_for_like": False, "entered_count": 0, "left_count": 0}]
    )
    assert said(told)[CHANGED][0].endswith("; niet alle projecten meldden het op beide")
    assert said(told, "en")[CHANGED][0].endswith("; not all projects told it at both")


def test_releases_that_were_not_read_are_told_where_they_lie() -> None:
    """What was first read of a figure may have been known before."""
    releases = [
        {"release_id": f"2022-03-0{n}.1", "published_at": datetime(2022, 3, n, tzinfo=UTC), "value": n}
        | {"unread_before": unread}
        for n, unread in ((2, 1), (3, 0))
    ]
    first, before, second, after = said(told_of(releases=releases, releases_not_kept=3))[FIRST]
    assert "2022-03-02.1" in first and "2022-03-03.1" in second
    assert before == "vóór die uitgave: 1 uitgave zonder bestanden, niet gelezen"
    assert after == "daarna: 2 uitgaven zonder bestanden, niet gelezen"
    english = said(told_of(releases=releases, releases_not_kept=1), "en")[FIRST]
    assert len(english) == 3 and english[1] == "before that release: 1 release without files, not read"
    assert said(told_of(releases_not_kept=1))[FIRST] == ["1 uitgave zonder bestanden, niet gelezen"]


BENEATH = """
    create table dim_code as select 'change_kind' as code_list, 'k' as code, '' as label_nl, '' as label_en;
    create table dim_rule as select 'DQ' as rule_id, '' as title_nl, '' as title_en;
    create table what_changed as
    select 'restatement' as comparison, 'm1' as meetmoment_code, 'k' as kind, '' as field, '' as old_value,
        '' as new_value, '' as reason, '' as reason_source, now() as known_from, *
    from (values
        ('indicator_value', 'I1|V1|'), ('indicator_value', 'I1||B1|'), ('indicator_value', 'I1|V2|'),
        ('finance', 'V1|paid|final')
    ) as changes(record, record_key);
    create table dim_source_column as
    select 's' as submission_id, 'S' as sheet, *
    from (values
        ('finance', 'paid', 'amount_eur', 'B'),
        ('account_balance', '-', 'committed_eur', 'C'),
        ('account_balance', '-', 'paid_eur', 'D'),
        ('account_balance', '-', 'project_code', 'A')
    ) as columns(record, instance, field, column_letter);
    create table fct_finding as
    select 'DQ' as rule_id, 'warning' as severity, false as is_waived, 'f' as file_name, 's' as submission_id,
        'S' as sheet, 2 as row_number, letter || '2' as cell, letter as trace_key
    from (values ('A'), ('B'), ('C'), ('D')) as letters(letter);
    create table beneath as
    select 'm1' as meetmoment_code, 's' as submission_id, 'S' as sheet, 2 as row_number, *
    from (values ({})) as stated(record, record_key, measure);
"""


@pytest.mark.parametrize(
    ("record", "key", "restated"),
    [
        ("indicator_value", "I1|V1", ["I1|V1|"]),
        ("indicator_value", "I1|B1", ["I1||B1|"]),
        ("indicator_value", "I1", []),
        ("finance", "V1|paid|final", ["V1|paid|final"]),
        ("milestone", "I1|V1", []),
    ],
)
def test_a_restatement_is_found_also_where_a_part_of_its_key_is_empty(
    record: str, key: str, restated: list[str]
) -> None:
    with duckdb.connect() as con:
        con.execute(BENEATH.format(f"'{record}', '{key}', null"))
        assert [row[0] for row in con.sql(_RESTATED).fetchall()] == restated


@pytest.mark.parametrize(
    ("record", "measure", "cells"),
    [
        ("account_balance", "'committed'", {"A2", "C2"}),
        ("account_balance", "'paid'", {"A2", "D2"}),
        ("finance", "'paid'", {"A2", "B2"}),
        ("project", "null", {"A2", "B2", "C2", "D2"}),
    ],
)
def test_a_warning_on_the_cell_of_another_amount_of_the_row_is_none_of_a_figure(
    record: str, measure: str, cells: set[str]
) -> None:
    with duckdb.connect() as con:
        con.execute(BENEATH.format(f"'{record}', 'V1', {measure}"))
        con.execute("update fct_finding set rule_id = cell")
        assert {row[0] for row in con.sql(_WARNINGS).fetchall()} == cells
