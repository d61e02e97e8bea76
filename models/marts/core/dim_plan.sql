-- One row per plan.
select
    plan_code,
    name_nl,
    name_en,
    level_1_nl,
    level_2_nl,
    level_3_nl,
    currency,
    initial_budget_eur,
    note,
    note_nl
from {{ ref('reg_plan') }}
