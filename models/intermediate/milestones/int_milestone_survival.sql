-- One row per milestone and delivered meetmoment from its first one on: what has become of it by then.
with

-- What a list of its own meetmoment names is not listed again.
firsts as (

    select listed.*
    from {{ with_warnings('int_milestone_forecast') }} as listed
    left join {{ ref('int_moment_list') }} as moment_lists using (submission_id, sheet)
    where listed.meetmoment_code = listed.first_meetmoment_code and moment_lists.layout_code is null

),

listed as (

    select * from {{ with_warnings('int_milestone_forecast') }}

),

projects as (

    select * from {{ ref('int_project') }}

),

-- It was returned, in a row that does not count.
set_apart as (

    select * from {{ ref('int_row_not_counted') }} where record = 'milestone'

),

delivered as (

    select * from {{ ref('int_calendar') }} where is_delivered

),

final as (

    select
        firsts.record_key,
        firsts.project_code,
        firsts.milestone_code,
        firsts.first_meetmoment_code,
        delivered.meetmoment_code,
        case
            when listed.status_group = 'realised' then 'realised'
            when listed.status_group = 'dropped' then 'dropped'
            when coalesce(listed.record_key, set_apart.record_key) is not null then 'open'
            when projects.project_code is null then 'left_with_project'
            else 'gone'
        end as fate,
        -- Beneath a cohort are the row that first listed the milestone and the one that lists it now.
        firsts.warning_count + case
            when firsts.meetmoment_code <> delivered.meetmoment_code then coalesce(listed.warning_count, 0)
            else 0
        end as warning_count
    from firsts
    inner join delivered on firsts.meetmoment_number <= delivered.meetmoment_number
    left join listed
        on firsts.record_key = listed.record_key
        and delivered.meetmoment_code = listed.meetmoment_code
    left join set_apart
        on firsts.record_key = set_apart.record_key
        and delivered.meetmoment_code = set_apart.meetmoment_code
    left join projects
        on firsts.project_code = projects.project_code
        and delivered.meetmoment_code = projects.meetmoment_code

)

select * from final
