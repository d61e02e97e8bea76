-- One row per milestone and submission row, as received and typed; nothing is dropped.
{{ staged_record('milestone', [
    field('project_code'),
    field('milestone_code'),
    field('description'),
    field('owner'),
    field('planned_date', 'date'),
    state_of('planned_date'),
    reason_of('planned_date'),
    field('status'),
    state_of('status'),
    reason_of('status'),
    field('actual_date', 'date'),
    state_of('actual_date'),
    reason_of('actual_date'),
    field('replaced_by'),
    field('explanation'),
]) }}
