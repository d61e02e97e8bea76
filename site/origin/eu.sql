-- One row per project, meetmoment and EU milestone or target: the row that linked them.
select
    fact.project_code,
    meetmoment.short_label,
    fact.measure_code,
    fact.mt_number,
    self.label_nl as self_nl,
    self.label_en as self_en,
    assessed.label_nl as assessed_nl,
    assessed.label_en as assessed_en,
    source.file_name,
    source.received_at,
    fact.sheet,
    fact.row_number,
    source.is_on_its_side,
    fact.warning_count,
    fact.trace_key
from bridge_rrf_project as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_code as self on fact.self_reported_status = self.code and self.code_list = 'rrf_status'
left join dim_code as assessed on fact.assessed_status = assessed.code and assessed.code_list = 'rrf_status'
left join site_source as source using (submission_id, sheet)
order by fact.project_code, fact.measure_code, fact.mt_number, meetmoment.meetmoment_number
