-- One row per meetmoment, scope and execution: budget, committed, paid and encours in euro.
select
    meetmoment_code,
    scope_code,
    execution,
    {{ finance_sums() }}
from {{ ref('int_finance_sum') }}
group by meetmoment_code, scope_code, execution
