-- One row per closing day and measure, over the published scope of money: the accounts beside the returns.
select agg.*, measure.label_nl as measure_nl, measure.label_en as measure_en, scope.label_nl as scope_nl, scope.label_en as scope_en
from agg_account_difference as agg
left join dim_code as measure on agg.measure = measure.code and measure.code_list = 'finance_measure'
left join dim_scope as scope using (scope_code)
where agg.scope_code in ('all', 'one_off', 'regular')
order by agg.closing_date desc, agg.scope_code, measure.sort_order
