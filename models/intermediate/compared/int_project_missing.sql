-- One row per submission that lacks projects its sender had a meetmoment before, of which no exit is registered.
with

submissions as (

    select
        submission_id,
        received_at,
        sender_code as sender
    from {{ ref('int_verdict') }}
    where sender_code is not null

),

projects as (

    select
        versions.*,
        submissions.sender,
        submissions.received_at
    from {{ ref('int_project_version') }} as versions
    inner join submissions using (submission_id)
    where versions.is_current

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

scopes as (

    select * from {{ ref('reg_scope') }}

),

-- What was returned in a row that gate 1 sets apart is described all the same.
set_apart as (

    select * from {{ ref('int_key_set_apart') }} where record = 'project'

),

exits as (

    select
        upper(events.project_code) as project_code,
        meetmomenten.meetmoment_number
    from {{ ref('reg_project_event') }} as events
    inner join meetmomenten using (meetmoment_code)
    where events.event_type in ('dropped', 'merged', 'split')

),

-- The last return of a sender with projects speaks for all it sent of them.
senders as (

    select
        sender,
        meetmoment_code,
        meetmoment_number,
        max_by(submission_id, (received_at, submission_id)) as submission_id,
        lag(meetmoment_number) over (partition by sender order by meetmoment_number) as previous_meetmoment_number
    from projects
    group by sender, meetmoment_code, meetmoment_number

),

gone as (

    select
        senders.submission_id,
        senders.meetmoment_code,
        before.project_code
    from senders
    inner join meetmomenten using (meetmoment_code)
    inner join scopes on meetmomenten.monitored_scope = scopes.scope_code
    inner join projects as before
        on senders.sender = before.sender
        and senders.previous_meetmoment_number = before.meetmoment_number
    left join projects as now
        on senders.meetmoment_number = now.meetmoment_number
        and before.project_code = now.project_code
    left join exits
        on before.project_code = exits.project_code
        and senders.previous_meetmoment_number < exits.meetmoment_number
        and senders.meetmoment_number >= exits.meetmoment_number
    left join set_apart
        on senders.meetmoment_number = set_apart.meetmoment_number
        and before.project_code = set_apart.project_code
    where
        now.row_id is null
        and set_apart.project_code is null
        and exits.project_code is null
        and {{ is_in_scope('before', 'scopes') }}

),

by_submission as (

    select
        submission_id,
        meetmoment_code,
        list(project_code order by project_code) as project_codes
    from gone
    group by submission_id, meetmoment_code

),

final as (

    select
        submission_id,
        meetmoment_code,
        array_to_string(project_codes, ', ') as missing_projects,
        {{ first_named('project_codes', 'nl') }} as missing_nl,
        {{ first_named('project_codes', 'en') }} as missing_en
    from by_submission

)

select * from final
