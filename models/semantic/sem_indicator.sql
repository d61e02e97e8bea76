-- One row per plan, meetmoment, scope and indicator: whether there is a value, and whether its target is reached.
with

progress as (

    select * from {{ ref('agg_indicator_progress') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

final as (

    select
        meetmomenten.plan_code,
        progress.meetmoment_key,
        meetmomenten.cutoff_date,
        progress.scope_key,
        progress.indicator_key,
        progress.level,
        progress.value_state,
        progress.freshness,
        coalesce(progress.is_target_reached, false) as is_target_reached
    from progress
    inner join meetmomenten on progress.meetmoment_key = meetmomenten.meetmoment_key

)

select * from final
