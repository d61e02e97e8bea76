-- One row per meetmoment: the money, in the published scope and execution.
select agg.*, meetmoment.short_label, meetmoment.cutoff_date, meetmoment.is_now, scope.label_nl as scope_nl, scope.label_en as scope_en
from agg_finance_by_cluster as agg
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_scope as scope using (scope_code)
order by agg.cluster_code, meetmoment.meetmoment_number
