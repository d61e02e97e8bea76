-- One row per meetmoment and policy domain: budget, committed, paid and encours in euro, as published.
with

amounts as (

    select * from {{ ref('int_finance_published') }}

),

final as (

    select
        meetmoment_code,
        policy_domain_code,
        scope_code,
        execution,
        count(*) as project_count,
        {{ answers_counted(['committed', 'paid', 'forecast']) }},
        cast(sum(budget_initial_eur) as decimal(18, 2)) as budget_initial_eur,
        cast(sum(budget_transfer_eur) as decimal(18, 2)) as budget_transfer_eur,
        cast(sum(budget_current_eur) as decimal(18, 2)) as budget_current_eur,
        cast(sum(committed_eur) as decimal(18, 2)) as committed_eur,
        cast(sum(paid_eur) as decimal(18, 2)) as paid_eur,
        cast(sum(encours_eur) as decimal(18, 2)) as encours_eur,
        cast(sum(forecast_eur) as decimal(18, 2)) as forecast_eur,
        {{ amount_pct('sum(committed_eur)', 'sum(budget_initial_eur)') }} as committed_of_initial_pct,
        {{ amount_pct('sum(paid_eur)', 'sum(budget_initial_eur)') }} as paid_of_initial_pct,
        cast(sum(committed_warning_count) as bigint) as committed_warning_count,
        cast(sum(paid_warning_count) as bigint) as paid_warning_count,
        cast(sum(warning_count) as bigint) as warning_count,
        {{ amounts_set_apart() }} as set_apart_count
    from amounts
    group by meetmoment_code, policy_domain_code, scope_code, execution

)

select * from final
