"""The changes of `make sqlmutants`, and what it asks of them: a sample of it, and that it is no yes to everything."""

import pytest
from conftest import DemoRun
from sql_mutations import mutants, sample
from sql_proofs import BY_ROWS, BY_TEST, SAME_ROWS, Models

MODEL = "int_milestone_by_project"
QUERY = """
with counted as (
    select code, row_number() over (partition by code order by on_day desc) as place, coalesce(amount, 0) as amount
    from received left join owners using (code, sheet)
    where amount < 3 and not is_repeat
)
select code, sum(amount) filter (where code in ('a', 'b')) as amount from counted group by code
union all
select 'c', case when code is null then 1 when code = 'd' then 2 end from counted order by 1
"""


def test_a_query_is_changed_in_each_way_that_could_be_a_slip() -> None:
    found = sorted(f"{mutant.within}: {mutant.was} -> {mutant.becomes}" for mutant in mutants(QUERY))
    assert found == [
        ": 1 -> 2",
        ": 2 -> 3",
        ": CASE WHEN code = 'd' THEN 2 END -> (left out)",
        ": CASE WHEN code IS NULL THEN 1 END -> (left out)",
        ": UNION ALL -> UNION",
        ": code = 'd' -> (code <> 'd')",
        ": code IS NULL -> NOT code IS NULL",
        "amount: 'a' -> (left out)",
        "amount: 'b' -> (left out)",
        "amount: SUM(amount) -> COUNT(amount)",
        "amount: SUM(amount) FILTER(WHERE code IN ('a', 'b')) -> SUM(amount)",
        "counted.amount: 0 -> (left out)",
        "counted.amount: 0 -> 1",
        "counted.amount: COALESCE(amount, 0) -> COALESCE(0, amount)",
        "counted.place: code -> (left out)",
        "counted.place: on_day DESC -> on_day ASC",
        "counted: 3 -> 4",
        "counted: LEFT JOIN owners USING (code, sheet) -> INNER JOIN owners USING (code, sheet)",
        "counted: NOT is_repeat -> (left out)",
        "counted: NOT is_repeat -> is_repeat",
        "counted: WHERE amount < 3 AND NOT is_repeat -> (left out)",
        "counted: amount < 3 -> (amount <= 3)",
        "counted: amount < 3 -> (left out)",
        "counted: amount < 3 AND NOT is_repeat -> (amount < 3 OR NOT is_repeat)",
        "counted: code -> (left out)",
        "counted: sheet -> (left out)",
    ]
    assert sample(QUERY, 5, "1") == sample(QUERY, 5, "1") != sample(QUERY, 5, "2")


@pytest.fixture(scope="module")
def models(small: DemoRun) -> Models:
    return Models(small.settings)


def test_a_change_of_a_model_is_noticed_by_its_unit_tests_and_without_these_by_its_rows(models: Models) -> None:
    asked = models.ask(MODEL, 6, 1)
    assert len(asked.results) == 6 and BY_TEST in {result.ended for result in asked.results}
    unit_tests = models.tests.pop(MODEL)
    without = models.ask(MODEL, 6, 1)
    assert without.of != asked.of and {result.ended for result in without.results} == {BY_ROWS, SAME_ROWS}
    wrong = unit_tests[0] | {"expect": {"rows": [{"project_code": "no such project"}]}}
    models.tests[MODEL] = [wrong]
    with pytest.raises(ValueError, match=wrong["name"]):
        models.ask(MODEL, 1, 1)


def test_of_the_models_that_are_one_macro_the_one_with_unit_tests_is_asked(models: Models) -> None:
    asked = models.to_ask()
    assert "int_project_status_version" in asked and "int_finance_version" not in asked
    assert {"int_status_fact", "fct_finance"} < set(asked) < set(models.sql)
