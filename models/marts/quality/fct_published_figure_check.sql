-- One row per published figure: as printed, as recomputed from the marts, the difference and the verdict.
with

restatements as (

    select
        cutoff_date,
        measure,
        item,
        restated_value,
        decided_on as restated_on,
        reason_nl as restatement_reason_nl,
        reason_en as restatement_reason_en,
        source as restatement_source
    from {{ ref('reg_figure_restatement') }}
    where decided_on <= cast({{ known_on() }} as date)
    qualify row_number() over (partition by cutoff_date, measure, item order by decided_on desc) = 1

),

published as (

    select
        published_figure.* exclude (cutoff_date),
        meetmoment.meetmoment_code,
        published_figure.scope as scope_code,
        restatements.restated_value,
        restatements.restated_on,
        restatements.restatement_reason_nl,
        restatements.restatement_reason_en,
        restatements.restatement_source,
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
    left join restatements using (cutoff_date, measure, item)

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
            -- Of a figure that was lawfully restated, the restated value must be found, and no longer the printed one.
            when restated_value is not null
                then case when abs(recomputed - restated_value) <= precision / 2 then 'restated' else 'differs' end
            -- Printed is what the recomputed figure rounds to: it lies within half a unit of the last printed place.
            when abs(recomputed - value) <= precision / 2 then 'reproduced'
            when abs(recomputed_from_rounded_parts - value) <= precision / 2 then 'reproduced_from_rounded_parts'
            else 'differs'
        end as verdict,
        cast(restated_value as decimal(20, 6)) as restated,
        restated_on,
        restatement_reason_nl,
        restatement_reason_en,
        restatement_source,
        basis,
        source,
        note,
        note_nl
    from compared

)

select * from final
