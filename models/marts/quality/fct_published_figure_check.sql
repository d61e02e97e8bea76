-- One row per published figure: as printed, as recomputed from the marts, the difference and the verdict.
with

published as (

    select
        published_figure.* exclude (cutoff_date),
        meetmoment.meetmoment_code,
        published_figure.scope as scope_code,
        case
            when published_figure.measure in (
                'committed', 'paid', 'committed_share', 'paid_share', 'committed_change', 'paid_change'
            ) then meetmoment.headline_execution
            else 'not_applicable'
        end as execution,
        case published_figure.unit
            when 'EUR billion' then 1000000000
            when 'EUR million' then 1000000
            else 1
        end as unit_size
    from {{ ref('reg_published_figure') }} as published_figure
    inner join {{ ref('reg_meetmoment') }} as meetmoment using (cutoff_date)

),

figures as (

    select * from {{ ref('agg_headline_figure_by_scope') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

compared as (

    select
        published.*,
        figures.figure / published.unit_size as recomputed,
        figures.figure_from_rounded_parts as recomputed_from_rounded_parts,
        figures.numerator,
        figures.denominator,
        meetmomenten.is_complete,
        meetmomenten.delivered_project_count
    from published
    inner join meetmomenten using (meetmoment_code)
    left join figures using (meetmoment_code, scope_code, execution, measure, item)

),

final as (

    select
        meetmoment_code,
        scope_code,
        execution,
        measure,
        item,
        unit,
        cast(value as decimal(20, 6)) as printed,
        cast(precision as decimal(20, 6)) as printed_precision,
        cast(recomputed as decimal(32, 6)) as recomputed,
        cast(recomputed - value as decimal(32, 6)) as difference,
        numerator,
        denominator,
        case
            when delivered_project_count = 0 then 'not_delivered'
            when not is_complete then 'not_complete'
            when recomputed is null then 'not_computed'
            -- Printed is what the recomputed figure rounds to: it lies within half a unit of the last printed place.
            when abs(recomputed - value) <= precision / 2 then 'reproduced'
            when abs(recomputed_from_rounded_parts - value) <= precision / 2 then 'reproduced_from_rounded_parts'
            else 'differs'
        end as verdict,
        basis,
        source,
        note
    from compared

)

select * from final
