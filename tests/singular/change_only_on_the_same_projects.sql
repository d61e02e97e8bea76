-- A difference of two figures is given on one scope that held the same projects, with their amounts, at both
-- meetmomenten; there it is given wherever both figures are, and nowhere else.
select
    meetmoment_code,
    scope_code,
    measure,
    item
from {{ ref('agg_headline_change') }}
where
    (change is not null) <> (is_like_for_like and figure is not null and previous_figure is not null)
    or is_like_for_like and (entered_count > 0 or left_count > 0)
