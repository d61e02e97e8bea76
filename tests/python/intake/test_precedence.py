"""What was sent counts, and who sent what does not is told: from files to versions and findings."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from replay import Received, replay
from small_plan import small_sheets

from demo.return_files import write_csv
from flows.senders.answer import verdict

FIRST = datetime(2021, 4, 2, 1, 17, tzinfo=UTC)
HEADER = "Projectcode;Projectstatus;VR-document;Toelichting"
# File, night of receipt, project, status.
SENT = [
    ("OMG_status_m1_v2.csv", 0, "VV001", "Opgestart"),
    ("OMG correctie m1.csv", 1, "VV001", "Oranje"),
    ("OMG_status_m1_v1.csv", 2, "VV001", "Rood"),
    ("WVG_status_m1_V2.csv", 0, "VV002", "Opgestart"),
    ("WVG_status_m1.csv", 1, "VV002", "Oranje"),
    ("LV_status_a.csv", 3, "VV015", "Rood"),
    ("LV_status_b.csv", 3, "VV015", "Oranje"),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sent")
    projects = next(sheet for sheet in small_sheets("OMG", 1) if sheet.name == "Projecten")
    write_csv(folder / "OMG_projecten_m1.csv", projects, "utf-8-sig")
    files = [Received(folder / "OMG_projecten_m1.csv", "veerkracht", "m1", FIRST)]
    for name, night, project, status in SENT:
        path = folder / name
        path.write_text(f"{HEADER}\n{project};{status};;\nEINDE;1\n", encoding="utf-8")
        files.append(Received(path, "veerkracht", "m1", FIRST + timedelta(days=night)))
    asked = ["int_project_status_version", "int_submission", "int_submission_replaced", "int_finding"]
    return replay(folder / "home", files, asked)


def test_the_latest_receipt_counts_unless_its_series_declares_otherwise(judged: Path) -> None:
    with duckdb.connect(str(judged), read_only=True) as con:
        held = con.sql(
            "select project_code, status from intermediate.int_project_status_version where is_current order by all"
        ).fetchall()
    assert held == [("VV001", "oranje"), ("VV002", "oranje"), ("VV015", "oranje")]


def test_the_sender_of_what_does_not_count_is_told_what_does(judged: Path) -> None:
    answers = {answer.file_name: answer for answer in verdict.read(judged)}
    told = {
        name: (finding["rule_id"], finding["received_value"], finding["expected"])
        for name, answer in answers.items()
        for finding in answer.findings
        if finding["rule_id"] in ("M11", "M12")
    }
    assert told.pop("OMG_status_m1_v1.csv")[:2] == ("M11", "OMG_status_m1_v2.csv (02/04/2021)")
    assert "latere versie" in answers["OMG_status_m1_v1.csv"].verdict_words[0]
    assert told == {
        "LV_status_a.csv": ("M12", "LV_status_b.csv", "LV_status_b.csv"),
        "LV_status_b.csv": ("M12", "LV_status_a.csv", "LV_status_b.csv"),
    }
