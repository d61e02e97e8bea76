-- One row per project, measure, milestone or target and submission row, as received and typed; nothing is dropped.
{{ staged_record('rrf_link') }}
