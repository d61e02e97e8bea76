-- One row per status of the scale: projects of the published scope, now and at the meetmoment before.
select
    now.status,
    now.status_label_nl as label_nl,
    now.status_label_en as label_en,
    now.project_count,
    now.project_pct,
    before.project_count as previous_count,
    now.trace_key,
    coalesce(scale.colour, '#9e9e9e') as colour,
    row_number() over (order by scale.sort_order desc, now.status) as position
from agg_status_by_meetmoment_by_scope as now
left join agg_status_by_meetmoment_by_scope as before
    on now.status = before.status
    and now.scope_code = before.scope_code
    and before.meetmoment_code = getvariable('previous')
left join dim_code as scale
    on scale.code_list = 'project_status'
    and now.status = scale.code
where
    now.meetmoment_code = getvariable('meetmoment')
    and now.scope_code = getvariable('scope')
order by position
