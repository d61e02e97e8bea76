"""Italy's programme of milestones as a second plan, through a layout of the registry alone."""

import csv
from pathlib import Path

import pytest
from real_night import PROGRAMME, Staged

pytestmark = pytest.mark.slow

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


def test_the_italian_counts_hold(staged: Staged) -> None:
    changes = staged.of("pnrr").rows(
        "select meetmoment_code, listed_count, in_both_count, gone_count, new_count, moved_count"
        " from marts.agg_milestone_changes where scope_code = 'all' order by all"
    )
    milestones = staged.of("pnrr").rows(
        "select meetmoment_code, milestone_code, project_code, cast(planned_date as varchar)"
        " from marts.fct_milestone_status_as_returned"
    )
    assert changes == [("v01", 1642, 0, 0, 0, 0), ("v02", 1489, 1473, 169, 16, 0)]
    for meetmoment, name in PROGRAMME.items():
        ours = {(row[1], row[2]): row[3] for row in milestones if row[0] == meetmoment}
        assert ours == straight(staged.folder / "italia_domani" / name, KEY[meetmoment])
