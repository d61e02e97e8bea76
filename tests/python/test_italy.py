"""Italy's programme of milestones as a second plan, through a layout of the registry alone."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from conftest import put

from flows.night import Night, runbook
from flows.publish import release
from flows.settings import Settings

FILES = {"v01": "PNRR_MeT_OA_programmazione.csv", "v02": "PNRR_MeT_OA_programmazione_v02.csv"}
KEY = {"v01": "Codice univoco Milestone-Target", "v02": "Nr. Seq. M&T"}
LAST_DAY = {"Q1": "03-31", "Q2": "06-30", "Q3": "09-30", "Q4": "12-31"}


def straight(path: Path, key: str) -> dict[tuple[str, str], str]:
    """(milestone, submeasure) -> planned date, read without the software."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            (row[key], row["Codice Univoco Submisura"]): (
                f"{row['Anno di conseguimento']}-{LAST_DAY[row['Trimestre di conseguimento']]}"
            )
            for row in csv.DictReader(file, delimiter=";")
        }


def test_the_italian_counts_hold(real_files: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for meetmoment, name in FILES.items():
        put(settings, real_files / "italia_domani" / name, "pnrr", meetmoment)
    assert runbook(Night(settings, datetime(2022, 9, 1, tzinfo=UTC))).verdict == "published"
    current = release.current(settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        changes = con.sql(
            "select meetmoment_key, listed_count, in_both_count, gone_count, new_count, moved_count"
            " from agg_milestone_changes where scope_key = 'pnrr/all' order by all"
        ).fetchall()
        milestones = con.sql(
            "select meetmoment_key, milestone_code, right(project_key, -5), cast(planned_date as varchar)"
            " from fct_milestone_status"
        ).fetchall()
    assert changes == [("pnrr/v01", 1642, 0, 0, 0, 0), ("pnrr/v02", 1489, 1473, 169, 16, 0)]
    for meetmoment, name in FILES.items():
        ours = {(row[1], row[2]): row[3] for row in milestones if row[0] == f"pnrr/{meetmoment}"}
        assert ours == straight(real_files / "italia_domani" / name, KEY[meetmoment])
