-- One row per plan, meetmoment, scope and project: the status that the project metrics count.
with

statuses as (

    select * from {{ ref('fct_project_status') }}

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
        statuses.speerpunt_key,
        statuses.cluster_key,
        coalesce(statuses.status, 'not_reported') as status,
        coalesce(statuses.status_group, 'not_reported') as status_group
    from members
    left join statuses
        on members.meetmoment_key = statuses.meetmoment_key
        and members.project_key = statuses.project_key
    inner join meetmomenten on members.meetmoment_key = meetmomenten.meetmoment_key

)

select * from final
