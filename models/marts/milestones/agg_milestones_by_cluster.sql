-- One row per meetmoment and cluster: milestones by status of the projects published, with both denominators.
{{ milestone_counts_by('cluster_code') }}
