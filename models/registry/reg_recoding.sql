-- One row per meetmoment, kind of thing, project and code as returned then: the code it has now, where that is another.
with recursive

meetmomenten as (

    select
        meetmoment_code,
        meetmoment_number
    from {{ ref('reg_meetmoment') }}

),

-- An old code is free after its event: each event is of the meetmomenten since the one before it of the same code.
events as (

    select
        events.recoded_record,
        upper(case when events.recoded_record = 'milestone' then events.project_code end) as project_code,
        upper(events.old_code) as old_code,
        upper(events.new_code) as new_code,
        meetmomenten.meetmoment_number as recoded_at,
        lag(meetmomenten.meetmoment_number, 1, 1) over (
            partition by
                events.recoded_record,
                upper(case when events.recoded_record = 'milestone' then events.project_code end),
                upper(events.old_code)
            order by meetmomenten.meetmoment_number
        ) as since
    from {{ ref('reg_project_event') }} as events
    inner join meetmomenten using (meetmoment_code)
    where events.event_type = 'recoded'

),

-- A code may change more than once.
steps as (

    select
        meetmomenten.meetmoment_number,
        events.recoded_record,
        events.project_code,
        events.old_code as received_code,
        events.new_code as code,
        events.recoded_at
    from events
    inner join meetmomenten
        on events.recoded_at > meetmomenten.meetmoment_number
        and events.since <= meetmomenten.meetmoment_number
    union all
    select
        steps.meetmoment_number,
        steps.recoded_record,
        steps.project_code,
        steps.received_code,
        events.new_code as code,
        events.recoded_at
    from steps
    inner join events
        on steps.recoded_record = events.recoded_record
        and steps.project_code is not distinct from events.project_code
        and steps.code = events.old_code
        and steps.recoded_at < events.recoded_at
        and steps.recoded_at >= events.since

),

final as (

    select
        meetmoment_number,
        recoded_record,
        project_code,
        received_code,
        code
    from steps
    qualify row_number() over (
        partition by meetmoment_number, recoded_record, project_code, received_code order by recoded_at desc
    ) = 1

)

select * from final
