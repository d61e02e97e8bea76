-- One row per decision, project and submission row, as received and typed; nothing is dropped.
{{ staged_record('budget_transfer') }}
