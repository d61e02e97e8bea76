-- One row per plan, meetmoment, scope, project and execution: the amounts that the money metrics are made of.
with

amounts as (

    select * from {{ ref('agg_finance_by_project') }}

),

members as (

    select * from {{ ref('bridge_scope_project') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

final as (

    select
        meetmomenten.plan_code,
        members.meetmoment_key,
        meetmomenten.cutoff_date,
        members.scope_key,
        members.project_key,
        amounts.speerpunt_key,
        amounts.cluster_key,
        amounts.execution,
        amounts.budget_initial_eur,
        amounts.committed_eur,
        amounts.paid_eur,
        amounts.encours_eur
    from members
    inner join amounts
        on members.meetmoment_key = amounts.meetmoment_key
        and members.project_key = amounts.project_key
    inner join meetmomenten on members.meetmoment_key = meetmomenten.meetmoment_key

)

select * from final
