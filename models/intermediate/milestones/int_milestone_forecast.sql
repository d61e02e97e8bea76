-- One row per project, milestone and meetmoment that lists it: its planned date beside earlier ones.
with

milestones as (

    select * from {{ ref('int_milestone') }}

),

-- Compared with the meetmoment that last listed it, so that a meetmoment that missed it breaks no series.
series as (

    select
        *,
        first_value(meetmoment_code) over earlier as first_meetmoment_code,
        first_value(planned_date) over earlier as original_planned_date,
        {{ previous('planned_date') }} as previous_forecast_date
    from milestones
    {{ earlier_window() }}

),

moves as (

    select
        *,
        date_diff('day', previous_forecast_date, planned_date) as days_moved_since_previous,
        date_diff('day', original_planned_date, planned_date) as days_moved_in_all
    from series

),

final as (

    select
        meetmoment_code,
        meetmoment_number,
        project_code,
        milestone_code,
        record_key,
        speerpunt_code,
        cluster_code,
        first_meetmoment_code,
        original_planned_date,
        previous_forecast_date,
        planned_date as forecast_date,
        actual_date,
        status,
        status_group,
        days_moved_since_previous,
        days_moved_in_all,
        count(*) filter (where days_moved_since_previous <> 0) over (
            partition by record_key order by meetmoment_number
        ) as move_count,
        coalesce(days_moved_since_previous <> 0, false) as is_moved,
        has_explanation,
        date_diff('day', original_planned_date, actual_date) as days_actual_after_original,
        is_overdue,
        days_overdue,
        submission_id,
        sheet,
        row_number,
        row_id
    from moves

)

select * from final
