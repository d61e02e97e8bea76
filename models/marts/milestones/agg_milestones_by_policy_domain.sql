-- One row per meetmoment and policy domain: milestones by status of the projects published, with both denominators.
{{ milestone_counts_by('policy_domain_code') }}
