-- One row per meetmoment, scope, cluster and policy domain: milestones counted; those dropped in no denominator.
with

milestones as (

    select * from {{ with_warnings('int_milestone') }}

),

projects as (

    select
        meetmoment_code,
        project_code,
        policy_domain_code
    from {{ ref('int_project') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

final as (

    select
        members.meetmoment_code,
        members.scope_code,
        milestones.speerpunt_code,
        milestones.cluster_code,
        projects.policy_domain_code,
        count(*) filter (where milestones.status_group is distinct from 'dropped') as milestone_count,
        count(*) filter (where milestones.status_group in ('on_schedule', 'delayed', 'realised')) as started_count,
        count(*) filter (where milestones.status_group = 'future') as future_count,
        count(*) filter (where milestones.status_group = 'on_schedule') as on_schedule_count,
        count(*) filter (where milestones.status_group = 'delayed') as delayed_count,
        count(*) filter (where milestones.status_group = 'realised') as realised_count,
        count(*) filter (where milestones.status_group in ('on_schedule', 'realised')) as on_schedule_or_realised_count,
        count(*) filter (where milestones.status_group = 'dropped') as dropped_count,
        count(*) filter (where milestones.status is null) as not_reported_count,
        -- Beneath each of the figures that are published of them.
        coalesce(
            sum(milestones.warning_count) filter (where milestones.status_group is distinct from 'dropped'), 0
        ) as milestone_warning_count,
        coalesce(
            sum(milestones.warning_count) filter (
                where milestones.status_group in ('on_schedule', 'delayed', 'realised')
            ), 0
        ) as started_warning_count,
        coalesce(
            sum(milestones.warning_count) filter (where milestones.status_group in ('on_schedule', 'realised')), 0
        ) as on_schedule_or_realised_warning_count,
        sum(milestones.warning_count) as warning_count
    from members
    inner join milestones using (meetmoment_code, project_code)
    inner join projects using (meetmoment_code, project_code)
    group by
        members.meetmoment_code, members.scope_code, milestones.speerpunt_code, milestones.cluster_code,
        projects.policy_domain_code

)

select * from final
