-- One row per amount (project, measure, execution) and submission row, as received and typed; nothing is dropped.
{{ staged_record('finance', [
    field('project_code'),
    field('measure'),
    field('execution'),
    field('amount_eur', 'decimal(18, 2)'),
    state_of('amount_eur'),
    reason_of('amount_eur'),
    field('explanation'),
]) }}
