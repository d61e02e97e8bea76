-- One row per plan, closing date, project and measure: the accounts beside the returns of that day, in euro.
select
    closing_date,
    plan_code || '/' || project_code as project_key,
    measure,
    plan_code || '/' || meetmoment_code as meetmoment_key,
    account_eur,
    returned_provisional_eur,
    returned_final_eur,
    returned_eur,
    returned_execution,
    cast(difference_eur as decimal(18, 2)) as difference_eur,
    comparison,
    has_explanation,
    explanation,
    submission_id,
    sheet,
    row_number,
    returned_submission_id,
    returned_sheet,
    returned_row_number,
    cast(warning_count as bigint) as warning_count
from {{ ref('int_account_difference') }}
