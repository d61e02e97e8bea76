-- One row per project, milestone and meetmoment that lists it: how far its planned date moved.
select
    meetmoment_code,
    project_code,
    milestone_code,
    speerpunt_code,
    cluster_code,
    first_meetmoment_code,
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
from {{ with_warnings('int_milestone_forecast') }}
