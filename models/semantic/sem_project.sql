-- One row per meetmoment, scope and project: the status that the project metrics count.
with

statuses as (

    select * from {{ ref('fct_project_status_as_returned') }}

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
        statuses.speerpunt_code,
        statuses.cluster_code,
        coalesce(statuses.status, 'not_reported') as status,
        coalesce(statuses.status_group, 'not_reported') as status_group
    from members
    left join statuses using (meetmoment_code, project_code)
    inner join meetmomenten using (meetmoment_code)

)

select * from final
