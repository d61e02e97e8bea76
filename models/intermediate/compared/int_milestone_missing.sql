-- One row per milestone that a project had at its latest earlier meetmoment and has no more.
with

projects as (

    select
        *,
        {{ previous('meetmoment_number') }} as previous_meetmoment_number
    from {{ ref('int_project_version') }}
    where is_current
    {{ earlier_window() }}

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
        milestones.meetmoment_number,
        submissions.sender
    from milestones
    inner join submissions using (submission_id)

),

final as (

    select
        projects.row_id,
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
    inner join submissions using (submission_id)
    inner join senders using (meetmoment_number, sender)
    inner join milestones as before
        on projects.project_code = before.project_code
        and projects.previous_meetmoment_number = before.meetmoment_number
    left join milestones as now
        on projects.meetmoment_number = now.meetmoment_number
        and before.record_key = now.record_key
    where now.row_id is null

)

select * from final
