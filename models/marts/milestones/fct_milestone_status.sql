-- One row per plan, meetmoment, project and milestone: planned date, status and actual date as reported.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    plan_code || '/' || cluster_code as cluster_key,
    milestone_code,
    description,
    owner,
    planned_date,
    status,
    status_group,
    actual_date,
    replaced_by,
    is_overdue,
    change_since_previous,
    days_moved,
    explanation,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_milestone') }}
