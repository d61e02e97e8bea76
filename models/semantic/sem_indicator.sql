-- One row per meetmoment, scope and indicator: whether there is a value, and whether its target is reached.
with

progress as (

    select * from {{ ref('agg_indicator_progress') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

final as (

    select
        progress.meetmoment_code,
        meetmomenten.cutoff_date,
        progress.scope_code,
        progress.indicator_code,
        progress.level,
        progress.value_state,
        progress.freshness,
        coalesce(progress.is_target_reached, false) as is_target_reached
    from progress
    inner join meetmomenten using (meetmoment_code)

)

select * from final
