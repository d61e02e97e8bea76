-- One row: what became of the milestones of the meetmoment before, on the published scope.
select
    listed_count,
    in_both_count,
    new_count,
    moved_count,
    gone_count,
    trace_key
from agg_milestone_changes
where
    meetmoment_code = getvariable('meetmoment')
    and previous_meetmoment_code = getvariable('previous')
    and scope_code = getvariable('scope')
