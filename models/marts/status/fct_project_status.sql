-- One row per plan, meetmoment and project: the status as reported, beside the status computed by the rules and why.
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
    explanation,
    has_explanation,
    computed_status_group,
    computed_by_rule,
    computed_evidence_nl,
    computed_evidence_en,
    comparison,
    contradiction_count,
    submission_id,
    sheet,
    row_number,
    warning_count
from {{ ref('int_status_comparison') }}
