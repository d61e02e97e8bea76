"""The United Kingdom's major projects of two years, against straight counts of the same files."""

from collections import Counter
from decimal import Decimal

import pytest
from real_night import Staged

RATINGS = {"Amber": "amber", "Amber/red": "amber_red", "Amber/Green": "amber_green", "Green": "green", "Red": "red"}


@pytest.mark.parametrize(("year", "count"), [(2021, 184), (2022, 235)])
def test_the_portfolio_and_its_structure(kingdom: Staged, year: int, count: int) -> None:
    projects = kingdom.rows(
        "select project_code, policy_domain_code, cluster_code, cluster_label_en from intermediate.int_project"
        " where meetmoment_code = ?",
        str(year),
    )
    assert len(projects) == count
    assert sorted(projects) == sorted(
        (
            row["project_number"].strip().upper(),
            row["department"],
            row["report_category"].upper(),
            row["report_category"],
        )
        for row in kingdom.uk(year)
    )


def test_ratings_of_2021_on_five_points(kingdom: Staged) -> None:
    ratings = Counter(dict(kingdom.rows(_RATINGS, "2021", "assurance_body")))
    expected = Counter(RATINGS.get(row["colour_rating"], "text") for row in kingdom.uk(2021))
    assert expected == {"amber": 84, "amber_red": 44, "amber_green": 29, "green": 12, "red": 7, "text": 8}
    assert ratings == {code: n for code, n in expected.items() if code != "text"} | {"withheld": 6, "not_reported": 2}
    assert kingdom.rows(_RATINGS, "2021", "project_owner") == []


def test_two_raters_of_2022_are_kept_apart_on_three_points(kingdom: Staged) -> None:
    lines = kingdom.uk(2022)
    for assessor, column in (("assurance_body", "colour_rating"), ("project_owner", "colour_rating (2)")):
        expected = Counter(RATINGS.get(row[column], "text") for row in lines if row[column])
        ratings = Counter(dict(kingdom.rows(_RATINGS, "2022", assessor)))
        assert {code: ratings[code] for code in RATINGS.values() if ratings[code]} == {
            code: n for code, n in expected.items() if code != "text"
        }
        assert ratings.total() == expected.total()
    codes = kingdom.rows(
        "select code from registry.reg_code where code_list = 'delivery_confidence'"
        " and coalesce(valid_to_meetmoment, 2) >= 2 order by sort_order"
    )
    assert codes == [("green",), ("amber",), ("red",)]


def test_one_status_per_project_says_whose_it_is(kingdom: Staged) -> None:
    whose = Counter(
        dict(
            kingdom.rows(
                "select assessor, count(*) from marts.fct_project_status where meetmoment_code = '2022' group by all"
            )
        )
    )
    only_owner = sum(not row["colour_rating"] for row in kingdom.uk(2022))
    assert whose == {"assurance_body": 235 - only_owner, "project_owner": only_owner}
    shares = dict(
        kingdom.rows(
            "select status, project_count from marts.agg_status_by_meetmoment_by_scope where meetmoment_code = '2022'"
        )
    )
    assert sum(shares.values()) == 235 and not {"amber_red", "oranje"} & shares.keys()


@pytest.mark.parametrize("year", [2021, 2022])
def test_money_in_pounds_and_what_is_withheld(kingdom: Staged, year: int) -> None:
    columns = {
        "budget": "wlc_baseline_incl_NCG",
        "year_budget": "total_baseline",
        "year_forecast": "yearly_forecast" if year == 2021 else "forecast_incl_NGC",
    }
    states = {
        (project, measure): (amount, state)
        for project, measure, amount, state in kingdom.rows(
            "select project_code, measure, amount_eur, amount_eur_state from staging.stg_finance"
            " where meetmoment_code = ?",
            str(year),
        )
    }
    assert len(states) == 3 * len(kingdom.uk(year))
    for row in kingdom.uk(year):
        for measure, column in columns.items():
            amount, state = states[row["project_number"].strip().upper(), measure]
            text = row[column].strip()
            if text.startswith("£"):
                assert (amount, state) == (Decimal(text[1:].replace(",", "")) * 1_000_000, "reported"), row
            else:
                assert amount is None
                assert (state == "withheld") == text.startswith("Exempt"), row


@pytest.mark.parametrize("year", [2021, 2022])
def test_why_money_is_not_there_is_published_in_the_words_of_the_sender(kingdom: Staged, year: int) -> None:
    reasons = dict(
        kingdom.rows(
            "select project_code, amount_reason from marts.fct_finance_as_returned"
            " where measure = 'budget' and meetmoment_code = ?",
            str(year),
        )
    )
    said = {
        row["project_number"].strip().upper(): row["wlc_baseline_incl_NCG"].strip()
        for row in kingdom.uk(year)
        if not row["wlc_baseline_incl_NCG"].strip().startswith("£")
    }
    assert said and all(reasons[project] == (text or None) for project, text in said.items() if project in reasons)
    assert {project for project, reason in reasons.items() if reason} <= set(said)


@pytest.mark.parametrize("year", [2021, 2022])
def test_the_end_of_a_project_is_its_milestone(kingdom: Staged, year: int) -> None:
    ends = dict(
        kingdom.rows(
            "select project_code, cast(planned_date as varchar) from intermediate.int_milestone"
            " where meetmoment_code = ?",
            str(year),
        )
    )
    assert ends == {
        row["project_number"].strip().upper(): (row["end_date"] if row["end_date"][:2] == "20" else None)
        for row in kingdom.uk(year)
    }


def test_projects_are_the_same_in_both_years_without_regard_to_case(kingdom: Staged) -> None:
    first, second = ({row["project_number"].strip().lower() for row in kingdom.uk(year)} for year in (2021, 2022))
    both = kingdom.rows(
        "select count(*) from marts.dim_project where first_meetmoment_code = '2021' and last_meetmoment_code = '2022'"
    )
    assert both == [(len(first & second),)]


_RATINGS = (
    "select coalesce(status, status_state), count(*) from staging.stg_project_status"
    " where meetmoment_code = ? and assessor = ? group by all"
)
