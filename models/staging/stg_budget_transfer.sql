-- One row per decision, project and submission row, as received and typed; nothing is dropped.
{{ staged_record('budget_transfer', [
    field('decision_ref'),
    field('decision_date', 'date'),
    field('project_code'),
    field('amount_eur', 'decimal(18, 2)'),
]) }}
