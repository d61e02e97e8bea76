-- One row per plan, meetmoment, indicator, project and territory: one value as one row of a return states it.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || indicator_code as indicator_key,
    plan_code || '/' || project_code as project_key,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    territory,
    baseline,
    target,
    target_date,
    actual,
    value_state,
    progress_pct,
    progress_state,
    is_target_reached,
    coalesce(progress_pct > 150, false) as is_far_above_target,
    previous_actual,
    change_since_previous,
    previous_target,
    is_target_changed,
    has_explanation,
    value_date,
    next_expected_on,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_indicator_value') }}
where submission_id is not null
