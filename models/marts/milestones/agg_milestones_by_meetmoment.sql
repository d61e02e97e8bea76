-- One row per plan, meetmoment and scope: milestones by status, with both denominators.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || scope_code as scope_key,
    {{ milestone_counts() }}
from {{ ref('int_milestone_count') }}
group by plan_code, meetmoment_code, scope_code
