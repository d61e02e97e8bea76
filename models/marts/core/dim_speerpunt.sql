-- One row per speerpunt, from the register or, where a plan has none, from what was delivered.
select
    speerpunt_code,
    arg_max(speerpunt_label_nl, meetmoment_number) as label_nl,
    arg_max(speerpunt_label_en, meetmoment_number) as label_en
from {{ ref('int_project') }}
group by speerpunt_code
