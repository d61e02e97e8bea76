-- One row per plan, meetmoment, project, measure and milestone or target: the link and the days it holds.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key,
    measure_code,
    mt_number,
    valid_from,
    valid_to,
    is_valid_on_cutoff,
    self_reported_status,
    assessed_status,
    is_rrf,
    milestones_after_quarter_count,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_rrf_link') }}
