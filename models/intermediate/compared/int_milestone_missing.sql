-- One row per milestone that a project had at its latest earlier meetmoment and has no more.
with

projects as (

    select
        *,
        lag(meetmoment_number) over (partition by plan_code, project_code order by meetmoment_number)
            as previous_meetmoment_number
    from {{ ref('int_project_version') }}
    where is_current

),

milestones as (

    select * from {{ ref('int_milestone_version') }} where is_current

),

submissions as (

    select
        submission_id,
        coalesce(sender_code, submission_id) as sender
    from {{ ref('stg_submission') }}

),

-- A sender whose milestones have not come in yet has dropped none.
senders as (

    select distinct
        milestones.plan_code,
        milestones.meetmoment_number,
        submissions.sender
    from milestones
    inner join submissions on milestones.submission_id = submissions.submission_id

),

final as (

    select
        projects.row_id,
        projects.plan_code,
        projects.meetmoment_code,
        projects.project_code,
        before.milestone_code,
        before.planned_date as previous_planned_date,
        case
            when before.status = 'vervallen' then 'dropped'
            when before.replaced_by is not null then 'replaced'
            else 'unaccounted'
        end as accounted_as
    from projects
    inner join submissions on projects.submission_id = submissions.submission_id
    inner join senders
        on projects.plan_code = senders.plan_code
        and projects.meetmoment_number = senders.meetmoment_number
        and submissions.sender = senders.sender
    inner join milestones as before
        on projects.plan_code = before.plan_code
        and projects.project_code = before.project_code
        and projects.previous_meetmoment_number = before.meetmoment_number
    left join milestones as now
        on projects.plan_code = now.plan_code
        and projects.meetmoment_number = now.meetmoment_number
        and before.record_key = now.record_key
    where now.row_id is null

)

select * from final
