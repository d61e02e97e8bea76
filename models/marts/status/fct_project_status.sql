-- One row per plan, meetmoment and project: the status as reported, and by whom.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    plan_code || '/' || cluster_code as cluster_key,
    status,
    status_state,
    status_group,
    assessor,
    vr_document,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_project_status') }}
