-- One row per meetmoment, project, measure and milestone or target: the link and the days it holds.
select
    meetmoment_code,
    project_code,
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
