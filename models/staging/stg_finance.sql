-- One row per amount (project, measure, execution) and submission row, as received and typed; nothing is dropped.
{{ staged_record('finance', with_state=['amount_eur']) }}
