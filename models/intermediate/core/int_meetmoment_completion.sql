-- One row per meetmoment of which a project was described: when it was first complete, if it ever was.
with

versions as (

    select * from {{ ref('int_project_version') }} where known_to is null or known_to > known_from

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

scopes as (

    select * from {{ ref('reg_scope') }}

),

moments as (

    select distinct
        meetmoment_code,
        known_from as moment
    from versions

),

-- How many projects of the monitored scope were described at each moment at which one of the meetmoment was received.
described as (

    select
        moments.meetmoment_code,
        moments.moment,
        count(deciding.project_code) filter (where {{ is_in_scope('deciding', 'scopes') }}) as project_count
    from moments
    inner join meetmomenten using (meetmoment_code)
    inner join scopes on meetmomenten.monitored_scope = scopes.scope_code
    inner join versions as projects
        on moments.meetmoment_code = projects.meetmoment_code
        and {{ held_at('projects', 'moments.moment') }}
    left join versions as deciding
        on projects.project_code = deciding.project_code
        and coalesce(scopes.member_of_meetmoment, projects.meetmoment_code) = deciding.meetmoment_code
        and {{ held_at('deciding', 'moments.moment') }}
    group by moments.meetmoment_code, moments.moment

),

-- Where the calendar does not say how many are expected, those described last are.
expected as (

    select
        described.meetmoment_code,
        coalesce(
            max(meetmomenten.project_count), max_by(described.project_count, described.moment)
        ) as expected_project_count
    from described
    inner join meetmomenten using (meetmoment_code)
    group by described.meetmoment_code

),

final as (

    select
        expected.meetmoment_code,
        expected.expected_project_count,
        min(described.moment) filter (
            where described.project_count > 0 and described.project_count >= expected.expected_project_count
        ) as first_complete_at
    from expected
    inner join described using (meetmoment_code)
    group by expected.meetmoment_code, expected.expected_project_count

)

select * from final
