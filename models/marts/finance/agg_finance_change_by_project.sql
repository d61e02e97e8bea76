-- One row per plan, meetmoment, scope, project and measure: the parts of the change since the previous one.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || scope_code as scope_key,
    plan_code || '/' || project_code as project_key,
    measure,
    plan_code || '/' || previous_meetmoment_code as previous_meetmoment_key,
    presence,
    previous_eur,
    cast(entered_eur as decimal(18, 2)) as entered_eur,
    cast(left_eur as decimal(18, 2)) as left_eur,
    cast(first_reported_eur as decimal(18, 2)) as first_reported_eur,
    cast(no_longer_reported_eur as decimal(18, 2)) as no_longer_reported_eur,
    cast(restated_eur as decimal(18, 2)) as restated_eur,
    cast(increase_eur as decimal(18, 2)) as increase_eur,
    cast(decrease_eur as decimal(18, 2)) as decrease_eur,
    current_eur,
    cast(warning_count as bigint) as warning_count
from {{ ref('int_finance_change') }}
