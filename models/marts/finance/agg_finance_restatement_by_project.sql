-- One row per meetmoment, project and measure delivered: provisional amount, final amount, restatement.
select
    meetmoment_code,
    project_code,
    measure,
    speerpunt_code,
    cluster_code,
    provisional_eur,
    provisional_state,
    final_eur,
    final_state,
    cast(restated_eur as decimal(18, 2)) as restated_eur,
    has_explanation,
    explanation,
    cast(warning_count as bigint) as warning_count
from {{ with_warnings('int_finance_execution', ['provisional_row_id', 'final_row_id']) }}
