-- One row per project, closing date and submission row, as received and typed; nothing is dropped.
{{ staged_record('account_balance', [
    field('project_code'),
    field('closing_date', 'date'),
    field('committed_eur', 'decimal(18, 2)'),
    field('paid_eur', 'decimal(18, 2)'),
]) }}
