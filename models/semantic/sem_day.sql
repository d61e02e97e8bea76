-- One row per day from the first to the last cut-off of any calendar: the days that metrics are asked for.
with

spans as (

    select
        min(cutoff_date) as first_day,
        max(cutoff_date) as last_day
    from {{ ref('dim_meetmoment') }}

),

final as (

    select cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as date_day
    from spans

)

select * from final
