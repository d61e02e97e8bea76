-- One row per project and EU milestone or target it serves, as last returned.
select
    bridge.project_code,
    bridge.measure_code,
    bridge.mt_number,
    measure.label_nl as measure_nl,
    measure.label_en as measure_en,
    target.label_nl,
    target.label_en,
    target.due_on,
    self.label_nl as self_nl,
    self.label_en as self_en,
    assessed.label_nl as assessed_nl,
    assessed.label_en as assessed_en,
    bridge.is_valid_on_cutoff,
    bridge.trace_key
from bridge_rrf_project as bridge
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_rrf_measure as measure using (measure_code)
left join fct_rrf_milestone_target_by_measure as target using (meetmoment_code, measure_code, mt_number)
left join dim_code as self on bridge.self_reported_status = self.code and self.code_list = 'rrf_status'
left join dim_code as assessed
    on coalesce(bridge.assessed_status, 'not_assessed') = assessed.code and assessed.code_list = 'rrf_status'
qualify row_number() over (
    partition by bridge.project_code, bridge.measure_code, bridge.mt_number order by meetmoment.meetmoment_number desc
) = 1
order by bridge.project_code, bridge.measure_code, bridge.mt_number
