select
    *,
    policy_domain_code as group_code,
    coalesce(label_nl, policy_domain_code) as group_label_nl,
    coalesce(label_en, label_nl, policy_domain_code) as group_label_en
from dim_policy_domain
order by try_cast(policy_domain_code as integer), policy_domain_code
