"""For which meetmoment a return says it is: compared with the one it was sent for."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlsxwriter

from flows.intake import archive, stated
from flows.senders.template import write_template
from flows.settings import Settings
from flows.warehouse.load import load

NOW = datetime(2025, 1, 18, 1, 17, tzinfo=UTC)
STATUS = ["Projectcode", "Projectstatus", "VR-document", "Toelichting"]


def told(path: Path, meetmoment: str) -> list[tuple[str, str, str]]:
    """(rule, what the file says, what it was sent for), once it was read and loaded."""
    settings = Settings(home=path.parent / "home")
    receipt = archive.receipt_for(path, "veerkracht", meetmoment, NOW)
    load(settings, {receipt: path}, settings.warehouse, {})
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        return con.sql(
            "select rule_id, received_value, expected from raw.refusal where rule_id like 'M%' order by all"
        ).fetchall()


def book(path: Path, meetmoment: str | None) -> Path:
    with xlsxwriter.Workbook(path) as written:
        if meetmoment:
            written.set_custom_property(stated.PROPERTY, meetmoment, "text")
        sheet = written.add_worksheet("Status")
        for column, header in enumerate(STATUS):
            sheet.write_string(0, column, header)
        sheet.write_row(1, 0, ["VV001", "Opgestart"])
    return path


def test_the_form_of_one_meetmoment_is_refused_for_another(tmp_path: Path) -> None:
    form = tmp_path / "OMG_return.xlsx"
    write_template(Settings(home=tmp_path / "none"), "veerkracht", "m6", "OMG", form)
    assert told(form, "m6") == []
    assert told(form, "m7") == [("M13", "m6", "m7")]


def test_filling_in_and_saving_keeps_what_the_form_says(tmp_path: Path) -> None:
    filled = openpyxl.load_workbook(book(tmp_path / "form.xlsx", "m6"))
    filled["Status"]["B2"] = "Stopgezet"
    filled.save(tmp_path / "OMG_status.xlsx")
    assert told(tmp_path / "OMG_status.xlsx", "m7") == [("M13", "m6", "m7")]


def test_a_workbook_that_says_nothing_is_taken_as_sent(tmp_path: Path) -> None:
    assert told(book(tmp_path / "OMG_status.xlsx", None), "m7") == []


def test_a_json_return_says_it_beside_its_records(tmp_path: Path) -> None:
    row = dict(zip(STATUS, ("VV001", "Opgestart", None, None), strict=True))
    path = tmp_path / "OMG_status.json"
    path.write_text(json.dumps({"meetmoment": "m5", "records": {"Status": [row]}}))
    assert told(path, "m7") == [("M13", "m5", "m7")] and told(path, "m5") == []


@pytest.mark.parametrize("said", [5, None, ["m5"], " ", ""])
def test_a_json_return_that_says_something_else_there_says_nothing(said: object) -> None:
    assert stated.in_document({"meetmoment": said}) == [] and stated.in_document([said]) == []


def test_of_returns_sent_together_each_is_asked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "OMG.zip", "w") as container:
        container.write(book(tmp_path / "a.xlsx", "m7"), "a.xlsx")
        container.write(book(tmp_path / "b.xlsx", "m6"), "b.xlsx")
    assert told(tmp_path / "OMG.zip", "m7") == [("M13", "m6", "m7")]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("OMG_return_m6.xlsx", [("M14", "m6", "m7")]),
        ("OMG return M6 correctie.xlsx", [("M14", "m6", "m7")]),
        ("OMG_return_m6_en_m7.xlsx", []),
        ("OMG_return_m61.xlsx", []),
        ("OMG_return_m7_v2.xlsx", []),
    ],
)
def test_a_name_that_speaks_of_another_meetmoment_is_told(tmp_path: Path, name: str, says: list[object]) -> None:
    assert told(book(tmp_path / name, None), "m7") == says


@pytest.mark.parametrize("part", [b"", b"<x", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a/>"])
def test_a_property_that_cannot_be_read_says_nothing(tmp_path: Path, part: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as container:
        container.writestr("docProps/custom.xml", part)
    assert stated.in_workbook((tmp_path / "x.xlsx").read_bytes()) == []
    assert stated.in_workbook(b"no zip") == []


def test_memory_that_is_not_there_says_nothing_of_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(_: bytes) -> None:
        raise MemoryError

    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as container:
        container.writestr("docProps/custom.xml", b"<a/>")
    monkeypatch.setattr(stated, "fromstring", lacking)
    with pytest.raises(MemoryError):
        stated.in_workbook((tmp_path / "x.xlsx").read_bytes())
