-- One row per meetmoment, scope, cluster and policy domain: milestones counted; those dropped in no denominator.
with

milestones as (

    select * from {{ with_warnings('int_milestone') }}

),

projects as (

    select
        meetmoment_code,
        project_code,
        speerpunt_code,
        cluster_code,
        policy_domain_code
    from {{ ref('int_project') }}

),

rows_not_counted as (

    select * from {{ ref('int_row_not_counted') }}

),

-- What an error sets apart is in no count but its own.
rows_listed as (

    select
        meetmoment_code,
        project_code,
        coalesce(status_group, 'not_reported') as status_group,
        warning_count
    from milestones
    union all
    select
        meetmoment_code,
        project_code,
        'set_apart' as status_group,
        0 as warning_count
    from rows_not_counted
    where record = 'milestone'

),

members as (

    select * from {{ ref('int_project_scope') }}

),

final as (

    select
        members.meetmoment_code,
        members.scope_code,
        projects.speerpunt_code,
        projects.cluster_code,
        projects.policy_domain_code,
        count(*) filter (where rows_listed.status_group not in ('dropped', 'set_apart')) as milestone_count,
        count(*) filter (where rows_listed.status_group in ('on_schedule', 'delayed', 'realised')) as started_count,
        count(*) filter (where rows_listed.status_group = 'future') as future_count,
        count(*) filter (where rows_listed.status_group = 'on_schedule') as on_schedule_count,
        count(*) filter (where rows_listed.status_group = 'delayed') as delayed_count,
        count(*) filter (where rows_listed.status_group = 'realised') as realised_count,
        count(*) filter (where rows_listed.status_group in ('on_schedule', 'realised'))
            as on_schedule_or_realised_count,
        count(*) filter (where rows_listed.status_group = 'dropped') as dropped_count,
        count(*) filter (where rows_listed.status_group = 'not_reported') as not_reported_count,
        -- Beneath each of the figures that are published of them.
        coalesce(
            sum(rows_listed.warning_count) filter (where rows_listed.status_group not in ('dropped', 'set_apart')), 0
        ) as milestone_warning_count,
        coalesce(
            sum(rows_listed.warning_count) filter (
                where rows_listed.status_group in ('on_schedule', 'delayed', 'realised')
            ), 0
        ) as started_warning_count,
        coalesce(
            sum(rows_listed.warning_count) filter (where rows_listed.status_group in ('on_schedule', 'realised')), 0
        ) as on_schedule_or_realised_warning_count,
        sum(rows_listed.warning_count) as warning_count,
        count(*) filter (where rows_listed.status_group = 'set_apart') as set_apart_count
    from members
    inner join rows_listed using (meetmoment_code, project_code)
    inner join projects using (meetmoment_code, project_code)
    group by
        members.meetmoment_code, members.scope_code, projects.speerpunt_code, projects.cluster_code,
        projects.policy_domain_code

)

select * from final
