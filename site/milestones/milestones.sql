-- One row per milestone at the last meetmoment.
select
    fact.project_code,
    fact.milestone_code,
    fact.description,
    fact.speerpunt_code,
    fact.cluster_code,
    project.policy_domain_code,
    status.status_label_nl,
    status.status_label_en,
    fact.is_counted,
    forecast.original_planned_date,
    fact.planned_date,
    fact.actual_date,
    forecast.days_moved_in_all,
    fact.is_overdue,
    fact.trace_key
from fct_milestone_status_as_returned as fact
inner join site_now using (meetmoment_code)
left join fct_milestone_forecast as forecast using (meetmoment_code, project_code, milestone_code)
left join site_milestone_status as status on fact.status = status.status
left join dim_project as project on fact.project_code = project.project_code
order by fact.project_code, fact.milestone_code
