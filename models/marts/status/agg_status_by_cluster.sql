-- One row per meetmoment, cluster and status of the scale in force: how many projects that are published.
{{ status_counts_by('cluster_code') }}
