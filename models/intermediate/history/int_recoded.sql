-- One row per meetmoment and code that changed at it: of what, which it was and is, with the rows that state both.
with

calendar as (

    select * from {{ ref('int_calendar') }} where is_delivered

),

recodings as (

    select * from {{ ref('reg_recoding') }}

),

events as (

    select
        calendar.meetmoment_code,
        calendar.previous_delivered_meetmoment_code as previous_meetmoment_code,
        coalesce(events.recoded_record, 'project') as record,
        upper(events.old_code) as old_value,
        upper(events.new_code) as new_value,
        upper(case when events.recoded_record = 'milestone' then events.project_code end) as project_code,
        -- Inside the marts a code is the one that it has now.
        coalesce(recodings.code, upper(events.new_code)) as code,
        events.reason_nl as register_reason_nl
    from {{ ref('reg_project_event') }} as events
    inner join calendar using (meetmoment_code)
    left join recodings
        on calendar.meetmoment_number = recodings.meetmoment_number
        and coalesce(events.recoded_record, 'project') = recodings.recoded_record
        and upper(events.new_code) = recodings.received_code
        and coalesce(upper(case when events.recoded_record = 'milestone' then events.project_code end), '')
        = coalesce(recodings.project_code, '')
    where events.event_type = 'recoded'

),

-- Of an indicator the values have its code; one of them states it.
stating as (

    {% for record, staged, code, project in [
        ('project', 'project', 'project_code', 'project_code'),
        ('milestone', 'milestone', 'milestone_code', 'project_code'),
        ('indicator', 'indicator_value', 'indicator_code', 'null'),
    ] %}
    {{ 'union all' if not loop.first }}
    select
        '{{ record }}' as record,
        {{ code }} as code,
        {{ project }} as project_code,
        {{ code if record == 'indicator' else 'record_key' }} as record_key,
        meetmoment_code,
        submission_id,
        sheet,
        row_number,
        known_from
    from {{ ref('int_' ~ staged ~ '_version') }}
    where is_current
    {% endfor %}
    qualify row_number() over (
        partition by record, code, project_code, meetmoment_code order by sheet, row_number, submission_id
    ) = 1

),

final as (

    select
        'movement' as comparison,
        events.meetmoment_code,
        before.meetmoment_code as previous_meetmoment_code,
        now.project_code,
        events.record,
        now.record_key,
        events.record || '_code' as field,
        'recoded' as kind,
        'code' as type,
        events.old_value,
        events.new_value,
        'reported' as old_state,
        'reported' as new_state,
        events.register_reason_nl,
        null as explanation,
        greatest(now.known_from, before.known_from) as changed_at,
        before.submission_id as old_submission_id,
        before.sheet as old_sheet,
        before.row_number as old_row_number,
        now.submission_id,
        now.sheet,
        now.row_number
    from events
    inner join stating as now
        on events.record = now.record
        and events.code = now.code
        and events.meetmoment_code = now.meetmoment_code
        and coalesce(events.project_code, now.project_code, '') = coalesce(now.project_code, '')
    inner join stating as before
        on now.record = before.record
        and now.code = before.code
        and coalesce(now.project_code, '') = coalesce(before.project_code, '')
        and events.previous_meetmoment_code = before.meetmoment_code

)

select * from final
