-- One row per plan and scope: a set of projects that a figure is about.
select
    plan_code || '/' || scope_code as scope_key,
    plan_code,
    scope_code,
    label_nl,
    label_en,
    funding_type,
    is_rrf,
    member_of_meetmoment,
    note
from {{ ref('scope') }}
