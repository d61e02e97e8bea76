"""Which cells a row was read from, where a sheet holds several records in several ways; and what is asked of a row."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import duckdb
import pytest
from made_release import make_release

from flows.account import cells, figure, recoded, search, trace
from flows.account.cells import NotTraceable
from flows.forms import short_keys
from flows.forms.parts import Row
from flows.release.kept import Release
from flows.settings import Settings

COLUMNS = "submission_id, sheet, record, instance, field, column_letter, source_header, constant"
SAID = """
    ('s', 'Sheet', 'finance', 'paid', 'measure', null, null, 'PAID'),
    ('s', 'Sheet', 'finance', 'paid', 'explanation', null, null, 'of the paid'),
    ('s', 'Sheet', 'finance', 'paid', 'amount_eur', 'D', 'Vereffend', null),
    ('s', 'Sheet', 'finance', 'committed', 'measure', null, null, 'committed'),
    ('s', 'Sheet', 'finance', 'committed', 'amount_eur', 'C', 'Vastgelegd', null),
    ('s', 'Twice', 'finance', 'one', 'amount_eur', 'C', 'Bedrag', null),
    ('s', 'Twice', 'finance', 'other', 'amount_eur', 'D', 'Bedrag (2)', null),
    ('t', 'Sheet', 'finance', 'another', 'amount_eur', 'A', 'Bedrag', null)
