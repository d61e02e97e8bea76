-- One row per indicator value and submission row, as received and typed; nothing is dropped.
{{ staged_record('indicator_value', [
    field('indicator_code'),
    field('project_code'),
    field('territory'),
    field('measured_on', 'date'),
    field('baseline', 'decimal(28, 6)'),
    field('target', 'decimal(28, 6)'),
    field('target_date', 'date'),
    field('actual', 'decimal(28, 6)'),
    state_of('actual'),
    field('explanation'),
]) }}
