-- One row per event of a project: renamed, moved, stopped, left the plan; and why.
select
    event.project_code,
    meetmoment.label_nl as moment_nl,
    meetmoment.label_en as moment_en,
    event.event_type,
    event.old_value,
    event.new_value,
    event.related_projects,
    event.reason_nl,
    event.reason_en,
    event.reference,
    event.is_in_returns,
    event.trace_key
from fct_project_event as event
inner join site_meetmoment as meetmoment using (meetmoment_code)
order by event.project_code, meetmoment.meetmoment_number, event.event_type
