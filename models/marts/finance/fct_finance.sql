-- One row per plan, meetmoment, project, execution and measure: one amount in euro, cumulative, as one cell states it.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    plan_code || '/' || cluster_code as cluster_key,
    execution,
    measure,
    amount_eur,
    amount_eur_state as amount_state,
    amount_eur_reason as amount_reason,
    explanation,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_finance') }}
