-- One row per kernindicator: what the plan should change in society, or the context it works in.
with

indicators as (

    select * from {{ ref('reg_kernindicator') }}

),

final as (

    select
        indicators.kernindicator_code,
        indicators.label_nl,
        indicators.label_en,
        indicators.definition_nl,
        indicators.definition_en,
        indicators.unit,
        units.label_nl as unit_label_nl,
        units.label_en as unit_label_en,
        indicators.direction,
        indicators.level,
        indicators.growth_pole,
        indicators.baseline,
        indicators.target,
        indicators.target_date,
        indicators.source,
        indicators.owner,
        indicators.is_invented
    from indicators
    left join {{ ref('unit') }} as units using (unit)

)

select * from final
