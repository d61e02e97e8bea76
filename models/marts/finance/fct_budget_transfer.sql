-- One row per decision and project: the amount in euro that the decision gives to or takes from the project.
select
    decision_ref,
    project_code,
    meetmoment_code,
    decision_date,
    amount_eur,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_budget_transfer') }}
