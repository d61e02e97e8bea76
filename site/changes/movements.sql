-- One row per kind of movement at the last meetmoment.
select
    changed.record,
    coalesce(named.field_nl, changed.field) as field_nl,
    coalesce(named.field_en, changed.field) as field_en,
    changed.kind,
    count(*) as change_count,
    count(distinct changed.project_code) as touched_count
from what_changed as changed
inner join site_now using (meetmoment_code)
left join site_field as named using (field)
where changed.comparison = 'movement'
group by all
order by change_count desc, changed.record, field_nl, changed.kind
