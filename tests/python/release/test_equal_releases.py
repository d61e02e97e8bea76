"""The comparison of releases before and after a rebuild of the house sees what differs, and only that."""

import json
from pathlib import Path

import duckdb
import equal_releases
import openpyxl
import pytest
from openpyxl.comments import Comment

OLD = """
    create table fct as select * from (values
        ('veerkracht/m1', 'veerkracht/VV001', 1.50, 'fct/veerkracht/m1/VV001'),
        ('veerkracht/m1', 'veerkracht/VV002', null, 'fct/veerkracht/m1/VV002')
    ) as t (meetmoment_key, project_key, amount_eur, trace_key);
    create table dim_scope as select * from (values
        ('veerkracht/all', 'veerkracht', 'all'), ('pnrr/all', 'pnrr', 'all')
    ) as t (scope_key, plan_code, scope_code);
"""
NEW = """
    create table fct as select * from (values
        ('m1', 'VV002', null, 'veerkracht/fct/m1/VV002'),
        ('m1', 'VV001', 1.50, 'veerkracht/fct/m1/VV001')
    ) as t (meetmoment_code, project_code, amount_eur, trace_key);
    create table dim_scope as select 'all' as scope_code;
"""


def home(folder: Path, marts: str, comment: str = "V01: geen getal") -> Path:
    """A home of one release and one answer."""
    release = folder / "releases" / "2030-01-01.1"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "marts.duckdb")) as con:
        con.execute(marts)
    answer = folder / "answers" / "m1" / "a.xlsx__1"
    answer.mkdir(parents=True)
    said = {"meetmoment_code": "m1", "file_name": "a.xlsx", "sha256": "1", "findings": [{"cell": "D4"}]}
    (answer / "answer.json").write_text(json.dumps(said), encoding="utf-8")
    book = openpyxl.Workbook()
    book.worksheets[0]["D4"] = "nog te bepalen"
    book.worksheets[0]["D4"].comment = Comment(comment, "veerkracht")
    book.save(answer / "a_bevindingen.xlsx")
    return folder


def said_of(tmp_path: Path, capsys: pytest.CaptureFixture[str], marts: str, comment: str = "V01: geen getal") -> str:
    """What the comparison says of a release with these marts, which is of the new layout."""
    old = home(tmp_path / "old", OLD)
    home(tmp_path / "new" / "veerkracht", marts, comment)
    code = equal_releases.main([str(old), str(tmp_path / "new")])
    said = capsys.readouterr().out
    assert code == (0 if said.endswith("\nequal\n") else 1)
    return said


def test_codes_for_keys_are_the_same_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = said_of(tmp_path, capsys, NEW)
    assert said.endswith("\nequal\n") and "2 marts, 3 rows compared" in said and "1 old, 1 new, 0 differ" in said


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (("1.50", "1.51"), 'fct: 2 rows, only old 1, only new 1; values that differ: "amount_eur" 1'),
        (("null, ", "0.00, "), '"amount_eur" 1'),
        (("'VV001', 1", "'VV003', 1"), '"project_key" 1'),
        (("'veerkracht/fct/m1/VV001'", "'fct/m1/VV001'"), '"trace_key" 1'),
        (("project_code, amount_eur, trace", "project_code, euro, trace"), "old column amount_eur is gone"),
        (("project_code, amount_eur, trace", "project_code, euro, trace"), "new column euro"),
        (("select 'all' as", "select 'all' as more, 'all' as"), "new column more"),
        (("1.50", "1.5::double"), "amount_eur was DECIMAL(3,2), is DOUBLE"),
        (("create table dim_scope", "create table dim_scopes"), "dim_scope: 0 rows, the new release has no such mart"),
        (("select 'all' as", "select * from (values ('all'), ('all')) as t (scope_code) --"), "only new 1"),
    ],
)
def test_each_other_difference_is_seen(
    change: tuple[str, str], seen: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert change[0] in NEW
    said = said_of(tmp_path, capsys, NEW.replace(*change))
    assert seen in said and not said.endswith("\nequal\n")


def test_a_comment_of_a_marked_workbook_is_part_of_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_of(tmp_path, capsys, NEW, comment="V01: is geen getal")
    assert "D4 was" in said and "1 old, 1 new, 1 differ" in said and not said.endswith("\nequal\n")


def test_a_release_too_few_is_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = home(tmp_path / "old", OLD), home(tmp_path / "new", NEW)
    home(tmp_path / "more", OLD).joinpath("releases", "2030-01-01.1").rename(old / "releases" / "2030-01-01.2")
    assert equal_releases.main([str(old), str(new)]) == 1
    assert "2 old releases, 1 new ones" in capsys.readouterr().out
