"""Every code has a name: each column that holds codes says which list they are of, and `dim_code` has them all."""

from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.forms import contents
from flows.forms.contents import Mart
from flows.release import kept

# Codes that are no list: names of things with no table of their own, or of several things.
OF_NO_LIST = {
    "currency": "as ISO 4217 names it",
    "expected": "what a rule expected, in its own words",
    "expected_en": "the same in English",
    "field": "a field of the submission contract, which the contract names",
    "granted_by_role": "a role, in words",
    "identity": "two figures of other marts, in words",
    "identity_case": "the keys of the two figures",
    "instance": "which record of a wide row",
    "milestone_code": "a milestone, which belongs to its project",
    "missing_parts": "several parts of an indicator",
    "missing_points": "several points of the Court of Audit",
    "mt_number": "a milestone or target of the facility, with its label beside it",
    "next_milestone_code": "a milestone, with its description beside it",
    "origin": "where a rule comes from",
    "project_code": "a project of a return, where it may be one that the plan does not have",
    "records": "several records",
    "related_projects": "several projects",
    "replaced_by": "a milestone, which belongs to its project",
    "requirements": "several requirements",
    "semester": "a half year",
    "computed_by_rule": "a rule of the status",
    "member_of_meetmoment": "a meetmoment",
    "computed_status_colour": "a colour",
    "status_colour": "a colour",
}


@pytest.fixture(scope="module")
def marts(manifest: dict[str, Any]) -> tuple[Mart, ...]:
    return contents.from_manifest(manifest, "veerkracht")


def test_every_column_of_codes_says_which_list_they_are_of(marts: tuple[Mart, ...]) -> None:
    silent = [
        f"{mart.name}.{column.name}"
        for mart in marts
        for column in mart.columns
        if column.contains == "code"
        and not column.codes
        and column.name not in OF_NO_LIST
        and column.name not in {*mart.key, *(key.column for key in mart.foreign_keys)}
    ]
    assert silent == []


def test_every_code_that_stands_in_a_mart_has_a_name(marts: tuple[Mart, ...], demo: DemoRun) -> None:
    current = kept.current(demo.settings)
    assert current
    asked = 0
    with duckdb.connect(str(current.database), read_only=True) as con:
        for mart in marts:
            for column in mart.columns:
                if column.codes:
                    asked += 1
                    nameless = con.execute(
                        f"select distinct {column.name} from {mart.name} as mart where {column.name} is not null"
                        f" and not exists (select 1 from dim_code where code_list = ? and code = mart.{column.name})",
                        [column.codes],
                    ).fetchall()
                    assert not nameless, (mart.name, column.name, column.codes, nameless)
    assert asked > 100


def test_the_colours_and_the_order_of_the_status_are_those_of_the_plan(demo: DemoRun) -> None:
    current = kept.current(demo.settings)
    assert current
    with duckdb.connect(str(current.database), read_only=True) as con:
        shown = con.sql(
            "select code, label_nl, colour from dim_code where code_list = 'project_status' order by sort_order"
        ).fetchall()
    assert [code for code, _, _ in shown][:3] == ["niet_gestart", "opgestart", "opgestart_na_agendering"]
    assert dict((label, colour) for _, label, colour in shown)["Gerealiseerd"] == "#fdd835"
    assert all(colour for _, _, colour in shown)
