-- One row per meetmoment, measure and speerpunt (or the whole) that has final figures.
select
    agg.*,
    meetmoment.short_label,
    meetmoment.label_nl as moment_nl,
    meetmoment.label_en as moment_en,
    measure.label_nl as measure_nl,
    measure.label_en as measure_en,
    coalesce(agg.speerpunt_code || '. ' || speerpunt.label_nl, 'Alle projecten in de afbakening') as part_nl,
    coalesce(agg.speerpunt_code || '. ' || speerpunt.label_en, 'All projects in the scope') as part_en,
    scope.label_nl as scope_nl,
    scope.label_en as scope_en
from agg_finance_restatement as agg
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_speerpunt as speerpunt using (speerpunt_code)
left join dim_code as measure on agg.measure = measure.code and measure.code_list = 'finance_measure'
left join dim_scope as scope using (scope_code)
where agg.scope_code = meetmoment.money_scope_code
    and agg.level not in ('cluster', 'project')
    and agg.final_count > 0
    and agg.measure in ('committed', 'paid')
order by meetmoment.meetmoment_number desc, measure.sort_order, try_cast(agg.speerpunt_code as integer) nulls first
