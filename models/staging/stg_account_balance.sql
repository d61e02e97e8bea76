-- One row per project, closing date and submission row, as received and typed; nothing is dropped.
{{ staged_record('account_balance') }}
