-- One row per meetmoment, scope and speerpunt: milestones moved, by how many days, and overdue.
with

milestones as (

    select * from {{ with_warnings('int_milestone_forecast') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

-- What was dropped has no date any more that could slip; it counts in none of these figures.
live as (

    select
        members.scope_code,
        milestones.*
    from members
    inner join milestones using (meetmoment_code, project_code)
    where milestones.status_group is distinct from 'dropped'

),

final as (

    select
        meetmoment_code,
        scope_code,
        speerpunt_code,
        count(*) as milestone_count,
        count(*) filter (where days_moved_since_previous > 0) as moved_later_count,
        count(*) filter (where days_moved_since_previous < 0) as moved_earlier_count,
        count(*) filter (where is_moved and has_explanation) as moved_with_reason_count,
        cast(coalesce(sum(days_moved_since_previous), 0) as bigint) as days_moved_since_previous,
        cast(coalesce(sum(days_moved_in_all), 0) as bigint) as days_moved_in_all,
        count(*) filter (where days_moved_in_all > 0) as later_than_original_count,
        count(*) filter (where days_actual_after_original > 0) as realised_late_count,
        count(*) filter (where is_overdue) as overdue_count,
        cast(coalesce(sum(days_overdue), 0) as bigint) as days_overdue,
        cast(coalesce(max(days_overdue), 0) as bigint) as most_days_overdue,
        cast(sum(warning_count) as bigint) as warning_count
    from live
    group by meetmoment_code, scope_code, speerpunt_code

)

select * from final
