-- One row per value of a meetmoment that was restated after it was first received, latest first.
select
    changed.*,
    meetmoment.short_label,
    project.title as project_title
from what_changed as changed
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_project as project using (project_code)
where changed.comparison = 'restatement' and changed.field <> 'record'
order by changed.known_from desc, changed.meetmoment_code, changed.record, changed.record_key, changed.field, changed.kind, changed.new_value
limit 400
