-- One row per plan, meetmoment and milestone that the previous meetmoment had and this delivered one has not.
with

milestones as (

    select * from {{ ref('int_milestone') }}

),

successions as (

    select distinct
        plan_code,
        meetmoment_code,
        previous_meetmoment_code
    from milestones
    where previous_meetmoment_code is not null

),

final as (

    select
        successions.plan_code,
        successions.meetmoment_code,
        before.project_code,
        before.milestone_code,
        before.record_key,
        before.speerpunt_code,
        before.warning_count
    from successions
    inner join milestones as before
        on successions.plan_code = before.plan_code
        and successions.previous_meetmoment_code = before.meetmoment_code
    left join milestones as now
        on successions.plan_code = now.plan_code
        and successions.meetmoment_code = now.meetmoment_code
        and before.record_key = now.record_key
    where now.record_key is null

)

select * from final
