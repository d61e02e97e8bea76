-- One row per meetmoment: the indicator over all projects.
select agg.*, meetmoment.short_label, meetmoment.cutoff_date
from agg_indicator_progress as agg
inner join site_meetmoment as meetmoment using (meetmoment_code)
where agg.scope_code = 'all'
order by agg.indicator_code, meetmoment.meetmoment_number
