-- One row per milestone and submission row, as received and typed; nothing is dropped.
{{ staged_record('milestone', with_state=['planned_date', 'status', 'actual_date']) }}
