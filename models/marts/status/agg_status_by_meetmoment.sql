-- One row per meetmoment and status of the scale in force: how many projects, of how many, as published.
{{ published_counts('agg_status_by_meetmoment_by_scope') }}
