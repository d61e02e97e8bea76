-- One row per meetmoment, scope, project and execution: the amounts that the money metrics are made of.
with

amounts as (

    select * from {{ ref('fct_finance_by_execution') }}

),

members as (

    select * from {{ ref('bridge_scope_project') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

final as (

    select
        members.meetmoment_code,
        meetmomenten.cutoff_date,
        members.scope_code,
        members.project_code,
        amounts.speerpunt_code,
        amounts.cluster_code,
        amounts.execution,
        amounts.budget_initial_eur,
        amounts.committed_eur,
        amounts.paid_eur,
        amounts.encours_eur
    from members
    inner join amounts using (meetmoment_code, project_code)
    inner join meetmomenten using (meetmoment_code)

)

select * from final
