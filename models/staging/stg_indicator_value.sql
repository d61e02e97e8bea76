-- One row per indicator value and submission row, as received and typed; nothing is dropped.
{{ staged_record('indicator_value', [
    field('indicator_code'),
    field('project_code'),
    field('territory'),
    field('measured_on', 'date'),
    field('baseline', 'decimal(38, 15)'),
    field('target', 'decimal(38, 15)'),
    field('target_date', 'date'),
    field('actual', 'decimal(38, 15)'),
    state_of('actual'),
    reason_of('actual'),
    field('value_state'),
    field('explanation'),
]) }}
