-- One row per status, on the published scope.
select
    status_label_nl as "Status",
    project_count as "Projecten",
    scope_project_count as "Van",
    project_pct as "Aandeel (%)",
    warning_count as "Waarschuwingen",
    trace_key
from agg_status_by_meetmoment_by_scope
where meetmoment_code = getvariable('meetmoment') and scope_code = getvariable('scope')
order by all
