-- One row per milestone and submission row, as received and typed; nothing is dropped.
{{ staged_record('milestone', [
    field('project_code'),
    field('milestone_code'),
    field('description'),
    field('owner'),
    field('planned_date', 'date'),
    field('status'),
    field('actual_date', 'date'),
    field('replaced_by'),
    field('explanation'),
]) }}
