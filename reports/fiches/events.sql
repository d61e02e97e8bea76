-- One row per event of the project up to the meetmoment, but for its first appearance.
with names as (
    select 'stopped' as event_type, code, label_nl, label_en from dim_code where code_list = 'project_status'
    union all
    select 'moved_cluster', cluster_code, cluster_code || '. ' || label_nl, cluster_code || '. ' || label_en
    from dim_cluster
    union all
    select 'moved_ministry', policy_domain_code, label_nl, label_en from dim_policy_domain
)

select
    events.project_code,
    calendar.label_nl as meetmoment_nl,
    calendar.label_en as meetmoment_en,
    word_nl('project_event', events.event_type) as event_nl,
    word_en('project_event', events.event_type) as event_en,
    coalesce(old.label_nl, events.old_value) as old_value_nl,
    coalesce(old.label_en, events.old_value) as old_value_en,
    coalesce(new.label_nl, events.new_value) as new_value_nl,
    coalesce(new.label_en, events.new_value) as new_value_en,
    events.reason_nl,
    events.reason_en,
    events.trace_key
from fct_project_event as events
inner join dim_meetmoment as calendar using (meetmoment_code)
left join names as old on events.event_type = old.event_type and events.old_value = old.code
left join names as new on events.event_type = new.event_type and events.new_value = new.code
where
    calendar.meetmoment_number <= getvariable('meetmoment_number')
    and not (events.event_type = 'added' and events.reason_source = 'start')
order by events.project_code, calendar.meetmoment_number, events.event_type
