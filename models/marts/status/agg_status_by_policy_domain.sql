-- One row per meetmoment, policy domain and status of the scale in force: how many projects that are published.
{{ status_counts_by('policy_domain_code') }}
