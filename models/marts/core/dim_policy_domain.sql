-- One row per plan and policy domain that answers for a project.
select
    plan_code || '/' || policy_domain_code as policy_domain_key,
    plan_code,
    policy_domain_code,
    arg_max(policy_domain_label_nl, meetmoment_number) as label_nl,
    arg_max(policy_domain_label_en, meetmoment_number) as label_en
from {{ ref('int_project') }}
group by plan_code, policy_domain_code
