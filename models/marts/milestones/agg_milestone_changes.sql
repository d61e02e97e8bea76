-- One row per plan and meetmoment: how its milestones compare with those of the previous meetmoment.
with

milestones as (

    select * from {{ ref('int_milestone') }}

),

gone as (

    select
        plan_code,
        meetmoment_code,
        count(*) as gone_count,
        cast(sum(warning_count) as bigint) as warning_count
    from {{ ref('int_milestone_gone') }}
    group by plan_code, meetmoment_code

),

counted as (

    select
        plan_code,
        meetmoment_code,
        max(previous_meetmoment_code) as previous_meetmoment_code,
        count(*) as milestone_count,
        count(*) filter (where change_since_previous in ('kept', 'moved')) as in_both_count,
        count(*) filter (where change_since_previous = 'new') as new_count,
        count(*) filter (where change_since_previous = 'moved') as moved_count,
        cast(sum(warning_count) as bigint) as warning_count
    from milestones
    group by plan_code, meetmoment_code

),

final as (

    select
        counted.plan_code || '/' || counted.meetmoment_code as meetmoment_key,
        counted.plan_code || '/' || counted.previous_meetmoment_code as previous_meetmoment_key,
        counted.milestone_count,
        counted.in_both_count,
        counted.new_count,
        counted.moved_count,
        coalesce(gone.gone_count, 0) as gone_count,
        counted.warning_count + coalesce(gone.warning_count, 0) as warning_count
    from counted
    left join gone
        on counted.plan_code = gone.plan_code
        and counted.meetmoment_code = gone.meetmoment_code

)

select * from final
