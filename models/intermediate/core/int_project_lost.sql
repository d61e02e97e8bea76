-- One row per meetmoment that was complete and is not, and project that it lost: whether that is registered.
with

completions as (

    select * from {{ ref('int_meetmoment_completion') }} where first_complete_at is not null

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }} where project_count is not null

),

monitored as (

    select
        meetmomenten.meetmoment_code,
        count(members.project_code) as project_count
    from meetmomenten
    left join {{ ref('int_project_scope') }} as members
        on meetmomenten.meetmoment_code = members.meetmoment_code
        and meetmomenten.monitored_scope = members.scope_code
    group by meetmomenten.meetmoment_code

),

projects as (

    select * from {{ ref('int_project_version') }}

),

submissions as (

    select * from {{ ref('int_verdict') }}

),

events as (

    select distinct
        meetmoment_code,
        upper(project_code) as project_code
    from {{ ref('reg_project_event') }}
    where event_type in ('dropped', 'merged', 'split')

),

-- Somebody confirmed that a delivery lacks what the one before it had.
confirmed as (

    select
        meetmoment_code,
        counts_from
    from submissions
    where verdict = 'accepted' and counts_from > received_at

),

described_then as (

    select
        projects.meetmoment_code,
        projects.project_code,
        projects.submission_id
    from completions
    inner join meetmomenten using (meetmoment_code)
    inner join monitored using (meetmoment_code)
    inner join projects
        on completions.meetmoment_code = projects.meetmoment_code
        and {{ held_at('projects', 'completions.first_complete_at') }}
    where monitored.project_count < meetmomenten.project_count

),

lost as (

    select
        described_then.meetmoment_code,
        described_then.project_code,
        max(projects.known_to) as known_to,
        bool_or(submissions.withdrawn_at = projects.known_to) as is_withdrawn
    from described_then
    inner join projects
        on described_then.meetmoment_code = projects.meetmoment_code
        and described_then.project_code = projects.project_code
    inner join submissions on projects.submission_id = submissions.submission_id
    group by described_then.meetmoment_code, described_then.project_code
    having not bool_or(projects.is_current)

),

final as (

    select
        lost.meetmoment_code,
        lost.project_code,
        lost.known_to as lost_at,
        coalesce(lost.is_withdrawn, false)
        or events.project_code is not null
        or confirmed.counts_from is not null as is_withdrawal_registered
    from lost
    left join events using (meetmoment_code, project_code)
    left join confirmed
        on lost.meetmoment_code = confirmed.meetmoment_code
        and lost.known_to = confirmed.counts_from
    qualify row_number() over (partition by lost.meetmoment_code, lost.project_code order by confirmed.counts_from) = 1

)

select * from final
