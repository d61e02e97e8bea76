-- One row per meetmoment, speerpunt and status of the scale in force: how many projects that are published.
{{ status_counts_by('speerpunt_code') }}
