-- One row per meetmoment and scope: how its milestones compare with those of the previous meetmoment.
with

milestones as (

    select * from {{ with_warnings('int_milestone') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

previous as (

    select distinct
        meetmoment_code,
        previous_meetmoment_code
    from milestones

),

-- What is gone has no project any more where that is gone with it: the scope of its project before decides.
gone as (

    select
        gone.meetmoment_code,
        members.scope_code,
        count(*) as gone_count,
        sum(gone.warning_count) as warning_count
    from {{ ref('int_milestone_gone') }} as gone
    inner join previous using (meetmoment_code)
    inner join members
        on previous.previous_meetmoment_code = members.meetmoment_code
        and gone.project_code = members.project_code
    group by gone.meetmoment_code, members.scope_code

),

counted as (

    select
        milestones.meetmoment_code,
        members.scope_code,
        count(*) as listed_count,
        count(*) filter (where milestones.change_since_previous in ('kept', 'moved')) as in_both_count,
        count(*) filter (where milestones.change_since_previous = 'new') as new_count,
        count(*) filter (where milestones.change_since_previous = 'moved') as moved_count,
        sum(milestones.warning_count) as warning_count
    from milestones
    inner join members using (meetmoment_code, project_code)
    group by milestones.meetmoment_code, members.scope_code

),

cases as (

    select
        meetmoment_code,
        scope_code
    from counted
    union
    select
        meetmoment_code,
        scope_code
    from gone

),

final as (

    select
        cases.meetmoment_code,
        cases.scope_code,
        previous.previous_meetmoment_code,
        coalesce(counted.listed_count, 0) as listed_count,
        coalesce(counted.in_both_count, 0) as in_both_count,
        coalesce(counted.new_count, 0) as new_count,
        coalesce(counted.moved_count, 0) as moved_count,
        coalesce(gone.gone_count, 0) as gone_count,
        cast(coalesce(counted.warning_count, 0) + coalesce(gone.warning_count, 0) as bigint) as warning_count
    from cases
    inner join previous using (meetmoment_code)
    left join counted using (meetmoment_code, scope_code)
    left join gone using (meetmoment_code, scope_code)

)

select * from final
