-- One row per meetmoment and project that the money is published of: its amounts in euro, cumulative, as published.
with

published as (

    select * from {{ ref('int_published_scope') }} where subject = 'money'

),

members as (

    select * from {{ ref('int_project_scope') }}

),

projects as (

    select
        meetmoment_code,
        project_code,
        policy_domain_code
    from {{ ref('int_project') }}

),

amounts as (

    select * from {{ ref('int_finance_by_project') }}

),

final as (

    select
        published.meetmoment_code,
        published.meetmoment_number,
        published.cutoff_date,
        published.scope_code,
        amounts.execution,
        amounts.project_code,
        projects.policy_domain_code,
        amounts.budget_initial_eur,
        amounts.budget_transfer_eur,
        amounts.budget_current_eur,
        amounts.committed_eur,
        amounts.committed_state,
        amounts.paid_eur,
        amounts.paid_state,
        amounts.forecast_eur,
        amounts.forecast_state,
        amounts.encours_eur,
        amounts.committed_warning_count,
        amounts.paid_warning_count,
        amounts.warning_count
    from published
    inner join members using (meetmoment_code, scope_code)
    inner join amounts using (meetmoment_code, project_code, execution)
    inner join projects using (meetmoment_code, project_code)

)

select * from final
