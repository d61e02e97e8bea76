-- One row per policy domain that answers for a project.
select
    policy_domain_code,
    arg_max(policy_domain_label_nl, meetmoment_number) as label_nl,
    arg_max(policy_domain_label_en, meetmoment_number) as label_en
from {{ ref('int_project') }}
group by policy_domain_code
