-- One row per plan, meetmoment, scope, project and milestone: the status that the milestone metrics count.
with

milestones as (

    select * from {{ ref('fct_milestone_status') }}

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
        milestones.speerpunt_key,
        milestones.cluster_key,
        milestones.milestone_code,
        coalesce(milestones.status_group, 'not_reported') as status_group
    from members
    inner join milestones
        on members.meetmoment_key = milestones.meetmoment_key
        and members.project_key = milestones.project_key
    inner join meetmomenten on members.meetmoment_key = meetmomenten.meetmoment_key

)

select * from final
