-- One row per plan, meetmoment, project and measure delivered: provisional amount, final amount, restatement.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key,
    measure,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    plan_code || '/' || cluster_code as cluster_key,
    provisional_eur,
    provisional_state,
    final_eur,
    final_state,
    cast(restated_eur as decimal(18, 2)) as restated_eur,
    has_explanation,
    explanation,
    cast(warning_count as bigint) as warning_count
from {{ ref('int_finance_execution') }}
