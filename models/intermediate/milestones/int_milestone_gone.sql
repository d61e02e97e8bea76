-- One row per meetmoment and milestone that the previous meetmoment had and this delivered one has not.
with

milestones as (

    select * from {{ with_warnings('int_milestone') }}

),

successions as (

    select *
    from {{ ref('int_calendar') }}
    where meetmoment_code in (select meetmoment_code from milestones)

),

final as (

    select
        successions.meetmoment_code,
        before.project_code,
        before.milestone_code,
        before.record_key,
        before.speerpunt_code,
        before.warning_count
    from successions
    inner join milestones as before on successions.previous_meetmoment_code = before.meetmoment_code
    left join milestones as now
        on successions.meetmoment_code = now.meetmoment_code
        and before.record_key = now.record_key
    where now.record_key is null

)

select * from final
