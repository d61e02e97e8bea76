-- One row per meetmoment and speerpunt: milestones by status in the published scope, with both denominators.
{{ published_counts('agg_milestones_by_speerpunt_by_scope') }}
