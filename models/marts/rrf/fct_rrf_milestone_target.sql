-- One row per meetmoment and milestone or target that a project of the published scope serves on the cut-off.
with

links as (

    select * from {{ ref('int_rrf_link') }} where is_valid_on_cutoff

),

members as (

    select * from {{ ref('int_project_scope') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

-- Several projects and measures may share one milestone or target; where they do not agree on its status, that is said.
milestones_targets as (

    select
        links.meetmoment_code,
        links.cutoff_date,
        members.scope_code,
        links.mt_number,
        links.kind,
        links.due_on,
        max(links.valid_from) as decision_date,
        count(distinct links.measure_code) as measure_count,
        {{ goal_as_linked() }}
    from links
    inner join calendar using (meetmoment_code)
    inner join members
        on links.meetmoment_code = members.meetmoment_code
        and links.project_code = members.project_code
        and calendar.monitored_scope = members.scope_code
    group by
        links.meetmoment_code, links.cutoff_date, members.scope_code, links.mt_number, links.kind, links.due_on

),

registered as (

    select * from {{ ref('reg_rrf_milestone_target') }}

),

final as (

    select
        milestones_targets.meetmoment_code,
        milestones_targets.scope_code,
        milestones_targets.mt_number,
        registered.label_nl,
        registered.label_en,
        milestones_targets.kind,
        registered.unit,
        registered.baseline,
        registered.goal,
        milestones_targets.due_on,
        milestones_targets.decision_date,
        milestones_targets.self_reported_status,
        milestones_targets.assessed_status,
        {{ goal_is_overdue('milestones_targets') }} as is_overdue,
        milestones_targets.measure_count,
        milestones_targets.project_count,
        milestones_targets.milestones_after_quarter_count,
        milestones_targets.warning_count
    from milestones_targets
    left join registered using (mt_number)

)

select * from final
