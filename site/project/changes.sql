-- One row per value of a project, amounts apart, that differs from the meetmoment before, at the last meetmoment; the first sixty.
select
    changed.project_code,
    changed.record,
    changed.field,
    coalesce(named.field_nl, changed.field) as field_label_nl,
    coalesce(named.field_en, changed.field) as field_label_en,
    kind.label_nl as kind_nl,
    kind.label_en as kind_en,
    changed.record_key,
    changed.old_value,
    changed.new_value,
    changed.old_state,
    changed.new_state,
    changed.reason,
    count(*) over (partition by changed.project_code) as change_count
from what_changed as changed
inner join site_now using (meetmoment_code)
left join site_field as named using (field)
left join dim_code as kind on changed.kind = kind.code and kind.code_list = 'change_kind'
where changed.comparison = 'movement' and changed.record in ('project', 'project_status', 'milestone', 'indicator_value')
qualify row_number() over (partition by changed.project_code order by changed.record, changed.record_key, changed.field, changed.kind) <= 60
order by changed.project_code, changed.record, changed.record_key, changed.field, changed.kind, changed.new_value
