-- One row per milestone or target at the last meetmoment that has any, however many measures and projects share it.
select
    fact.*,
    year(fact.due_on) || ' Q' || quarter(fact.due_on) as due_quarter,
    kind.label_nl as kind_label_nl,
    kind.label_en as kind_label_en,
    self.label_nl as self_nl,
    self.label_en as self_en,
    assessed.label_nl as assessed_nl,
    assessed.label_en as assessed_en,
    measures.measures,
    projects.projects
from fct_rrf_milestone_target as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_code as kind on fact.kind = kind.code and kind.code_list = 'rrf_kind'
left join dim_code as self on fact.self_reported_status = self.code and self.code_list = 'rrf_status'
left join dim_code as assessed
    on coalesce(fact.assessed_status, 'not_assessed') = assessed.code and assessed.code_list = 'rrf_status'
left join (
    select meetmoment_code, mt_number, array_to_string(list_sort(list(distinct measure_code)), ', ') as measures
    from bridge_rrf_project group by all
) as measures using (meetmoment_code, mt_number)
left join (
    select meetmoment_code, mt_number, list_sort(list(distinct project_code)) as projects
    from bridge_rrf_project group by all
) as projects using (meetmoment_code, mt_number)
qualify dense_rank() over (order by meetmoment.meetmoment_number desc) = 1
order by fact.due_on, fact.mt_number
