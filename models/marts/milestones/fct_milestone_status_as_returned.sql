-- One row per meetmoment, project and milestone that a return lists, whether or not it counts.
with

milestones as (

    select * from {{ with_warnings('int_milestone') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

final as (

    select
        milestones.meetmoment_code,
        milestones.project_code,
        milestones.speerpunt_code,
        milestones.cluster_code,
        milestones.milestone_code,
        milestones.description,
        milestones.owner,
        milestones.planned_date,
        milestones.planned_date_state,
        milestones.planned_date_reason,
        milestones.status,
        milestones.status_state,
        milestones.status_reason,
        milestones.status_group,
        milestones.actual_date,
        milestones.actual_date_state,
        milestones.actual_date_reason,
        milestones.replaced_by,
        milestones.is_overdue,
        milestones.days_overdue,
        -- What was dropped or replaced counts no more, nor does what is of a project outside the published scope.
        coalesce(milestones.status_group, '') <> 'dropped' and members.project_code is not null as is_counted,
        milestones.change_since_previous,
        milestones.explanation,
        milestones.submission_id,
        milestones.sheet,
        milestones.row_number,
        milestones.warning_count
    from milestones
    inner join calendar using (meetmoment_code)
    left join members
        on milestones.meetmoment_code = members.meetmoment_code
        and milestones.project_code = members.project_code
        and calendar.monitored_scope = members.scope_code

)

select * from final
