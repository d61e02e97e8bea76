-- One row per measure and speerpunt, and of the plan as a whole: provisional beside definitive.
select
    word_nl('headline_measure', sums.measure) as measure,
    coalesce(sums.speerpunt_code || ' ' || speerpunten.label_nl, 'Plan als geheel') as label,
    sums.speerpunt_code is null as is_total,
    sums.project_count,
    sums.both_count,
    sums.provisional_eur as provisional_cents_eur,
    sums.final_eur as final_cents_eur,
    sums.restated_eur as difference_eur,
    sums.restated_count,
    sums.trace_key
from agg_finance_restatement as sums
inner join dim_meetmoment as calendar using (meetmoment_code)
left join dim_speerpunt as speerpunten using (speerpunt_code)
where
    sums.scope_code = calendar.money_scope_code
    and sums.level in ('plan', 'speerpunt')
    and sums.measure in ('committed', 'paid')
    and calendar.meetmoment_code = getvariable('final_meetmoment')
order by sums.measure, sums.speerpunt_code nulls last
