"""Returns with something wrong: each is named with sheet, row and column, refused, and the release is left alone.

All of them come in on one night, which is held. It makes what the senders are answered from and no marts, and `check`
is asked before it what it will say.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from conftest import DemoRun, put
from kept_homes import copied
from made_files import plain_csv

from demo.demo_nights import CSV_ENCODING
from demo.return_files import write_csv
from demo.return_tables import return_sheets
from flows.check import check
from flows.night import Night, build, judge_release, runbook
from flows.release import kept
from flows.release.kept import Release
from flows.senders.answer import folder
from flows.settings import Settings
from flows.standing import Outcome
from flows.warehouse import compiled, transform

NOW = datetime(2025, 1, 21, 1, 17, tzinfo=UTC)
Defect = Callable[[bytes], bytes]
Finding = dict[str, Any]


def cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def cut_at_a_line_end(content: bytes) -> bytes:
    return b"\r\n".join(content.split(b"\r\n")[:10]) + b"\r\n"


def wrong_header(content: bytes) -> bytes:
    return content.replace(b"Vastgelegd VAK (EUR)", b"VAK")


def duplicate_key(content: bytes) -> bytes:
    lines = content.split(b"\r\n")
    lines.insert(2, lines[1])
    count = int(lines[-2].split(b";")[1])
    lines[-2] = b"EINDE;%d" % (count + 1)
    return b"\r\n".join(lines)


def text_in_an_amount(content: bytes) -> bytes:
    lines = content.split(b"\r\n")
    cells = lines[3].split(b";")
    cells[3] = b"nog te bepalen"
    lines[3] = b";".join(cells)
    return b"\r\n".join(lines)


DEFECTS: dict[str, Defect] = {
    "MOW_financien_m7_half.csv": cut_in_half,
    "MOW_financien_m7_line.csv": cut_at_a_line_end,
    "MOW_financien_m7_header.csv": wrong_header,
    "MOW_financien_m7_twice.csv": duplicate_key,
    "MOW_financien_m7_text.csv": text_in_an_amount,
}


# A return that names a day nobody has, one with several faults, one with a word nobody knows, and one with a row of
# another width, a status nobody knows and no key.
JUNE, SEVERAL, OF_LV, RAGGED = (
    "KBBJ_return_m7_v3.xlsx",
    "OMG_return_m7_v4.xlsx",
    "LV_financien_m7_v4.csv",
    "FB_status_m7.csv",
)
CUTS = {f"KBBJ_return_m7_{percent}.xlsx": percent / 100 for percent in (25, 50, 90)}
BAD = sorted([*DEFECTS, *CUTS, JUNE, SEVERAL, OF_LV, RAGGED])


def write_bad(inbox: Path, target: Path) -> None:
    """Write the bad files, beside the good ones that they are made of."""
    for sheet in return_sheets("MOW", 7):
        write_csv(target / f"MOW_{sheet.name.lower()}_m7.csv", sheet, CSV_ENCODING["MOW"])
    good = (target / "MOW_financien_m7.csv").read_bytes()
    for name, defect in DEFECTS.items():
        (target / name).write_bytes(defect(good))
        assert (target / name).read_bytes() != good
    edited(inbox / "KBBJ_return_m7.xlsx", target / JUNE, ("Mijlpalen", "E5", "31/06/2025"))
    content = (inbox / "KBBJ_return_m7.xlsx").read_bytes()
    for name, part in CUTS.items():
        (target / name).write_bytes(content[: int(len(content) * part)])
    edits = ("Status", "A1", "Code"), ("Financien", "D4", "veel"), ("Mijlpalen", "E5", "31/06/2025")
    edited(inbox / "OMG_return_m7.xlsx", target / SEVERAL, *edits)
    lines = (inbox / "LV_financien_m7.csv").read_bytes().split(b"\r\n")
    lines[2] = lines[2].replace(b"Voorlopig", b"ongeveer")
    (target / OF_LV).write_bytes(b"\r\n".join(lines))
    rows = ("VV144;Gerealiseerd;;", "VV014;Gerealiseerd;een; twee;", "VV053;Paars;;", ";Gerealiseerd;;")
    (target / RAGGED).write_bytes(plain_csv(*rows))


def edited(source: Path, target: Path, *edits: tuple[str, str, str]) -> None:
    """A copy of a workbook with some cells changed."""
    book = openpyxl.load_workbook(source)
    for sheet, cell, value in edits:
        book[sheet][cell] = value
    book.save(target)


def of_a_held_night(step: Callable[..., Any], night: Night) -> Any:
    """A step of one: it builds what the senders are answered from, since nothing else is read of it."""
    assert step is not judge_release, "something was accepted"
    if step is not build:
        return step(night)
    transform.project(night.settings.warehouse)
    return compiled.build(night.settings.warehouse, transform.ANSWERS, night.settings.plan)


@dataclass(frozen=True)
class BadNight:
    """The small plan after a night on which nothing but bad files came in, with the release of before."""

    settings: Settings
    files: Path
    outcome: Outcome
    before: Release | None

    def critical(self, name: str) -> list[Finding]:
        """What refuses a file."""
        return [f for f in self.outcome.findings if (f["file_name"], f["severity"]) == (name, "critical")]


@pytest.fixture(scope="module")
def bad_night(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> BadNight:
    settings, files = Settings(home=tmp_path_factory.mktemp("bad") / "home"), tmp_path_factory.mktemp("files")
    copied(small.settings.home, settings.home)
    before = kept.current(settings)
    write_bad(settings.inbox / "m7", files)
    for name in BAD:
        put(settings, files / name, "veerkracht", "m7")
    return BadNight(settings, files, runbook(Night(settings, NOW), of_a_held_night), before)


def test_they_hold_the_night_and_leave_the_release(bad_night: BadNight) -> None:
    assert (bad_night.outcome.verdict, bad_night.outcome.rejected) == ("held", BAD)
    after = kept.current(bad_night.settings)
    assert bad_night.before and after and after.manifest == bad_night.before.manifest
    with duckdb.connect(str(bad_night.settings.warehouse), read_only=True) as con:
        refused = con.sql("select file_name from intermediate.int_submission where verdict = 'rejected'").fetchall()
    assert sorted(name for (name,) in refused) == sorted([*BAD, "OV_return_m7.xlsx"]), "and no good file with them"


@pytest.mark.parametrize(
    ("name", "rule", "row", "column"),
    [
        ("MOW_financien_m7_half.csv", "F", None, None),
        ("MOW_financien_m7_line.csv", "F05", 10, None),
        ("MOW_financien_m7_header.csv", "F02", 1, None),
        ("MOW_financien_m7_twice.csv", "K01", 2, "Projectcode"),
        ("MOW_financien_m7_text.csv", "V01", 4, "Vastgelegd VAK (EUR)"),
    ],
)
def test_a_defect_in_a_csv_file_is_named(
    bad_night: BadNight, name: str, rule: str, row: int | None, column: str | None
) -> None:
    findings = bad_night.critical(name)
    assert findings
    assert all(f["rule_id"].startswith(rule) for f in findings)
    if row:
        assert (findings[0]["sheet"], findings[0]["row_number"]) == ("csv", row)
    if column:
        assert findings[0]["column_name"] == column
    assert all(f["message_nl"] and f["message_en"] for f in findings)


def test_31_june_in_a_workbook_is_named(bad_night: BadNight) -> None:
    (finding,) = bad_night.critical(JUNE)
    assert (finding["rule_id"], finding["sheet"], finding["row_number"]) == ("V02", "Mijlpalen", 5)
    assert finding["column_name"] == "Geplande datum"
    assert finding["received_value"] == "31/06/2025"


@pytest.mark.parametrize("name", CUTS)
def test_a_workbook_cut_anywhere_is_refused(bad_night: BadNight, name: str) -> None:
    assert [f["rule_id"] for f in bad_night.critical(name)] == ["F01"]


def test_rows_of_another_width_do_not_hide_what_is_wrong_in_the_others(bad_night: BadNight) -> None:
    """One file, one answer: the ragged row, the status nobody knows and the missing key are all named."""
    found = [f for f in bad_night.outcome.findings if f["file_name"] == RAGGED]
    told = {(f["rule_id"], f["row_number"], f["severity"]) for f in found}
    assert {("F04", 3, "critical"), ("V03", 4, "critical"), ("V06", 5, "error")} <= told
    assert all(row != 3 or rule == "F04" for rule, row, _ in told)


def test_one_error_never_hides_the_rest_and_every_file_is_answered(bad_night: BadNight) -> None:
    settings, outcome = bad_night.settings, bad_night.outcome
    assert outcome.answered == len(BAD)
    assert {(f["rule_id"], f["sheet"]) for f in bad_night.critical(SEVERAL)} == {
        ("F02", "Status"),
        ("V01", "Financien"),
        ("V02", "Mijlpalen"),
    }
    assert [(f["rule_id"], f["sheet"]) for f in bad_night.critical(OF_LV)] == [("V03", "csv")]
    for name in BAD:
        (at,) = (settings.answers / "m7").glob(f"{Path(name).stem}__*")
        is_table = name.endswith(".csv") or name in CUTS
        endings = [".csv", ".html", ".json"] if is_table else [".json", ".xlsx"]
        assert sorted(path.suffix for path in at.iterdir()) == endings, name
    (at,) = (settings.answers / "m7").glob(f"{Path(SEVERAL).stem}__*")
    said = json.loads((at / folder.ANSWER).read_text(encoding="utf-8"))
    assert said["verdict"] == "rejected" and not any(f["gate"] == "comparison" for f in outcome.findings)
    assert any(f["gate"] == "comparison" for f in said["findings"]), (
        "what a second round would bring is told in this one"
    )
    assert said["meanwhile"] == {"file_name": "OMG_return_m7.xlsx", "received_on": "20/01/2025"}
    assert not (settings.build / "past_refusal").exists()


def test_check_says_what_a_night_says_and_changes_nothing(bad_night: BadNight, small: DemoRun, tmp_path: Path) -> None:
    """With the same answers to the byte, beside a return of the same sender that is there already and counts since."""
    good, archived = small.settings.inbox / "m7" / "OMG_return_m7.xlsx", sorted(small.settings.archive.rglob("*"))
    bad = [bad_night.files / name for name in (SEVERAL, OF_LV)]
    findings = check(small.settings, [*bad, good], "m7", NOW, tmp_path).findings
    assert sorted(small.settings.archive.rglob("*")) == archived

    def told(found: list[Finding], name: str) -> set[tuple[Any, ...]]:
        of_file = [f for f in found if f["file_name"] == name]
        return {(f["severity"], f["rule_id"], f["sheet"], f["row_number"], f["message_nl"]) for f in of_file}

    for path in bad:
        before, after = told(findings, path.name), told(bad_night.outcome.findings, path.name)
        assert before >= after >= told(bad_night.critical(path.name), path.name)
        assert not {severity for severity, *_ in before - after} & {"critical", "error"}, (
            "what a second round would bring"
        )
        (answer,) = tmp_path.glob(f"{path.stem}__*")
        sent = bad_night.settings.answers / "m7" / answer.name
        names = sorted(file.name for file in answer.iterdir())
        assert sorted(file.name for file in sent.iterdir()) == names and len(names) > 1
        assert all((answer / name).read_bytes() == (sent / name).read_bytes() for name in names), path.name
    assert not {severity for severity, *_ in told(findings, good.name)} & {"critical", "error"}
