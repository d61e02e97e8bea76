-- One row per meetmoment, scope, execution and speerpunt: budget, committed, paid and encours in euro.
select
    meetmoment_code,
    scope_code,
    speerpunt_code,
    execution,
    {{ finance_sums() }}
from {{ ref('int_finance_sum') }}
group by meetmoment_code, scope_code, execution, speerpunt_code
