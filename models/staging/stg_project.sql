-- One row per project and submission row, as received and typed; nothing is dropped.
{{ staged_record('project', [
    field('project_code'),
    field('title'),
    field('speerpunt_code'),
    field('speerpunt_name'),
    field('cluster_code'),
    field('cluster_name'),
    field('policy_domain'),
    field('funding_type'),
    field('is_rrf', 'boolean'),
    field('budget_initial_eur', 'decimal(18, 2)'),
    field('objective'),
    field('start_date', 'date'),
    field('end_date', 'date'),
]) }}
