-- One row per project status and submission row, as received and typed; nothing is dropped.
{{ staged_record('project_status', with_state=['status']) }}
