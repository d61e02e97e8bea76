-- One row per meetmoment and status: how many projects that are published have it.
select agg.*, meetmoment.short_label, meetmoment.cutoff_date, meetmoment.is_now, code.label_nl, code.label_en, code.colour, code.sort_order
from agg_status_by_cluster as agg
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_code as code on agg.status = code.code and code.code_list = 'project_status'
order by agg.cluster_code, meetmoment.meetmoment_number, code.sort_order, agg.status
