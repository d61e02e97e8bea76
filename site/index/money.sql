-- One row per speerpunt at the last meetmoment: budget, committed and paid, in the published scope and execution.
select
    agg.speerpunt_code,
    speerpunt.label_nl,
    speerpunt.label_en,
    agg.speerpunt_code || '. ' || speerpunt.label_nl as name_nl,
    agg.speerpunt_code || '. ' || speerpunt.label_en as name_en,
    agg.project_count,
    agg.budget_initial_eur,
    agg.committed_eur,
    agg.paid_eur,
    agg.committed_of_initial_pct,
    agg.paid_of_initial_pct,
    agg.warning_count,
    agg.trace_key
from agg_finance_by_speerpunt as agg
inner join site_now using (meetmoment_code)
left join dim_speerpunt as speerpunt using (speerpunt_code)
-- A plan whose returns have no money at all has no picture of it.
qualify count(agg.budget_initial_eur) over () + count(agg.committed_eur) over () + count(agg.paid_eur) over () > 0
order by try_cast(agg.speerpunt_code as integer), agg.speerpunt_code
