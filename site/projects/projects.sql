-- One row per project, as it last stood, with the words of what it is part of.
select
    project.*,
    speerpunt.label_nl as speerpunt_nl,
    speerpunt.label_en as speerpunt_en,
    domain.label_nl as domain_nl,
    domain.label_en as domain_en,
    funding.label_nl as funding_nl,
    funding.label_en as funding_en
from site_project_last as project
left join dim_speerpunt as speerpunt using (speerpunt_code)
left join dim_policy_domain as domain using (policy_domain_code)
left join dim_code as funding on project.funding_type = funding.code and funding.code_list = 'funding_type'
order by project.project_code
