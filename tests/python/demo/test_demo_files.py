"""The files of the returns: their nights, forms, headers and bytes."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
from demo_reading import METINGEN, ROOT, VAK, VEK, File, Returns, csv_encoding, day, milestone_status, seed, total

DATA_SHEETS = (
    *("Projecten", "Status", "Mijlpalen", "Financien"),  # in every workbook
    *("Indicatoren", "Overdrachten", "RRF", "Rekeningen"),
)


def test_nights(returns: Returns) -> None:
    calendar = {row["meetmoment_code"]: row for row in seed("plan/meetmoment.csv") if row["plan_code"] == "veerkracht"}
    received = [night.received_at for night in returns.nights]
    assert len(returns.nights) == 8
    assert received == sorted(set(received))
    assert [night.expects for night in returns.nights].count("held") == 1
    assert returns.nights[2].expects == "held"
    for place, night in enumerate(returns.nights):
        meting = f"m{place + 1 if place < 3 else place}"
        opens, closes = (calendar[meting][k] for k in ("opens_on", "publication_on"))
        offset = night.received_at.utcoffset()
        assert offset is not None
        assert not offset
        assert f"{night.received_at:%H:%M}" == "01:17"
        assert opens <= f"{night.received_at:%Y-%m-%d}" <= closes
        assert meting in {delivery.meetmoment_code for delivery in night.deliveries}
        assert {delivery.plan_code for delivery in night.deliveries} == {"veerkracht"}
        assert night.title_nl
        assert night.title_en
    paths = [delivery.path for night in returns.nights for delivery in night.deliveries]
    assert len(paths) == len(set(paths)) == len({path.name for path in paths})
    assert set(paths) == {path for path in returns.directory.rglob("*") if path.is_file()}


def test_every_domain_delivers_in_its_own_form(returns: Returns) -> None:
    domains = {row["policy_domain_code"] for row in seed("plan/policy_domain.csv") if row["plan_code"] == "veerkracht"}
    for meting in METINGEN:
        assert {r["Beleidsdomein"] for r in returns.projects(meting).values()} == domains
    for file in returns.files:
        sender = file.path.name.partition("_")[0]
        is_csv = sender in ("MOW", "LV") or "definitief" in file.path.name
        assert file.path.suffix == (".csv" if is_csv else ".xlsx")
        for row in file.sheets.get("Projecten", []):
            assert row["Beleidsdomein"] == sender


def test_sheets_and_headers_are_those_of_the_layouts(returns: Returns) -> None:
    """Every header is known and every field is there, under one of the headers it has had."""
    fields: dict[str, dict[str, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    names = {row["layout_code"]: row["sheet_name"] for row in seed("layouts/layout.csv")}
    for column in seed("layouts/layout_column.csv"):
        name, header = names[column["layout_code"]], column["source_column"]
        if name in DATA_SHEETS and header:
            fields[name][header].add((column["instance"], column["field"]))
    for file in returns.files:
        for name, rows in file.sheets.items():
            assert name in DATA_SHEETS
            assert rows
            assert set(rows[0]) <= set(fields[name])
            assert set().union(*(fields[name][h] for h in rows[0])) == set().union(*fields[name].values())
        if file.path.suffix == ".xlsx":
            assert set(DATA_SHEETS[:4]) <= set(file.sheets)


def test_csv_form(returns: Returns) -> None:
    paths = [file.path for file in returns.files if file.path.suffix == ".csv"]
    assert len(paths) > 50
    accents = 0
    for path in paths:
        content = path.read_bytes()
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")
        assert content.startswith(b"\xef\xbb\xbf") == (csv_encoding(path) == "utf-8-sig")
        accents += csv_encoding(path) == "cp1252" and max(content) > 127
    assert accents > 0


def test_workbooks_have_real_values_and_no_author(returns: Returns) -> None:
    path = returns.file("KBBJ_return_m5.xlsx").path
    book = openpyxl.load_workbook(path)
    notice = " ".join(str(cell.value) for cell in book["Toelichting"]["A"] if cell.value)
    assert "Demonstratie" in notice
    assert "Demonstration" in notice
    row = book["Projecten"][2]
    assert [row[place].data_type for place in (0, 2, 7, 9)] == ["s", "s", "n", "d"]
    with zipfile.ZipFile(path) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert re.search(r"<dc:creator\s*/>|<dc:creator></dc:creator>", core)
    assert core.count("2020-10-15T00:00:00Z") == 2


def differences(first: File, second: File) -> list[tuple[str, str, object, object]]:
    """Cells in which two files differ: sheet, header, both values."""
    assert {n: len(r) for n, r in first.sheets.items()} == {n: len(r) for n, r in second.sheets.items()}
    return [
        (name, header, old[header], new[header])
        for name, rows in first.sheets.items()
        for old, new in zip(rows, second.sheets[name], strict=True)
        for header in old
        if old[header] != new[header]
    ]


def test_held_night_has_exactly_two_defects(returns: Returns) -> None:
    (delivery,) = returns.nights[2].deliveries
    assert delivery.path.name == "WVG_return_m3.xlsx"
    found = differences(returns.file("WVG_return_m3.xlsx"), returns.file("WVG_return_m3_v2.xlsx"))
    assert {(sheet, header, old) for sheet, header, old, _ in found} == {
        ("Financien", VAK, "nog te bepalen"),
        ("Mijlpalen", "Geplande datum", "31/06/2021"),
    }
    assert len(found) == 2
    right = {sheet: new for sheet, _, _, new in found}
    assert isinstance(right["Financien"], Decimal)
    assert isinstance(right["Mijlpalen"], date)
    every_cell: Iterator[object] = (
        value for file in returns.files for rows in file.sheets.values() for row in rows for value in row.values()
    )
    assert Counter(v for v in every_cell if v in ("nog te bepalen", "31/06/2021")).total() == 2


def test_resubmission_of_meting_2_keeps_totals_and_counts(returns: Returns) -> None:
    first, second = returns.file("OMG_return_m2.xlsx"), returns.file("OMG_return_m2_v2.xlsx")
    assert (first.night, second.night) == (1, 3)
    found = Counter((sheet, header) for sheet, header, _, _ in differences(first, second))
    assert found == {
        ("Financien", VEK): 2,
        ("Financien", "Toelichting"): 2,
        ("Mijlpalen", "Geplande datum"): 3,
        ("Mijlpalen", "Toelichting"): 3,
    }
    totals = [total(returns.money(2, first_omg=version), VEK) for version in (True, False)]
    assert totals[0] == totals[1]
    for row in first.sheets["Mijlpalen"]:
        if milestone_status(row) == "op_schema":
            assert day(row, "Geplande datum") >= returns.cutoff(2)


def hashes(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_another_process_writes_the_same_bytes(returns: Returns, tmp_path: Path) -> None:
    code = "import sys, pathlib; from demo import write_returns;"
    code += "write_returns(pathlib.Path(sys.argv[1]))"
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=ROOT, env=environment)
    assert hashes(tmp_path) == hashes(returns.directory)
