-- One row per project and meetmoment: the row that described it.
select
    fact.project_code,
    meetmoment.short_label,
    fact.title,
    fact.funding_type,
    fact.budget_initial_eur,
    source.file_name,
    source.received_at,
    fact.sheet,
    fact.row_number,
    source.is_on_its_side,
    fact.warning_count,
    fact.trace_key
from dim_project_history as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join site_source as source using (submission_id, sheet)
order by fact.project_code, meetmoment.meetmoment_number
