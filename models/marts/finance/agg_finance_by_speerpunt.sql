-- One row per plan, meetmoment, scope, execution and speerpunt: budget, committed, paid and encours in euro.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || scope_code as scope_key,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    execution,
    {{ finance_sums() }}
from {{ ref('int_finance_sum') }}
group by plan_code, meetmoment_code, scope_code, execution, speerpunt_code
