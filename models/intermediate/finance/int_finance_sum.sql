-- One row per meetmoment, scope, execution, speerpunt and cluster: sums in euro, and of how many projects.
with

amounts as (

    select * from {{ ref('int_finance_by_project') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

final as (

    select
        members.meetmoment_code,
        members.scope_code,
        amounts.execution,
        amounts.speerpunt_code,
        amounts.cluster_code,
        count(*) as project_count,
        {{ answers_counted(['committed', 'paid'], of='amounts.') }},
        sum(amounts.budget_initial_eur) as budget_initial_eur,
        sum(amounts.budget_initial_eur) filter (where amounts.committed_eur is not null)
            as committed_reporting_budget_eur,
        sum(amounts.budget_initial_eur) filter (where amounts.paid_eur is not null) as paid_reporting_budget_eur,
        sum(amounts.budget_transfer_eur) as budget_transfer_eur,
        sum(amounts.budget_current_eur) as budget_current_eur,
        sum(amounts.budget_difference_eur) as budget_difference_eur,
        sum(amounts.committed_eur) as committed_eur,
        sum(amounts.paid_eur) as paid_eur,
        sum(amounts.forecast_eur) as forecast_eur,
        sum(amounts.encours_eur) as encours_eur,
        sum(amounts.committed_warning_count) as committed_warning_count,
        sum(amounts.paid_warning_count) as paid_warning_count,
        sum(amounts.warning_count) as warning_count,
        {{ amounts_set_apart(of='amounts.') }} as set_apart_count
    from members
    inner join amounts using (meetmoment_code, project_code)
    group by
        members.meetmoment_code, members.scope_code, amounts.execution, amounts.speerpunt_code,
        amounts.cluster_code

)

select * from final
