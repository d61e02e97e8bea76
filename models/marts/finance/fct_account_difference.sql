-- One row per closing date, project and measure: the accounts beside the returns of that day, in euro.
select
    closing_date,
    project_code,
    measure,
    meetmoment_code,
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
from {{ with_warnings(
    'int_account_difference', ['account_row_id', 'provisional_row_id', 'final_row_id'], measured_row_id='account_row_id'
) }}
