-- One row per meetmoment, scope, project and milestone: the status that the milestone metrics count.
with

milestones as (

    select * from {{ ref('fct_milestone_status_as_returned') }}

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
        milestones.speerpunt_code,
        milestones.cluster_code,
        milestones.milestone_code,
        coalesce(milestones.status_group, 'not_reported') as status_group
    from members
    inner join milestones using (meetmoment_code, project_code)
    inner join meetmomenten using (meetmoment_code)

)

select * from final
