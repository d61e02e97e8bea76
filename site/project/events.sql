-- One row per event of a project: renamed, moved, stopped, left the plan; and why.
select
    event.project_code,
    meetmoment.label_nl as moment_nl,
    meetmoment.label_en as moment_en,
    event.event_type,
    coalesce(old.label_nl, event.old_value) as old_value_nl,
    coalesce(old.label_en, event.old_value) as old_value_en,
    coalesce(new.label_nl, event.new_value) as new_value_nl,
    coalesce(new.label_en, event.new_value) as new_value_en,
    event.related_projects,
    event.reason_nl,
    event.reason_en,
    event.reference,
    event.is_in_returns,
    event.trace_key
from fct_project_event as event
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join site_event_value as old on event.event_type = old.event_type and event.old_value = old.code
left join site_event_value as new on event.event_type = new.event_type and event.new_value = new.code
order by event.project_code, meetmoment.meetmoment_number, event.event_type
