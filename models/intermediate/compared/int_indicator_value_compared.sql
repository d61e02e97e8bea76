-- One row per accepted indicator value that holds, beside the same value at its latest earlier meetmoment.
with

indicator_values as (

    select * from {{ ref('int_indicator_value_version') }} where is_current

),

projects as (

    select * from {{ ref('int_project_version') }} where is_current

),

indicators as (

    select * from {{ ref('int_indicator') }}

),

beside as (

    select
        *,
        {{ previous('actual') }} as previous_actual,
        {{ previous('target') }} as previous_target,
        {{ previous('baseline') }} as previous_baseline,
        {{ is_newly_explained() }} as is_newly_explained
    from indicator_values
    {{ earlier_window() }}

),

-- The description of the indicator that holds on the cut-off.
directions as (

    select
        beside.row_id,
        indicators.direction
    from beside
    inner join indicators
        on beside.indicator_code = indicators.indicator_code
        and {{ describes_on('indicators', 'beside.cutoff_date') }}

),

told as (

    select
        beside.row_id,
        beside.meetmoment_code,
        beside.record_key,
        beside.actual,
        beside.actual_state,
        beside.previous_actual,
        beside.target,
        beside.previous_target,
        beside.target - beside.previous_target as target_change,
        beside.baseline,
        beside.previous_baseline,
        beside.baseline - beside.previous_baseline as baseline_change,
        -- Where less is better a fall is progress.
        case when coalesce(beside.target >= beside.baseline, true) then beside.previous_actual - beside.actual end
            as fallen,
        case
            when beside.target > coalesce(beside.baseline, 0)
                then cast(100.0 * beside.actual / nullif(beside.target, 0) as decimal(38, 4))
        end as actual_of_target_pct,
        coalesce(projects.start_date <= beside.cutoff_date, false) as is_started,
        beside.is_newly_explained,
        {{ target_against_direction('beside.baseline', 'beside.target', 'directions.direction') }}
            as is_target_against_direction,
        {{ magnitude_shift('(cast(beside.actual as double) / nullif(beside.previous_actual, 0))') }} as magnitude_shift
    from beside
    left join projects using (meetmoment_code, project_code)
    left join directions on beside.row_id = directions.row_id

),

-- A value of another magnitude, where no other rule says so: far above its target, or fallen without a word.
final as (

    select
        * exclude (magnitude_shift),
        case
            when actual_of_target_pct > 150 or (fallen > 0 and not is_newly_explained) then 'none'
            else magnitude_shift
        end as untold_shift
    from told

)

select * from final
