-- One row per meetmoment, project, execution and measure: one amount in euro, cumulative, as one cell states it.
select
    meetmoment_code,
    project_code,
    speerpunt_code,
    cluster_code,
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
from {{ with_warnings('int_finance') }}
