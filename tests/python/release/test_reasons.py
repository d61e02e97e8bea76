"""Why gate 2 says no: the figure in words, as printed and recomputed, what has changed it, and what to do."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from expectations import gate
from expectations.gate import Failure
from flows import sights
from flows.release import reasons
from flows.settings import Settings

KEY = ("m3", "one_off", "committed", "total")
_MONEY = "create table {0}.fct_finance_as_returned as from (values {1}) as t(project_code, measure, execution, "
_MONEY += "amount_eur, submission_id, meetmoment_code)"
_CHECK = """
    create table marts.fct_published_figure_check as
    from (values ('m3', 'one_off', 'provisional', '{measure}', 'total', 'EUR million', 2000.0::decimal(20, 6),
        1950.4::decimal(32, 6), {restated}, date '2022-05-02')) as t(
        meetmoment_code, scope_code, execution, measure, item, unit, printed, recomputed, restated, restated_on)
"""
_AROUND = """
    create table marts.agg_headline_figure_by_scope as
    select meetmoment_code, scope_code, execution, measure, item from marts.fct_published_figure_check limit 0;
    create table marts.dim_meetmoment as from (values ('m3', 'm2', 'Meting 3', 'Measurement 3', date '2021-12-31'))
        as t(meetmoment_code, previous_meetmoment_code, label_nl, label_en, cutoff_date);
    create table marts.dim_scope as from (values ('one_off', 'Eenmalige relancemiddelen', 'One-off money'))
        as t(scope_code, label_nl, label_en);
    create table marts.dim_code as from (values
        ('headline_measure', 'committed', 'Vastgelegd (VAK)', 'Committed (VAK)'),
        ('headline_item', 'total', 'Totaal', 'Total'), ('finance_execution', 'provisional', 'Voorlopig', 'Provisional'),
        ('figure_unit', 'EUR million', 'miljoen euro', 'million euro')) as t(code_list, code, label_nl, label_en);
"""
_COUNTED_FROM = """
    create table {0}.dim_submission as
    select submission_id, file_name, 'accepted' as verdict, null::timestamp as withdrawn_at
    from (values ('a', 'OMG_m3.xlsx'), ('b', 'OMG_m3_v2.xlsx'), ('c', 'MOW_m3.xlsx'), ('d', 'LV_m3.xlsx'))
        as t(submission_id, file_name)
    where '{0}' = 'marts' or submission_id <> 'b';
    create table {0}.fct_project_status(
        meetmoment_code varchar, project_code varchar, status varchar, submission_id varchar);
    create table {0}.bridge_scope_project as from (values ('m3', 'one_off', 'VV001'))
        as t(meetmoment_code, scope_code, project_code);
    create table {0}.what_changed(
        comparison varchar, record varchar, meetmoment_code varchar, project_code varchar, submission_id varchar,
        old_submission_id varchar, lacking_submission_id varchar);
"""
"""What stands beside the money; the release before did not know the second version of OMG's return."""
SAME = ("('VV002', 'committed', 'provisional', 5, 'c', 'm3')", "('VV002', 'paid', 'provisional', 4, 'c', 'm3')")


def told(
    tmp_path: Path,
    now: tuple[str, ...],
    before: tuple[str, ...] | None,
    restated: str = "null::decimal(20, 6)",
    measure: str = "committed",
    more: str = "",
    of_before: str = "",
) -> reasons.Reason:
    """The reason of a night whose marts have these rows of money, after a release that had those.

    Args:
        more: SQL on what the night made.
        of_before: SQL on the release.
    """
    settings = Settings(home=tmp_path)
    settings.build.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("create schema marts")
        con.execute(_CHECK.format(restated=restated, measure=measure) + ";" + _AROUND)
        con.execute(_COUNTED_FROM.format("marts") + _MONEY.format("marts", ", ".join(now)) + f"; {more}")
    release: Any = None
    if before is not None:
        release = SimpleNamespace(database=tmp_path / "before.duckdb", release_id="2022-01-24.1")
        with duckdb.connect(str(release.database)) as con:
            con.execute(_COUNTED_FROM.format("main") + _MONEY.format("main", ", ".join(before)) + f"; {of_before}")
    failure = Failure("DQ16A", "marts.fct_published_figure_check", None, (*KEY[:2], measure, "total"), "differs")
    (found,) = reasons.of([(failure, "critical")], settings, release)
    return found


def row(amount: int, submission: str, measure: str = "committed", execution: str = "provisional") -> str:
    return f"('VV001', '{measure}', '{execution}', {amount}, '{submission}', 'm3')"


