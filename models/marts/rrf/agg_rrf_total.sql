-- One row per meetmoment, scope, kind of status and status: milestones and targets, each counted once.
select
    meetmoment_code,
    scope_code,
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
