-- One row per project that asks attention at the last meetmoment: orange, red, not started or stopped.
with milestones as (
    select
        project_code,
        first(description order by planned_date, milestone_code) filter (where planned_date >= site_now.cutoff_date)
            as next_milestone,
        min(planned_date) filter (where planned_date >= site_now.cutoff_date) as next_planned_date,
        first(description order by planned_date, milestone_code) filter (where is_overdue) as overdue_milestone,
        min(planned_date) filter (where is_overdue) as overdue_since
    from fct_milestone_status
    inner join site_now using (meetmoment_code)
    where status_group not in ('realised', 'dropped') and planned_date is not null
    group by project_code
)
select
    fact.project_code,
    project.title,
    fact.status,
    fact.status_group,
    status.status_label_nl,
    status.status_label_en,
    status.colour,
    fact.explanation,
    fact.computed_status_group,
    computed.status_group_label_nl as computed_label_nl,
    computed.status_group_label_en as computed_label_en,
    computed.colour as computed_colour,
    fact.computed_evidence_nl as evidence_nl,
    fact.computed_evidence_en as evidence_en,
    fact.comparison,
    milestones.next_milestone,
    milestones.next_planned_date,
    milestones.overdue_milestone,
    milestones.overdue_since,
    fact.warning_count,
    fact.trace_key
from fct_project_status as fact
inner join site_now using (meetmoment_code)
left join dim_project as project using (project_code)
left join site_status as status on fact.status = status.status
left join site_status_group as computed on fact.computed_status_group = computed.status_group
left join milestones using (project_code)
where fact.status_group in ('attention', 'action', 'not_started', 'stopped')
order by
    case fact.status_group when 'action' then 1 when 'attention' then 2 when 'not_started' then 3 else 4 end,
    fact.project_code
limit 200
