-- One row per project, measure, milestone or target and submission row, as received and typed; nothing is dropped.
{{ staged_record('rrf_link', [
    field('project_code'),
    field('measure_code'),
    field('mt_number'),
    field('valid_from', 'date'),
    field('valid_to', 'date'),
    field('self_reported_status'),
    field('assessed_status'),
]) }}
