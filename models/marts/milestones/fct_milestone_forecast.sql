-- One row per plan, project, milestone and meetmoment that lists it: how far its planned date moved.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key,
    milestone_code,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    plan_code || '/' || cluster_code as cluster_key,
    plan_code || '/' || first_meetmoment_code as first_meetmoment_key,
    original_planned_date,
    previous_forecast_date,
    days_moved_since_previous,
    days_moved_in_all,
    move_count,
    is_moved,
    days_actual_after_original,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_milestone_forecast') }}
