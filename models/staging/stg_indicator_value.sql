-- One row per indicator value and submission row, as received and typed; nothing is dropped.
{{ staged_record('indicator_value', with_state=['actual']) }}
