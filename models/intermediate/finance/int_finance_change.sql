-- One row per plan, meetmoment, scope, project and measure: the parts of the change since the previous one.
with

amounts as (

    select * from {{ ref('int_finance_execution') }} where measure in ('committed', 'paid')

),

members as (

    select * from {{ ref('int_project_scope') }}

),

meetmomenten as (

    select * from {{ ref('meetmoment') }}

),

delivered as (

    select distinct
        plan_code,
        meetmoment_code
    from members

),

-- The previous meetmoment is the last one before it of which anything was delivered.
successions as (

    select
        meetmomenten.plan_code,
        meetmomenten.meetmoment_code,
        lag(meetmomenten.meetmoment_code) over (
            partition by meetmomenten.plan_code order by meetmomenten.meetmoment_number
        ) as previous_meetmoment_code
    from meetmomenten
    inner join delivered
        on meetmomenten.plan_code = delivered.plan_code
        and meetmomenten.meetmoment_code = delivered.meetmoment_code

),

present as (

    select
        successions.plan_code,
        successions.meetmoment_code,
        successions.previous_meetmoment_code,
        members.scope_code,
        members.project_code,
        true as is_now,
        false as was_before
    from successions
    inner join members
        on successions.plan_code = members.plan_code
        and successions.meetmoment_code = members.meetmoment_code
    where successions.previous_meetmoment_code is not null
    union all
    select
        successions.plan_code,
        successions.meetmoment_code,
        successions.previous_meetmoment_code,
        members.scope_code,
        members.project_code,
        false as is_now,
        true as was_before
    from successions
    inner join members
        on successions.plan_code = members.plan_code
        and successions.previous_meetmoment_code = members.meetmoment_code

),

membership as (

    select
        plan_code,
        meetmoment_code,
        previous_meetmoment_code,
        scope_code,
        project_code,
        case
            when bool_or(is_now) and bool_or(was_before) then 'stayed'
            when bool_or(is_now) then 'entered'
            else 'left'
        end as presence
    from present
    group by plan_code, meetmoment_code, previous_meetmoment_code, scope_code, project_code

),

measures as (

    select code as measure
    from {{ ref('code') }}
    where code_list = 'finance_measure' and code in ('committed', 'paid')

),

compared as (

    select
        membership.*,
        measures.measure,
        case when membership.presence <> 'entered' then before.provisional_eur end as previous_eur,
        case when membership.presence <> 'entered' then before.final_eur end as previous_final_eur,
        case when membership.presence <> 'left' then now.provisional_eur end as current_eur,
        coalesce(before.warning_count, 0) + coalesce(now.warning_count, 0) as warning_count
    from membership
    cross join measures
    left join amounts as before
        on membership.plan_code = before.plan_code
        and membership.previous_meetmoment_code = before.meetmoment_code
        and membership.project_code = before.project_code
        and measures.measure = before.measure
    left join amounts as now
        on membership.plan_code = now.plan_code
        and membership.meetmoment_code = now.meetmoment_code
        and membership.project_code = now.project_code
        and measures.measure = now.measure

),

-- What is new is counted from what the previous meetmoment turned out to be once its accounts were closed.
moved as (

    select
        *,
        presence = 'stayed' and previous_eur is not null and current_eur is not null as is_in_both,
        current_eur - coalesce(previous_final_eur, previous_eur) as movement_eur
    from compared

),

final as (

    select
        plan_code,
        meetmoment_code,
        previous_meetmoment_code,
        scope_code,
        project_code,
        measure,
        presence,
        previous_eur,
        case when presence = 'entered' then coalesce(current_eur, 0) else 0 end as entered_eur,
        case when presence = 'left' then -coalesce(previous_eur, 0) else 0 end as left_eur,
        case when presence = 'stayed' and previous_eur is null then coalesce(current_eur, 0) else 0 end
            as first_reported_eur,
        case when presence = 'stayed' and current_eur is null then -coalesce(previous_eur, 0) else 0 end
            as no_longer_reported_eur,
        case when is_in_both then coalesce(previous_final_eur, previous_eur) - previous_eur else 0 end as restated_eur,
        case when is_in_both then greatest(movement_eur, 0) else 0 end as increase_eur,
        case when is_in_both then least(movement_eur, 0) else 0 end as decrease_eur,
        current_eur,
        warning_count
    from moved

)

select * from final
