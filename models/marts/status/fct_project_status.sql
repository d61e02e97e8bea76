-- One row per plan, meetmoment and project: the status as reported.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key,
    plan_code || '/' || speerpunt_code as speerpunt_key,
    plan_code || '/' || cluster_code as cluster_key,
    status,
    status_group,
    vr_document,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_project_status') }}
