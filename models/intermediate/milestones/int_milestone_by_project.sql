-- One row per meetmoment and project with milestones: how many in which status, and the next one planned.
with

milestones as (

    select * from {{ ref('int_milestone') }}

),

-- Next is what is still to be reached and planned on the cut-off or after it; what is overdue was due before.
final as (

    select
        meetmoment_code,
        project_code,
        count(*) filter (where status_group is distinct from 'dropped') as milestone_count,
        count(*) filter (where status_group in ('on_schedule', 'delayed', 'realised')) as started_count,
        count(*) filter (where status_group = 'future') as future_count,
        count(*) filter (where status_group = 'on_schedule') as on_schedule_count,
        count(*) filter (where status_group = 'delayed') as delayed_count,
        count(*) filter (where status_group = 'realised') as realised_count,
        count(*) filter (where status_group in ('on_schedule', 'realised')) as on_schedule_or_realised_count,
        count(*) filter (where status_group = 'dropped') as dropped_count,
        count(*) filter (where status is null) as not_reported_count,
        count(*) filter (where is_overdue) as overdue_count,
        arg_min(milestone_code, (planned_date, milestone_code)) filter (
            where status_group in ('future', 'on_schedule', 'delayed') and planned_date >= cutoff_date
        ) as next_milestone_code
    from milestones
    group by meetmoment_code, project_code

)

select
    final.*,
    milestones.description as next_milestone,
    milestones.planned_date as next_milestone_date
from final
left join milestones
    on final.meetmoment_code = milestones.meetmoment_code
    and final.project_code = milestones.project_code
    and final.next_milestone_code = milestones.milestone_code
