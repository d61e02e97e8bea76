-- One row per plan, decision and project: the amount in euro that the decision gives to or takes from the project.
select
    plan_code || '/' || decision_ref as decision_key,
    plan_code || '/' || project_code as project_key,
    plan_code || '/' || meetmoment_code as meetmoment_key,
    decision_ref,
    decision_date,
    amount_eur,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_budget_transfer') }}
