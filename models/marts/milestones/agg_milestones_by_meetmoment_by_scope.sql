-- One row per meetmoment and scope: milestones by status, with both denominators.
select
    meetmoment_code,
    scope_code,
    {{ milestone_counts() }}
from {{ ref('int_milestone_count') }}
group by meetmoment_code, scope_code
