-- One row per project: what it is, as last described.
select
    project.project_code,
    coalesce(project.title, project.project_code) as project_title,
    project.speerpunt_code,
    project.cluster_code,
    project.policy_domain_code,
    project.funding_type,
    project.is_rrf,
    project.objective,
    project.start_date,
    project.end_date,
    project.budget_initial_eur,
    project.trace_key,
    speerpunt.label_nl as speerpunt_nl,
    speerpunt.label_en as speerpunt_en,
    cluster.label_nl as cluster_nl,
    cluster.label_en as cluster_en,
    domain.label_nl as domain_nl,
    domain.label_en as domain_en,
    funding.label_nl as funding_nl,
    funding.label_en as funding_en,
    first.label_nl as first_nl,
    first.label_en as first_en,
    last.label_nl as last_nl,
    last.label_en as last_en,
    last.cutoff_date as last_cutoff_date,
    project.last_meetmoment_code = (select meetmoment_code from site_now) as is_followed
from dim_project as project
left join dim_speerpunt as speerpunt using (speerpunt_code)
left join dim_cluster as cluster using (cluster_code)
left join dim_policy_domain as domain using (policy_domain_code)
left join dim_code as funding on project.funding_type = funding.code and funding.code_list = 'funding_type'
left join dim_meetmoment as first on project.first_meetmoment_code = first.meetmoment_code
left join dim_meetmoment as last on project.last_meetmoment_code = last.meetmoment_code
order by project.project_code
