-- One row: the counting rule, and what adding up would count double, at the last meetmoment.
select agg.*
from agg_rrf_double_counting as agg
inner join site_now using (meetmoment_code)
where agg.scope_code = 'all'
