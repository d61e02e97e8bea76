-- A difference of two figures is given on one scope that held the same projects at both meetmomenten, and nowhere else.
select
    meetmoment_code,
    scope_code,
    measure,
    item
from {{ ref('agg_headline_change') }}
where
    (entered_count > 0 or left_count > 0) and change is not null
    or entered_count = 0 and left_count = 0 and change is null
