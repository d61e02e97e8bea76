-- One row per project and meetmoment: the row that stated its status.
select
    fact.project_code,
    meetmoment.short_label,
    coalesce(status.status_label_nl, state.label_nl) as status_label_nl,
    coalesce(status.status_label_en, state.label_en) as status_label_en,
    fact.status_group,
    status.colour,
    source.file_name,
    source.received_at,
    fact.sheet,
    fact.row_number,
    source.is_on_its_side,
    cell.column_letter,
    fact.warning_count,
    fact.trace_key
from fct_project_status_as_returned as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join site_status as status on fact.status = status.status
left join dim_code as state on fact.status_state = state.code and state.code_list = 'value_state'
left join site_source as source using (submission_id, sheet)
left join dim_source_column as cell
    on fact.submission_id = cell.submission_id and fact.sheet = cell.sheet
    and cell.record = 'project_status' and cell.field = 'status'
qualify row_number() over (partition by fact.trace_key order by cell.instance) = 1
order by fact.project_code, meetmoment.meetmoment_number
