-- One row per milestone and meetmoment: the row that stated it.
with restated as (
    select
        meetmoment_code,
        record_key,
        list({'field': field, 'old': old_value, 'known_on': cast(known_from as date), 'reason': reason} order by known_from) as earlier
    from what_changed
    where comparison = 'restatement' and record = 'milestone' and field <> 'explanation'
    group by all
)
select
    fact.project_code,
    fact.milestone_code,
    meetmoment.short_label,
    status.status_label_nl,
    status.status_label_en,
    fact.planned_date,
    fact.actual_date,
    source.file_name,
    source.received_at,
    fact.sheet,
    fact.row_number,
    source.is_on_its_side,
    restated.earlier,
    fact.warning_count,
    fact.trace_key
from fct_milestone_status_as_returned as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join site_milestone_status as status on fact.status = status.status
left join site_source as source on fact.submission_id = source.submission_id and fact.sheet = source.sheet
left join restated
    on fact.meetmoment_code = restated.meetmoment_code
    and restated.record_key = fact.project_code || '|' || fact.milestone_code
order by fact.project_code, fact.milestone_code, meetmoment.meetmoment_number
