-- One row per event of the project up to the meetmoment, but for its first appearance.
select
    events.project_code,
    calendar.label_nl as meetmoment_nl,
    calendar.label_en as meetmoment_en,
    word_nl('project_event', events.event_type) as event_nl,
    word_en('project_event', events.event_type) as event_en,
    events.old_value,
    events.new_value,
    events.reason_nl,
    events.reason_en,
    events.trace_key
from fct_project_event as events
inner join dim_meetmoment as calendar using (meetmoment_code)
where
    calendar.meetmoment_number <= getvariable('meetmoment_number')
    and not (events.event_type = 'added' and events.reason_source = 'start')
order by events.project_code, calendar.meetmoment_number, events.event_type
