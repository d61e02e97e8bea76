-- One row per status, of each kind, over all milestones and targets at the last meetmoment that has them.
select agg.*, meetmoment.short_label, code.label_nl, code.label_en
from agg_rrf_total as agg
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_code as code on agg.status = code.code and code.code_list = 'rrf_status'
where agg.scope_code = 'all'
qualify dense_rank() over (order by meetmoment.meetmoment_number desc) = 1
order by agg.status_kind desc, code.sort_order, agg.status
