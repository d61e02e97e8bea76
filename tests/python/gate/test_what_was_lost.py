"""What a meetmoment had when the release before was made and has no more holds the night, unless that is registered."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from conftest import DemoRun
from small_plan import CODES
from test_rows_left_out import OMG, keep

from expectations import gate
from flows.night import Night, build, known_before, load_raw, receive
from flows.release import kept
from flows.release.reasons import of
from flows.settings import Settings
from flows.warehouse import compiled

LOST = "int_meetmoment_lost"
NIGHT = datetime(2025, 1, 21, 1, 17, tzinfo=UTC)
SENT = {
    ("m7", "OMG_return_m7_v2.xlsx"): ("OMG_return_m7.xlsx", "VV033"),
    ("m6", "OMG_return_m6_v3.xlsx"): ("OMG_return_m6_v2.xlsx", "VV002"),
}
"""A version of a return, by meetmoment and name: of which one, and the project that it leaves out."""


@pytest.fixture(scope="module")
def reasons(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Why a night is held that receives these; m7 expects all projects it has, of m6 nobody says how many."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    shutil.copytree(  # with what was read of the files received
        small.settings.plan_home,
        settings.plan_home,
        symlinks=True,
        ignore=shutil.ignore_patterns("warehouse.duckdb", "dbt", "logs"),
    )
    for (meetmoment, name), (sent, without) in SENT.items():
        book = openpyxl.load_workbook(settings.inbox / meetmoment / sent)
        keep(*(set(OMG) - {without}))(book)
        book.save(settings.inbox / meetmoment / name)
    night = Night(settings, NIGHT)
    assert receive(night) == sorted(name for _, name in SENT)
    load_raw(night)
    with duckdb.connect(str(settings.warehouse)) as con:
        there = len(CODES) - 1  # one left the plan
        con.execute(
            "update registry.meetmoment set project_count = case when meetmoment_code = 'm7' then ? end"
            " where plan_code = 'veerkracht'",
            [there],
        )
    compiled.build(settings.warehouse, [f"+{LOST}"], settings.plan, known_before=known_before(settings))
    (suite,) = (suite for suite in gate.suites("release") if suite["meta"]["table"].endswith(f".{LOST}"))
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        failed = [(failure, gate.severity_of(failure, settings.plan)) for failure in gate.judge(con, suite)]
    assert {(failure.rule_id, severity) for failure, severity in failed} == {("G02", "critical")}
    return [str(reason) for reason in of(failed, settings, kept.current(settings))]


def test_each_meetmoment_names_the_projects_the_file_and_what_to_do(reasons: list[str]) -> None:
    assert len(reasons) == 2
    of_m6, of_m7 = sorted(reasons)
    assert re.search(r"m6 veerkracht-m6-\w{12} \(OMG_return_m6_v3.xlsx\) mist VV002", of_m6), "of whatever number"
    assert re.search(r"m7 veerkracht-m7-\w{12} \(OMG_return_m7_v2.xlsx\) mist VV033", of_m7), "of one that was complete"
    assert all("veerkracht withdraw" in reason and "project_event.csv" in reason for reason in reasons)


def test_a_release_before_that_nobody_signed_is_not_compared_with(small: DemoRun, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    shutil.copytree(
        small.settings.plan_home, settings.plan_home, symlinks=True, ignore=shutil.ignore_patterns("build", "logs")
    )
    current = kept.current(settings)
    assert current
    manifest = current.folder / kept.MANIFEST
    text = manifest.read_text(encoding="utf-8").replace("2025-01-20T01:17:00", "2020-01-20T01:17:00")
    manifest.unlink()  # it may be shared
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(kept.NotReadBack, match="VEERKRACHT_TRUSTED_KEYS"):
        build(Night(settings, NIGHT))
