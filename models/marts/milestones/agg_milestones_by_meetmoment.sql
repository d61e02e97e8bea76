-- One row per meetmoment: milestones by status in the published scope, with both denominators.
{{ published_counts('agg_milestones_by_meetmoment_by_scope') }}
