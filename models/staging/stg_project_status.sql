-- One row per project status and submission row, as received and typed; nothing is dropped.
{{ staged_record('project_status', [
    field('project_code'),
    field('assessor'),
    field('status'),
    state_of('status'),
    reason_of('status'),
    field('vr_document'),
    field('explanation'),
]) }}
