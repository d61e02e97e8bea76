-- One row per scope, meetmoment and project that belongs to the scope at that meetmoment.
select
    scope_code,
    meetmoment_code,
    project_code
from {{ ref('int_project_scope') }}
