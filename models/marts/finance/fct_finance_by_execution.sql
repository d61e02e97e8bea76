-- One row per meetmoment, project and execution: budget, committed, paid and encours in euro, cumulative.
select
    meetmoment_code,
    project_code,
    speerpunt_code,
    cluster_code,
    execution,
    budget_initial_eur,
    cast(budget_transfer_eur as decimal(18, 2)) as budget_transfer_eur,
    budget_current_eur,
    cast(budget_difference_eur as decimal(18, 2)) as budget_difference_eur,
    committed_eur,
    committed_state,
    paid_eur,
    paid_state,
    forecast_eur,
    forecast_state,
    encours_eur,
    {{ amount_pct('committed_eur', 'budget_initial_eur') }} as committed_of_initial_pct,
    {{ amount_pct('paid_eur', 'budget_initial_eur') }} as paid_of_initial_pct,
    cast(committed_warning_count as bigint) as committed_warning_count,
    cast(paid_warning_count as bigint) as paid_warning_count,
    cast(warning_count as bigint) as warning_count
from {{ ref('int_finance_by_project') }}
