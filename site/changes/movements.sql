-- One row per kind of movement at the last meetmoment.
select changed.record, changed.field, changed.kind, count(*) as change_count, count(distinct changed.project_code) as touched_count
from what_changed as changed
inner join site_now using (meetmoment_code)
where changed.comparison = 'movement'
group by all
order by change_count desc, changed.record, changed.field, changed.kind
