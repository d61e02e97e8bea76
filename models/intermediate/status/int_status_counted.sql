-- One row per meetmoment and project of the scope that its counts are published in: the status it counts as, and where.
with

published as (

    select * from {{ ref('int_published_scope') }} where subject = 'counts'

),

members as (

    select * from {{ ref('int_project_scope') }}

),

projects as (

    select * from {{ ref('int_project') }}

),

statuses as (

    select * from {{ with_warnings('int_project_status') }}

),

statuses_set_apart as (

    select distinct
        meetmoment_code,
        project_code
    from {{ ref('int_row_not_counted') }}
    where record = 'project_status'

),

-- A project without a status counts as what the return says in its place.
final as (

    select
        published.meetmoment_code,
        published.meetmoment_number,
        published.scope_code,
        projects.project_code,
        projects.speerpunt_code,
        projects.cluster_code,
        projects.policy_domain_code,
        coalesce(statuses.status, statuses.status_state, {{ no_status() }}) as status,
        coalesce(statuses.warning_count, 0) as warning_count
    from published
    inner join members using (meetmoment_code, scope_code)
    inner join projects using (meetmoment_code, project_code)
    left join statuses using (meetmoment_code, project_code)
    left join statuses_set_apart using (meetmoment_code, project_code)

)

select * from final