def test_the_figure_is_told_in_words_with_what_changed_it_and_what_to_do(tmp_path: Path) -> None:
    found = told(tmp_path, (*SAME, row(10, "b")), (*SAME, row(60, "a")))
    assert str(found).startswith("DQ16A: ")
    for part in (
        "Vastgelegd (VAK), eenmalige relancemiddelen, voorlopig, Meting 3 (31/12/2021): "
        "gedrukt 2.000 miljoen euro, herrekend 1.950,4 miljoen euro (verschil −49,6)",
        "sinds uitgave 2022-01-24.1 gewijzigd door OMG_m3_v2.xlsx (b).",
        "veerkracht withdraw",
        "seeds/quality/figure_restatement.csv",
    ):
        assert part in found.nl
    assert "printed 2,000 million euro, recomputed 1,950.4 million euro (difference −49.6)" in found.en
    assert "MOW" not in found.nl, "a file whose rows are what they were changed nothing"


@pytest.mark.parametrize(
    ("now", "before", "says"),
    [
        ((row(60, "a"), row(9, "b", "paid")), (row(60, "a"), row(8, "a", "paid")), "geen enkel bestand"),
        ((row(60, "a"), row(9, "b", execution="final")), (row(60, "a"),), "geen enkel bestand"),
        ((*SAME, row(1, "b")), None, "(verschil −49,6). Is een bestand fout"),
        ((*SAME, row(10, "a")), (*SAME, row(60, "a")), "geen enkel bestand: het register of de code veranderde"),
    ],
)
def test_only_what_the_figure_is_counted_from_is_named(
    now: tuple[str, ...], before: tuple[str, ...] | None, says: str, tmp_path: Path
) -> None:
    assert says in told(tmp_path, now, before).nl


def test_a_file_that_was_withdrawn_is_named_by_the_row_it_had(tmp_path: Path) -> None:
    withdrawn = "update marts.dim_submission set withdrawn_at = timestamp '2022-05-01' where submission_id = 'd'"
    found = told(tmp_path, SAME, (*SAME, row(60, "d")), more=withdrawn)
    assert "gewijzigd door LV_m3.xlsx (d, ingetrokken / withdrawn)." in found.nl


def told_of_projects(tmp_path: Path, now: str, before: str, left_out: tuple[str, str]) -> reasons.Reason:
    """The reason of a count of projects, with these rows of statuses, where OMG's second version left a record out.

    Args:
        left_out: the record and its project.
    """
    rows = "insert into {}.fct_project_status values {}"
    record, project = left_out
    changed = f"insert into marts.what_changed values ('restatement', '{record}', 'm3', '{project}', null, 'a', 'b')"
    named = "insert into marts.dim_code values ('headline_measure', 'project_count', 'Projecten', 'Projects')"
    more = "; ".join((rows.format("marts", now), changed, named))
    return told(tmp_path, SAME, SAME, measure="project_count", more=more, of_before=rows.format("main", before))


def test_a_version_that_left_a_status_out_is_named_and_not_the_file_that_the_project_stands_on(tmp_path: Path) -> None:
    """A project without a status stands on the row that describes it, of a file that did nothing."""
    same = "('m3', 'VV002', 'op_schema', 'a')"
    now, before = f"('m3', 'VV001', null, 'd'), {same}", f"('m3', 'VV001', 'op_schema', 'a'), {same}"
    found = told_of_projects(tmp_path, now, before, ("project_status", "VV001"))
    assert "gewijzigd door OMG_m3_v2.xlsx (b)." in found.nl


@pytest.mark.parametrize(
    "left_out", [("project_status", "VV002"), ("milestone", "VV001")], ids=["of another", "another record"]
)
def test_a_version_that_left_out_what_the_figure_is_not_counted_from_is_not_named(
    left_out: tuple[str, str], tmp_path: Path
) -> None:
    now, before = "('m3', 'VV001', 'vertraagd', 'a')", "('m3', 'VV001', 'op_schema', 'a')"
    assert "geen enkel bestand" in told_of_projects(tmp_path, now, before, left_out).nl


def test_a_file_that_took_a_project_out_of_the_scope_is_named(tmp_path: Path) -> None:
    """No amount says something else: the project is no more one of those that are counted."""
    left = "delete from marts.bridge_scope_project; "
    left += "insert into marts.what_changed values ('restatement', 'project', 'm3', 'VV001', 'b', 'a', null)"
    assert "gewijzigd door OMG_m3_v2.xlsx (b)." in told(tmp_path, SAME, SAME, more=left).nl


