-- One row per link of the project with a measure and a milestone or target of the European facility, valid on the cut-off day.
select
    links.project_code,
    links.measure_code,
    links.mt_number,
    goals.label_nl,
    goals.label_en,
    goals.due_on,
    word_nl('rrf_status', links.self_reported_status) as self_reported,
    word_nl('rrf_status', links.assessed_status) as assessed,
    links.trace_key
from bridge_rrf_project as links
left join fct_rrf_milestone_target_by_measure as goals
    on links.meetmoment_code = goals.meetmoment_code
    and links.measure_code = goals.measure_code
    and links.mt_number = goals.mt_number
where links.meetmoment_code = getvariable('meetmoment') and links.is_valid_on_cutoff
order by links.project_code, links.measure_code, links.mt_number
