-- One row per project as it last stood.
with money as (
    select fact.*
    from fct_finance_by_execution as fact
    inner join site_meetmoment using (meetmoment_code)
    where fact.execution = 'provisional'
    qualify row_number() over (partition by fact.project_code order by site_meetmoment.meetmoment_number desc) = 1
),
stood as (
    select fact.*
    from fct_project_status_as_returned as fact
    inner join site_meetmoment using (meetmoment_code)
    qualify row_number() over (partition by fact.project_code order by site_meetmoment.meetmoment_number desc) = 1
)
select
    project.project_code,
    coalesce(project.title, project.project_code) as project_title,
    project.speerpunt_code,
    speerpunt.label_nl as speerpunt_nl,
    speerpunt.label_en as speerpunt_en,
    project.cluster_code,
    domain.label_nl as domain_nl,
    domain.label_en as domain_en,
    funding.label_nl as funding_nl,
    funding.label_en as funding_en,
    project.is_rrf,
    stood.status,
    stood.status_group,
    status.status_label_nl,
    status.status_label_en,
    status.colour,
    status.sort_order,
    last.short_label,
    money.budget_initial_eur,
    money.committed_eur,
    money.committed_state,
    money.paid_eur,
    money.paid_state,
    money.trace_key,
    stood.warning_count
from dim_project as project
left join site_meetmoment as last on project.last_meetmoment_code = last.meetmoment_code
left join dim_speerpunt as speerpunt using (speerpunt_code)
left join dim_policy_domain as domain using (policy_domain_code)
left join dim_code as funding on project.funding_type = funding.code and funding.code_list = 'funding_type'
left join stood on project.project_code = stood.project_code
left join site_status as status on stood.status = status.status
left join money on project.project_code = money.project_code
order by project.project_code
