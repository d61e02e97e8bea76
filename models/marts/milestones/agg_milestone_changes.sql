-- One row per plan, meetmoment and scope: how its milestones compare with those of the previous meetmoment.
with

milestones as (

    select * from {{ ref('int_milestone') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

previous as (

    select distinct
        plan_code,
        meetmoment_code,
        previous_meetmoment_code
    from milestones

),

-- What is gone has no project any more where that is gone with it: the scope of its project before decides.
gone as (

    select
        gone.plan_code,
        gone.meetmoment_code,
        members.scope_code,
        count(*) as gone_count,
        sum(gone.warning_count) as warning_count
    from {{ ref('int_milestone_gone') }} as gone
    inner join previous
        on gone.plan_code = previous.plan_code
        and gone.meetmoment_code = previous.meetmoment_code
    inner join members
        on gone.plan_code = members.plan_code
        and previous.previous_meetmoment_code = members.meetmoment_code
        and gone.project_code = members.project_code
    group by gone.plan_code, gone.meetmoment_code, members.scope_code

),

counted as (

    select
        milestones.plan_code,
        milestones.meetmoment_code,
        members.scope_code,
        count(*) as listed_count,
        count(*) filter (where milestones.change_since_previous in ('kept', 'moved')) as in_both_count,
        count(*) filter (where milestones.change_since_previous = 'new') as new_count,
        count(*) filter (where milestones.change_since_previous = 'moved') as moved_count,
        sum(milestones.warning_count) as warning_count
    from milestones
    inner join members
        on milestones.plan_code = members.plan_code
        and milestones.meetmoment_code = members.meetmoment_code
        and milestones.project_code = members.project_code
    group by milestones.plan_code, milestones.meetmoment_code, members.scope_code

),

cases as (

    select
        plan_code,
        meetmoment_code,
        scope_code
    from counted
    union
    select
        plan_code,
        meetmoment_code,
        scope_code
    from gone

),

final as (

    select
        cases.plan_code || '/' || cases.meetmoment_code as meetmoment_key,
        cases.plan_code || '/' || cases.scope_code as scope_key,
        cases.plan_code || '/' || previous.previous_meetmoment_code as previous_meetmoment_key,
        coalesce(counted.listed_count, 0) as listed_count,
        coalesce(counted.in_both_count, 0) as in_both_count,
        coalesce(counted.new_count, 0) as new_count,
        coalesce(counted.moved_count, 0) as moved_count,
        coalesce(gone.gone_count, 0) as gone_count,
        cast(coalesce(counted.warning_count, 0) + coalesce(gone.warning_count, 0) as bigint) as warning_count
    from cases
    inner join previous
        on cases.plan_code = previous.plan_code
        and cases.meetmoment_code = previous.meetmoment_code
    left join counted
        on cases.plan_code = counted.plan_code
        and cases.meetmoment_code = counted.meetmoment_code
        and cases.scope_code = counted.scope_code
    left join gone
        on cases.plan_code = gone.plan_code
        and cases.meetmoment_code = gone.meetmoment_code
        and cases.scope_code = gone.scope_code

)

select * from final
