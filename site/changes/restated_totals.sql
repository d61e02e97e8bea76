-- One row per meetmoment and measure of the published scope: when it was first complete, and now.
select
    agg.*,
    meetmoment.short_label,
    meetmoment.label_nl as moment_nl,
    meetmoment.label_en as moment_en,
    measure.label_nl as measure_nl,
    measure.label_en as measure_en,
    scope.label_nl as scope_nl,
    scope.label_en as scope_en
from agg_finance_first_complete as agg
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_code as measure on agg.measure = measure.code and measure.code_list = 'finance_measure'
left join dim_scope as scope using (scope_code)
where agg.scope_code = meetmoment.money_scope_code
order by meetmoment.meetmoment_number desc, measure.sort_order
