-- One row per plan, meetmoment, measure and milestone or target that a project serves on the cut-off.
with

milestones_targets as (

    select * from {{ ref('int_rrf_milestone_target') }}

),

registered as (

    select * from {{ ref('rrf_milestone_target') }}

),

measures as (

    select * from {{ ref('rrf_measure') }}

),

final as (

    select
        milestones_targets.plan_code || '/' || milestones_targets.meetmoment_code as meetmoment_key,
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
        coalesce(milestones_targets.due_on <= milestones_targets.cutoff_date, false)
        and milestones_targets.self_reported_status not in ('completed', 'fulfilled') as is_overdue,
        milestones_targets.project_count,
        milestones_targets.milestones_after_quarter_count,
        cast(milestones_targets.warning_count as bigint) as warning_count
    from milestones_targets
    left join registered
        on milestones_targets.plan_code = registered.plan_code
        and milestones_targets.mt_number = registered.mt_number
    left join measures
        on milestones_targets.plan_code = measures.plan_code
        and milestones_targets.measure_code = measures.measure_code

)

select * from final
