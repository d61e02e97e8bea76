-- One row per project and submission row, as received and typed; nothing is dropped.
{{ staged_record('project', with_state=['objective']) }}
