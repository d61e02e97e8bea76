-- One row per meetmoment and project that it had when the release before was made and has no more, where that counts.
with

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

scopes as (

    select * from {{ ref('reg_scope') }}

),

versions as (

    select * from {{ ref('int_project_version') }} where known_to is null or known_to > known_from

),

submissions as (

    select * from {{ ref('int_verdict') }}

),

later_deliveries as (

    select * from {{ ref('int_later_delivery') }}

),

waivers as (

    select * from {{ ref('reg_waiver') }} where rule_id = 'G02' and granted_on <= cast({{ known_on() }} as date)

),

described_then as (

    select * from versions where {{ held_at('versions', known_before()) }}

),

-- What the monitored scope had then, as the receipts of then have it.
members_then as (

    select
        projects.*,
        count(*) over (partition by projects.meetmoment_code) as project_count
    from described_then as projects
    inner join meetmomenten using (meetmoment_code)
    inner join scopes on meetmomenten.monitored_scope = scopes.scope_code
    inner join described_then as deciding
        on projects.project_code = deciding.project_code
        and coalesce(scopes.member_of_meetmoment, projects.meetmoment_code) = deciding.meetmoment_code
    where {{ is_in_scope('deciding', 'scopes') }}

),

members_now as (

    select
        members.meetmoment_code,
        members.project_code,
        count(*) over (partition by members.meetmoment_code) as project_count
    from {{ ref('int_project_scope') }} as members
    inner join meetmomenten
        on members.meetmoment_code = meetmomenten.meetmoment_code
        and members.scope_code = meetmomenten.monitored_scope

),

counted_now as (

    select distinct
        meetmoment_code,
        project_count
    from members_now

),

-- Where the calendar says how many are expected, it counts that a complete meetmoment is so no more; else each one.
lost as (

    select members_then.*
    from members_then
    inner join meetmomenten using (meetmoment_code)
    left join counted_now using (meetmoment_code)
    left join members_now using (meetmoment_code, project_code)
    where
        members_now.project_code is null
        and (
            meetmomenten.project_count is null
            or (
                members_then.project_count >= meetmomenten.project_count
                and coalesce(counted_now.project_count, 0) < meetmomenten.project_count
            )
        )

),

-- The version that held last, since what held then may have been sent again in between; it is there still where the
-- project left the scope and not the plan.
last_held as (

    select
        versions.meetmoment_code,
        versions.project_code,
        versions.submission_id,
        versions.sheet,
        versions.known_from,
        versions.known_to
    from lost
    inner join versions using (meetmoment_code, project_code)
    qualify row_number() over (
        partition by versions.meetmoment_code, versions.project_code
        order by {{ or_never('versions.known_to') }} desc, versions.known_from desc
    ) = 1

),

-- The delivery of its series that does not have it.
lacking as (

    select
        last_held.meetmoment_code,
        last_held.project_code,
        submissions.submission_id,
        submissions.file_name,
        submissions.counts_from > submissions.received_at as is_confirmed
    from last_held
    inner join later_deliveries
        on last_held.submission_id = later_deliveries.submission_id
        and last_held.sheet = later_deliveries.sheet
        and last_held.known_to = later_deliveries.counts_from
    inner join submissions on later_deliveries.later_submission_id = submissions.submission_id

),

events as (

    select distinct
        meetmoment_code,
        upper(project_code) as project_code
    from {{ ref('reg_project_event') }}
    where event_type in ('dropped', 'merged', 'split')

),

-- What left the scope and not the plan did so with the version that holds.
waived as (

    select distinct
        last_held.meetmoment_code,
        last_held.project_code
    from last_held
    inner join waivers
        on coalesce(waivers.meetmoment_code, last_held.meetmoment_code) = last_held.meetmoment_code
        and coalesce(upper(waivers.project_code), last_held.project_code) = last_held.project_code
        and cast(coalesce(last_held.known_to, last_held.known_from) as date) <= waivers.valid_until

),

final as (

    select
        last_held.meetmoment_code,
        last_held.project_code,
        last_held.known_to as lost_at,
        coalesce(lacking.submission_id, submissions.submission_id) as submission_id,
        coalesce(lacking.file_name, submissions.file_name) as file_name,
        coalesce(submissions.withdrawn_at = last_held.known_to, false)
        or coalesce(lacking.is_confirmed, false)
        or events.project_code is not null
        or waived.project_code is not null as is_exit_registered
    from last_held
    left join lacking using (meetmoment_code, project_code)
    left join events using (meetmoment_code, project_code)
    left join waived using (meetmoment_code, project_code)
    inner join submissions on last_held.submission_id = submissions.submission_id

)

select * from final
