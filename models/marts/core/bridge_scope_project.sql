-- One row per plan, scope, meetmoment and project that belongs to the scope at that meetmoment.
select
    plan_code || '/' || scope_code as scope_key,
    plan_code || '/' || meetmoment_code as meetmoment_key,
    plan_code || '/' || project_code as project_key
from {{ ref('int_project_scope') }}
