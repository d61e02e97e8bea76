-- One row per project status and submission row, as received and typed; nothing is dropped.
{{ staged_record('project_status', [
    field('project_code'),
    field('status'),
    field('vr_document'),
    field('explanation'),
]) }}
