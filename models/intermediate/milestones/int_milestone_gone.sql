-- One row per meetmoment and milestone that the latest meetmoment before with milestones had and this one has not.
with

milestones as (

    select * from {{ with_warnings('int_milestone') }}

),

-- It was returned, in a row that does not count.
set_apart as (

    select * from {{ ref('int_row_not_counted') }} where record = 'milestone'

),

successions as (

    select distinct
        meetmoment_code,
        previous_meetmoment_code
    from milestones

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
    left join set_apart
        on successions.meetmoment_code = set_apart.meetmoment_code
        and before.record_key = set_apart.record_key
    left join {{ ref('int_moment_list') }} as moment_lists
        on before.submission_id = moment_lists.submission_id
        and before.sheet = moment_lists.sheet
    where now.record_key is null and set_apart.record_key is null and moment_lists.submission_id is null

)

select * from final
