-- One row per meetmoment, scope, project and measure: the parts of the change since the previous one.
with

amounts as (

    select *
    from {{ with_warnings('int_finance_execution', ['provisional_row_id', 'final_row_id']) }}
    where measure in ('committed', 'paid')

),

members as (

    select * from {{ ref('int_project_scope') }}

),

successions as (

    select
        meetmoment_code,
        previous_delivered_meetmoment_code as previous_meetmoment_code
    from {{ ref('int_calendar') }}
    where is_delivered

),

present as (

    select
        successions.meetmoment_code,
        successions.previous_meetmoment_code,
        members.scope_code,
        members.project_code,
        true as is_now,
        false as was_before
    from successions
    inner join members using (meetmoment_code)
    where successions.previous_meetmoment_code is not null
    union all
    select
        successions.meetmoment_code,
        successions.previous_meetmoment_code,
        members.scope_code,
        members.project_code,
        false as is_now,
        true as was_before
    from successions
    inner join members on successions.previous_meetmoment_code = members.meetmoment_code

),

membership as (

    select
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
    group by meetmoment_code, previous_meetmoment_code, scope_code, project_code

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
        before.provisional_warning_count as previous_provisional_warnings,
        before.final_warning_count as previous_final_warnings,
        now.provisional_warning_count as current_provisional_warnings
    from membership
    cross join measures
    left join amounts as before
        on membership.previous_meetmoment_code = before.meetmoment_code
        and membership.project_code = before.project_code
        and measures.measure = before.measure
    left join amounts as now
        on membership.meetmoment_code = now.meetmoment_code
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
        meetmoment_code,
        scope_code,
        project_code,
        measure,
        previous_meetmoment_code,
        presence,
        previous_eur,
        cast(case when presence = 'entered' then coalesce(current_eur, 0) else 0 end as decimal(18, 2)) as entered_eur,
        cast(case when presence = 'left' then -coalesce(previous_eur, 0) else 0 end as decimal(18, 2)) as left_eur,
        cast(
            case when presence = 'stayed' and previous_eur is null then coalesce(current_eur, 0) else 0 end
            as decimal(18, 2)
        ) as first_reported_eur,
        cast(
            case when presence = 'stayed' and current_eur is null then -coalesce(previous_eur, 0) else 0 end
            as decimal(18, 2)
        ) as no_longer_reported_eur,
        cast(
            case when is_in_both then coalesce(previous_final_eur, previous_eur) - previous_eur else 0 end
            as decimal(18, 2)
        ) as restated_eur,
        cast(case when is_in_both then greatest(movement_eur, 0) else 0 end as decimal(18, 2)) as increase_eur,
        cast(case when is_in_both then least(movement_eur, 0) else 0 end as decimal(18, 2)) as decrease_eur,
        current_eur,
        -- Only what a part is reckoned from warns of it: no final amount of now, and of before only a restated one.
        cast(
            case when presence <> 'entered' then coalesce(previous_provisional_warnings, 0) else 0 end
            + case when is_in_both then coalesce(previous_final_warnings, 0) else 0 end
            + case when presence <> 'left' then coalesce(current_provisional_warnings, 0) else 0 end
            as bigint
        ) as warning_count
    from moved

)

select * from final
