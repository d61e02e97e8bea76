-- One row per plan, meetmoment, scope, kind of status and status: milestones and targets, each counted once.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || scope_code as scope_key,
    semester,
    is_last_of_semester,
    status_kind,
    status,
    mt_count,
    all_mt_count,
    mt_pct,
    milestone_count,
    target_count,
    warning_count
from {{ ref('int_rrf_status_count') }}
where level = 'plan'
