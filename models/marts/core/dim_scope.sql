-- One row per scope: a set of projects that a figure is about.
select
    scope_code,
    label_nl,
    label_en,
    funding_type,
    is_rrf,
    member_of_meetmoment,
    note
from {{ ref('reg_scope') }}
