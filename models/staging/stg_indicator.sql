-- One row per indicator of a delivered register and submission row, as received and typed; nothing is dropped.
{{ staged_record('indicator') }}
