-- One row per meetmoment, project and milestone, beside the same milestone at the latest one before that has any.
with

milestones as (

    select * from {{ ref('int_milestone_version') }} where is_current

),

projects as (

    select * from {{ ref('int_project') }}

),

codes as (

    select * from {{ ref('code') }} where code_list = 'milestone_status'

),

-- Where milestones were told; a list of its own meetmoment is not among them, since it lacks those of the others.
listed as (

    select distinct milestones.meetmoment_code
    from milestones
    left join {{ ref('int_moment_list') }} as moment_lists using (submission_id, sheet)
    where moment_lists.layout_code is null

),

-- A meetmoment for which projects were delivered and no milestones is none to compare milestones with.
calendar as (

    select
        calendar.meetmoment_code,
        calendar.previous_delivered_meetmoment_code,
        last_value(listed.meetmoment_code ignore nulls) over (
            order by calendar.meetmoment_number
            rows between unbounded preceding and 1 preceding
        ) as previous_listed_meetmoment_code
    from {{ ref('int_calendar') }} as calendar
    left join listed using (meetmoment_code)

),

final as (

    select
        milestones.meetmoment_code,
        milestones.meetmoment_number,
        milestones.cutoff_date,
        milestones.project_code,
        milestones.milestone_code,
        milestones.record_key,
        projects.speerpunt_code,
        projects.cluster_code,
        milestones.description,
        milestones.owner,
        milestones.planned_date,
        milestones.planned_date_state,
        milestones.planned_date_reason,
        milestones.status,
        milestones.status_state,
        milestones.status_reason,
        codes.group_code as status_group,
        milestones.actual_date,
        milestones.actual_date_state,
        milestones.actual_date_reason,
        milestones.replaced_by,
        milestones.explanation,
        milestones.explanation is not null as has_explanation,
        coalesce(
            milestones.planned_date < milestones.cutoff_date
            and codes.group_code in ('future', 'on_schedule', 'delayed'),
            false
        ) as is_overdue,
        case
            when
                milestones.planned_date < milestones.cutoff_date
                and codes.group_code in ('future', 'on_schedule', 'delayed')
                then date_diff('day', milestones.planned_date, milestones.cutoff_date)
        end as days_overdue,
        calendar.previous_listed_meetmoment_code as previous_meetmoment_code,
        case
            when before.record_key is null
                then case when calendar.previous_listed_meetmoment_code is null then 'first' else 'new' end
            when before.planned_date <> milestones.planned_date then 'moved'
            else 'kept'
        end as change_since_previous,
        milestones.submission_id,
        milestones.sheet,
        milestones.row_number,
        milestones.row_id
    from milestones
    inner join projects using (meetmoment_code, project_code)
    inner join calendar using (meetmoment_code)
    left join codes on milestones.status = codes.code
    left join milestones as before
        on coalesce(calendar.previous_listed_meetmoment_code, calendar.previous_delivered_meetmoment_code)
        = before.meetmoment_code
        and milestones.record_key = before.record_key

)

select * from final
