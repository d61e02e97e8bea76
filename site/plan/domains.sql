select policy_domain_code, label_nl, label_en from dim_policy_domain order by label_nl