"""


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"create table dim_source_column as from (values {SAID}) as said({COLUMNS})")
    return con


def row(sheet: str, measure: str | None = "paid") -> dict[str, Any]:
    return {"submission_id": "s", "sheet": sheet, "measure": measure, "explanation": "of another", "amount_eur": 1}


@pytest.mark.parametrize("records", [("finance",), ("account", "finance"), ("finance", "account")])
def test_a_row_has_the_cells_of_the_record_and_the_instance_that_its_key_names(
    con: duckdb.DuckDBPyConnection, records: tuple[str, ...]
) -> None:
    """Of what is no key the row may say something else: it was corrected, or is shown otherwise."""
    for measure, letter in (("paid", "D"), ("committed", "C")):
        record, fields = cells._source_columns(con, records, row("Sheet", measure))
        assert record == "finance"
        assert [(field, at) for field, at, *_ in fields if at] == [("amount_eur", letter)]
        assert {field for field, *_ in fields} >= {"measure"}


@pytest.mark.parametrize(
    ("asked", "records", "said"),
    [
        (row("Sheet", "budget"), ("finance",), "0 vormen van finance passen op de rij"),
        (row("Sheet", None), ("finance",), "0 vormen van finance passen op de rij"),
        (row("Twice"), ("finance",), "2 vormen van finance passen op de rij"),
        (row("Other"), ("finance", "account"), "s, blad Other, heeft geen finance of account"),
        (row("Sheet"), ("account",), "s, blad Sheet, heeft geen account"),
    ],
)
def test_a_row_whose_cells_cannot_be_told_apart_leads_nowhere_and_says_why(
    con: duckdb.DuckDBPyConnection, asked: dict[str, Any], records: tuple[str, ...], said: str
) -> None:
    with pytest.raises(NotTraceable, match=f"^{re.escape(said)}.* / "):
        cells._source_columns(con, records, asked)


def test_a_field_is_shown_under_its_name_as_a_code_or_in_the_column_of_its_measure() -> None:
    shown = {"measure": "committed", "account_eur": 1, "status_code": "x", "title": "y"}
    fields = ("title", "status", "committed_eur", "paid_eur")
    assert [cells.column_of(shown, field) for field in fields] == ["title", "status_code", "account_eur", None]


def test_a_cell_is_named_by_letters_or_by_the_number_of_a_column_that_lies() -> None:
    texts: list[str | None] = ["a", None, "c"]
    told = {"A": "a", "B": None, "C": "c", "D": None, "3": "c", "4": None}
    assert {letter: cells._text(texts, letter) for letter in told} == told


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return make_release(Settings(home=tmp_path), "2030-01-01.1", datetime(2030, 1, 1, tzinfo=UTC), [])


def test_a_short_key_of_several_figures_names_them(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_keys, "found", lambda con, key: ["p/m/a", "p/m/b"])
    with pytest.raises(
        NotTraceable, match=r"00000000 staat voor .* / .* several figures; .* one of them: p/m/a, p/m/b$"
    ):
        trace.trace(None, release, "00000000")


def test_a_finding_about_the_register_stands_in_no_return(con: duckdb.DuckDBPyConnection, release: Release) -> None:
    of_register = Row("fct_finding", {"submission_id": None}, {})
    with pytest.raises(
        NotTraceable,
        match=r"^p/fct_finding/1 staat in geen rapportering: .* \(seeds/\)$",
    ):
        trace._trace_place(release, con, "p/fct_finding/1", None, of_register)


def test_a_row_with_one_figure_is_that_figure_and_one_with_none_names_its_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Row("agg", {"trace_key": "k", "a": 1, "b": 2}, {})
    for figures, said in ((["b", "a"], "b, a"), ([], "a, b")):
        monkeypatch.setattr(trace.parts_of, "figures", lambda *_, figures=figures: figures)
        with pytest.raises(NotTraceable, match=f"^k heeft .* / has several figures; name one after a colon: {said}$"):
            trace._only_figure("k", asked)
    monkeypatch.setattr(trace.parts_of, "figures", lambda *_: ["b"])
    assert trace._only_figure("k", asked) == "b"


def test_a_part_of_no_project_goes_by_its_key(release: Release) -> None:
    with duckdb.connect() as con:
        con.execute("create table m as select 'k' as trace_key")
        con.execute("create table part as select 'numerator' as side, 'm' as mart, 'k' as trace_key, 2.0 as amount")
        declared = [{"part_mart": "m", "amount": "paid_eur"}]
        found = figure._side(None, release, con, declared, "numerator", "m", 1, Decimal(2))
    (part,) = found.largest
    assert (part.trace_key, part.name, part.amount, part.cell) == ("k", "k", Decimal(2), None) and found.is_eur


def test_why_a_whole_row_has_no_parts_is_said_in_both_languages_by_one_reason(
    con: duckdb.DuckDBPyConnection, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [{"reason_nl": f"reden {n}", "reason_en": f"reason {n}"} for n in (1, 2)]
    monkeypatch.setattr(trace.parts_of, "reasons", lambda mart, figure: said if figure == "" else ())
    told = trace._trace_aggregate(release, con, "k", None, Row("fct_identity_check", {}, {}))
    assert told == trace.Trace("k", release.release_id, None, reason="reden 1 / reason 1")


DROPPED = "'dropped' as kind, 'milestone' as record, null as old_value, 'V1' as project_code, now() as known_from"


def test_a_row_that_its_meetmoment_left_out_is_told_as_gone() -> None:
    """And led to where it still is, where the list of changes has it; of any other the nearest keys are offered."""
    of = Mock(manifest={"tables": {"fct_milestone_status": 3}})
    with duckdb.connect() as con:
        con.sql("create table dim_plan as select 'p' as plan_code")
        keys = "(values ('m1/V1/M1'), ('m2/V1/M1'), ('m3/V2/M1')) as keys(k)"
        con.sql(f"create table fct_milestone_status as select 'p/fct_milestone_status/' || k as trace_key from {keys}")
        con.sql(f"create table what_changed as select {DROPPED}, 'm3' as meetmoment_code, 'V1|M1' as record_key")
        gone, unknown = (search._by_key(con, of, f"fct_milestone_status/{key}") for key in ("m3/V1/M1", "m3/V1/M2"))
    assert gone.key is None and gone.is_gone and [each.key.split("/")[2] for each in gone.candidates] == ["m2", "m1"]
    assert not unknown.is_gone and [each.key.split("/")[2] for each in unknown.candidates] == ["m3"]


def test_a_row_is_gone_also_where_its_key_has_empty_parts_or_another_order() -> None:
    of = Mock(manifest={"tables": {"fct": 4}})
    with duckdb.connect() as con:
        con.sql("create table dim_plan as select 'p' as plan_code")
        keys = "(values ('m1/I1/V1//'), ('m1/I1//B1/'), ('m1/V1/final/paid'), ('m2/I2')) as keys(k)"
        con.sql(f"create table fct as select 'p/fct/' || k as trace_key from {keys}")
        dropped = "(values ('I1|V1|'), ('I1||B1'), ('V1|paid|final')) as keys(record_key)"
        con.sql(f"create table what_changed as select {DROPPED}, 'm2' as meetmoment_code, * from {dropped}")
        for key in ("I1/V1//", "I1//B1/", "V1/final/paid"):
            assert [each.key for each in search._by_key(con, of, f"fct/m2/{key}").candidates] == [f"p/fct/m1/{key}"]
        assert not search._by_key(con, of, "fct/m2//").is_gone


def test_the_key_of_a_project_that_was_recoded_leads_to_the_one_it_has_now_and_back() -> None:
    of = Mock(manifest={"tables": {"fct": 2}})
    with duckdb.connect() as con:
        con.sql("create table dim_plan as select 'p' as plan_code")
        con.sql("create table fct as select 'p/fct/m1/' || k as trace_key from (values ('V1'), ('V9')) as keys(k)")
        con.sql("create table what_changed as select 'recoded' as kind, 'project' as record, 'V2' as old_value,"
                " 'V9' as project_code, now() as known_from, 'm1' as meetmoment_code, 'V9' as record_key")  # fmt: skip
        for asked in ("fct/m1/V2", "fct/m1/V2:amount"):
            found = search._by_key(con, of, asked)
            assert (found.is_exact, [each.key for each in found.candidates]) == (False, ["p/fct/m1/V9"])
        assert recoded.before(con, "p/fct/m1/V9/V9-M1") == ["p/fct/m1/V2/V9-M1"]
        assert recoded.before(con, "p/fct/m1/V1") == recoded.since(con, "p/fct/m1/V99") == []


def test_a_key_of_a_mart_without_rows_is_no_rows_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not looked for without end: the shortest beginning of a key is none."""
    monkeypatch.setattr(search, "_begin_with", Mock(side_effect=[[]] * 9))
    with duckdb.connect() as con:
        con.sql("create table dim_plan as select 'p' as plan_code")
        con.sql("create table fct as select 'k' as trace_key where false")
        con.sql(f"create table what_changed as select {DROPPED}, '' as meetmoment_code, '' as record_key where false")
        found = search._by_key(con, Mock(manifest={"tables": {"fct": 0}}), "fct/m2/V1")
        assert found == search.Found("p/fct/m2/V1")
        with pytest.raises(NotTraceable, match="no row of fct has the key p/fct/m2/V1"):
            trace.row_of(con, "fct", "p/fct/m2/V1")


def test_a_row_is_named_by_its_trace_key_or_the_key_of_its_mart_and_its_column_behind_a_colon() -> None:
    with duckdb.connect() as con:
        con.sql("create table traced as select 'p/traced/a:b' as trace_key, 1 as number")
        con.sql("create table keyed (code varchar, day date, number int, primary key (code, day))")
        con.sql("insert into keyed values ('a', '2030-01-01', 2)")
        con.sql("create table keyless as select 3 as number")
        for key, column in (("p/traced/a:b", None), ("p/keyed/a/2030-01-01", None), ("p/traced/a:b", "number")):
            row_key, named, row = trace.row_of(con, key.split("/")[1], f"{key}:{column}" if column else key)
            assert (row_key, named) == (key, column) and row.values["number"]
        with pytest.raises(NotTraceable, match=r"^traced heeft geen kolom / has no column other; .* it has number$"):
            trace.row_of(con, "traced", "p/traced/a:b:other")
        with pytest.raises(NotTraceable, match="no row of traced has the key p/traced/c:other"):
            trace.row_of(con, "traced", "p/traced/c:other")
        with pytest.raises(NotTraceable, match="no row of keyless"):
            trace.row_of(con, "keyless", "p/keyless/3")
