-- One row per value of a meetmoment that was restated after it was first received, latest first.
select
    changed.*,
    meetmoment.short_label,
    project.title as project_title,
    coalesce(named.field_nl, changed.field) as field_label_nl,
    coalesce(named.field_en, changed.field) as field_label_en
from what_changed as changed
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_project as project using (project_code)
left join site_field as named using (field)
where changed.comparison = 'restatement' and changed.field <> 'record'
order by changed.known_from desc, changed.meetmoment_code, changed.record, changed.record_key, changed.field, changed.kind, changed.new_value
limit 400
