-- One row per group of statuses that a project has: reported beside computed, on the published scope.
select
    status_group_label_nl as label_nl,
    status_group_label_en as label_en,
    reported_count,
    computed_count,
    both_count,
    contradicted_count,
    trace_key
from agg_status_difference
where
    meetmoment_code = getvariable('meetmoment') and scope_code = getvariable('scope')
    and (reported_count > 0 or computed_count > 0)
order by reported_count desc, label_nl