def test_of_many_files_some_are_named_and_the_others_counted(tmp_path: Path) -> None:
    now = [row(amount, f"s{amount}") for amount in range(10)]
    named = ", ".join(f"('s{n}', 'M{n}_m3.xlsx', 'accepted', null)" for n in range(10))
    more = f"insert into marts.dim_submission values {named}"
    found = told(tmp_path, (*now, row(10, "a")), (row(10, "a"),), more=more)
    assert "M7_m3.xlsx (s7) en nog 2 bestanden." in found.nl and "M8_m3" not in found.nl
    assert "M7_m3.xlsx (s7) and 2 more files." in found.en


def test_a_figure_of_a_change_is_counted_from_two_meetmomenten(tmp_path: Path) -> None:
    of_the_one_before = row(10, "b").replace("'m3'", "'m2'")
    named = "insert into marts.dim_code values ('headline_measure', 'committed_change', 'Verschil', 'Change')"
    found = told(tmp_path, (*SAME, of_the_one_before), SAME, measure="committed_change", more=named)
    assert "gewijzigd door OMG_m3_v2.xlsx (b)." in found.nl


def test_a_figure_that_can_no_longer_be_computed_says_so(tmp_path: Path) -> None:
    found = told(tmp_path, SAME, SAME, more="update marts.fct_published_figure_check set recomputed = null")
    assert "gedrukt 2.000 miljoen euro, niet meer te berekenen. " in found.nl
    assert "printed 2,000 million euro, can no longer be computed. " in found.en


def test_a_release_of_before_with_other_columns_names_no_file_and_does_not_stop_the_night(tmp_path: Path) -> None:
    other = "alter table fct_finance_as_returned drop column execution"
    found = told(tmp_path, SAME, (*SAME, row(60, "a")), of_before=other)
    assert "(verschil −49,6). Is een bestand fout" in found.nl, "nobody knows what did it, and nothing is said of it"


def test_a_figure_that_the_registry_no_longer_has_is_told_by_its_key(tmp_path: Path) -> None:
    found = told(tmp_path, SAME, SAME, more="delete from marts.fct_published_figure_check")
    assert "m3 one_off committed total differs" in found.nl and "m3 one_off committed total differs" in found.en


def test_a_restatement_that_does_not_hold_is_told_beside_what_was_printed(tmp_path: Path) -> None:
    found = told(tmp_path, SAME, SAME, restated="1960.0::decimal(20, 6)")
    assert "gedrukt 2.000 miljoen euro, herzien tot 1.960 miljoen euro op 02/05/2022" in found.nl
    assert "(verschil −9,6)" in found.nl


def test_more_projects_than_the_calendar_expects_lead_to_the_sender_or_the_calendar(tmp_path: Path) -> None:
    """A mistyped code makes a new project: no fault of the marts, as every other sum that does not add up."""
    settings = Settings(home=tmp_path)
    settings.build.mkdir(parents=True)
    of_others = ("committed_eur of the facts = committed_eur of the project", "m7 provisional")
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(
            "create schema marts; create table marts.fct_identity_check as select ? as identity, 'm7' as "
            "identity_case, 1160::decimal(20, 2) as left_value, 1159::decimal(20, 2) as right_value",
            [reasons.EXPECTED_PROJECTS],
        )
    failures = [
        (Failure("DQ16B", "marts.fct_identity_check", None, key, "1"), "critical")
        for key in ((reasons.EXPECTED_PROJECTS, "m7"), of_others)
    ]
    found, other = reasons.of(failures, settings, None)
    assert "van meetmoment m7 zijn 1.160 projecten geleverd en de kalender verwacht er 1.159;" in found.nl
    assert "1,160 projects of meetmoment m7 were delivered and the calendar expects 1,159;" in found.en
    assert all("project_count in seeds/plan/meetmoment.csv" in said for said in (found.nl, found.en))
    for said in (str(found), f"DQ16B: {found.en}"):
        assert sights.of_hold([said]) == [sights.EXPECTED]
    assert sights.of_hold([str(other)]) == [sights.CHECK]


def test_the_identity_of_what_is_expected_is_one_that_gate_2_must_judge() -> None:
    (suite,) = (suite for suite in gate.suites("release") if suite["name"] == "release_identities")
    assert f"identity = '{reasons.EXPECTED_PROJECTS}'" in suite["meta"]["covers"]


def test_what_lacks_a_fact_does_not_end_in_a_word_of_a_machine(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.build.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse)).close()
    failure = Failure("DQ05C", "marts.fct_indicator_quality", None, ("m4", "IND12"), "False")
    (found,) = reasons.of([(failure, "warning")] * 2, settings, None)
    assert found.nl.endswith("m4 IND12.")
