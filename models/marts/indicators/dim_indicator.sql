-- One row per indicator, as it is described at the last meetmoment that was delivered.
with

versions as (

    select * from {{ ref('int_indicator') }}

),

progress as (

    select * from {{ ref('int_indicator_progress') }}

),

codes as (

    select * from {{ ref('code') }}

),

held as (

    select
        indicator_code,
        max(version_number) as version_number
    from progress
    group by indicator_code

),

-- An indicator that begins after the last delivered meetmoment shows its first description.
final as (

    select
        versions.indicator_code,
        versions.project_code,
        coalesce(versions.label_nl, versions.indicator_code) as label_nl,
        coalesce(versions.label_en, versions.indicator_code) as label_en,
        versions.definition_nl,
        versions.definition_en,
        versions.unit,
        coalesce(units.label_nl, versions.unit) as unit_label_nl,
        coalesce(units.label_en, versions.unit) as unit_label_en,
        versions.direction,
        versions.level,
        levels.label_nl as level_label_nl,
        levels.label_en as level_label_en,
        versions.aggregation,
        versions.baseline,
        versions.target,
        versions.target_date,
        versions.source,
        versions.owner,
        versions.periodicity,
        versions.periodicity_months,
        versions.availability_delay_days,
        versions.valid_from,
        versions.version_number,
        versions.registered_by,
        versions.is_registered,
        versions.is_invented,
        versions.note
    from versions
    left join held using (indicator_code)
    left join {{ ref('unit') }} as units using (unit)
    left join codes as levels
        on levels.code_list = 'indicator_level'
        and versions.level = levels.code
    where versions.version_number = coalesce(held.version_number, 1)

)

select * from final
