-- One row per meetmoment, measure and milestone or target that a project serves on the cut-off.
with

links as (

    select * from {{ ref('int_rrf_link') }} where is_valid_on_cutoff

),

-- Several projects may serve one milestone or target; where they do not agree on its status, that is what is said.
milestones_targets as (

    select
        meetmoment_code,
        cutoff_date,
        measure_code,
        mt_number,
        kind,
        due_on,
        {{ goal_as_linked() }}
    from links
    group by meetmoment_code, cutoff_date, measure_code, mt_number, kind, due_on

),

registered as (

    select * from {{ ref('reg_rrf_milestone_target') }}

),

measures as (

    select * from {{ ref('reg_rrf_measure') }}

),

final as (

    select
        milestones_targets.meetmoment_code,
        milestones_targets.measure_code,
        measures.label_nl as measure_label_nl,
        measures.label_en as measure_label_en,
        milestones_targets.mt_number,
        registered.label_nl,
        registered.label_en,
        milestones_targets.kind,
        registered.unit,
        registered.baseline,
        registered.goal,
        milestones_targets.due_on,
        milestones_targets.self_reported_status,
        milestones_targets.assessed_status,
        {{ goal_is_overdue('milestones_targets') }} as is_overdue,
        milestones_targets.project_count,
        milestones_targets.milestones_after_quarter_count,
        milestones_targets.warning_count
    from milestones_targets
    left join registered using (mt_number)
    left join measures using (measure_code)

)

select * from final
